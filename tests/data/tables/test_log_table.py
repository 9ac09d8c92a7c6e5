"""Logs that are cut into windows: which rows are in them, their labels, gaps, and what is wrong.

Covers: data/windows, data/tables/header, data/tables/window_records, data/tables/live_sequence,
data/tables/log_clock, data/tables/log_columns.
"""

import dataclasses
import random
import tracemalloc
from typing import Any

import numpy as np
import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Record, Remembered
from grucli.data.tables import window_records
from grucli.data.tables.log_clock import are_in_order
from grucli.data.windows import label_of
from grucli.errors import ConfigError
from tests.data.reading import piped, problem, problems, read, stdin

ROWS = [f"{k},{k}.5,{10 * k},{'ab'[k // 4]}" for k in range(8)]
LOG = "\n".join(["t,x,y,kind", *ROWS]) + "\n"
KNOWN = Remembered(
    kind="series",
    time="t",
    values=("x", "y"),
    label="kind",
    delimiter=",",
    window=3,
    step=3,
    step_time=1.0,
    gap_time=3.0,
    row=("t", "x", "y", "kind"),
)


def cut(data: str, window: int, **options: Any) -> list[Record]:
    return read(data, "t.csv", window=window, **options)[1]


def firsts(records: list[Record]) -> list[float]:
    """Return the first value of each window; all of them must be sound."""
    assert [record.error for record in records if record.error] == []
    return [float(record.values[0, 0]) for record in records if record.values is not None]


def predicted(data: str, known: Remembered = KNOWN, **options: Any) -> Any:
    return piped(data, needs_label=False, remembered=known, **options)


def same(some: list[Record], others: list[Record]) -> bool:
    """Whether records are the same to the bit."""
    pairs = list(zip(some, others, strict=True))
    assert all(a.error is not None or a.values.tobytes() == b.values.tobytes() for a, b in pairs)
    plain = [[dataclasses.replace(each, values=None) for each in pair] for pair in pairs]
    return all(a == b for a, b in plain)


def test_a_log_without_an_id_is_one_sequence_and_its_columns_are_found() -> None:
    source, records = read(LOG, "t.csv", window=3)
    assert firsts(records) == [0.5, 3.5]
    assert records[1].values is not None
    assert records[1].values.tolist() == [[3.5, 30], [4.5, 40], [5.5, 50]]
    assert [record.label for record in records] == ["a", "b"]
    assert [record.span for record in records] == [("0", "2"), ("3", "5")]
    windows = [record.window for record in records if record.window is not None]
    assert [(w.sequence, w.first, w.last, w.lines) for w in windows] == [
        ("", 0, 2, (2, 4)),
        ("", 3, 5, (5, 7)),
    ]
    assert [record.cells[0] for record in records] == ["2", "5"]  # of the last row
    assert source.remembered == dataclasses.replace(KNOWN, encoding="utf-8")
    assert source.findings == (
        "a step a row, all of one sequence, 2 value columns (x, y), in the order of 't', "
        "label column 'kind' (pass --values/--time/--label to choose others)",
        "windows of 3 steps, one every 3, each with its last label",
    )
    assert source.found_later() == (
        "2 rows at the end or before a gap: no whole window of 3, left out",
    )


@pytest.mark.parametrize(
    ("step", "starts"), [(1, [0, 1, 2, 3, 4, 5]), (2, [0, 2, 4]), (3, [0, 3]), (5, [0, 5])]
)
def test_windows_begin_every_so_many_steps(step: int, starts: list[int]) -> None:
    records = cut(LOG, 3, step=step)
    assert firsts(records) == [start + 0.5 for start in starts]
    assert [record.number for record in records] == list(range(1, len(starts) + 1))
    answered = predicted(LOG, step=step)[1]
    assert firsts(answered) == firsts(records)


@pytest.mark.parametrize(
    ("labels", "last", "majority"),
    [
        ("aab", "b", "a"),
        ("abb", "b", "b"),
        ("abab", "b", "b"),  # a tie: what comes last
        ("baba", "a", "a"),
        ("ab-", "b", "b"),
        ("a--", "a", "a"),
        ("---", None, None),
    ],
)
def test_the_label_of_a_window(labels: str, last: str | None, majority: str | None) -> None:
    found = [None if label == "-" else label for label in labels]
    assert label_of(found, "last") == last
    assert label_of(found, "majority") == majority


