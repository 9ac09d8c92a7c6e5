"""Dates in their usual forms."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.dates import date_of, is_date, moments
from tests.strategies import unicode_text

START = datetime(2023, 12, 30, 22, 15)
FORMS = [
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%SZ", "%Y/%m/%d %H:%M"),
    *("%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m-%d-%Y %H:%M", "%d.%m.%y"),
    *("%d %b %Y %H:%M", "%b %d, %Y %I:%M:%S %p", "%B %d %Y", "%a %d %b %Y %H:%M", "%d-%b-%Y"),
    *("%Y年%m月%d日 %H:%M", "%Y-%m-%dT%H:%M:%S+01:00", "%Y-%m-%d %H:%M:%S UTC"),
]


@pytest.mark.parametrize("form", FORMS)
def test_dates_sort_as_the_moments_they_are(form: str) -> None:
    days = [START + timedelta(days=17 * k, minutes=37 * k) for k in range(40)]
    cells = [day.strftime(form) for day in days]
    assert all(map(is_date, cells))
    found = moments(cells)
    assert found is not None
    assert found == sorted(found)
    assert len(set(found)) == 40
    shuffled = cells.copy()
    random.Random(1).shuffle(shuffled)
    again = moments(shuffled)
    assert again is not None
    order = sorted(range(40), key=again.__getitem__)
    assert [shuffled[k] for k in order] == cells


@pytest.mark.parametrize("form", ["%H:%M", "%H:%M:%S", "%I:%M %p"])
def test_times_of_day_sort_too(form: str) -> None:
    cells = [(datetime(2024, 1, 1) + timedelta(minutes=29 * k)).strftime(form) for k in range(40)]
    found = moments(cells)
    assert found is not None
    assert found == sorted(found)


def test_numbers_are_moments_and_mixtures_are_none() -> None:
    assert moments(["1.5", "-2", "1700000000000000001"]) == [1.5, -2, 1700000000000000001]
    for cells in (["1", "2024-01-01"], ["2024-01-01", "soon"], ["", "1"]):
        assert moments(cells) is None


@pytest.mark.parametrize("form", ["{}", "2024-01-{:02}", "{}.01.2024"])
@pytest.mark.parametrize("bad", ["", "n/a", "soon"])
def test_a_cell_that_cannot_be_read_is_as_late_as_the_one_before(form: str, bad: str) -> None:
    cells = [form.format(k) for k in range(1, 21)]
    found = moments(cells)
    assert found is not None
    assert moments([*cells[:5], bad, *cells[6:]]) == [*found[:5], found[4], *found[6:]]
    assert moments([bad, *cells[1:]]) == [found[1], *found[1:]]
    assert moments([*cells[:5], *[bad] * 3, *cells[8:]]) is None


@pytest.mark.parametrize(
    "cell", ["1.2.3", "2024", "12", "10.0.0.1", "5 men", "May", "Mark 12", "a 5", "1-2", "", "9:5"]
)
def test_what_is_no_date(cell: str) -> None:
    assert not is_date(cell)


@given(st.lists(st.one_of(unicode_text, st.text("0123456789:-./ apmjan", max_size=20)), min_size=1))
def test_any_cells_have_an_order_or_none(cells: list[str]) -> None:
    found = moments(cells)
    assert found is None or len(sorted(found)) == len(cells)


def test_a_day_before_a_month_unless_the_numbers_say_otherwise() -> None:
    order: Callable[[list[str]], list[float] | None] = moments
    first, second = order(["05.06.2024", "06.05.2024"]) or (0, 0)
    assert first > second
    first, second, _ = order(["05/06/2024", "06/05/2024", "06/13/2024"]) or (0, 0, 0)
    assert first < second


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024/05/31 18:30:00", "2024-05-31T18:30:00"),
        ("2024年5月31日", "2024-05-31T00:00:00"),
        ("03.04.2024 07:05", "2024-04-03T07:05:00"),
        ("3.4.24", "2024-04-03T00:00:00"),
        ("31/05/2024 6:30 PM", "2024-05-31T18:30:00"),
        ("05/31/2024 12:00 AM", "2024-05-31T00:00:00"),
        ("05/05/2024", "2024-05-05T00:00:00"),
        ("1 Mar 2024 10:00", "2024-03-01T10:00:00"),
        ("Mar 1, 2024", "2024-03-01T00:00:00"),
        ("Fri Mar 1 10:00:00 2024", "2024-03-01T10:00:00"),
        ("2024/05/31 18:30:00.25 UTC", "2024-05-31T18:30:00.250000+00:00"),
        ("31.05.2024 18:30 +0200", "2024-05-31T18:30:00+02:00"),
        ("31.05.2024 18:30-05:30", "2024-05-31T18:30:00-05:30"),
    ],
)
def test_a_date_is_a_moment(cell: str, moment: str) -> None:
    found = date_of(cell)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "cell",
    ["03/04/2024", "3-4-2024 10:00", "10:30", "5 Jan", "31.02.2024", "32.13.2024", "soon", ""],
)
def test_what_is_no_date_or_could_be_two(cell: str) -> None:
    assert date_of(cell) is None
