"""Buffers by name: grown, never shrunk, sliced, poisoned."""

import numpy as np

from grucli.engine.tape import Tape


def test_a_buffer_grows_to_the_largest_shape_and_is_used_again():
    tape = Tape(np.float32)
    large = tape.take("x", 4, 5)
    small = tape.take("x", 2, 3)
    assert (large.dtype, small.shape, small.flags.c_contiguous) == (np.float32, (2, 3), True)
    assert np.shares_memory(large, small)
    assert tape["x"] is small
    assert not np.shares_memory(tape.take("x", 30), large)
    assert not np.shares_memory(tape.take("y", 4, 5), tape["x"])


def test_every_buffer_is_poisoned_when_asked_for():
    tape = Tape(np.float64)
    own, others = tape.take("x", 3), tape.take("y", 2, 2)
    tape.fill(np.nan)
    assert np.isnan(own).all()
    assert np.isnan(others).all()