def test_windows_without_a_label_are_left_out_and_said() -> None:
    data = LOG.replace(",a\n", ",\n")
    source, records = read(data, "t.csv", window=2)
    assert [(record.label, record.span) for record in records] == [
        ("b", ("4", "5")),
        ("b", ("6", "7")),
    ]
    assert source.found_later() == ("2 windows without a label are left out",)
    nothing = data.replace(",b\n", ",\n")
    assert problem(nothing, "t.csv", window=2, label="kind") == (
        "t.csv: no window of 2 steps has a label; fill the label column"
    )


def two_sensors(rows: int = 40) -> list[str]:
    return [
        f"{k},{name},{k + offset},{'ab'[k // 7 % 2]}"
        for k in range(rows)
        for name, offset in (("P", 0.25), ("Q", 0.75))
    ]


@pytest.mark.parametrize("name", ["sensor", "id", "which"])
def test_ids_may_take_turns_and_are_found_by_name_or_as_times_come_again(name: str) -> None:
    data = "\n".join([f"time,{name},x,kind", *two_sensors()]) + "\n"
    source, records = read(data, "t.csv", window=8)
    assert source.id == name
    assert firsts(records) == [k + each for k in range(0, 40, 8) for each in (0.25, 0.75)]
    sequences = [record.window.sequence for record in records if record.window]
    assert sequences == ["P", "Q"] * 5
    assert same(records, piped(data, window=8)[1])


def test_a_table_that_is_not_in_order_is_read_as_a_whole() -> None:
    rows = two_sensors()
    expected = "\n".join(["time,sensor,x,kind", *rows])
    shuffled = rows.copy()
    random.Random(1).shuffle(shuffled)
    for order in (rows[::-1], shuffled):
        data = "\n".join(["time,sensor,x,kind", *order])
        found, wanted = cut(data, 8, step=3), cut(expected, 8, step=3)
        assert sorted(firsts(found)) == sorted(firsts(wanted))
        known = read(expected, "t.csv", window=8)[0].remembered
        source, records = read(data, "t.csv", needs_label=False, remembered=known)
        assert len(records) == 10
        assert source.findings[0] == "rows are not in the order of 'time': all are read first"


def test_a_stream_is_answered_as_the_file_and_without_waiting_for_more() -> None:
    rng = random.Random(5)
    rows = [f"{k + rng.random() / 3 + 99 * (k > 30)},m{k % 3},{rng.gauss(0, 1)}" for k in range(99)]
    data = "\n".join(["t,unit,x", *rows]) + "\n"
    known = dataclasses.replace(
        KNOWN, id="unit", values=("x",), window=7, step=2, row=("t", "unit", "x"), gap_time=9.0
    )
    from_file = read(data, "t.csv", needs_label=False, remembered=known)
    streamed = predicted(data, known)
    assert same(from_file[1], streamed[1])
    assert len(streamed[1]) > 10
    assert from_file[0].found_later() == streamed[0].found_later()
    for length in (30, 60, 98):  # what comes later changes nothing
        part = "\n".join(["t,unit,x", *rows[:length]]) + "\n"
        begun = predicted(part, known)[1]
        assert same(begun, streamed[1][: len(begun)])


def test_a_pipe_that_begins_in_the_middle_has_the_columns_of_training() -> None:
    source, records = predicted("\n".join(ROWS[2:]))
    assert firsts(records) == [2.5, 5.5]
    assert source.columns == ("t", "x", "y", "kind")
    assert source.findings[0] == ("the first row is no header: columns as in training (t,x,y,kind)")
    unlabelled = "\n".join(row.rpartition(",")[0] for row in ROWS[2:])
    assert firsts(predicted(unlabelled)[1]) == [2.5, 5.5]


def test_a_gap_begins_anew_and_is_said_once() -> None:
    times = [k + 100 * (k >= 10) + 7 * (k >= 25) for k in range(40)]
    rows = [f"{time},{k}.0,{k}.0,a" for k, time in enumerate(times)]
    data = "\n".join(["t,x,y,kind", *rows])
    source, records = read(data, "t.csv", window=4)
    assert firsts(records) == [0, 4, 10, 14, 18, 25, 29, 33]
    assert source.found_later() == (
        "2 gaps in time, above 3 times the usual step of 1, the longest 101 before line 12: no "
        "window reaches over one (--gap-channel lets them)",
        "8 rows at the end or before a gap: no whole window of 4, left out",
    )
    source, records = read(data, "t.csv", window=4, gap_channel=True)
    assert firsts(records) == list(range(0, 40, 4))
    channel = np.concatenate([record.values for record in records if record.values is not None])
    expected = np.zeros(40)
    expected[10], expected[25] = np.log(101), np.log(8)
    assert channel[:, 2] == pytest.approx(expected)
    assert source.remembered.gap_channel
    (said,) = source.found_later()
    assert said.endswith("windows reach over them, and a channel says how long they are")


