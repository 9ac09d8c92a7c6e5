"""Sums of rows by key against a literal loop."""

import numpy as np
import pytest

from grucli.engine.row_sums import PIECE, sum_rows
from tests.engine.helpers import poisoned_tape


@pytest.mark.parametrize("num_rows", [1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 3])
@pytest.mark.parametrize("num_keys", [1, 2, 7, 400])
def test_each_key_has_the_sum_of_its_rows(num_rows, num_keys):
    rng = np.random.default_rng([num_rows, num_keys])
    tape = poisoned_tape()
    for _ in range(2):
        rows, keys = rng.normal(size=(3, num_rows, 5)), rng.integers(num_keys, size=num_rows)
        expected = np.zeros((3, num_keys, 5))
        for row, key in enumerate(keys):
            expected[:, key] += rows[:, row]
        found = sum_rows(rows, keys, num_keys, tape)
        np.testing.assert_allclose(found, expected, atol=1e-12)
        tape.fill(np.nan)
