"""Random numbers depend on seed, purpose and counter, and on nothing drawn before."""

import itertools

import numpy as np

from grucli import random


def drawn(*key: int) -> bytes:
    return random.generator(*key).random(4).tobytes()


def test_a_moment_has_numbers_of_its_own_that_come_again():
    keys = list(itertools.product((0, 1), (random.INIT, random.SHUFFLE), (0, 1)))
    first = {key: drawn(*key) for key in keys}
    assert len(set(first.values())) == len(keys)
    assert {key: drawn(*key) for key in reversed(keys)} == first


def test_the_numbers_are_those_of_numpys_default_generator():
    expected = np.random.default_rng([7, random.DROPOUT, 3]).random(4).tobytes()
    assert drawn(7, random.DROPOUT, 3) == expected
