"""What a column holds, told by its name and its cells."""

import pytest

from grucli.data.tables import column_kinds as kinds


@pytest.mark.parametrize("name", ["t", "Time (s)", "frame", "elapsed_time_ms", "时间", "step no"])
def test_names_of_times(name: str) -> None:
    assert kinds.is_time_name(name)


@pytest.mark.parametrize(
    "name", ["", "Unnamed: 0", "subject_id", "patientId", "Row Number", "序号"]
)
def test_names_that_tell_rows_apart(name: str) -> None:
    assert kinds.is_index_name(name)


@pytest.mark.parametrize("name", ["text", "idea", "timely", "humid"])
def test_names_of_neither(name: str) -> None:
    assert not kinds.is_time_name(name)
    assert not kinds.is_index_name(name)


@pytest.mark.parametrize(
    ("cells", "numeric", "mostly"),
    [
        (["1", "2.5", "-3e4"], True, True),
        (["1", "NA", "", "2"], True, True),
        (["", ""], True, True),
        (["1", "2", "3", "x", "4"], True, True),
        (["1", "2", "x", "y", "3"], False, True),
        (["1", "x"], False, False),
    ],
)
def test_numbers_with_a_few_cells_that_are_none(
    cells: list[str], numeric: bool, mostly: bool
) -> None:
    assert (kinds.is_numeric(cells), kinds.is_mostly_numeric(cells)) == (numeric, mostly)


@pytest.mark.parametrize(
    ("cells", "symbols", "codes"),
    [
        (["0110", "1010"], True, True),
        (["1234567890123"], True, True),
        (["12", "34"], False, True),
        (["p001", "p002"], False, True),
        (["rec_1.wav", "rec_12.wav"], False, True),
        (["3 lamps", "4 lamps"], False, False),
        (["lamp"], False, False),
        ([], False, False),
    ],
)
def test_digits_that_are_symbols_and_codes(cells: list[str], symbols: bool, codes: bool) -> None:
    assert (kinds.is_symbols(cells), kinds.is_codes(cells)) == (symbols, codes)


def test_dates_may_have_an_odd_one_among_them() -> None:
    assert kinds.is_dates(["2024-01-01", "2024-01-02", "unknown"])
    assert not kinds.is_dates(["2024-01-01", "soon"])
    assert not kinds.is_dates(["", " "])


def test_rows_are_counted_from_eight_on() -> None:
    count = [str(k) for k in range(5, 13)]
    assert kinds.counts(count)
    assert not kinds.counts(count[:7])
    assert not kinds.counts([*count[:-1], "99"])
    assert kinds.rises(["1", "1.5", "9"])
    assert not kinds.rises(["1", "1"])


def test_times_rise_in_each_sequence_or_fill_one_grid() -> None:
    assert kinds.orders_steps([["0", "1", "2", "3"], ["10", "20", "30", "40"]])
    assert not kinds.orders_steps([["0", "1", "1", "3"], ["10", "20", "30", "40"]])
    shuffled = [["2", "0", "1", "3"]] * 9
    assert kinds.orders_steps(shuffled)
    assert not kinds.orders_steps([["2", "0", "1", "7"]] * 9)  # uneven steps


def test_groups_stand_together() -> None:
    assert kinds.runs(["a", "a", "b", "a"]) == [2, 1, 1]
    assert kinds.is_grouped(["a", "a", "b", "b", "c"])
    assert not kinds.is_grouped(["a", "a", "b", "b", "a"])
    assert not kinds.is_grouped(["a", "b", "b"])


@pytest.mark.parametrize(
    ("name", "stem", "number"),
    [("v25", "v*", 25), ("400.1", "*", 400.1), ("a1_b2c", "a1_b*c", 2), ("text", "text", -1)],
)
def test_stems_and_numbers_of_names(name: str, stem: str, number: float) -> None:
    assert kinds.stem_and_number(name) == (stem, number)
