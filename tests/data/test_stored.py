"""Records in a temporary file: they come back as they were, one by one, in parts, by column."""

import dataclasses

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.stored import BLOCK_RECORDS, Records, column
from grucli.data.windows import Window

NUMBER = 2 * BLOCK_RECORDS + 7


def record(k):
    """Return one of many kinds; whole blocks of them lack what others have."""
    if k < BLOCK_RECORDS:
        return Record(number=k + 1, line=k + 2, text=f"text {k}", label="ab"[k % 2], weight=2.0)
    return Record(
        number=k + 1,
        lines=range(k, k + k % 3),
        text=("", "\ud800 好\n\0", None)[k % 3],
        labels=("x", "y") if k % 2 else (),
        tokens=("a", "b"),
        group=None if k % 5 else "g",
        span=("1", "2"),
        window=Window(sequence="s", first=k, last=k + 1, lines=(k, k + 2)) if k % 2 else None,
        cells=("id", str(k)),
    )


KEPT = [record(k) for k in range(NUMBER)]


def rows_of(seed, share):
    return np.flatnonzero(np.random.default_rng(seed).random(NUMBER) < share)


def test_all_come_back_in_their_order():
    found = Records.of(iter(KEPT))
    assert len(found) == NUMBER
    assert list(found) == list(found) == KEPT
    assert [found[k] for k in (0, BLOCK_RECORDS, -1)] == [KEPT[0], KEPT[BLOCK_RECORDS], KEPT[-1]]
    with pytest.raises(IndexError):
        found[NUMBER]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_parts_of_parts_come_back(share):
    found, rows = Records.of(KEPT), rows_of(0, share)
    part = found.at(rows)
    assert list(part) == [KEPT[k] for k in rows]
    assert list(part[1::3]) == list(part)[1::3]
    assert list(found[:0]) == []
    assert not found[:0]


@pytest.mark.parametrize("name", [each.name for each in dataclasses.fields(Record)])
def test_columns_are_those_of_the_records(name):
    found, rows = Records.of(KEPT), rows_of(1, 0.3)
    expected = [getattr(one, name) for one in KEPT]
    assert list(found.column(name)) == list(column(KEPT, name)) == expected
    assert list(column(found.at(rows), name)) == [expected[k] for k in rows]
    default = Record.__dataclass_fields__[name].default
    assert found.has(name) == any(value != default for value in expected)
    assert not found[:0].has(name)


def test_values_keep_their_type_and_large_records_stand_alone():
    series = [np.full((k + 1, 2), k / 3, np.float32) for k in range(3)]
    series.append(np.full((1 << 18, 1), np.nan))
    found = Records.of(Record(number=k, values=values) for k, values in enumerate(series))
    for one, values in zip(found, series, strict=True):
        assert one.values.dtype == values.dtype
        np.testing.assert_array_equal(one.values, values)


def test_who_changes_a_record_changes_nothing_here():
    found = Records.of(KEPT)
    for one in found:
        one.text = "other"
    assert list(found) == KEPT
