"""What a layer promises beside its gradients: states that start and stay where they should."""

import numpy as np
import pytest

from grucli.engine import recurrent
from grucli.engine.params import Parameters
from grucli.engine.tape import Tape
from tests.engine.helpers import (
    PROFILES,
    RAGGED,
    LayerCheck,
    backward,
    random_batch,
    random_parameters,
)

CELLS = pytest.mark.parametrize("cell", recurrent.CELLS)
DIRECTIONS = pytest.mark.parametrize("directions", [1, 2])


@CELLS
@DIRECTIONS
def test_states_start_at_zero_when_nothing_is_given(cell, directions):
    LayerCheck(cell, directions, RAGGED).check_start_at_zero()


@CELLS
@DIRECTIONS
@pytest.mark.parametrize("num_rows", [1, 3, 10, 17, 40])
def test_steps_may_share_rows(cell, directions, num_rows):
    LayerCheck(cell, directions, RAGGED).check_shared_rows(num_rows)


@CELLS
def test_the_gradient_of_the_inputs_may_be_omitted(cell):
    check = LayerCheck(cell, 2, RAGGED)
    expected = check.gradients()
    check.forward()
    grads = Parameters({n: v.shape for n, v in check.params.items()}, np.float64)
    d_h0 = recurrent.backward(
        cell, check.params, check.packing, check.tape, check.g_outputs, check.g_final, grads
    )
    for name, gradient in {**grads, "h0": d_h0}.items():
        np.testing.assert_array_equal(gradient, expected[name])


@CELLS
@DIRECTIONS
@pytest.mark.parametrize("shares", [False, True])
def test_the_gradients_of_weights_may_be_omitted(cell, directions, shares):
    rng = np.random.default_rng(1)
    params, (packing, x) = (
        random_parameters(cell, rng, directions=directions),
        random_batch(rng, RAGGED),
    )
    index = rng.integers(0, len(x), packing.size) if shares else None
    d_outputs, found = rng.normal(size=(packing.size, 4 * directions)), []
    for asks in (True, False):
        tape, grads = Tape(np.float64), {name: 0.0 * own for name, own in params.items()}
        tape.asks_weights = asks
        recurrent.forward(cell, params, x, packing, tape, index=index)
        d_x = np.full_like(x, np.nan)
        d_h0 = recurrent.backward(
            cell, params, packing, tape, d_outputs, None, grads, index=index, d_x=d_x
        )
        found.append((d_x, d_h0.copy(), np.abs(grads["weight_ih"]).sum()))
    for ours, expected in zip(found[1][:2], found[0][:2], strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert found[0][2] > found[1][2] == 0


@CELLS
@DIRECTIONS
def test_a_tape_remembers_nothing_of_other_batches(cell, directions):
    rng = np.random.default_rng(0)
    params = random_parameters(cell, rng, directions=directions)
    tape = Tape(np.float64)
    for lengths in [(9, 9, 8, 7, 7, 3), *PROFILES.values(), (9, 9, 8, 7, 7, 3)]:
        packing, x = random_batch(rng, lengths)
        d_outputs = rng.normal(size=(packing.size, 4 * directions))
        results = []
        for used in (tape, Tape(np.float64)):
            grads = Parameters({n: v.shape for n, v in params.items()}, np.float64)
            outputs, final = recurrent.forward(cell, params, x, packing, used)
            d_x, d_h0 = backward(cell, params, packing, used, d_outputs, None, grads)
            results.append([outputs, final, d_x, d_h0, grads.flat])
        for ours, fresh in zip(*results, strict=True):
            np.testing.assert_allclose(ours, fresh, atol=1e-13)


@DIRECTIONS
@pytest.mark.parametrize(("bias", "expected"), [(50.0, "kept"), (-50.0, "replaced")])
def test_an_update_gate_of_one_keeps_the_state_and_of_zero_replaces_it(directions, bias, expected):
    rng = np.random.default_rng(1)
    params = random_parameters("gru", rng, directions=directions)
    params["bias"].reshape(directions, 3, 4)[:, 1] = bias
    packing, x = random_batch(rng, RAGGED)
    h0 = rng.normal(size=(directions, len(RAGGED), 4))
    tape = Tape(np.float64)
    _, final = recurrent.forward("gru", params, x, packing, tape, h0)
    candidates = [
        recurrent.of_direction(tape["gates"], d, directions)[0][packing.last]
        for d in range(directions)
    ]
    candidate = np.concatenate(candidates, axis=1)
    states = {"kept": np.concatenate(list(h0), axis=1), "replaced": candidate}
    np.testing.assert_allclose(final, states[expected], atol=1e-12)


def test_a_closed_reset_gate_hides_the_state_from_the_candidate():
    rng = np.random.default_rng(2)
    params = random_parameters("gru", rng)
    params["bias"][:, :4] = -50
    packing, x = random_batch(rng, RAGGED)
    tape = Tape(np.float64)
    recurrent.forward("gru", params, x, packing, tape)
    expected = np.tanh(x @ params["weight_ih"][0, 8:].T + params["bias"][0, 8:])
    np.testing.assert_allclose(tape["gates"][0], expected, atol=1e-12)


@CELLS
@DIRECTIONS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs_saturate_without_overflow(cell, directions, dtype):
    rng = np.random.default_rng(3)
    drawn = random_parameters(cell, rng, directions=directions)
    params = {name: value.astype(dtype) for name, value in drawn.items()}
    packing, x = random_batch(rng, RAGGED)
    x = (1e30 * x).astype(dtype)
    tape = Tape(dtype)
    outputs, final = recurrent.forward(cell, params, x, packing, tape)
    limit = 1 if recurrent.CELLS[cell].HAS_TANH else np.abs(x).max() * 10
    assert np.all(np.abs(outputs) <= limit)
    assert outputs.dtype == final.dtype == dtype
    grads = {name: np.full_like(value, np.nan) for name, value in params.items()}
    upstream = np.ones_like(outputs), np.ones_like(final)
    d_x, d_h0 = backward(cell, params, packing, tape, *upstream, grads)
    for name, gradient in {**grads, "x": d_x, "h0": d_h0}.items():
        assert gradient.dtype == dtype, name
        assert np.all(np.isfinite(gradient)), name


@CELLS
@DIRECTIONS
def test_the_inputs_and_weights_are_left_as_they_are(cell, directions):
    check = LayerCheck(cell, directions, RAGGED)
    held = [check.x, check.h0, check.g_outputs, check.g_final, check.params.flat]
    before = [array.copy() for array in held]
    check.gradients()
    for array, copy in zip(held, before, strict=True):
        np.testing.assert_array_equal(array, copy)
