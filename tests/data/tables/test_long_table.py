"""Long series: a row is a step."""

import dataclasses
import gzip
import os
import random
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.numbers import Missing
from grucli.data.records import ReadOptions, Remembered
from grucli.data.tables import long_table
from grucli.errors import show
from tests.data.reading import piped, problem, problems, read, series
from tests.strategies import hostile_line

ROWS = ["p,1,1,2,a", "p,2,3,4,a", "p,3,5,6,a", "q,1,7,8,b", "q,2,9,10,b", "r,1,.5,-1,a"]
HEADER = "case,t,x,y,kind"
TABLE = "\n".join([HEADER, *ROWS]) + "\n"
GIVEN = {"id": "case", "time": "t", "values": ("x", "y"), "label": "kind"}
EXPECTED = [
    ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "a"),
    ([[7.0, 8.0], [9.0, 10.0]], "b"),
    ([[0.5, -1.0]], "a"),
]
KNOWN = Remembered(
    kind="series", id="case", time="t", values=("x", "y"), label="kind", delimiter=","
)


def predicted(data: str | bytes, **arguments: Any) -> Any:
    return read(data, "t.csv", needs_label=False, remembered=KNOWN, **arguments)


def test_rows_of_an_id_are_a_sequence() -> None:
    source, records = read(TABLE, "t.csv", **GIVEN)
    assert series(records) == EXPECTED
    assert [(r.number, r.line) for r in records] == [(1, 2), (2, 5), (3, 7)]
    assert records[1].cells == ("q", "1", "7", "8", "b")
    assert source.remembered == KNOWN_WITH_ENCODING
    assert source.findings == ()
    assert series(piped(TABLE, **GIVEN)[1]) == EXPECTED
    assert series(read(TABLE.replace(",", "\t"), "t.tsv", **GIVEN)[1]) == EXPECTED


def test_long_sequences_are_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_table, "MOST_CELLS", 4)
    assert series(read(TABLE, "t.csv", **GIVEN)[1]) == EXPECTED
    assert series(piped(TABLE, **GIVEN)[1]) == EXPECTED
    for line, bad in ((2, "p,1,1,z,a"), (3, "p,2,3,z,a"), (4, "p,3,5,z,a"), (6, "q,2,9,z,b")):
        data = TABLE.splitlines()
        data[line - 1] = bad
        told = problem("\n".join(data), "t.csv", **GIVEN)
        assert told.startswith(f"t.csv:{line}: column 'y': 'z' is no number")


KNOWN_WITH_ENCODING = Remembered(
    kind="series",
    id="case",
    time="t",
    values=("x", "y"),
    label="kind",
    delimiter=",",
    encoding="utf-8",
)


def test_columns_are_found_and_said() -> None:
    data = TABLE.replace("case,t", "id,step").replace("kind", "label")
    for arguments in ({}, {"id": "id"}):
        source, records = read(data, "t.csv", **arguments)
        assert series(records) == EXPECTED
        assert source.findings == (
            "a step a row, sequences by 'id', 2 value columns (x, y), in the order of 'step', "
            "label column 'label' (pass --values/--id/--time/--label to choose others)",
        )
    source, _ = read(TABLE, "t.csv", id="case")  # `t` says nothing of time
    assert source.values == ("t", "x", "y")
    assert source.time is None
    assert source.label == "kind"


def test_a_file_to_learn_from_may_have_its_rows_anywhere() -> None:
    rows = ROWS.copy()
    random.Random(3).shuffle(rows)
    _, records = read("\n".join([HEADER, *rows]), "t.csv", **GIVEN)
    assert sorted(series(records)) == sorted(EXPECTED)
    first = [row[0] for row in rows]
    assert [r.cells[0] for r in records] == sorted(set(first), key=first.index)


def test_without_a_time_the_order_of_the_rows_counts() -> None:
    backwards = "\n".join([HEADER, *ROWS[::-1]])
    found = series(read(backwards, "t.csv", **{**GIVEN, "time": None})[1])
    assert found == [(values[::-1], label) for values, label in EXPECTED[::-1]]
    assert series(read(backwards, "t.csv", **GIVEN)[1]) == EXPECTED[::-1]


