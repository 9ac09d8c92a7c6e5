"""Arrays from temporary files: the same numbers, read-only, in little memory."""

import numpy as np
import pytest

from grucli.data.spilled import PIECE, array_of, memory_of, pieces, spilled, taken
from grucli.files.scratch import KEPT_BYTES, Scratch, release


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float64, np.uint8, bool])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_large_arrays_are_the_same_behind_their_release(dtype, shape):
    rows = KEPT_BYTES // (np.dtype(dtype).itemsize * (3 if shape else 1)) + 5
    array = np.random.default_rng(0).integers(0, 2, (rows, *shape)).astype(dtype)
    found = spilled(array)
    assert not np.may_share_memory(found, array)
    assert not found.flags.writeable
    assert (memory_of(array), memory_of(found), memory_of(found[1:])) == (array.nbytes, 0, 0)
    for _ in range(2):
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found, array)
        release()
    assert sum(len(some) for some in pieces(found)) == rows
    np.testing.assert_array_equal(np.concatenate(list(pieces(found))), array)


def test_strided_and_shared_arrays_are_written_as_they_read():
    array = np.arange(2 * PIECE + 6)[::-2]
    np.testing.assert_array_equal(spilled(np.broadcast_to(1.5, 2 * PIECE)), 1.5)
    np.testing.assert_array_equal(array_of(scratch_of(array), np.int64), array)


def test_small_arrays_stay_what_they_are():
    array = np.arange(9)
    assert spilled(array) is array
    assert array_of(Scratch(), np.int32).shape == (0,)
    assert memory_of(array_of(scratch_of(array), np.int64)) == array.nbytes


def scratch_of(array):
    scratch = Scratch()
    scratch.append(np.ascontiguousarray(array).tobytes())
    return scratch


def test_rows_are_taken_in_any_order_from_all_over_a_file():
    array = np.random.default_rng(1).normal(size=(20 * PIECE, 3))
    found = spilled(array)
    for rows in (
        np.zeros(0, np.int64),
        np.arange(5),
        np.random.default_rng(2).integers(0, len(array), 999),
    ):
        np.testing.assert_array_equal(taken(found, rows), array[rows])
        np.testing.assert_array_equal(taken(array[:, 0], rows), array[rows, 0])
