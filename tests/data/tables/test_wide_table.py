"""Wide series: a row is a sequence."""

import gzip
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.numbers import Missing
from grucli.data.records import ReadOptions, Remembered
from grucli.errors import show
from tests.data.reading import piped, problem, problems, read, read_source, series
from tests.strategies import hostile_line

TABLE = "v1,v2,v3,kind\n1,2,3,a\n4,5,,b\n7,,,a\n-1.5,.5,2e1,b\n"
EXPECTED = [
    ([[1.0], [2.0], [3.0]], "a"),
    ([[4.0], [5.0]], "b"),
    ([[7.0]], "a"),
    ([[-1.5], [0.5], [20.0]], "b"),
]
V = Remembered(kind="series", values=("v1", "v2", "v3"), label="kind", delimiter=",")


def test_a_row_is_a_sequence_and_blank_cells_at_the_end_make_it_shorter() -> None:
    for data in (TABLE, TABLE.replace(",", "\t"), TABLE.replace("\n", "\r\n"), "\ufeff" + TABLE):
        for name in ("t.csv", "t.data"):
            source, records = read(data, name)
            assert series(records) == EXPECTED
            assert (source.kind, source.label) == ("series", "kind")
            assert source.values == ("v1", "v2", "v3")
            assert [r.line for r in records] == [2, 3, 4, 5]
            assert records[1].cells == ("4", "5", "", "b")
    assert series(read(gzip.compress(TABLE.encode()), "t.csv.gz")[1]) == EXPECTED
    assert series(piped(TABLE)[1]) == EXPECTED
    assert series(piped(gzip.compress(TABLE.encode()), format="csv")[1]) == EXPECTED


@pytest.mark.parametrize("nan", ["NaN", "nan", "-nan", "NA", "?", "null", " "])
@pytest.mark.parametrize("missing", ["refuse", "mask"])
def test_missing_values_at_the_end_make_it_shorter(nan: str, missing: Missing) -> None:
    data = TABLE.replace(",,", f",{nan},").replace(",,", f",{nan},")
    assert nan in data
    assert series(read(data, "t.csv", missing=missing)[1]) == EXPECTED
    archive = "a\t1\t2\t3\nb\t4\tNaN\tNaN\n".replace("NaN", nan)
    _, records = read(archive, "t.tsv", header=False, label="1", missing=missing)
    assert series(records) == [([[1.0], [2.0], [3.0]], "a"), ([[4.0]], "b")]


def test_what_was_found_is_said_and_what_is_given_is_not() -> None:
    source, _ = read(TABLE, "t.csv")
    assert source.findings == (
        "a sequence a row, 3 value columns (v1, v2, v3), label column 'kind' "
        "(pass --values/--label to choose others)",
    )
    source, records = read(TABLE, "t.csv", values=("v*",), label="kind")
    assert series(records) == EXPECTED
    assert source.findings == ()


def test_an_id_is_neither_a_value_nor_in_the_way_of_the_label() -> None:
    rows = ["id,kind,v1,v2,v3", "10,flat,1,2,3", "11,rise,4,5,", "12,flat,7,8,9", "13,rise,1,1,1"]
    source, records = read("\n".join(rows) + "\n", "t.csv")
    assert (source.label, source.values) == ("kind", ("v1", "v2", "v3"))
    assert series(records)[1] == ([[4.0], [5.0]], "rise")


@pytest.mark.parametrize(
    ("header", "values", "label"),
    [
        ("label,a,b,c", "abc", "label"),  # the label is numeric too, but is called so
        ("a,b,class,c", "abc", "class"),
        ("id,a,b,c,y", "abc", "y"),  # each id is another: it is no value
        ("x,y,z,label", "xyz", "label"),
    ],
)
def test_columns_are_found_by_name(header: str, values: str, label: str) -> None:
    columns = header.split(",")
    rows = [",".join(str(i + 10 * (name == "id")) for name in columns) for i in range(4)]
    source, _ = read("\n".join([header, *rows]), "t.csv")
    assert (source.kind, source.values) == ("series", tuple(values))
    assert source.label == label


