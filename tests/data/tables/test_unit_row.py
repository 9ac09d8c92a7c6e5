"""A row of units below the header."""

import pytest

from grucli.data.records import Remembered
from grucli.data.tables.unit_row import are_units, is_row_of_units
from tests.data.reading import piped, problem, read, series

KNOWN = Remembered(kind="series", values=("v0", "v1", "v2"), label="label")
BODY = "1,2,3,a\n4,5,6,b\n7,8,9,a\n"
WIDE = "v0,v1,v2,label\n"


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "[mV]",
            "(s)",
            "[m/s^2]",
            "(°C)",
            "<g>",
            "[a.u.]",
            "mV",
            "s",
            "g",
            "m/s²",
            "m/s^2",
            "m s⁻¹",
        ),
        *(
            "°C",
            "%",
            "kHz",
            "Ω",
            "kΩ",
            "µV",
            "hPa",
            "bpm",
            "rpm",
            "rad/s",
            "km/h",
            "N·m",
            "mg/L",
            "min",
        ),
    ],
)
def test_units(cell: str) -> None:
    assert are_units([cell, "", "-"])
    assert not are_units([cell, "1.5"])
    assert not are_units(["", "-", " "])


@pytest.mark.parametrize(
    "cell", ["ERR", "on", "off", "fault", "1", "[1]", "m5x", "walk", "v1", "NaN"]
)
def test_no_units(cell: str) -> None:
    assert not are_units([cell])
    assert not is_row_of_units(["s01", cell, "7"])


@pytest.mark.parametrize("units", ["[mV],[mV],[mV],", "mV,mV,mV,class", " g , g , g ,-", "s,-,,"])
def test_a_row_of_units_is_passed_over_and_said(units: str) -> None:
    data = f"{WIDE}{units}\n{BODY}"
    plain = series(read(WIDE + BODY, "t.csv")[1])
    for records in (
        read(data, "t.csv")[1],
        read(data, "t.csv", values=("v*",), label="label")[1],
        read(data, "t.csv", remembered=KNOWN)[1],
        piped(data)[1],
        read(data, "t.csv", needs_label=False, remembered=KNOWN)[1],
        piped(data, needs_label=False, remembered=KNOWN)[1],
        read(f"{data}{WIDE}{units}\n", "t.csv")[1],  # of two files one after the other
    ):
        assert series(records) == plain
        assert [r.line for r in records] == [3, 4, 5]
    source, _ = read(data, "t.csv", needs_label=False, remembered=KNOWN)
    (said,) = source.found_later()
    assert said.startswith("passed over line 2, a row of units (")


def test_a_row_of_units_in_a_long_table() -> None:
    header = "id,time,x,y,label\n"
    body = "p,1,1,2,a\np,2,3,4,a\nq,1,5,6,b\nq,2,7,8,b\n"
    plain = series(read(header + body, "t.csv")[1])
    data = f"{header},s,m/s²,g,\n{body}"
    source, records = read(data, "t.csv")
    assert series(records) == plain
    known = source.remembered
    without = [values for values, _ in plain]
    for found in (
        read(data, "t.csv", needs_label=False, remembered=known)[1],
        piped(data, needs_label=False, remembered=known)[1],
    ):
        assert [values for values, _ in series(found)] == without


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("volt,volt,volt,", "no label; fill column 'label' or drop the row"),
        ("volt,volt,volt,x", "no number in any value column; delete the row if it holds names or"),
        ("ERR,ERR,ERR,a", "no number in any value column; "),
        ("1,mV,3,a", "column 'v1': 'mV' is no number; "),
    ],
)
def test_what_is_no_row_of_units_is_a_bad_row(row: str, message: str) -> None:
    assert problem(f"{WIDE}{row}\n{BODY}", "t.csv").startswith(f"t.csv:2: {message}")


def test_units_further_down_are_no_header_and_without_a_header_there_is_none() -> None:
    assert problem(f"{WIDE}1,2,3,b\nmV,mV,mV,a\n{BODY}", "t.csv").startswith("t.csv:3: no number")
    data = f"mV,mV,mV,a\n{BODY}"
    found = problem(data, "t.csv", header=False, values=("1", "2", "3"), label="4")
    assert found.startswith("t.csv:1: no number")


def test_a_short_text_below_the_header_is_a_text() -> None:
    _, records = read("text,label\nm,a\ng,b\n", "t.csv")
    assert [r.text for r in records] == ["m", "g"]
