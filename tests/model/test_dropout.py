"""Dropout: what is dropped, what the rest is scaled by, and the way back."""

import numpy as np
import pytest

from grucli.data.text.vocabulary import UNKNOWN
from grucli.model.dropout import Masks, drop_tokens


def test_values_are_dropped_or_scaled_and_gradients_by_the_same_masks_in_reverse():
    masks = Masks(0.25, np.random.default_rng(1), np.float64)
    first = masks.apply(np.ones((200, 100)))
    second = masks.apply(np.full((50, 10), 3.0))
    assert masks.drop
    assert set(np.unique(first)) == {0.0, 1 / 0.75}
    assert (first == 0).mean() == pytest.approx(0.25, abs=0.015)  # 5 standard errors
    np.testing.assert_array_equal(masks.undo(np.full((50, 10), 3.0)), second)
    np.testing.assert_array_equal(masks.undo(np.ones((200, 100))), first)


@pytest.mark.parametrize(("rate", "rng"), [(0.0, np.random.default_rng(1)), (0.5, None)])
def test_nothing_is_dropped_at_rate_zero_or_without_random_numbers(rate, rng):
    masks, x = Masks(rate, rng, np.float32), np.ones((3, 2), np.float32)
    assert masks.apply(x) is x
    assert masks.undo(x) is x
    assert not masks.drop
    ids = np.arange(4, dtype=np.int32)
    assert drop_tokens(ids, rate, rng) is ids


def test_a_share_of_tokens_becomes_unknown_and_the_others_stay():
    ids = np.full(20_000, 7, np.int32)
    dropped = drop_tokens(ids, 0.1, np.random.default_rng(2))
    assert dropped.dtype == np.int32
    assert set(np.unique(dropped)) == {UNKNOWN, 7}
    assert (dropped == UNKNOWN).mean() == pytest.approx(0.1, abs=0.011)