def test_dates_have_gaps_in_their_units_and_irregular_steps_have_none() -> None:
    rows = [f"2026-03-{1 + k // 12:02} {k % 12}:00:00,{k},a".replace(" ", " 0") for k in range(36)]
    rows = [row.replace(" 010", " 10").replace(" 011", " 11") for row in rows]
    source, records = read("\n".join(["time,x,kind", *rows]), "t.csv", window=12)
    assert firsts(records) == [0, 12, 24]
    assert (source.step_time, source.gap_time) == (3600, 10800)
    assert (
        "2 gaps in time, above 3 times the usual step of 60 min, the longest 13 h before"
        in (source.found_later()[0])
    )
    rng, time = random.Random(3), 0.0
    events = [f"{(time := time + rng.expovariate(1))},{k},a" for k in range(99)]
    source, records = read("\n".join(["time,x,kind", *events]), "t.csv", window=9)
    assert (len(records), source.gap_time) == (11, None)
    assert source.findings[-2].startswith("rows come at irregular times: none is a gap (--gap-ch")


def test_the_usual_step_and_the_gaps_are_those_of_the_rows_in_order() -> None:
    times = [*range(0, 24, 2), *range(50, 74, 2)]
    rows = [f"{time},{k},a" for k, time in enumerate(times)]
    random.Random(1).shuffle(rows)
    source, records = read("\n".join(["time,x,kind", *rows]), "t.csv", window=6)
    assert (source.step_time, source.gap_time) == (2, 6)
    assert firsts(records) == [0, 6, 12, 18]
    (said,) = source.found_later()
    assert said.startswith("1 gap in time, above 3 times the usual step of 2, the longest 28 bef")


def test_rows_of_one_moment_stay_in_their_order_and_are_counted() -> None:
    rows = [f"{k // 4},{k}.5,{k},a" for k in range(40)]
    source, records = read("\n".join(["t,x,y,kind", *rows]), "t.csv", window=10, gap_channel=True)
    assert firsts(records) == [0.5, 10.5, 20.5, 30.5]
    assert source.found_later() == (
        "30 rows with the time of the one before, in the order of the data (pass --id COL if they "
        "belong to several)",
    )
    assert records[0].values is not None
    assert records[0].values[:6, -1] == pytest.approx([0, *[np.log(0.1)] * 3, 0, np.log(0.1)])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("4,nan?,40,b", "column 'x': 'nan?' is no number"),
        ("4,,40,b", "column 'x': value is missing; fill it in, or pass --missing mask"),
        ("4,4.5,b", "row has 3 fields, header has 4"),
        ("soon,4.5,40,b", "time 'soon' is no number like the first; write 12.5"),
    ],
)
def test_a_bad_row_spoils_the_windows_it_is_in(row: str, message: str) -> None:
    rows = [*ROWS[:4], row, *ROWS[5:], *(f"{k},{k}.5,1,b" for k in range(8, 12))]
    data = "\n".join(["t,x,y,kind", *rows])
    records = predicted(data, step=1)[1]
    faults = [record.error for record in records if record.error is not None]
    assert all(fault.startswith(f"standard input:6: {message}") for fault in faults)
    bad = [k for k, record in enumerate(records) if record.error is not None]
    fewer = "fields" in message
    assert (len(records), len(bad)) == (9 if fewer else 10, 3)
    assert bad == list(range(bad[0], bad[0] + 3))


def test_a_clock_that_is_put_back_spoils_the_windows_over_that_moment_alone() -> None:
    rows = [f"{k % 6 + 1},{k},{k},a" for k in range(12)]
    records = predicted("\n".join(["t,x,y,kind", *rows]), step=1)[1]
    faults = [str(record.error) for record in records[4:6]]
    assert [record.error for record in records[:4] + records[7:]] == [None] * 7
    message = "standard input:8: time '1' is before that in line 7; sort the rows by time"
    assert faults == [message] * 2


def test_what_is_wrong_where_no_window_is_complete_is_told_too() -> None:
    records = predicted(LOG + "8,1\n")[1]
    assert [record.error is None for record in records] == [True, True, False]
    records = predicted("t,x,y,kind\n1\n")[1]
    assert [str(record.error)[:16] for record in records] == ["standard input:2"]
    records = predicted("t,x,y,kind\n1,2,3,a\nx,2,3,a\n")[1]
    assert [str(record.error)[:24] for record in records] == ["standard input:3: time '"]
    assert predicted("t,x,y,kind\n")[1] == []
    assert predicted("t,x,y,kind\n1,2,3,a\n")[1] == []


