"""Flat parameters and the distributions of first values."""

import math

import numpy as np
import pytest

from grucli.engine import recurrent
from grucli.engine.params import Parameters, chrono_bias, glorot_uniform, orthogonal

SHAPES = {"layer0_weight": (2, 3), "layer0_bias": (3,), "head_weight": (1, 2, 2), "none": (0, 5)}


def test_named_arrays_are_views_into_one_vector_in_their_order():
    params = Parameters(SHAPES, np.float32)
    assert params.flat.tolist() == [0] * 13
    params.flat[:] = np.arange(13)
    assert list(params) == list(SHAPES)
    assert len(params) == 4
    assert {name: view.shape for name, view in params.items()} == SHAPES
    assert np.concatenate([view.ravel() for view in params.values()]).tolist() == list(range(13))
    for name, view in params.items():
        assert view.dtype == np.float32
        assert np.shares_memory(view, params.flat) == (view.size > 0), name
    params["layer0_bias"][...] = -1
    assert params.flat[6:9].tolist() == [-1, -1, -1]


def test_a_prefix_selects_views_named_without_it():
    params = Parameters(SHAPES, np.float64)
    layer = params.within("layer0_")
    assert list(layer) == ["weight", "bias"]
    layer["bias"].fill(5)
    assert params.flat.sum() == 15
    assert params.within("layer1_") == {}


def test_no_parameters_at_all():
    params = Parameters({"table": (0, 0)}, np.float32)
    assert (params.flat.size, params["table"].shape) == (0, (0, 0))


@pytest.mark.parametrize("shape", [(1, 1), (5, 5), (2, 3, 8, 8)])
def test_orthogonal_matrices_are_orthogonal(shape):
    q = orthogonal(shape, np.random.default_rng(0))
    identity = np.broadcast_to(np.eye(shape[-1]), shape)
    np.testing.assert_allclose(q @ q.swapaxes(-1, -2), identity, atol=1e-14)


def test_orthogonal_matrices_are_drawn_uniformly():
    # Without the signs of Mezzadri the first diagonal entry would have one sign only.
    q = orthogonal((20000, 3, 3), np.random.default_rng(1))
    assert np.all(np.abs(q.mean(axis=0)) < 5 * math.sqrt(1 / 3 / 20000))
    np.testing.assert_allclose((q**2).mean(axis=0), np.full((3, 3), 1 / 3), atol=0.01)


def test_glorot_values_fill_their_limits():
    weight = glorot_uniform((4, 30, 20), np.random.default_rng(2))
    limit = math.sqrt(6 / 50)
    assert weight.shape == (4, 30, 20)
    assert 0.99 * limit < weight.max() <= limit
    assert -limit <= weight.min() < -0.99 * limit
    assert abs(weight.mean()) < 5 * limit / math.sqrt(3 * weight.size)


@pytest.mark.parametrize("max_steps", [3, 10, 1000])
def test_chrono_biases_span_the_memory(max_steps):
    steps = np.exp(chrono_bias((2, 10000), max_steps, np.random.default_rng(3)))
    assert steps.shape == (2, 10000)
    assert np.all((steps >= 1) & (steps <= max_steps - 1))
    assert steps.mean() == pytest.approx(max_steps / 2, rel=0.02)


@pytest.mark.parametrize("max_steps", [1, 2])
def test_chrono_biases_of_very_short_sequences_are_small(max_steps):
    bias = chrono_bias((100,), max_steps, np.random.default_rng(4))
    assert np.all((bias >= 0) & (bias <= math.log(2)))


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("cell", recurrent.CELLS)
def test_a_layer_starts_orthogonal_gate_by_gate(cell, directions):
    H, inputs = 6, 4
    params = Parameters(recurrent.CELLS[cell].shapes(inputs, H, directions), np.float64)
    params.flat.fill(np.nan)
    recurrent.initialise_(cell, params, np.random.default_rng(5))
    blocks = recurrent.CELLS[cell].BLOCKS
    assert params["bias"].shape == (directions, len(blocks) * H)
    gates = params.get("weight_hh", np.empty(0)).reshape(-1, H, H)
    assert len(gates) == (0 if cell == "mingru" else directions * len(blocks))
    for gate in gates:
        np.testing.assert_allclose(gate @ gate.T, np.eye(H), atol=1e-14)
    limit = math.sqrt(6 / (H + inputs))
    assert 0.8 * limit < np.abs(params["weight_ih"]).max() <= limit
    assert not any(params[name].any() for name in params if name.startswith("bias"))


def test_chrono_sets_the_update_gate_alone():
    H = 50
    params = Parameters(recurrent.CELLS["gru"].shapes(4, H, 2), np.float32)
    recurrent.initialise_("gru", params, np.random.default_rng(6), chrono_steps=100)
    reset, update, candidate = params["bias"].reshape(2, 3, H).swapaxes(0, 1)
    for zero in (reset, candidate, params["bias_hn"]):
        assert not zero.any()
    assert np.all((update > 0) & (update <= math.log(99)))
    assert update.max() > math.log(80)


def test_the_same_seed_draws_the_same_layer():
    drawn = []
    for seed in (7, 7, 8):
        params = Parameters(recurrent.CELLS["gru"].shapes(3, 4, 1), np.float32)
        recurrent.initialise_("gru", params, np.random.default_rng(seed), chrono_steps=9)
        drawn.append(params.flat.tobytes())
    assert drawn[0] == drawn[1] != drawn[2]
