"""What processes share: the same arrays for who asks alike, and things that nobody may change."""

import dataclasses
import gc
import os

import numpy as np
import pytest

from grucli.data.spilled import spilled
from grucli.engine.steps import Steps
from grucli.files.scratch import views
from grucli.parallel.memory import Memory, memory_file
from tests.parallel.helpers import SPELLED
from tests.training.helpers import TRAIN

TAGGED = dataclasses.replace(
    TRAIN, targets=Steps(values=np.arange(len(TRAIN.steps)), lengths=TRAIN.lengths)
)


def test_who_asks_alike_gets_the_same_arrays():
    with memory_file() as file:
        mine, theirs = Memory(file), Memory(file)
        for shape, dtype in (((3,), np.float32), ((0, 2), np.float64), ((2, 5), np.int64)):
            array, same = mine.allocate(shape, dtype), theirs.allocate(shape, dtype)
            assert array.dtype == dtype
            assert not array.any()
            array[...] = np.arange(array.size).reshape(shape)
            np.testing.assert_array_equal(same, array)


@pytest.mark.parametrize("examples", [TRAIN, SPELLED, TAGGED], ids=["labels", "bags", "tags"])
def test_what_is_lent_is_as_it_was_and_takes_no_memory_of_its_own(examples):
    with memory_file() as file:
        mine, theirs = Memory(file), Memory(file)
        sizes = mine.lend([examples, np.zeros((0, 3), np.int32)])
        mine.allocate((4,), np.int8)[...] = 7
        found, empty = theirs.borrow(sizes)
        assert empty.shape == (0, 3)
        assert theirs.allocate((4,), np.int8).tolist() == [7] * 4
        for name, array in examples.arrays.items():
            np.testing.assert_array_equal(found.arrays[name], array)
            assert not found.arrays[name].flags.writeable
            assert not found.arrays[name].flags.owndata


def test_what_is_in_temporary_files_stays_there():
    large = spilled(np.random.default_rng(0).normal(size=(3, 1 << 18)))
    with memory_file() as file:
        lent = Memory(file).lend({"part": large[1:], "small": np.arange(3)})
        assert os.fstat(file).st_size < 1 << 16
        before = len(views())
        found = Memory(file).borrow(lent)
        assert len(views()) == before + 1
        np.testing.assert_array_equal(found["part"], large[1:])
        np.testing.assert_array_equal(found["small"], np.arange(3))
    del found
    gc.collect()
    assert len(views()) == before
