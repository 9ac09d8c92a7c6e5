"""Sequences of unequal lengths behave as rows of an array would."""

import pickle

import numpy as np
import pytest

from grucli.engine.steps import Steps, joined, shared


def drawn(lengths, seed=0, tags=3):
    rng = np.random.default_rng(seed)
    return Steps(
        values=rng.normal(size=(sum(lengths), tags)),
        lengths=np.array(lengths),
        chains=rng.normal(size=(len(lengths), tags + 2, tags)),
    )


def rows_of(steps):
    return [
        (values.tolist(), chain.tolist())
        for values, chain in zip(steps.per_sequence(), steps.chains, strict=True)
    ]


@pytest.mark.parametrize(
    "rows",
    [np.array([2, 0, 0]), np.array([], int), slice(1, 3), np.array([True, False, True, False])],
)
def test_rows_are_selected_as_from_a_list(rows):
    steps = drawn([2, 1, 4, 3])
    chosen = np.arange(4)[rows]
    assert rows_of(steps[rows]) == [rows_of(steps)[k] for k in chosen]
    assert len(steps[rows]) == len(chosen)


def test_rows_are_written_where_they_are_named():
    steps, others = drawn([2, 1, 4, 3]), drawn([4, 2], seed=1)
    before = rows_of(steps)
    steps[np.array([2, 0])] = others
    first, second = rows_of(others)
    assert rows_of(steps) == [second, before[1], first, before[3]]
    with pytest.raises(ValueError, match="other lengths"):
        steps[np.array([0, 2])] = others


def test_factors_and_sums_reach_scores_and_chains():
    steps, other = drawn([2, 3]), drawn([2, 3], seed=1)
    for factor in (2.5, np.float64(2.5)):
        both = factor * steps + other * 3.0
        np.testing.assert_array_equal(both.values, 2.5 * steps.values + 3 * other.values)
        np.testing.assert_array_equal(both.chains, 2.5 * steps.chains + 3 * other.chains)
    alone = Steps(values=np.arange(3), lengths=np.array([1, 2]))
    assert (2 * alone).chains is None
    assert (alone + alone).chains is None


def test_a_chain_that_all_share_takes_no_memory_of_its_own():
    chain = np.arange(15.0).reshape(5, 3)
    steps = Steps(values=np.ones((4, 3)), lengths=np.array([3, 1]), chains=shared(chain, 2))
    for found in (steps[np.array([1, 0, 1])], 2.0 * steps, steps[:1], steps[np.array([False] * 2)]):
        assert found.chains.strides[0] == 0
        assert found.chains.shape == (len(found), 5, 3)
    np.testing.assert_array_equal((2.0 * steps).chains[1], 2 * chain)
    steps[np.array([1])] = Steps(values=np.zeros((1, 3)), lengths=np.array([1]), chains=None)
    assert steps.values.sum() == 9
    np.testing.assert_array_equal(steps.chains[1], chain)


def test_parts_are_joined_in_their_order():
    parts = drawn([2, 1]), drawn([3], seed=1)
    assert rows_of(joined(parts)) == [*rows_of(parts[0]), *rows_of(parts[1])]
    bare = [Steps(values=part.values, lengths=part.lengths) for part in parts]
    assert joined(bare).chains is None


def test_sequences_without_an_input_have_no_step():
    steps = drawn([2, 1, 3])
    found = steps.emptied(np.array([False, True, False]))
    assert found.lengths.tolist() == [2, 0, 3]
    own = steps.per_sequence()
    for values, expected in zip(found.per_sequence(), (own[0], own[1][:0], own[2]), strict=True):
        np.testing.assert_array_equal(values, expected)
    assert found.chains is steps.chains


@pytest.mark.parametrize("number", [0, 1, 500])
def test_a_chain_that_all_share_is_pickled_once(number):
    chain = np.arange(15.0).reshape(5, 3)
    steps = Steps(
        values=np.ones((number, 3)), lengths=np.ones(number, int), chains=shared(chain, number)
    )
    for given in (steps, drawn([2, 3]), Steps(values=np.arange(3), lengths=np.array([1, 2]))):
        words = pickle.dumps(given, protocol=5)
        found = pickle.loads(words)
        np.testing.assert_array_equal(found.values, given.values)
        np.testing.assert_array_equal(found.lengths, given.lengths)
        assert (found.chains is None) == (given.chains is None)
        if given.chains is not None:
            np.testing.assert_array_equal(found.chains, given.chains)
    assert len(pickle.dumps(steps, protocol=5)) < 32 * number + 1000
