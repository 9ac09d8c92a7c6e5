"""Windows on both sides of a split have no step in common."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.records import Record
from grucli.data.window_splits import Windows
from grucli.data.windows import Window


def windows(*spans: tuple[str, int, int]) -> Windows:
    records = [
        Record(
            number=k + 1,
            window=Window(sequence=name, first=first, last=last, lines=(first + 2, last + 2)),
        )
        for k, (name, first, last) in enumerate(spans)
    ]
    found = Windows.of(records)
    assert found is not None
    return found


def of_one(count: int, size: int, step: int, name: str = "") -> list[tuple[str, int, int]]:
    return [(name, k * step, k * step + size - 1) for k in range(count)]


def steps_of(found: Windows, rows: list[int]) -> set[tuple[int, int]]:
    spans = zip(found.sequences[rows], found.firsts[rows], found.lasts[rows], strict=True)
    return {(code, step) for code, first, last in spans for step in range(first, last + 1)}


def test_other_records_are_no_windows() -> None:
    whole = Record(number=1)
    assert Windows.of([whole]) is None
    assert Windows.of([]) is None
    cut = Record(number=2, window=Window(sequence="", first=0, last=3, lines=(2, 5)))
    assert Windows.of([cut, whole]) is None


SOME = st.lists(
    st.tuples(st.sampled_from("pqr"), st.integers(0, 60), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


@given(SOME, st.data())
def test_without_windows_at_borders_no_step_is_in_two_parts(
    spans: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, 9))
    found = windows(*((name, first, first + size - 1) for name, first, _ in spans))
    rows = range(len(spans))
    parts = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows))))
    left = np.flatnonzero(~found.at_borders(parts))
    sides = [steps_of(found, left[parts[left] == part].tolist()) for part in range(3)]
    assert not sides[0] & (sides[1] | sides[2])
    assert not sides[1] & sides[2]
    assert not found.at_borders(np.zeros(len(rows), np.int64)).any()


def test_as_few_as_can_be_are_left_out_at_a_border() -> None:
    found = windows(*of_one(10, 4, 2))
    assert np.flatnonzero(found.at_borders(np.repeat([0, 1], 5))).tolist() == [4]
    found = windows(*of_one(10, 4, 4))
    assert not found.at_borders(np.repeat([0, 1], 5)).any()


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_the_later_part_of_each_of_few_sequences(share: float) -> None:
    found = windows(*of_one(40, 8, 2, "p"), *of_one(20, 8, 2, "q")[::-1])
    parts = found.later(share, np.arange(60) // 2 % 2)
    assert parts is not None
    earlier, later = parts
    assert sorted([*earlier, *later]) == list(range(60))
    held = [round(share * 40), round(share * 20)]
    assert later.tolist() == [*range(40 - held[0], 40), *range(40, 40 + held[1])]


def test_a_class_of_the_first_or_last_days_alone_asks_for_blocks() -> None:
    found = windows(*of_one(40, 8, 2))
    assert found.later(0.25, np.repeat([0, 1], [32, 8])) is None
    assert found.later(0.25, np.eye(40, dtype=int)[20]) is not None  # one row says little
    blocks = windows(*of_one(200, 8, 2)).groups([0] * 160 + [1] * 40)
    assert blocks == sorted(blocks)  # type: ignore[type-var]
    assert len(set(blocks)) > 2


def test_many_sequences_stay_whole() -> None:
    found = windows(*(each for name in "abcdefghij" for each in of_one(5, 8, 2, name)))
    assert found.later(0.3, np.zeros(50, int)) is None
    assert found.groups([0] * 50) == [k // 5 for k in range(50)]


def test_blocks_end_where_the_class_changes_and_are_large_beside_what_is_lost() -> None:
    strata = np.arange(300) // 13 % 2
    blocks = windows(*of_one(300, 4, 4)).groups(strata)
    ends = [k for k in range(1, 300) if blocks[k] != blocks[k - 1]]
    assert all(strata[k] != strata[k - 1] for k in ends)
    assert len(ends) > 10
    overlapping = windows(*of_one(300, 40, 10))
    folds = np.array(overlapping.groups([0] * 300)) % 3
    assert 0 < overlapping.at_borders(folds).mean() < 0.2


def test_windows_of_several_sequences_that_stand_mixed_are_told_apart() -> None:
    spans = [(name, first, first + 3) for first in (4, 0, 2) for name in "ab"]
    found = windows(*spans)  # a: rows 0, 2, 4; b: rows 1, 3, 5
    assert found.at_borders(np.array([1, 0, 0, 0, 0, 0])).tolist() == [
        False,
        False,
        False,
        False,
        True,
        False,
    ]
    assert found.at_borders(np.array([0, 1, 0, 0, 1, 1])).tolist() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
