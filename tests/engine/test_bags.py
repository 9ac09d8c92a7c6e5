"""Vectors of a token and its n-grams against dense products and against strings."""

import numpy as np
import pytest

from grucli.engine import bags
from grucli.engine.bags import NONE
from grucli.engine.packing import Packing

OWN = np.array([3, 0, 3, 1], np.int32)
BAGS = {
    "unequal": [[4, 6, NONE], [NONE, NONE, NONE], [5, 4, 4], [6, NONE, NONE]],
    "empty": [[NONE]] * 4,
    "of no width": [[]] * 4,
    "full": [[4, 5], [5, 4], [6, 6], [3, 0]],
}


def dense(own, held, rows=7):
    """The (M, R) matrix whose product with a table is what `forward` gives."""
    matrix = np.zeros((len(own), rows))
    for k, (token, bag) in enumerate(zip(own, held, strict=True)):
        matrix[k, token] += 1
        filled = [row for row in bag if row != NONE]
        for row in filled:
            matrix[k, row] += 1 / len(filled)
    return matrix


@pytest.mark.parametrize("held", BAGS.values(), ids=BAGS)
def test_vectors_and_their_gradient_equal_a_dense_product(held):
    rng = np.random.default_rng(0)
    held = np.array(held, np.int32)
    table, d_x = rng.normal(size=(7, 3)), rng.normal(size=(4, 3))
    matrix, before = dense(OWN, held), table.copy()
    np.testing.assert_allclose(bags.forward(table, OWN, held), matrix @ table, atol=1e-14)
    np.testing.assert_array_equal(table, before)
    rows, gradients = bags.backward(OWN, held, d_x)
    found = np.zeros_like(table)
    found[rows] = gradients
    np.testing.assert_allclose(found, matrix.T @ d_x, atol=1e-14)
    assert rows.tolist() == np.flatnonzero(matrix.any(axis=0)).tolist()


def test_float32_stays_float32():
    held = np.array(BAGS["unequal"], np.int32)
    x = bags.forward(np.ones((7, 3), np.float32), OWN, held)
    rows, gradients = bags.backward(OWN, held, x)
    assert (x.dtype, gradients.dtype, rows.dtype) == (np.float32, np.float32, np.int32)


def test_contexts_are_equal_where_the_last_three_tokens_are():
    rng = np.random.default_rng(1)
    lengths = np.array([9, 7, 7, 3, 1, 1])
    packing = Packing(lengths)
    ids = rng.integers(0, 3, packing.size).astype(np.int32)
    found = bags.contexts(ids, packing)
    at = {
        (row, step): k for k, (row, step) in enumerate(zip(packing.row, packing.step, strict=True))
    }
    meaning = [
        tuple(ids[at[row, step - back]] if step >= back else None for back in range(3))
        for row, step in zip(packing.row, packing.step, strict=True)
    ]
    same = [[one == other for other in meaning] for one in meaning]
    np.testing.assert_array_equal(found[:, None] == found, same)
    alone = bags.contexts(ids[packing.row == 1], Packing(lengths[1:2]))
    np.testing.assert_array_equal(alone, found[packing.row == 1])


def test_the_most_frequent_and_the_rarest_token_are_told_apart():
    most = bags.MOST_TOKENS - 1
    sequences = [[most] * 3, [0] * 3, [most, 0, 0], [0, most, 0], [0, 0, most]]
    last = [bags.contexts(np.array(ids, np.int32), Packing(np.array([3])))[-1] for ids in sequences]
    assert len(set(last)) == len(sequences)


@pytest.mark.parametrize("buckets", [16, 1000, 32_768])
def test_buckets_are_filled_evenly_and_pairs_are_no_triples(buckets):
    contexts = np.arange(64 * buckets, dtype=np.uint64)
    found = bags.buckets_of(contexts, buckets)
    for column in found.T:
        counts = np.bincount(column, minlength=buckets)
        assert len(counts) == buckets
        assert counts.std() == pytest.approx(8, rel=0.4)
    assert np.mean(found[:, 0] == found[:, 1]) < 3 / buckets
    shared = bags.buckets_of(contexts[:99] + np.uint64(7 << 40), buckets)
    np.testing.assert_array_equal(shared[:, 0], found[:99, 0])
    assert np.mean(shared[:, 1] == found[:99, 1]) < 0.3
