"""The packed order against a literal loop over steps and rows, for random lengths."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grucli.engine.cells.gated import states_before
from grucli.engine.packing import MOST_STEPS_HELD, Packing, slices
from grucli.engine.tape import Tape

B_LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=9).map(
    lambda lengths: sorted(lengths, reverse=True)
)


def each_profile(test):
    for lengths in ([1], [5], [1, 1, 1], [4, 4, 4], [9, 1], [2, 2, 1, 1]):
        test = example(lengths=lengths)(test)
    return given(lengths=B_LENGTHS)(test)


def literal_order(lengths):
    """(step, row) of each packed row."""
    return [
        (t, row) for t in range(max(lengths)) for row in range(len(lengths)) if t < lengths[row]
    ]


@each_profile
def test_order_is_that_of_the_loop(lengths):
    packing, order = Packing(np.array(lengths)), literal_order(lengths)
    assert (packing.batch_size, packing.num_steps) == (len(lengths), max(lengths))
    assert packing.size == len(order) == sum(lengths)
    assert list(zip(packing.step.tolist(), packing.row.tolist(), strict=True)) == order
    rows_at = [[k for k, (step, _) in enumerate(order) if step == t] for t in range(max(lengths))]
    assert packing.active.tolist() == [len(rows) for rows in rows_at]
    assert packing.offsets.tolist() == [rows[0] for rows in rows_at] + [len(order)]
    assert [list(range(len(order)))[rows] for rows in packing.slices] == rows_at


@each_profile
def test_last_is_each_rows_last_step(lengths):
    order = literal_order(lengths)
    expected = [order.index((length - 1, row)) for row, length in enumerate(lengths)]
    assert Packing(np.array(lengths)).last.tolist() == expected


@each_profile
def test_mirror_counts_from_each_rows_own_end(lengths):
    packing, order = Packing(np.array(lengths)), literal_order(lengths)
    expected = [order.index((lengths[row] - 1 - step, row)) for step, row in order]
    assert packing.mirror.tolist() == expected
    assert packing.mirror[packing.mirror].tolist() == list(range(len(order)))


@each_profile
def test_previous_is_the_state_before(lengths):
    packing, order = Packing(np.array(lengths)), literal_order(lengths)
    initial = [(-1, row) for row in range(len(lengths))]
    states = np.array(initial + order)
    assert states[packing.previous].tolist() == [[step - 1, row] for step, row in order]


@each_profile
def test_steps_are_where_rows_and_states_stand(lengths):
    packing = Packing(np.array(lengths))
    states = [*((-1, row) for row in range(len(lengths))), *literal_order(lengths)]
    for now, (at, before, after, way, before_way) in enumerate(packing.steps):
        assert at == packing.slices[now]
        rows = [row for t, row in literal_order(lengths) if t == now]
        assert states[before] == [(now - 1, row) for row in rows]
        assert states[after] == [(now, row) for row in rows]
        assert (way, before_way) == (at, before)


@each_profile
def test_steps_both_ways_are_counted_in_rows_of_either(lengths):
    packing = Packing(np.array(lengths))
    for both, one in zip(packing.both_ways.steps, packing.steps, strict=True):
        for rows, single in zip(both[:3], one[:3], strict=True):
            assert (rows.start, rows.stop) == (2 * single.start, 2 * single.stop)
        assert both[3:] == one[3:]


def test_batches_of_one_shape_are_known_unless_they_are_long():
    assert Packing(np.array([3, 2])).shape == Packing(np.array([3, 2])).shape is not None
    assert Packing(np.array([3, 2])).shape != Packing(np.array([2, 2])).shape
    assert Packing(np.array([3, 2])).shape != Packing(np.array([3, 2])).both_ways.shape
    assert Packing(np.array([MOST_STEPS_HELD + 1])).shape is None


@each_profile
def test_both_ways_has_two_rows_for_each_sequence(lengths):
    packing = Packing(np.array(lengths))
    both, expected = packing.both_ways, Packing(np.repeat(lengths, 2))
    for name in ("lengths", "active", "offsets", "last", "mirror"):
        assert getattr(both, name).tolist() == getattr(expected, name).tolist(), name
    order = [(step, row, way) for step, row in literal_order(lengths) for way in "><"]
    turned = [(s if w == ">" else lengths[row] - 1 - s, row, w) for s, row, w in order]
    assert [order[k] for k in packing.turned] == turned


def test_equal_lengths_need_no_copy_of_the_states():
    states = np.zeros((9, 2))
    assert np.shares_memory(states[Packing(np.array([2, 2, 2])).previous], states)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.int64])
def test_lengths_of_any_integer_type(kind):
    packing = Packing(np.array([3, 2], kind))
    assert packing.lengths.dtype == packing.active.dtype == packing.offsets.dtype == np.int64
    assert packing.mirror.tolist() == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("lengths", [[], [0], [3, 0], [2, -1], [1, 2], [3, 1, 2]])
def test_bad_lengths_are_refused(lengths):
    with pytest.raises(ValueError, match="at least 1 and sorted by falling length"):
        Packing(np.array(lengths, np.int64))


@given(lengths=B_LENGTHS, most_rows=st.integers(0, 40))
def test_blocks_are_runs_of_steps_as_long_as_allowed(lengths, most_rows):
    packing = Packing(np.array(lengths))
    blocks = packing.blocks(most_rows)
    assert [step for steps, _ in blocks for step in steps] == packing.steps
    position = 0
    for steps, rows in blocks:
        assert rows.start == position == steps[0][0].start
        assert rows.stop == steps[-1][0].stop
        position = rows.stop
        assert len(steps) == 1 or rows.stop - rows.start <= most_rows
    for (_, rows), (steps, _) in itertools.pairwise(blocks):
        assert steps[0][0].stop - rows.start > most_rows


@each_profile
def test_the_states_before_a_block_are_those_of_its_rows(lengths):
    packing = Packing(np.array(lengths))
    states = np.arange((packing.batch_size + packing.size) * 3.0).reshape(-1, 3)
    whole = states[packing.previous]
    for _, rows in packing.blocks(5):
        np.testing.assert_array_equal(
            states_before(states, packing, rows, Tape(float)), whole[rows]
        )


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 20))
def test_slices_hold_every_row_once_and_no_more_than_asked_for(sizes, most):
    found = list(slices(np.array(sizes, np.int64), most))
    assert [row for each in found for row in range(each.start, each.stop)] == list(
        range(len(sizes))
    )
    for each, following in itertools.pairwise(found):
        own = sum(sizes[each])
        assert own <= most or each.stop == each.start + 1
        assert own + sizes[following.start] > most  # the next one had no room
