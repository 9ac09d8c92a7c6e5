"""Optimizers against their equations on single numbers; what clipping and schedules promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grucli.engine.optim import (
    SCHEDULES,
    Adam,
    Sgd,
    clip_,
    global_norm,
    plateau_cuts,
    update_rows_,
)

NUM_STEPS = 6
FINITE = st.floats(-1e3, 1e3)


def literal_adam(x, gradients, rates, decay, beta1, beta2, epsilon):
    mean = square = 0.0
    for step, (g, rate) in enumerate(zip(gradients, rates, strict=True), 1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        unbiased_mean = mean / (1 - beta1**step)
        unbiased_square = square / (1 - beta2**step)
        x = x - rate * unbiased_mean / (math.sqrt(unbiased_square) + epsilon) - rate * decay * x
    return x


def literal_sgd(x, gradients, rates, decay, momentum):
    velocity = 0.0
    for g, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + g
        x = x - rate * velocity - rate * decay * x
    return x


def run(optimizer, values, gradients, rates, decay):
    moments = [np.zeros_like(values) for _ in range(optimizer.num_moments)]
    for step, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), 1):
        grads = gradient.copy()
        optimizer.update_(values, grads, moments, learning_rate=rate, decay=decay, step=step)
    return values


LITERALS = {
    "adam": (Adam(), lambda *given: literal_adam(*given, 0.9, 0.999, 1e-8)),
    "adam, other settings": (
        Adam(beta1=0.5, beta2=0.8, epsilon=0.1),
        lambda *given: literal_adam(*given, 0.5, 0.8, 0.1),
    ),
    "sgd": (Sgd(), lambda *given: literal_sgd(*given, 0.0)),
    "sgd, momentum": (Sgd(momentum=0.9), lambda *given: literal_sgd(*given, 0.9)),
}
EACH = pytest.mark.parametrize(("optimizer", "literal"), LITERALS.values(), ids=LITERALS)


@EACH
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_update_equals_the_equations_on_single_numbers(optimizer, literal, decay):
    rng = np.random.default_rng(0)
    values, gradients = rng.normal(size=5), rng.normal(size=(NUM_STEPS, 5))
    gradients[:, 2] = 0
    rates = rng.uniform(0.01, 0.3, NUM_STEPS).tolist()
    expected = [literal(x, gradients[:, k], rates, decay) for k, x in enumerate(values.tolist())]
    np.testing.assert_allclose(
        run(optimizer, values, gradients, rates, decay), expected, rtol=1e-12
    )


@EACH
def test_each_value_may_have_a_decay_of_its_own(optimizer, literal):
    rng = np.random.default_rng(1)
    values, gradients = rng.normal(size=3), rng.normal(size=(NUM_STEPS, 3))
    rates, decays = [0.1] * NUM_STEPS, np.array([0.0, 0.2, 1.0])
    expected = [
        literal(x, gradients[:, k], rates, decays[k]) for k, x in enumerate(values.tolist())
    ]
    np.testing.assert_allclose(
        run(optimizer, values, gradients, rates, decays), expected, rtol=1e-12
    )


@EACH
def test_float32_stays_float32(optimizer, literal):
    values = np.ones((2, 3), np.float32)
    moments = [np.zeros_like(values) for _ in range(optimizer.num_moments)]
    grads = np.full_like(values, 0.5)
    decay = np.full_like(values, 0.1)
    optimizer.update_(values, grads, moments, learning_rate=0.1, decay=decay, step=1)
    assert {a.dtype for a in (values, grads, *moments)} == {np.dtype(np.float32)}
    expected = literal(1.0, [0.5], [0.1], 0.1)
    np.testing.assert_allclose(values, np.full((2, 3), expected), rtol=1e-6)


def test_adam_moves_by_the_learning_rate_at_first_whatever_the_gradient():
    values = np.zeros(3)
    run(Adam(), values, np.array([[1e-4, -1.0, 1e4]]), [0.01], 0.0)
    np.testing.assert_allclose(values, [-0.01, 0.01, -0.01], rtol=1e-3)


@EACH
def test_a_zero_gradient_moves_nothing(optimizer, literal):
    values = np.array([1.0, -2.0], np.float32)
    run(optimizer, values, np.zeros((3, 2), np.float32), [0.1] * 3, 0.0)
    assert values.tolist() == [1, -2]


@EACH
def test_rows_without_a_gradient_stand_still_and_the_others_move_as_alone(optimizer, literal):
    rng = np.random.default_rng(2)
    table = rng.normal(size=(5, 3))
    before = table.copy()
    moments = [np.zeros_like(table) for _ in range(optimizer.num_moments)]
    rows, gradients = np.array([1, 4]), rng.normal(size=(NUM_STEPS, 2, 3))
    for step, gradient in enumerate(gradients, 1):
        update_rows_(optimizer, table, rows, gradient.copy(), moments, learning_rate=0.1, step=step)
    moved = run(optimizer, before[rows], gradients, [0.1] * NUM_STEPS, 0.0)
    np.testing.assert_array_equal(table[rows], moved)
    np.testing.assert_array_equal(table[[0, 2, 3]], before[[0, 2, 3]])
    for moment in moments:
        assert moment[rows].all()
        assert not moment[[0, 2, 3]].any()


def test_a_row_keeps_its_moments_while_it_has_no_gradient():
    table, velocity = np.zeros((2, 1)), np.zeros((2, 1))
    for step, row in enumerate((0, 1, 1, 0), 1):
        update_rows_(
            Sgd(momentum=0.5),
            table,
            np.array([row]),
            np.ones((1, 1)),
            [velocity],
            learning_rate=1.0,
            step=step,
        )
    assert table.tolist() == [[-2.5], [-2.5]]
    assert velocity.tolist() == [[1.5], [1.5]]


GRADIENTS = st.lists(arrays(np.float64, st.integers(1, 4), elements=FINITE), min_size=1, max_size=4)


@given(grads=GRADIENTS, limit=st.floats(1e-3, 1e3))
def test_clipping_limits_the_norm_and_keeps_the_direction(grads, limit):
    before = [grad.copy() for grad in grads]
    norm = math.hypot(*np.concatenate(before))
    assert clip_(grads, limit) == pytest.approx(norm, rel=1e-12, abs=1e-150)
    assert global_norm(grads) == pytest.approx(min(norm, limit), rel=1e-12, abs=1e-150)
    scale = min(1.0, limit / norm) if norm else 1.0
    np.testing.assert_allclose(
        np.concatenate(grads), scale * np.concatenate(before), rtol=1e-12, atol=1e-150
    )
    once = np.concatenate(grads)
    clip_(grads, limit)
    np.testing.assert_allclose(np.concatenate(grads), once, rtol=1e-14)


@given(grads=GRADIENTS)
def test_a_huge_limit_changes_no_bit(grads):
    before = np.concatenate(grads).tobytes()
    for limit in (1e9, math.inf):
        clip_(grads, limit)
        assert np.concatenate(grads).tobytes() == before


def test_clipped_float32_gradients_stay_float32_and_stay_views():
    flat = np.full(6, 10, np.float32)
    assert clip_([flat[:2].reshape(1, 2), flat[2:]], 1.0) == pytest.approx(math.sqrt(600))
    assert flat.dtype == np.float32
    assert np.linalg.norm(flat) == pytest.approx(1, rel=1e-6)


def test_schedules_at_the_start_the_end_of_the_warm_up_and_the_end():
    for schedule in SCHEDULES.values():
        assert schedule(0, 100, 0) == 1
        assert schedule(0, 100, 9) == pytest.approx(0.1)
        assert schedule(4, 100, 9) == pytest.approx(0.5)
        assert schedule(9, 100, 9) == 1
    assert SCHEDULES["constant"](100, 100, 9) == SCHEDULES["constant"](99, 100, 9) == 1
    cosine = SCHEDULES["cosine"]
    assert cosine(50, 100, 0) == pytest.approx(0.5)
    assert cosine(55, 100, 10) == pytest.approx(0.5)
    assert 0 < cosine(99, 100, 9) < 1e-3
    assert cosine(100, 100, 9) == cosine(1000, 100, 9) == 0


@given(num_steps=st.integers(1, 60), warmup_steps=st.integers(0, 80))
def test_schedules_rise_in_the_warm_up_and_never_afterwards(num_steps, warmup_steps):
    for schedule in SCHEDULES.values():
        factors = np.array([schedule(step, num_steps, warmup_steps) for step in range(num_steps)])
        assert np.all((factors > 0) & (factors <= 1))
        changes = np.diff(factors)
        assert np.all(changes[:warmup_steps] > 0)
        assert np.all(changes[warmup_steps:] <= 0)


@pytest.mark.parametrize(
    ("losses", "cuts"),
    [
        ([], 0),
        ([3, 2, 1], 0),
        ([1, 2], 0),
        ([1, 2, 2], 1),
        ([1, 2, 2, 2], 1),
        ([1, 2, 2, 2, 2], 2),
        ([1, 2, 0.5, 2, 0.4], 0),
        ([1, 1, 1], 1),
        ([math.nan, 3, 2, 1], 0),
        ([3, math.nan, 2, math.nan, 1], 0),
    ],
)
def test_a_plateau_cuts_after_two_epochs_without_a_lower_loss(losses, cuts):
    assert plateau_cuts(losses, 2) == cuts
