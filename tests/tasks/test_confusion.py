"""The matrix of which only filled cells are kept, against the full one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.tasks.confusion import Confusion


@st.composite
def answered(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    num_classes = draw(st.integers(2, 9))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, num_classes - 1)] * 2), max_size=30))
    truths, answers = np.array(pairs, np.int64).reshape(-1, 2).T
    return truths, answers, num_classes


@given(answered())
def test_it_is_the_full_matrix(case):
    truths, answers, num_classes = case
    full = np.zeros((num_classes, num_classes), int)
    np.add.at(full, (truths, answers), 1)

    confusion = Confusion.of(*case)

    assert len(confusion) == num_classes
    assert confusion.totals() == full.sum(axis=1).tolist()
    assert list(confusion) == full.tolist()
    assert confusion[num_classes - 1] == full[-1].tolist()
    order = np.argsort(-full, axis=None, kind="stable")
    wrong = [(*divmod(cell, num_classes), int(full.flat[cell])) for cell in order.tolist()]
    assert confusion.wrong() == [(t, a, count) for t, a, count in wrong if count and t != a]


def test_it_has_no_other_rows():
    confusion = Confusion.of(np.array([0]), np.array([1]), 2)

    for index in (-1, 2):
        with pytest.raises(IndexError):
            confusion[index]


def test_it_takes_room_for_rows_of_data_not_for_pairs_of_classes():
    classes = 10**6
    confusion = Confusion.of(np.array([7, 7, 9]), np.array([8, 8, 9]), classes)

    assert confusion.cells.size == confusion.counts.size == 2
    assert confusion.wrong() == [(7, 8, 2)]
    assert sum(confusion[7]) == confusion[7][8] == 2