@pytest.mark.parametrize(
    "times",
    [
        ["10", "9", "8.5"],
        ["1e1", "9", "-3"],
        ["1700000000000000003", "1700000000000000002", "1700000000000000001"],
        ["2024-05-31", "2024-05-30T23:59:59.5", "2024-05-30 23:59:59"],
        ["2024-05-31T02:00+02:00", "2024-05-30T23:59Z", "2024-05-31T01:00+02:00"],
    ],
)
def test_times_order_as_numbers_or_dates(times: list[str]) -> None:
    rows = [f"p,{time},{value},0,a" for time, value in zip(times, (3, 2, 1), strict=True)]
    _, records = read("\n".join([HEADER, *rows, "q,1,0,0,b"]), "t.csv", **GIVEN)
    assert series(records)[0] == ([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]], "a")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("p,1,5,6,a", "t.csv:4: time '1' stands in line 2 too; give each step its own"),
        ("p,9:30,5,6,a", "t.csv:4: time '9:30' is no number like the first; write 12.5 or"),
        ("p,,5,6,a", "t.csv:4: time '' is no number like the first; "),
        ("p,2024-01-01,5,6,a", "t.csv:4: time '2024-01-01' is no number like the first; "),
        ("p,3,five,6,a", "t.csv:4: column 'x': 'five' is no number; "),
        ("p,3,5,,a", "t.csv:4: column 'y': value is missing; fill it in, or pass --missing mask"),
        ("p,3,5,inf,a", "t.csv:4: column 'y': 'inf' is no number; "),
        (
            "p,3,5,6,b",
            "t.csv:4: label 'b', but 'p' has 'a' in line 2; pass --window 20 or another N to ",
        ),
    ],
)
def test_a_step_that_cannot_be_used_spoils_its_sequence(row: str, message: str) -> None:
    data = "\n".join([HEADER, ROWS[0], ROWS[1], row, *ROWS[3:]])
    assert problem(data, "t.csv", **GIVEN).startswith(message)
    _, records = read(data, "t.csv", **GIVEN)
    assert [r.error is None for r in records] == [False, True, True]
    assert [r.cells[0] for r in records] == ["p", "q", "r"]
    assert [(r.number, r.line) for r in records] == [(1, 2), (2, 5), (3, 7)]


@pytest.mark.parametrize("row", ["p,1,5", ",3,5,6,a", '"p,3,5,6,a', "\x00,3,5,6,a"])
@pytest.mark.parametrize(("place", "spoilt"), [(0, "p"), (2, "p"), (3, "pq"), (4, "q"), (6, "r")])
def test_a_row_without_an_owner_spoils_its_neighbours(row: str, place: int, spoilt: str) -> None:
    data = "\n".join([HEADER, *ROWS[:place], row, *ROWS[place:]])
    for needs_label, known, options in ((True, None, GIVEN), (False, KNOWN, {})):
        _, records = read(data, "t.csv", needs_label=needs_label, remembered=known, **options)
        sound = [r.cells[0] for r in records if r.error is None]
        assert sound == [name for name in "pqr" if name not in spoilt]
        assert len(records) == 3
        for record in records:
            assert record.error is None or record.error.startswith(f"t.csv:{place + 2}: ")


def test_nothing_but_bad_rows_is_one_bad_record() -> None:
    _, records = predicted(f"{HEADER}\n1\n2\n")
    assert [str(r.error)[:22] for r in records] == ["t.csv:3: row has 1 fie"]
    assert predicted(f"{HEADER}\n")[1] == []


def test_an_id_that_comes_again_is_refused_in_a_stream_naming_both_lines() -> None:
    data = "\n".join([HEADER, *ROWS, "p,9,1,1,a", "p,10,1,1,a", "s,1,2,3,b"])
    _, records = piped(data, needs_label=False, remembered=KNOWN)
    assert [r.error is None for r in records] == [True, True, True, False, True]
    assert records[3].error == (
        "standard input:8: 'p' comes again, it began in line 2; sort the rows by 'case'"
    )


def test_a_file_to_predict_may_have_its_rows_anywhere() -> None:
    rows = [f"p{k % 7},{k},{k * 3 % 11},{k % 4},{'ab'[k % 7 % 2]}" for k in range(63)]
    for order in (rows, sorted(rows), [*rows[::-1], *rows[:0]]):
        data = "\n".join([HEADER, *order]) + "\n"
        learnt = read(data, "t.csv", **GIVEN)[1]
        source, records = predicted(data)
        assert [values for values, _ in series(records)] == [v for v, _ in series(learnt)]
        assert [(r.number, r.line) for r in records] == [(r.number, r.line) for r in learnt]
        said = "rows of one 'case' stand apart: all are read before the first answer"
        assert source.findings == (() if order == sorted(rows) else (said,))
        zipped, again = predicted(gzip.compress(data.encode()), format="csv")
        assert series(again) == series(records)
        assert zipped.findings == source.findings
    twice = data + data  # a header in the middle is no id that comes again
    assert len(predicted(twice.replace("p0", "q0", 1))[1]) == 8


def test_ids_without_a_header_and_files_that_are_cut() -> None:
    known = dataclasses.replace(KNOWN, header=False, id="1", time="2", values=("3", "4"), label="5")
    data = "1,2,3,4,a\n2,1,3,4,b\n1,1,5,6,a\n"
    _, records = read(data, "t.csv", needs_label=False, remembered=known)
    assert [values for values, _ in series(records)] == [[[5, 6], [3, 4]], [[3, 4]]]
    cut = gzip.compress("\n".join([HEADER, *ROWS]).encode())[:-9]
    assert "truncated" in str(problems(cut, "t.csv.gz", needs_label=False, remembered=KNOWN))


