"""The same floating-point operations at the speed of one large product, twice as many backward."""

import numpy as np

from tests.benchmarks import work

SIZE = 1024


def setup(threads):
    """Nothing to do: the environment says how many threads NumPy's BLAS has."""


class Product:
    """Multiplies two matrices; its time times `scale` is the limit."""

    def __init__(self, operations):
        self.scale = operations / SIZE**3
        self.a, self.b = work.normal(SIZE, SIZE), work.normal(SIZE, SIZE, seed=1)

    def __call__(self):
        np.matmul(self.a, self.b)


def layer(row):
    positions = int(work.lengths(row, np.random.default_rng(1)).sum())
    forward = positions * 3 * row.hidden * (row.inputs + row.hidden)
    return {"step": Product(3 * forward), "forward": Product(forward)}


text = layer


def classifier(row):
    return {"step": layer(row)["step"]}
