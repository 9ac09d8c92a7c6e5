"""Write `dates_train.csv` and `dates_test.csv`: dates and times as people write them, to ISO 8601.

Each row is a date, a time of day, or both:

    the third of March 1999             1999-03-03
    Wed, 12 June 2041                   2041-06-12
    half past nine in the evening       21:30
    May 5th, 2019 at 3:20 pm            2019-05-05T15:20

Days, months, years from 1900 to 2099, minutes and the ways to write them are drawn at random, each
as likely as any other; a weekday is that of its date. No source stands twice.

Run `python make_dates.py` to write both files again; they come out equal to the committed ones.
Only NumPy is needed.
"""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

NUM_TRAIN = 1500
NUM_TEST = 300
SEED = 8601  # the number of the standard
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
HOURS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)

Row = tuple[str, str]


def below(rng: np.random.RandomState, number: int) -> int:
    """Draw a whole number from 0 on, below `number`."""
    return int(rng.randint(number))


def one_of(rng: np.random.RandomState, ways: Sequence[str]) -> str:
    """Draw one of several texts."""
    return ways[below(rng, len(ways))]


def ordinal(day: int) -> str:
    """Return the number of a day as in "3rd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}th" if 10 < day < 14 else f"{day}{ending}"


def ordinal_words(day: int) -> str:
    """Return the number of a day as in "twenty-third"."""
    if day <= len(ORDINALS):
        return ORDINALS[day - 1]
    if day == 30:
        return "thirtieth"
    return f"{'twenty' if day < 30 else 'thirty'}-{ORDINALS[day % 10 - 1]}"


def make_date(rng: np.random.RandomState) -> Row:
    """Draw a date and a way to write it."""
    one = FIRST_DAY + timedelta(days=below(rng, (LAST_DAY - FIRST_DAY).days + 1))
    day, month, year, weekday = one.day, MONTHS[one.month - 1], one.year, WEEKDAYS[one.weekday()]
    text = one_of(
        rng,
        (
            f"{month} {day}, {year}",
            f"{month} {ordinal(day)}, {year}",
            f"{month[:3]} {day} {year}",
            f"{day} {month} {year}",
            f"{day} {month[:3]} {year}",
            f"{weekday}, {day} {month} {year}",
            f"{weekday[:3]}, {day} {month[:3]} {year}",
            f"{weekday}, {month} {ordinal(day)}, {year}",
            f"the {ordinal(day)} of {month} {year}",
            f"the {ordinal_words(day)} of {month} {year}",
            f"{month} the {ordinal_words(day)}, {year}",
        ),
    )
    return text, one.isoformat()


def make_time(rng: np.random.RandomState) -> Row:
    """Draw a time of day and a way to write it."""
    hour, minute = below(rng, 24), below(rng, 60)
    half, twelve = ("am", "pm")[hour // 12], (hour - 1) % 12 + 1
    way = below(rng, 6)
    if way == 0:
        return f"{twelve} {half}", f"{hour:02}:00"
    if way == 1:
        return f"{twelve}:{minute:02} {half}", f"{hour:02}:{minute:02}"
    if way == 2:
        return f"{twelve}.{minute:02} {half[0]}.m.", f"{hour:02}:{minute:02}"
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    word = HOURS[twelve - 1]
    if way == 3:
        return f"half past {word} {part}", f"{hour:02}:30"
    if way == 4:
        return f"a quarter past {word} {part}", f"{hour:02}:15"
    return f"{word} o'clock {part}", f"{hour:02}:00"


def make_row(rng: np.random.RandomState) -> Row:
    """Draw a date, a time of day, or both."""
    kind = below(rng, 10)
    if kind < 6:
        return make_date(rng)
    if kind < 8:
        return make_time(rng)
    (day, day_iso), (time, time_iso) = make_date(rng), make_time(rng)
    return f"{day} at {time}", f"{day_iso}T{time_iso}"


def make() -> list[Row]:
    """Make the rows of both splits from SEED."""
    # RandomState and not default_rng: NumPy promises that its stream never changes.
    rng, rows = np.random.RandomState(SEED), dict[str, str]()
    while len(rows) < NUM_TRAIN + NUM_TEST:
        source, target = make_row(rng)
        rows[source] = target
    return list(rows.items())


def main() -> None:
    """Write both files beside this program."""
    rows, folder = make(), Path(__file__).resolve().parent
    for name, part in (("train", rows[:NUM_TRAIN]), ("test", rows[NUM_TRAIN:])):
        with (folder / f"dates_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([("source", "target"), *part])


if __name__ == "__main__":
    main()