def test_missing_numbers_can_be_masked_and_take_no_step_away() -> None:
    rows = [*ROWS[:3], "3,,,a", "4,nan,,a", "5,?,,a", *ROWS[6:]]
    records = cut("\n".join(["t,x,y,kind", *rows]), 3, missing="mask")
    assert [record.values.shape for record in records if record.values is not None] == [(3, 2)] * 2
    assert records[1].values is not None
    assert np.isnan(records[1].values).all()


def test_too_few_rows_are_refused_to_learn_from_and_no_record_to_predict() -> None:
    assert problem(LOG, "t.csv", window=9) == (
        "t.csv: 8 rows, but nowhere 9 in a row; pass a smaller --window"
    )
    data = "\n".join(["time,sensor,x,kind", *two_sensors(6)])
    assert problem(data, "t.csv", window=9) == (
        "t.csv: 12 rows of 2 ids, but nowhere 9 in a row; pass a smaller --window"
    )
    source, records = predicted(LOG, window=9)
    assert records == []
    assert source.found_later()[-1].startswith("8 rows at the end")


def test_memory_holds_as_many_ids_as_fit_and_says_which_it_lets_go_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = dataclasses.replace(KNOWN, id="unit", values=("x",), time=None, row=())
    monkeypatch.setattr(window_records, "MOST_STEPS", 6)  # windows of 3: two ids
    rows = [f"{name},{k}" for k, name in enumerate("aabbcaabb")]
    source, records = predicted("\n".join(["unit,x", *rows]), known)
    assert firsts(records) == []
    assert "3 ids with an open window let go of: more than 2 at once" in source.found_later()
    assert firsts(predicted("unit,x\n" + "a,1\nb,2\n" * 3, known)[1]) == [1, 2]


def test_memory_does_not_grow_with_a_stream() -> None:
    known = dataclasses.replace(KNOWN, time=None, row=(), values=("x",))

    def most(rows: int) -> int:
        with (
            stdin("x,z\n" + "1,2\n" * rows),
            open_source("-", ReadOptions(), needs_label=False, remembered=known) as source,
        ):
            records = iter(source)
            next(records)
            tracemalloc.start()
            assert sum(1 for _ in records) == rows // 3 - 1
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return peak

    # Both beyond the 128 KiB that Python 3.14 reads ahead.
    assert most(120_000) < most(60_000) + 50_000


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (LOG, {"step": 2}, "--step: says how windows are cut; pass --window N, too"),
        (LOG, {"gap_channel": True}, "--gap-channel: says how windows are cut; pass --window N"),
        (
            LOG.replace("t,", "v,"),
            {"window": 2, "gap_channel": True, "values": ("x",)},
            "--gap-channel: no column says when a row was; pass --time COL",
        ),
        (
            LOG,
            {"window": 2, "window_label": "majority", "targets": "number", "label": "y"},
            "--window-label: majority counts labels, and numbers are to be predicted; pass last",
        ),
    ],
)
def test_what_does_not_fit_is_refused(data: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        read(data, "t.csv", **options)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.jsonl", '{"text": "a b", "label": "x"}\n'),
        ("t.txt", "__label__a some words\n"),
        ("t.ts", "@classLabel true a b\n@data\n1,2,3:a\n"),
    ],
)
def test_only_tables_are_cut(name: str, data: str) -> None:
    (found,) = problems(data, name, window=2)
    assert found.startswith("--window: cuts tables with a step a row; t.")


def test_a_model_that_had_no_channel_of_gaps_gets_none() -> None:
    with pytest.raises(ConfigError, match="--gap-channel: the model was trained without it"):
        predicted(LOG, gap_channel=True)


def test_the_order_of_times_is_told_by_the_first_row_that_breaks_it() -> None:
    rows = iter([("a", "3"), ("b", "1"), ("a", "4"), ("b", "2"), ("b", "1.5"), ("b", "9")])
    assert not are_in_order(rows)
    assert list(rows) == [("b", "9")]
    assert are_in_order([("a", "2020-01-01"), ("b", "2019-01-01"), ("a", "2020-01-01")])
    assert are_in_order([("a", "no time"), ("a", "2"), ("a", "no time"), ("a", "3")])
