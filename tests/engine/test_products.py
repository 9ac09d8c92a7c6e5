"""Products in whole tiles: what they are, and that nothing of a row depends on others."""

import numpy as np
import pytest

from grucli.engine import products
from grucli.engine.products import MOST_TERMS, TILE, times
from grucli.engine.tape import Tape

SHAPES = [(1, 1), (3, 2), (8, 8), (50, 20), (100, 100), (257, 9), (700, 33), (9996, 1)]


@pytest.mark.parametrize(("terms", "columns"), SHAPES)
def test_a_row_has_the_bits_that_it_has_alone(terms, columns):
    rng = np.random.default_rng(terms)
    x, weight = rng.normal(size=(130, terms)), rng.normal(size=(terms, columns))
    alone = np.concatenate([times(row[None], weight, TILE) for row in x])
    for number in (2, 3, 7, 8, 9, 31, 64, 129, 130):
        assert np.array_equal(times(x[-number:], weight, TILE), alone[-number:])
    np.testing.assert_allclose(alone, x @ weight, rtol=1e-9, atol=1e-9)


def test_without_tiles_it_is_the_plain_product():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(5, 300)), rng.normal(size=(3, 300))
    assert np.array_equal(times(x, weight.T), x @ weight.T)


def test_long_sums_are_divided_at_fixed_places():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(8, 2 * MOST_TERMS + 5)), rng.normal(size=(2 * MOST_TERMS + 5, 8))
    first, second, rest = (x[:, a:b] @ weight[a:b] for a, b in ((0, 256), (256, 512), (512, 517)))
    out = np.full((8, 8), np.nan)
    products.multiply_(x, weight, out)
    assert np.array_equal(out, first + second + rest)


def test_a_tiled_buffer_has_room_for_the_tile_of_any_row():
    tape = Tape(np.float64, TILE)
    buffer = tape.tiled("x", 3, 5, 11)
    assert buffer.shape == tape["x"].shape == (3, 5, 11)
    assert tape.result("x").shape == (3, 19, 16)
    assert tape.left("x").shape == (3, 19, 11)
    assert tape.right("x").shape == (3, 5, 16)
    assert tape.whole(slice(4, 5)) == slice(4, 12)
    for view in (tape.left("x"), tape.right("x"), tape.result("x")):
        assert np.shares_memory(view, buffer)
        assert not view.any()


def test_with_a_tile_of_one_a_buffer_has_no_room():
    tape = Tape(np.float32)
    buffer = tape.tiled("x", 3, 5, 11)
    assert buffer.flags.c_contiguous
    for view in (tape.left("x"), tape.right("x"), tape.result("x")):
        assert view.shape == buffer.shape
    assert tape.whole(slice(4, 5)) == slice(4, 5)
