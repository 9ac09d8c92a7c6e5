"""Batches of epochs that are passes, and of epochs that are parts of one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.training.order import Order, num_batches

LENGTHS = np.random.default_rng(0).integers(1, 20, 40)


def rows_of(order, rows, epochs):
    return [row for epoch in epochs for batch in order.batches(rows, epoch) for row in batch]


@given(
    rows=st.integers(1, 40),
    batch_size=st.integers(1, 9),
    most=st.none() | st.integers(1, 50),
    passes=st.integers(1, 4),
)
def test_passes_follow_each_other_whatever_an_epoch_is(rows, batch_size, most, passes):
    some = np.flatnonzero(np.random.default_rng(rows).permutation(40) < rows)
    order, whole = Order(LENGTHS, batch_size, most, 3), Order(LENGTHS, batch_size, None, 3)
    number = order.num_batches(some)
    assert number == num_batches(rows, batch_size, most)
    assert number * batch_size < min(rows, most or rows) + batch_size
    expected = rows_of(whole, some, range(1, passes + 1))
    for turn in range(passes):
        assert sorted(expected[turn * rows : (turn + 1) * rows]) == some.tolist()
    epochs = passes * whole.num_batches(some) // number
    found = rows_of(order, some, range(1, epochs + 1))
    assert found == expected[: len(found)]


def test_an_epoch_depends_on_its_number_alone():
    rows, order = np.arange(40), Order(LENGTHS, 3, 10, 5)
    one_after_the_other = [rows_of(order, rows, [epoch]) for epoch in range(1, 12)]
    for epoch in (11, 4, 1, 7):
        anew = Order(LENGTHS, 3, 10, 5)
        assert rows_of(anew, rows, [epoch]) == one_after_the_other[epoch - 1]


@pytest.mark.parametrize("seed", [5, 6])
def test_each_pass_has_an_order_of_its_own(seed):
    order = Order(LENGTHS, 4, None, seed)
    first, second = (rows_of(order, np.arange(40), [epoch]) for epoch in (1, 2))
    assert first != second
    assert first != rows_of(Order(LENGTHS, 4, None, seed + 1), np.arange(40), [1])
