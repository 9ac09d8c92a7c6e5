"""Examples and the border to packed, time-major batches."""

import dataclasses
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grucli.data import batches
from grucli.data.batches import bounded, deal, pack
from grucli.engine.steps import Steps
from tests.examples import joined

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=20)


def numbered(lengths):
    """Sequences whose steps say (row, step)."""
    sequences = [
        np.array([(row, step) for step in range(length)], np.float32)
        for row, length in enumerate(lengths)
    ]
    return joined(sequences, list(range(len(lengths))))


def unpacked(batch):
    """The sequences of a batch by row, read step by step."""
    rows = [[] for _ in batch.rows]
    position = 0
    for active in batch.packing.active:
        for b in range(active):
            rows[b].append(tuple(batch.x[position]))
            position += 1
    return rows


@given(LENGTHS, st.randoms(use_true_random=False))
def test_a_batch_holds_exactly_its_rows_sorted_by_length(lengths, random):
    examples = numbered(lengths)
    wanted = random.sample(range(len(lengths)), random.randint(1, len(lengths)))
    batch = pack(examples, np.array(wanted))
    assert sorted(batch.rows) == sorted(wanted)
    assert list(batch.packing.lengths) == sorted((lengths[row] for row in wanted), reverse=True)
    assert list(batch.targets) == list(batch.rows)
    for row, steps in zip(batch.rows, unpacked(batch), strict=True):
        assert steps == [(row, step) for step in range(lengths[row])]


@given(LENGTHS, st.integers(1, 7), st.integers(1, 40))
def test_bounded_batches_hold_each_row_once_within_their_bounds(lengths, rows, steps):
    with mock.patch.multiple(batches, MOST_ROWS=rows, MOST_STEPS=steps):
        found = list(bounded(numbered(lengths)))
    assert sorted(np.concatenate([batch.rows for batch in found])) == list(range(len(lengths)))
    for batch in found:
        count, longest = len(batch.rows), batch.packing.lengths[0]
        assert count <= rows
        assert count == 1 or count * longest <= steps


@given(LENGTHS, st.randoms(use_true_random=False))
def test_select_keeps_the_wanted_sequences_in_the_wanted_order(lengths, random):
    examples = numbered(lengths)
    wanted = random.choices(range(len(lengths)), k=random.randint(1, 10))
    selected = examples.select(np.array(wanted))
    expected = [(row, step) for row in wanted for step in range(lengths[row])]
    assert [tuple(step) for step in selected.steps] == expected
    assert list(selected.targets) == wanted


def test_targets_a_step_are_selected_and_packed_with_their_sequences():
    lengths = np.array([2, 3, 1])
    steps = Steps(values=np.arange(6), lengths=lengths)
    examples = dataclasses.replace(joined([np.arange(n) for n in lengths]), targets=steps)
    assert examples.num_targets(np.array([0, 2])) == 3
    assert examples.select(np.array([2, 0])).targets.values.tolist() == [5, 0, 1]
    assert pack(examples, np.array([0, 1])).targets.values.tolist() == [2, 3, 4, 0, 1]
    labels = joined([np.arange(n) for n in lengths], [4, 5, 6])
    assert labels.num_targets(np.array([0, 2])) == 2


def test_a_deal_has_each_row_once_and_similar_lengths_together():
    rng = np.random.default_rng(0)
    rows = np.arange(500, 1503)
    lengths = rng.integers(1, 200, 2000)
    dealt = deal(rows, lengths, 10, rng)
    found = [dealt[k] for k in range(len(dealt))]
    assert sorted(np.concatenate(found)) == rows.tolist()
    assert sorted(len(rows) for rows in found) == [3, *[10] * 100]
    assert np.mean([np.ptp(lengths[rows]) for rows in found]) < 10
    other = deal(rows, lengths, 10, rng)
    assert not all(np.array_equal(rows, other[k]) for k, rows in enumerate(found))
