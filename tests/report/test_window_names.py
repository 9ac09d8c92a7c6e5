"""The columns that name a window."""

from grucli.data.records import Record, Remembered
from grucli.data.windows import Window
from grucli.report.window_names import WindowNames

WINDOW = Window(sequence="m1", first=4, last=7, lines=(6, 9))
CUT = Remembered(kind="series", window=4, id="unit", time="t")


def test_whole_sequences_have_no_such_columns() -> None:
    for data in (None, Remembered()):
        named = WindowNames.of(data)
        assert named.names == ()
        assert named.cells(Record(number=1)) == []


def test_a_window_is_named_by_its_id_and_its_times_or_else_its_lines() -> None:
    record = Record(number=1, window=WINDOW, span=("10:00", "10:03"))
    named = WindowNames.of(CUT)
    assert named.names == ("unit", "first_time", "last_time")
    assert named.cells(record) == ["m1", "10:00", "10:03"]
    assert named.cells(Record(number=2, error="no")) == ["", "", ""]
    named = WindowNames.of(Remembered(window=4))
    assert named.names == ("first_line", "last_line")
    assert named.cells(record) == ["6", "9"]


def test_no_two_columns_have_one_name() -> None:
    record = Record(number=1, window=WINDOW, span=("10:00", "10:03"))
    named = WindowNames.of(CUT, {"unit", "first_time"})
    assert named.names == ("window.first_time", "last_time")
    assert named.cells(record) == ["10:00", "10:03"]
