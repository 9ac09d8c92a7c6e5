"""Either way to make sigmoid and tanh, against more digits and in gradients of whole layers."""

import numpy as np
import pytest

from grucli.engine import activations
from grucli.engine.activations import BY_EXP, BY_TANH
from grucli.engine.cells import gated, gru, gru_before, mingru, rnn
from tests.engine.helpers import RAGGED, LayerCheck

WAYS = pytest.mark.parametrize("way", [BY_TANH, BY_EXP], ids=["tanh", "exp"])


def sigmoid(way, a):
    begin, middle, end, c = way.calls(a.dtype)
    with np.errstate(over="ignore"):
        return end(c, middle(begin(a * a.dtype.type(way.scale)), c))


@WAYS
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1.2e-7), (np.float64, 2.3e-16)])
def test_sigmoid_is_right_to_the_last_digits(way, dtype, tolerance):
    a = np.linspace(-30, 30, 20_001).astype(dtype)
    exact = 1 / (1 + np.exp(-a.astype(np.longdouble)))
    np.testing.assert_allclose(sigmoid(way, a), exact, atol=tolerance, rtol=0)


def test_by_exp_small_ones_are_right_to_their_own_last_digits():
    a = np.linspace(-80, 0, 20_001).astype(np.float32)
    exact = 1 / (1 + np.exp(-a.astype(np.float64)))
    np.testing.assert_allclose(sigmoid(BY_EXP, a), exact, rtol=1e-6)


@WAYS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_numbers_saturate(way, dtype):
    a = np.array([-np.inf, -1e30, -1e3, 1e3, 1e30, np.inf], dtype)
    assert sigmoid(way, a).tolist() == [0, 0, 0, 1, 1, 1]


@WAYS
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1.2e-7), (np.float64, 4.5e-16)])
def test_tanh_is_right_to_the_last_digits_of_one(way, dtype, tolerance):
    a = np.concatenate([np.linspace(-25, 25, 20_001), [-np.inf, -1e30, 0, 1e30, np.inf]])
    a, found = a.astype(dtype), np.full(len(a), np.nan, dtype)
    way.tanh(a.dtype)(a, found)
    np.testing.assert_allclose(found, np.tanh(a.astype(np.longdouble)), atol=tolerance, rtol=0)


@WAYS
def test_tanh_writes_over_its_own_argument_and_keeps_nan(way):
    a = np.array([np.nan, -0.5, 0.0, 0.5])
    way.tanh(a.dtype)(a, a)
    np.testing.assert_allclose(a, np.tanh([np.nan, -0.5, 0.0, 0.5]), atol=4.5e-16, rtol=0)


@WAYS
@pytest.mark.parametrize("cell", ["gru", "gru_before", "mingru", "rnn"])
def test_layers_have_their_gradients_either_way(way, cell, monkeypatch):
    for module in (gated, gru, gru_before, mingru, rnn):
        if hasattr(module, "LOGISTIC"):
            monkeypatch.setattr(module, "LOGISTIC", way)
    LayerCheck(cell, 2, RAGGED).check_against_autograd()


@pytest.mark.parametrize(
    ("processor", "way"),
    [
        ("X86_V4", BY_TANH),
        ("AVX512_SKX", BY_TANH),
        ("X86_V3", BY_EXP),
        ("FMA3__AVX2", BY_EXP),
        ("NEON", BY_TANH),
        ("baseline(X86_V2)", BY_TANH),
        ("", BY_TANH),
    ],
)
def test_exp_is_taken_with_avx2_alone(processor, way):
    assert activations.fastest(processor) is way


def test_it_is_decided_by_what_numpy_says():
    assert activations.LOGISTIC is activations.fastest(activations.tanh_is_made_for())
