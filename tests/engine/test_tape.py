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


def test_views_are_held_for_batches_of_one_shape_until_a_buffer_grows():
    tape, made = Tape(np.float32), []

    def views(shape, name="x", number=0):
        def make():
            made.append(len(made))
            return made[-1]

        return tape.views(name, number, shape, make)

    tape.take("x", 3)
    assert [views(b"1"), views(b"1"), views(b"2"), views(b"2"), views(b"1")] == [0, 0, 1, 1, 2]
    assert [views(b"1", "y"), views(b"1", number=1), views(b"1")] == [3, 4, 2]
    assert [views(None), views(None), views(b"1")] == [5, 6, 2]
    tape.take("x", 2)
    assert views(b"1") == 2
    tape.take("x", 4)
    assert views(b"1") == 7
