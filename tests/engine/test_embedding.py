"""Token vectors against the dense product with one-hot rows."""

import numpy as np
import pytest

from grucli.engine import embedding

IDS = {
    "repeats": [3, 0, 3, 6, 0, 3, 3],
    "one token": [2],
    "one token many times": [5, 5, 5, 5],
    "falling": [6, 4, 2, 0],
    "none is 0": [1, 3, 1],
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
def test_lookup_and_its_gradient_equal_the_one_hot_product(ids):
    rng = np.random.default_rng(0)
    table, d_x = rng.normal(size=(7, 3)), rng.normal(size=(len(ids), 3))
    ids = np.array(ids, np.int32)
    one_hot = np.eye(7)[ids]
    np.testing.assert_array_equal(embedding.forward(table, ids), one_hot @ table)
    tokens, rows = embedding.backward(ids, d_x)
    dense = np.zeros_like(table)
    dense[tokens] = rows
    np.testing.assert_allclose(dense, one_hot.T @ d_x, atol=1e-14)
    assert tokens.tolist() == sorted(set(ids.tolist()))


def test_the_gradient_equals_a_dense_scatter_of_many_tokens():
    rng = np.random.default_rng(1)
    ids = rng.integers(0, 50, 2000).astype(np.int32)
    d_x = rng.normal(size=(2000, 4))
    dense = np.zeros((50, 4))
    np.add.at(dense, ids, d_x)
    tokens, rows = embedding.backward(ids, d_x)
    np.testing.assert_allclose(rows, dense[tokens], atol=1e-12)
    assert not np.delete(dense, tokens, axis=0).any()


def test_a_vector_may_be_changed_without_changing_the_table():
    table = np.ones((2, 3))
    embedding.forward(table, np.array([0, 0])).fill(7)
    assert np.all(table == 1)


def test_float32_stays_float32():
    table, ids = np.ones((2, 3), np.float32), np.array([1, 1], np.int32)
    x = embedding.forward(table, ids)
    tokens, rows = embedding.backward(ids, x)
    assert (x.dtype, rows.dtype, tokens.dtype) == (np.float32, np.float32, np.int32)
