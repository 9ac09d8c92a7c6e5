"""The .ts format of the UCR and UEA archives."""

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.numbers import Missing
from grucli.data.records import ReadOptions, Remembered
from grucli.errors import show
from tests.data.reading import piped, problem, problems, read, series
from tests.strategies import hostile_line

HEADER = """# made by hand

%another comment
@problemName Hand Made
@timeStamps false
@missing false
@univariate false
@dimensions 2
@equalLength false
@classLabel true up down
@data
"""
CASES = "1,2,3:4,5,6:up\n\n# between\n-1.5:.5:down\n"
EXPECTED = [([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], "up"), ([[-1.5, 0.5]], "down")]
SERIES = Remembered(kind="series")
ONE = "@problemName One\n@univariate true\n@classLabel true a b\n@data\n"


@pytest.mark.parametrize(
    "data",
    [
        HEADER + CASES,
        (HEADER + CASES).replace("\n", "\r\n").rstrip(),
        "\ufeff" + HEADER + CASES,
        HEADER.upper().replace("UP DOWN", "up down") + CASES,
        HEADER.replace("@dimensions 2\n", "") + CASES,
        HEADER.replace("@dimensions", "@dimension") + CASES.replace(",", " , "),
        HEADER.replace("true up down", "true") + CASES,
    ],
)
def test_cases_of_several_dimensions_and_unequal_lengths(data: str) -> None:
    for found in (read(data, "t.ts"), read(data, "t.data"), piped(data), piped(data, format="ts")):
        source, records = found
        assert series(records) == EXPECTED
        assert (source.kind, source.format, source.columns) == ("series", "ts", ())
        assert source.findings == ()
    assert series(read(gzip.compress(data.encode()), "t.ts.gz")[1]) == EXPECTED
    assert series(piped(gzip.compress(data.encode()))[1]) == EXPECTED


def test_one_dimension() -> None:
    source, records = read(ONE + "1,2,3:a\n4,5:b\n", "t.ts")
    assert series(records) == [([[1.0], [2.0], [3.0]], "a"), ([[4.0], [5.0]], "b")]
    assert [(r.number, r.line) for r in records] == [(1, 5), (2, 6)]
    assert source.remembered == Remembered(kind="series", encoding="utf-8")


def test_predicting_needs_no_labels() -> None:
    expected = [([[1.0], [2.0]], None)]
    for header in (
        ONE,
        ONE.replace("true a b", "false"),
        ONE.replace("@classLabel true a b\n", ""),
    ):
        _, records = read(header + "1,2\n", "t.ts", needs_label=False, remembered=SERIES)
        assert series(records) == expected
    _, records = piped(ONE + "1,2:a\n1,2:z\n1,2:\n", needs_label=False, remembered=SERIES)
    assert [r.label for r in records] == ["a", "z", None]
    assert [r.error for r in records] == [None] * 3


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("1,2,3:4,5:up", "dimension 2 has 2 steps, the first 3; give all as many"),
        ("1,2::up", "dimension 2 has no steps; give all as many"),
        ("1,2:up", "has 1 dimensions and a label, expected 2; separate them by colons, the label"),
        ("1:2:3:up", "has 3 dimensions and a label, expected 2; "),
        ("1,2:3,x:up", "dimension 2, step 2: 'x' is no number; write it like -1.5e3"),
        ("1,?:3,4:up", "dimension 1, step 2: value is missing; fill it in, or pass --missing mask"),
        ("1,2:3,NaN:up", "dimension 2, step 2: value is missing; "),
        ("1,2,:3,4,5:up", "dimension 1, step 3: value is missing; "),
        ("1,?,2:1,NaN,3:up", "dimension 1, step 2: value is missing; "),
        ("1,2:3,1e99:up", "dimension 2, step 2: '1e99' is too large; "),
        ("1,2:3,4:Up", "label 'Up' is not one of @classLabel; did you mean 'up'?"),
        ("1,2:3,4:sideways", "label 'sideways' is not one of @classLabel; add it there"),
        ("1,2:3,4:", "no label after the last colon; add it or drop the line"),
        ("1,2:3,4: ?", "no label after the last colon; "),
        ("1,2:3,4:NaN", "no label after the last colon; "),
        ("1,2", "no label after the last colon; "),
        ("1,2:3,4:up up", "label 'up up' is not one of @classLabel"),
        ("1,2:3,4\x00:up", "NUL byte: binary file?"),
    ],
)
def test_a_bad_case_is_one_bad_record(case: str, message: str) -> None:
    data = HEADER + CASES + case + "\n7:8:up\n"
    assert problem(data, "t.ts").startswith(f"t.ts:16: {message}")
    _, records = read(data, "t.ts")
    assert [r.error is None for r in records] == [True, True, False, True]


