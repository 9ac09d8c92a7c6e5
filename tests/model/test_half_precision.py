"""Weights in half precision: rounded to the nearest, and never lost."""

import numpy as np
import pytest

from grucli.model.half_precision import LARGEST, halved, round_, widened
from grucli.model.network import Model
from tests.training.helpers import ARCHITECTURE


def model():
    found = Model(ARCHITECTURE)
    found.initialise(np.random.default_rng(0))
    return found


def test_each_weight_becomes_the_nearest_of_half_precision():
    found, before = model(), model()
    round_(found)
    for (name, ours), (_, given) in zip(found.arrays(), before.arrays(), strict=True):
        assert ours.dtype == np.float32
        half = ours.astype(np.float16)
        np.testing.assert_array_equal(half, ours, err_msg=name)
        away = np.abs(ours - given)
        for neighbour in (np.inf, -np.inf):
            other = np.nextafter(half, np.float16(neighbour)).astype(np.float32)
            assert (away <= np.abs(other - given)).all(), name
    once = found.copy()
    round_(found)
    assert np.array_equal(once.params.flat, found.params.flat)


def test_an_array_that_half_precision_cannot_hold_stays_as_it_is():
    found = model()
    found.table[2, 1] = 1e5
    bias = found.params["head_bias"].copy()
    bias[0] = found.params["head_bias"][0] = -LARGEST
    table = found.table.copy()
    round_(found)
    np.testing.assert_array_equal(found.table, table)
    np.testing.assert_array_equal(found.params["head_bias"], bias)
    assert halved(found.table).dtype == np.float32
    assert halved(found.params["head_bias"]).dtype == np.float16


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_only_what_is_held_to_the_last_bit_is_written_as_half(dtype):
    exact = np.array([0.5, -(2.0**-24), LARGEST, 0.0], dtype)
    assert halved(exact).dtype == np.float16
    np.testing.assert_array_equal(widened(halved(exact)), exact)
    assert halved(exact + np.array(2.0**-13, dtype)).dtype == dtype
    assert halved(np.array([], dtype)).size == 0