def test_what_is_remembered_holds_in_any_order_and_labels_are_not_looked_at() -> None:
    shuffled = "more,y,case,x,t\n" + "\n".join(
        ",".join(["z", y, case, x, t]) for case, t, x, y, _ in (row.split(",") for row in ROWS)
    )
    expected = [(values, None) for values, _ in EXPECTED]
    assert series(predicted(shuffled)[1]) == expected
    assert series(piped(shuffled, needs_label=False, remembered=KNOWN)[1]) == expected
    other = TABLE.replace("3,4,a", "3,4,other")
    assert [values for values, _ in series(predicted(other)[1])] == [v for v, _ in EXPECTED]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "cas,t,x,y",
            "no column 'case' (columns: cas,t,x,y); did you mean 'cas'?; pass --id COL, or",
        ),
        ("case,t,x,z", "no column 'y' (columns: case,t,x,z); pass --values COLS"),
        ("case,u,x,y", "no column 't' (columns: case,u,x,y); pass --time COL"),
    ],
)
def test_a_remembered_column_that_is_absent(header: str, message: str) -> None:
    data = f"{header}\np,1,2,3\n"
    found = problem(data, "t.csv", needs_label=False, remembered=KNOWN)
    assert found.startswith(f"t.csv:1: {message}")


def test_a_long_model_reads_a_wide_table_on_request() -> None:
    data = "v1,v2\n1,2\n3,\n"
    assert series(predicted(data, values=("v*",))[1]) == [([[1.0], [2.0]], None), ([[3.0]], None)]


def test_missing_steps_can_be_masked() -> None:
    data = TABLE.replace("3,4,a", "?,4,a")
    (first, *_) = read(data, "t.csv", **GIVEN, missing="mask")[1]
    assert str(first.values.tolist()) == "[[1.0, 2.0], [nan, 4.0], [5.0, 6.0]]"


@pytest.mark.parametrize("missing", ["refuse", "mask"])
def test_rows_without_a_value_after_the_last_one_in_time_make_it_shorter(missing: Missing) -> None:
    more = "p,9,NaN,?,a\np,8,,,a\n"
    _, records = read(f"{HEADER}\n{more}" + "\n".join(ROWS), "t.csv", **GIVEN, missing=missing)
    assert series(records) == EXPECTED


def test_missing_steps_are_refused_with_their_line() -> None:
    between = f"{HEADER}\np,9,5,6,a\np,1,,,a\np,5,NaN,3,a\n"
    assert problem(between, "t.csv", **GIVEN).startswith("t.csv:3: column 'x': value is missing; ")
    nothing = f"{HEADER}\np,9,NaN,,a\np,1,,,a\n"
    assert problem(nothing, "t.csv", **GIVEN) == (
        "t.csv:3: 'p' has no values; fill them in or drop its rows"
    )


def test_a_sequence_is_ready_when_the_next_one_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, TABLE.encode())
        with open_source("-", ReadOptions(), needs_label=False, remembered=KNOWN) as source:
            records = iter(source)
            for row_id in "pq":
                assert source.ready()
                assert next(records).cells[0] == row_id
            assert not source.ready()
            os.write(writing, b"r,2,1,1,a\ns,1,1,")
            assert not source.ready()
            os.write(writing, b"1,a\n")
            assert source.ready()
            assert len(next(records).values) == 2
            assert not source.ready()
            os.close(writing)
            assert source.ready()
            assert next(records).cells[0] == "s"
            assert source.ready()
            assert next(records, None) is None


def test_a_stream_remembers_no_more_than_so_many_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_table, "REMEMBERED_IDS", 2)
    data = "\n".join([HEADER, *(f"{name},1,1,1,a" for name in "pqrsps")])
    records = piped(data, needs_label=False, remembered=KNOWN)[1]
    assert [r.error is None for r in records] == [True] * 5 + [False]


@given(st.lists(st.one_of(hostile_line, st.sampled_from([row.encode() for row in ROWS]))))
def test_hostile_rows_never_raise(lines: list[bytes]) -> None:
    data = HEADER.encode() + b"\n" + b"".join(line + b"\n" for line in lines)
    _, records = predicted(data)
    assert [r.number for r in records] == list(range(1, len(records) + 1))
    for record in records:
        assert (record.error is None) == (record.values is not None)
        assert record.error is None or show(record.error) == record.error
    learnt = problems(data, "t.csv", **GIVEN)
    assert all(line.startswith("t.csv") for line in learnt)
