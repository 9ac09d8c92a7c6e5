"""Random layers and batches for the checks of the engine, and the check of a layer's gradients."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.engine import recurrent
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.steps import Steps
from grucli.engine.tape import Tape
from tests import reference

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


def backward(cell, params, packing, tape, d_outputs, d_final, grads, index=None):
    """Return d_x and d_h0 as arrays of their own."""
    num_rows = packing.size if index is None else index.max() + 1
    d_x = np.full((num_rows, params["weight_ih"].shape[2]), np.nan, tape.dtype)
    d_h0 = recurrent.backward(
        cell, params, packing, tape, d_outputs, d_final, grads, index=index, d_x=d_x
    )
    return d_x, d_h0.copy()


class LayerCheck:
    """A random layer, batch and upstream gradient; loss = <outputs, G> + <final, F>."""

    def __init__(self, cell, directions, lengths, seed=0):
        rng = np.random.default_rng([seed, directions, len(lengths)])
        self.cell, self.directions = cell, directions
        self.params = random_parameters(cell, rng, directions=directions)
        self.packing, self.x = random_batch(rng, lengths)
        self.h0 = rng.normal(size=(directions, len(lengths), 4))
        self.g_outputs = rng.normal(size=(self.packing.size, 4 * directions))
        self.g_final = rng.normal(size=(len(lengths), 4 * directions))
        self.tape = poisoned_tape()

    def forward(self, params=None, x=None, h0=None):
        return recurrent.forward(
            self.cell,
            self.params if params is None else params,
            self.x if x is None else x,
            self.packing,
            self.tape,
            self.h0 if h0 is None else h0,
        )

    def loss(self, **changed):
        outputs, final = self.forward(**changed)
        return np.sum(outputs * self.g_outputs) + np.sum(final * self.g_final)

    def gradients(self):
        """Analytic gradients by name, with `x` and `h0`."""
        self.forward()
        grads = Parameters({n: v.shape for n, v in self.params.items()}, np.float64)
        grads.flat.fill(np.nan)
        d_x, d_h0 = backward(
            self.cell, self.params, self.packing, self.tape, self.g_outputs, self.g_final, grads
        )
        return {**grads, "x": d_x, "h0": d_h0}

    def reference_loss(self, values):
        params = {n: v for n, v in values.items() if n not in ("x", "h0")}
        total = 0.0
        for row in range(self.packing.batch_size):
            x = anp.stack(
                [
                    values["x"][self.packing.offsets[t] + row]
                    for t in range(self.packing.lengths[row])
                ]
            )
            outputs, final = reference.layer(self.cell, params, x, values["h0"][:, row])
            total = total + anp.sum(outputs * sequence(self.packing, self.g_outputs, row))
            total = total + anp.sum(final * self.g_final[row])
        return total

    def check_against_autograd(self):
        values = {**self.params, "x": self.x, "h0": self.h0}
        assert self.loss() == pytest.approx(float(self.reference_loss(values)), rel=1e-12)
        expected = autograd.grad(self.reference_loss)(values)
        for repeat in range(2):
            for name, gradient in self.gradients().items():
                np.testing.assert_allclose(
                    gradient, expected[name], atol=1e-10, err_msg=f"{name}, run {repeat}"
                )

    def check_start_at_zero(self):
        """Without initial states, whatever the buffers hold, the states start at zero."""
        expected = [array.copy() for array in self.forward(h0=np.zeros_like(self.h0))]
        self.tape.fill(np.nan)
        given = recurrent.forward(self.cell, self.params, self.x, self.packing, self.tape)
        for array, wanted in zip(given, expected, strict=True):
            np.testing.assert_array_equal(array, wanted)

    def check_shared_rows(self, num_rows):
        """Rows that several steps read give what a row for each step gives, and its gradients' sum.

        Not all of them are read, but the last one is.
        """
        rng = np.random.default_rng(num_rows)
        rows = rng.normal(size=(num_rows, self.x.shape[1]))
        index = rng.integers(num_rows, size=self.packing.size)
        index[rng.integers(self.packing.size)] = num_rows - 1
        found = []
        for x, read in ((rows[index], None), (rows, index)):
            outputs, final = recurrent.forward(
                self.cell, self.params, x, self.packing, self.tape, self.h0, index=read
            )
            outputs, final = outputs.copy(), final.copy()
            grads = Parameters({n: v.shape for n, v in self.params.items()}, np.float64)
            d_x, d_h0 = backward(
                self.cell, self.params, self.packing, self.tape, None, self.g_final, grads, read
            )
            if read is None:
                d_steps, d_x = d_x, np.zeros_like(rows)
                np.add.at(d_x, index, d_steps)
            found.append([outputs, final, d_x, d_h0, grads.flat])
        for alone, shared in zip(*found, strict=True):
            assert np.all(np.isfinite(alone))
            np.testing.assert_allclose(shared, alone, atol=1e-12)


def steps_of(rows):
    """Sequences of ids, as lists, one after the other."""
    return Steps(
        values=np.array([number for row in rows for number in row], np.int64),
        lengths=np.array([len(row) for row in rows], np.int64),
    )