@pytest.mark.parametrize(
    "data",
    [
        "a,b,text,label\n1,2,x,p\n3,4,y,q\n",
        "no,a,b,comment\n1,2,3,some words that are long and never come again\n4,5,6,others\n",
        "a,b,label\nwords here,2,p\nmore words,4,q\n",
        "name,a,b,c\nAnn,1,2,3\nBob,4,5,6\n",
    ],
)
def test_a_table_with_words_is_none_of_numbers(data: str) -> None:
    known = Remembered(kind="series")  # only the content can tell
    source, _ = read(data, "t.csv", needs_label=False, remembered=known)
    assert source.kind == "text"
    assert all("no clear label column" in line for line in problems(data, "t.csv"))


@pytest.mark.parametrize("data", ["", "\n", "words here\nmore words\n", "v0\n1\n2\n", "\nv0\n1\n"])
def test_one_column_in_a_pipe_is_a_table_to_a_model_of_series(data: str) -> None:
    source, records = piped(data, needs_label=False, remembered=Remembered(kind="series"))
    assert source.format == "csv"
    assert source.delimiter == ","
    numbers = [record.values.tolist() for record in records if record.values is not None]
    assert numbers == [[[float(line)]] for line in data.split() if line.isdigit()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("v*",), [1, 2, 3]),
        (("v3", "v1"), [3, 1]),
        (("v2", "v*"), [2, 1, 3]),
        (("v[12]",), [1, 2]),
        (("*",), [1, 2, 3, 4]),
    ],
)
def test_values_are_names_or_globs(values: tuple[str, ...], expected: list[float]) -> None:
    data = "v1,v2,v3,extra,label\n1,2,3,4,a\n1,2,3,4,b\n"
    _, records = read(data, "t.csv", values=values, label="label")
    assert series(records)[0] == ([[float(v)] for v in expected], "a")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,,3,a", "column 'v2': value is missing; fill it in, or pass --missing mask"),
        ("1,NaN,3,a", "column 'v2': value is missing; "),
        ("NA,2,3,a", "column 'v1': value is missing; "),
        ("1,?,3,a", "column 'v2': value is missing; "),
        ("1_000,2,3,a", "column 'v1': '1_000' is no number; write it like -1.5e3"),
        ("1,inf,3,a", "column 'v2': 'inf' is no number; "),
        ('1,"2,5",3,a', "column 'v2': '2,5' is no number; write a decimal point"),
        ("1,2,1e60,a", "column 'v3': '1e60' is too large; "),
        (",,,a", "no values; fill in the value columns or drop the row"),
        ("NaN,NaN,,a", "no values; "),
        ("1,2,3,", "no label; fill column 'kind' or drop the row"),
        ("1,2,a", "row has 3 fields, header has 4 (v1,v2,v3,kind); add the missing ones"),
        ('"1,2,3,a', "a quote opens here"),
        ("1,2\x00,3,a", "NUL byte"),
    ],
)
def test_a_bad_row_is_one_bad_record(row: str, message: str) -> None:
    data = f"v1,v2,v3,kind\n1,2,3,a\n{row}\n3,4,5,b\n"
    assert problem(data, "t.csv").startswith(f"t.csv:3: {message}")
    _, records = read(data, "t.csv")
    assert [r.error is None for r in records] == [True, False, True]
    assert [r.number for r in records] == [1, 2, 3]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("1,x,3,a", ("1", "x", "3", "a")),
        (",,,a", ("", "", "", "a")),
        ("1,2\0,3,a", ("1", "", "3", "a")),
        ("1,2,a", ()),
    ],
)
def test_a_bad_row_has_the_cells_that_are_sound(row: str, cells: tuple[str, ...]) -> None:
    data = f"v1,v2,v3,kind\n1,2,3,a\n{row}\n"
    _, records = read(data, "t.csv", values=("v*",), label="kind")
    assert records[1].error is not None
    assert records[1].cells == cells