def test_labels_may_have_several_words_and_are_kept_as_they_stand() -> None:
    header = ONE.replace("a b", "brisk  walk slow walk NaN ?")
    cases = "1,2:brisk walk\n3:slow  walk\n4: walk slow\n5:NaN\n6:?\n"
    labels = [record.label for record in read(header + cases, "t.ts")[1]]
    assert labels == ["brisk walk", "slow  walk", "walk slow", "NaN", "?"]
    assert problem(header + "1:brisk wal\n", "t.ts").startswith(
        "t.ts:5: label 'brisk wal' is not one of @classLabel"
    )


@pytest.mark.parametrize("tag", ["@classLabel false\n", "@targetlabel false\n", ""])
@pytest.mark.parametrize("dimensions", ["@univariate true\n", ""])
def test_without_labels_a_colon_may_end_the_line(tag: str, dimensions: str) -> None:
    header = f"@problemName One\n@missing False\n{dimensions}{tag}@data\n"
    for cases in ("1,2\n3\n", "1,2:\n3:\n", "1,2 : \n3 : \n"):
        _, records = read(header + cases, "t.ts", needs_label=False, remembered=SERIES)
        assert series(records) == [([[1.0], [2.0]], None), ([[3.0]], None)]
    two = header.replace("@univariate true", "@dimension 2")
    for cases in ("1,2:3,4\n", "1,2:3,4:\n"):
        _, records = read(two + cases, "t.ts", needs_label=False, remembered=SERIES)
        assert series(records) == [([[1.0, 3.0], [2.0, 4.0]], None)]


@pytest.mark.parametrize(
    "times",
    [
        *(("0", "1", "2"), ("-1", "9", "10"), ("0.5", "1e1", "11")),
        ("2019-05-04 12:00:00", "2019-05-04 12:00:01", "2019-05-05 00:00:00"),
        ("2019-05-04", "2019-05-10T08:00", "2019-12-01 00:00:00.5"),
    ],
)
def test_timestamps_order_the_steps_and_are_left_out(times: tuple[str, ...]) -> None:
    header = HEADER.replace("@timeStamps false", "@timeStamps true")
    first, second, third = times
    cases = (
        f"({third},3),({first},1),({second},2):({third},6),({first},4),({second},5):up\n"
        f"({first},-1.5) : ( {first} ,.5): down\n"
    )
    source, records = read(header + cases, "t.ts")
    assert series(records) == EXPECTED
    assert source.findings == ("the timestamps put the steps in order and are then left out",)
    bare = header.replace("true up down", "false") + cases
    for text in (bare.replace(":up", "").replace(": down", ""), bare.replace("up", "")):
        _, records = read(text.replace("down", ""), "t.ts", needs_label=False, remembered=SERIES)
        assert [values for values, _ in series(records)] == [values for values, _ in EXPECTED]


def test_values_with_times_may_be_missing_too() -> None:
    header = ONE.replace("@data", "@timestamps true\n@data")
    data = header + "(3,?),(1,1),(2,2):a\n(0,1),(1,NaN),(2,3):b\n"
    assert problem(data, "t.ts").startswith("t.ts:7: dimension 1, step 2: value is missing; ")
    assert series(read(data, "t.ts", missing="mask")[1])[0] == ([[1.0], [2.0]], "a")


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("1,2:3,4:up", "'1,2:3,4:up' begins with no pair; write (time,value)"),
        ("(0,1),(1,2):(0,3),(2,4):up", "dimension 2 has other times than the first; give all"),
        ("(0,1),(1,2):(0,3):up", "dimension 2 has 1 steps, the first 2; give all as many"),
        ("(0,1),(0,2):(0,3),(0,4):up", "dimension 1, step 2: time '0' stands in step 1 too; give"),
        ("(0,1),(x,2):(0,3),(x,4):up", "dimension 1, step 2: time 'x' is no number like the first"),
        ("(soon,1):(soon,3):up", "dimension 1, step 1: time 'soon' is no number or date"),
        ("(0,1),(2):(0,1),(2):up", "dimension 1, step 2: '2' is no pair; write (time,value)"),
        ("(0,1,(1,2):(0,1,(1,2):up", "dimension 1, step 1: time '0,1,(1' is no number or date"),
        ("(0,1),(1,two):(0,1),(1,2):up", "dimension 1, step 2: 'two' is no number; "),
        ("(0,1)::up", "label ':up' is not one of @classLabel; "),
    ],
)
def test_a_bad_case_of_times_is_one_bad_record(case: str, message: str) -> None:
    header = HEADER.replace("@timeStamps false", "@timeStamps true")
    data = header + f"(0,1):(0,2):up\n{case}\n"
    found = problem(data, "t.ts")
    assert found.startswith(f"t.ts:13: {message}"), found


