"""A copy of weights neither follows its model nor is followed by it."""

import numpy as np

from grucli.model.network import Model
from grucli.training.weights import WeightCopy
from tests.training.helpers import ARCHITECTURE


def test_a_copy_stays_until_it_takes_others_and_gives_what_it_has():
    model = Model(ARCHITECTURE)
    model.initialise(np.random.default_rng(0))
    first = {name: array.copy() for name, array in model.arrays()}
    copy = WeightCopy.of(model)
    model.params.flat[:] += 1
    model.table[...] += 1
    copy.give(model)
    assert all(array.tobytes() == first[name].tobytes() for name, array in model.arrays())
    model.params.flat[:] = 3
    copy.take(model)
    model.params.flat[:] = 4
    copy.give(model)
    assert (model.params.flat == 3).all()
    assert model.table.tobytes() == first["embedding_weight"].tobytes()
