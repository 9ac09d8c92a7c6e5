"""Augmentation changes sequences by little, each by itself, and not where they begin and end."""

import numpy as np
import pytest

from grucli.engine import augmentation
from grucli.engine.packing import Packing
from tests.engine.helpers import PROFILES, random_batch, sequence

EACH = pytest.mark.parametrize("lengths", PROFILES.values(), ids=PROFILES)


@EACH
def test_time_runs_forwards_from_the_first_step_to_the_last(lengths):
    packing = Packing(np.array(lengths))
    speeds = np.exp(np.random.default_rng(0).normal(size=(len(lengths), 5)))
    places = augmentation.positions(packing, speeds)
    for row, length in enumerate(lengths):
        own = sequence(packing, places, row)
        assert own[0] == 0
        assert own[-1] == pytest.approx(length - 1)
        assert np.all(np.diff(own) > 0)
    even = augmentation.positions(packing, np.full((len(lengths), 5), 3.0))
    np.testing.assert_allclose(even, packing.step, atol=1e-12)


def test_where_the_speed_is_twofold_steps_are_twice_as_far_apart():
    places = augmentation.positions(Packing(np.array([101])), np.array([[1.0, 1, 1, 2, 2]]))
    steps = np.diff(places)
    assert steps[90] == pytest.approx(2 * steps[10])


@EACH
def test_without_noise_a_sequence_is_itself_at_another_pace(lengths, monkeypatch):
    monkeypatch.setattr(augmentation, "NOISE", 0)
    monkeypatch.setattr(augmentation, "SCALING", 0)
    packing = Packing(np.array(lengths))
    ramp = np.stack((packing.step, 5 - 2 * packing.step), axis=1).astype(float)
    changed = augmentation.changed(ramp, packing, 1.0, np.random.default_rng(1))
    np.testing.assert_allclose(changed[:, 1], 5 - 2 * changed[:, 0], atol=1e-12)
    for row, length in enumerate(lengths):
        own = sequence(packing, changed[:, 0], row)
        assert own[0] == 0
        assert own[-1] == pytest.approx(length - 1)
    if lengths[0] > 2:
        assert np.abs(changed[:, 0] - packing.step).max() > 0.05


def test_noise_and_scaling_have_the_strength_that_was_asked_for(monkeypatch):
    monkeypatch.setattr(augmentation, "WARPING", 0)
    packing = Packing(np.full(2000, 20))
    rng = np.random.default_rng(2)
    noise = augmentation.changed(np.zeros((packing.size, 3)), packing, 2.0, rng)
    assert noise.std() == pytest.approx(2 * augmentation.NOISE, rel=0.02)
    ones = augmentation.changed(np.full((packing.size, 3), 1e3), packing, 2.0, rng) / 1e3
    scales = np.log([sequence(packing, ones, row).mean() for row in range(2000)])
    assert scales.std() == pytest.approx(2 * augmentation.SCALING, rel=0.05)
    within = np.log(sequence(packing, ones, 0)).std()
    assert within < 1e-3  # one scale for all of a sequence


def test_what_is_drawn_depends_on_the_generator_alone_and_the_batch_stays():
    packing, x = random_batch(np.random.default_rng(3), PROFILES["ragged"])
    before = x.copy()
    first, again = (
        augmentation.changed(x, packing, 1.0, np.random.default_rng(9)) for _ in range(2)
    )
    other = augmentation.changed(x, packing, 1.0, np.random.default_rng(8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(x, before)
    single = augmentation.changed(x.astype(np.float32), packing, 1.0, np.random.default_rng(9))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, first, atol=1e-5)