def test_missing_values_can_be_masked() -> None:
    source, records = read("v1,v2,v3,kind\n?,2,3,a\n1,,3,b\n", "t.csv", missing="mask")
    assert source.remembered.missing == "mask"
    nan = float("nan")
    values = [r.values.ravel().tolist() for r in records if r.values is not None]
    assert str(values) == str([[nan, 2.0, 3.0], [1.0, nan, 3.0]])


def test_a_sex_beside_a_diagnosis_is_not_taken_for_the_label() -> None:
    rows = "".join(f"s{i},{'MF'[i % 2]},{i}.5,{-i}.5,{i}.25,{'xy'[i % 3 % 2]}\n" for i in range(20))
    said = problem(f"subject,sex,v0,v1,v2,diagnosis\n{rows}", "t.csv")
    assert said.startswith("t.csv:1: no clear label column (columns: subject,sex,v0,")
    assert said.endswith("; pass --values 'v*' --label diagnosis")
    one = "".join(line.rpartition(",")[0] + "\n" for line in rows.splitlines())
    assert read_source(f"subject,sex,v0,v1,v2\n{one}".encode(), "t.csv").label == "sex"


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        (
            "a,b,c,d\n1,2,3,4\n1,2,3,5\n",
            {},
            "t.csv:1: no clear label column (columns: a,b,c,d); pass --label",
        ),
        (
            TABLE,
            {"values": ("w*",)},
            "t.csv:1: no column 'w*' (columns: v1,v2,v3,kind); pass --values COLS",
        ),
        (TABLE, {"values": ("V1",)}, "t.csv:1: no column 'V1' (columns: v1,v2,v3,kind); did you"),
        (TABLE, {"values": ("v1",)}, "t.csv:1: no clear label column"),
        (TABLE, {"values": ("v*",), "label": "lable"}, "t.csv:1: no column 'lable'"),
        (TABLE, {"time": "v1"}, "--time: orders the rows of one sequence; say which"),
        ("1,2,3,a\n4,5,6,b\n", {}, "t.csv:1: the first row looks like data (1,2,3,a); pass --no"),
        ("v1,v2,v3,label\n", {}, "t.csv: no rows"),
        ("v1,v2,v3,label\n", {"values": ("v*",)}, "t.csv: no rows"),
    ],
)
def test_columns_that_are_not_clear(data: str, arguments: Any, message: str) -> None:
    assert problem(data, "t.csv", **arguments).startswith(message)


def test_the_model_remembers_the_steps_whatever_the_order_and_the_other_columns() -> None:
    source, _ = read(TABLE, "t.csv")
    known = source.remembered
    assert (known.kind, known.values, known.label) == ("series", ("v1", "v2", "v3"), "kind")
    shuffled = "v3,more,v1,kind,v2\n3,9,1,a,2\n,9,4,b,5\n"
    assert series(read(shuffled, "t.csv", remembered=known)[1]) == EXPECTED[:2]
    without = "more,v2,v1,v3\n9,2,1,3\n"
    for form in ({"format": "csv"}, {}):
        records = piped(without, needs_label=False, remembered=known, **form)[1]
        assert series(records) == [([[1.0], [2.0], [3.0]], None)]


def test_a_file_may_be_narrower_or_count_on() -> None:
    wider = "v1,v2,v3,v5,v4,w9\n1,2,3,5,4,9\n"
    assert series(read(wider, "t.csv", needs_label=False, remembered=V)[1])[0][0] == [
        [1.0], [2.0], [3.0], [4.0], [5.0],
    ]  # fmt: skip
    narrower = "v1,v2\n1,2\n"
    found = series(read(narrower, "t.csv", needs_label=False, remembered=V)[1])
    assert found == [([[1.0], [2.0]], None)]
    hole = "v1,v3\n1,3\n"
    message = problem(hole, "t.csv", needs_label=False, remembered=V)
    assert message.startswith("t.csv:1: no column 'v2' (columns: v1,v3)")