def test_cases_must_be_as_long_as_is_said() -> None:
    equal = ONE.replace("@data", "@equalLength true\n@seriesLength 2\n@data")
    message = problem(equal + "1,2:a\n1,2,3:b\n", "t.ts")
    assert message.startswith("t.ts:8: has 3 steps, @seriesLength says 2; mend it, or write @equal")
    for order in ("@equalLength false\n@seriesLength 2", "@seriesLength 2\n@equalLength false"):
        assert read(ONE.replace("@data", f"{order}\n@data") + "1:a\n1,2,3:b\n", "t.ts")[1]


def test_missing_values_can_be_masked() -> None:
    _, (first, second) = read(ONE + "?,2:a\n1,nan,3:b\n", "t.ts", missing="mask")
    assert str([first.values.tolist(), second.values.tolist()]) == (
        "[[[nan], [2.0]], [[1.0], [nan], [3.0]]]"
    )


@pytest.mark.parametrize("missing", ["refuse", "mask"])
def test_missing_values_in_all_dimensions_at_the_end_make_a_case_shorter(missing: Missing) -> None:
    padded = HEADER.replace("@equalLength false", "@equalLength true\n@seriesLength 4")
    cases = "1,2,3,NaN:4,5,6,?:up\n-1.5,NaN,NaN,?:.5,?,nan,?:down\n"
    assert series(read(padded + cases, "t.ts", missing=missing)[1]) == EXPECTED
    assert problem(padded + "?,NaN,?,?:?,?,?,?:up\n", "t.ts", missing=missing) == (
        "t.ts:13: no values; fill them in or drop the line"
    )


def test_a_missing_value_in_one_dimension_alone_is_no_end() -> None:
    (record,) = read(HEADER + "1,2,?:4,5,6:up\n", "t.ts", missing="mask")[1]
    assert str(record.values.tolist()) == "[[1.0, 4.0], [2.0, 5.0], [nan, 6.0]]"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("@dimensions two\n@data\n", "t.ts:1: 'two' is no count; write a number from 1"),
        ("#\n@seriesLength 0\n@data\n", "t.ts:2: '0' is no count; "),
        ("@dimensions\n@data\n", "t.ts:1: '' is no count; "),
        ("@clasLabel true a\n@data\n", "t.ts:1: '@clasLabel true a' is no tag of a .ts file; did"),
        ("const a = 1;\n", "t.ts:1: 'const a = 1;' is no tag of a .ts file; is it a .ts file?"),
        ("@problemName A\n", "t.ts: no @data; is it a .ts file, and a whole one?"),
        ("@problemName A\n@data\n1\n", "t.ts: has no class labels (@classLabel true …) and no"),
        (ONE, "t.ts: no rows; "),
        ("", "t.ts: the file is empty; "),
    ],
)
def test_a_header_that_cannot_be_used(data: str, message: str) -> None:
    assert problem(data, "t.ts").startswith(message)


def test_no_bytes_no_records() -> None:
    assert piped("", needs_label=False, remembered=SERIES, format="ts")[1] == []


def test_a_pause_of_the_producer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, ONE.encode() + b"1,2:a\n")
        with open_source("-", ReadOptions(), needs_label=False, remembered=SERIES) as source:
            assert source.ready()
            assert next(iter(source)).label == "a"
            assert not source.ready()
            os.close(writing)
            assert source.ready()


@given(
    st.lists(hostile_line | st.text("(),:0123 ?", max_size=30).map(str.encode)),
    st.sampled_from([ONE, HEADER, HEADER.replace("Stamps false", "Stamps true")]),
)
def test_hostile_lines_never_raise_behind_the_header(lines: list[bytes], header: str) -> None:
    data = header.encode() + b"".join(line + b"\n" for line in lines)
    _, records = read(data, "t.ts", needs_label=False, remembered=SERIES)
    assert [r.number for r in records] == list(range(1, len(records) + 1))
    for record in records:
        assert (record.error is None) == (record.values is not None)
        assert record.error is None or show(record.error) == record.error


@given(st.lists(hostile_line.map(lambda line: b"@" + line) | hostile_line, max_size=4))
def test_hostile_headers_are_data_errors(lines: list[bytes]) -> None:
    assert problems(b"\n".join(lines), "t.ts")


def test_options_of_tables_are_of_no_matter(tmp_path: Path) -> None:
    options: dict[str, Any] = {"values": ("v*",), "label": "kind"}
    assert series(read(HEADER + CASES, "t.ts", **options)[1]) == EXPECTED


def test_a_cr_within_a_case_is_no_end_of_it() -> None:
    assert problem(ONE + "1,2:a\n1\r2,3:b\r\n4,5:b\n", "t.ts").startswith(
        "t.ts:6: dimension 1, step 1: '1\\r2' is no number"
    )
    old = (ONE + "1,2:a\n4,5:b\n").replace("\n", "\r")
    assert series(read(old, "t.ts")[1]) == [([[1.0], [2.0]], "a"), ([[4.0], [5.0]], "b")]
