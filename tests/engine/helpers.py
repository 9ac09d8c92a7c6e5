"""Random layers and batches for the checks of the engine."""

import numpy as np

from grucli.engine import recurrent
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.tape import Tape

RAGGED = (7, 5, 5, 2, 1)
PROFILES = {"ragged": RAGGED, "equal": (4, 4, 4), "one row": (6,), "one step": (1, 1, 1)}


def random_parameters(cell, rng, *, inputs=3, hidden=4, directions=1):
    params = Parameters(recurrent.CELLS[cell].shapes(inputs, hidden, directions), np.float64)
    params.flat[:] = rng.normal(0, 0.7, params.flat.size)
    return params


def random_batch(rng, lengths, inputs=3):
    packing = Packing(np.array(lengths))
    return packing, rng.normal(size=(packing.size, inputs))


def sequence(packing, packed, row):
    """The (T, ...) steps of one row, picked without the index arrays that are under test."""
    starts = np.concatenate(([0], np.cumsum(packing.active)))
    return np.stack([packed[starts[t] + row] for t in range(packing.lengths[row])])


def poisoned_tape():
    """A tape whose every new buffer is full of NaN: what is read was written before."""

    class Poisoned(Tape):
        def take(self, name, *shape):
            known = name in self._flat and self._flat[name].size >= np.prod(shape)
            array = super().take(name, *shape)
            if not known:
                array.fill(np.nan)
            return array

    return Poisoned(np.float64)