def test_a_model_of_another_form_has_its_columns_found() -> None:
    known = Remembered(kind="series")
    for data in (TABLE, "kind,v1,v2,v3\na,1,2,3\nb,4,5,\na,7,,\nb,-1.5,.5,2e1\n"):
        _, records = read(data, "t.csv", remembered=known)
        assert series(records) == EXPECTED
        _, records = read(data, "t.csv", needs_label=False, remembered=known)
        assert [values for values, _ in series(records)] == [values for values, _ in EXPECTED]
    source, _ = read("review\ngood\nbad\n", "t.csv", needs_label=False, remembered=known)
    assert source.kind == "text"  # which the model then refuses


def test_columns_without_names_are_numbered() -> None:
    data = "1,0.5,0.25,3\n2,1.5,1.25,4\n1,2.5,,\n"
    source, records = read(data, "t.csv", header=False, label="1")
    assert series(records)[0] == ([[0.5], [0.25], [3.0]], "1")
    assert series(records)[2] == ([[2.5]], "1")
    known = source.remembered
    assert series(read(data, "t.csv", needs_label=False, remembered=known)[1]) == series(records)
    without = "\n".join(line.partition(",")[2] for line in data.splitlines())
    found = series(read(without, "t.csv", needs_label=False, remembered=known)[1])
    assert [values for values, _ in found] == [values for values, _ in series(records)]
    narrow = problem("1,2\n", "t.csv", needs_label=False, remembered=known)
    assert narrow.startswith("t.csv:1: 2 columns without names, but the training data had 4; ")
    assert "without names" in problem(without, "t.csv", remembered=known)
    named = read("a,b\n1,2\n", "t.csv", needs_label=False, remembered=known, values=("a", "b"))
    assert series(named[1]) == [([[1.0], [2.0]], None)]


def test_columns_without_names_are_not_taken_for_those_that_had_some() -> None:
    known = Remembered(values=("v0", "v1"), label="y", delimiter=",", header=True)
    options: dict[str, Any] = {"needs_label": False, "remembered": known, "header": False}
    said = problem("1,2\n", "t.csv", **options)
    assert said.startswith("t.csv:1: columns without names, but those of the training data have")
    assert said.endswith("(v0,v1); pass --values COLS, or '*' for all")
    named = read("1,2\n", "t.csv", **options, values=("*",))
    assert series(named[1]) == [([[1.0], [2.0]], None)]


def test_weights_and_groups_are_no_values() -> None:
    data = "v1,v2,v3,w,g,kind\n1,2,3,0.5,p,a\n1,2,3,2,p,b\n"
    source, records = read(data, "t.csv", weight="w", group="g")
    assert source.values == ("v1", "v2", "v3")
    assert [(r.weight, r.group) for r in records] == [(0.5, "p"), (2.0, "p")]


@given(st.lists(hostile_line))
def test_hostile_rows_never_raise(lines: list[bytes]) -> None:
    data = b"v1,v2,v3,kind\n" + b"".join(line + b"\n" for line in lines)
    _, records = read(data, "t.csv", needs_label=False, remembered=V)
    assert [r.number for r in records] == list(range(1, len(records) + 1))
    for record in records:
        assert (record.error is None) == (record.values is not None)
        assert record.error is None or show(record.error) == record.error


def test_half_a_million_numbers_are_read_in_linear_time(tmp_path: Any) -> None:
    draw = random.Random(0)
    path = tmp_path / "wide.csv"
    header = ",".join(f"v{k}" for k in range(500))
    rows = [
        ",".join(f"{draw.gauss(0, 1):.6f}" for _ in range(500)) + ",ab"[:2] for _ in range(1000)
    ]
    path.write_text("\n".join([f"{header},label", *rows]))
    started = time.process_time()
    with open_source(path, ReadOptions(), needs_label=True) as source:
        assert sum(len(r.values) for r in source if r.values is not None) == 500_000
    assert time.process_time() - started < 10  # what is quadratic takes minutes


def test_messages_name_many_bad_rows_each() -> None:
    data = "v1,v2,v3,kind\nx,1,1,a\n1,x,1,b\n1,1,x,a\n"
    found = problems(data, "t.csv", values=("v*",))
    assert [line[:21] for line in found] == [f"t.csv:{k + 1}: column 'v{k}':" for k in (1, 2, 3)]
