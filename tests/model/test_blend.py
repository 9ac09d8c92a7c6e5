"""How both paths are weighed: against a grid of factors, and where little can be known."""

import numpy as np
import pytest

from grucli.engine import blend_factors, losses
from grucli.engine.blend_factors import both_classes
from grucli.model.blend import (
    Mix,
    Weighed,
    calibrated,
    calibrated_loss,
    calibration_errors,
    recurrence_share,
    weigh,
)
from grucli.tasks.classify.task import Classify

TASK = Classify(labels=("a", "b"))  # as for any labels: it counts the outputs


def objective(chosen, parts, targets):
    logits = np.tensordot(chosen, parts, 1)
    loss = -losses.log_probabilities(logits)[np.arange(len(targets)), targets].sum()
    return loss + blend_factors.PRIOR_ROWS / 2 * np.sum((np.asarray(chosen) - 1) ** 2)


def random_paths(seed):
    """Return (2, n, O) logits of any quality and scale, worse than chance too, and targets."""
    rng = np.random.default_rng(seed)
    n, num_classes = int(rng.integers(2, 120)), int(rng.integers(2, 5))
    outputs = 1 if num_classes == 2 else num_classes
    targets = rng.integers(0, num_classes, n)
    truth = np.eye(num_classes)[targets][:, -outputs:] - 0.5
    parts = [
        10 ** rng.uniform(-2, 1.5)
        * (rng.choice([-1, 0, 0.3, 3]) * truth * (rng.random((n, 1)) < 0.8) + noise)
        for noise in rng.normal(size=(2, n, outputs))
    ]
    return np.stack(parts), targets


def test_no_factors_on_a_grid_are_better():
    bounded = 0
    for seed in range(60):
        parts, targets = random_paths(seed)
        mix = weigh(TASK, *parts, targets).mix
        found = np.array([mix.recurrence, mix.linear])
        bounded += bool((found == blend_factors.LEAST).any())
        near = [0.9, 0.99, 1, 1.01, 1.1]
        grids = [
            np.maximum([*np.geomspace(1e-3, 20, 12), *np.multiply(near, value)], least)
            for value, least in zip(found, blend_factors.LEAST, strict=True)
        ]
        least = min(objective((a, b), parts, targets) for a in grids[0] for b in [0, *grids[1]])
        assert objective(found, parts, targets) <= least + 1e-6 * (1 + abs(least)), seed
    assert bounded > 10


def test_the_loss_is_convex_in_the_factors():
    rng = np.random.default_rng(0)
    for seed in range(20):
        parts, targets = random_paths(seed)
        one, other = rng.uniform(0, 3, (2, 2))
        middle = objective((one + other) / 2, parts, targets)
        ends = objective(one, parts, targets) + objective(other, parts, targets)
        assert middle <= ends / 2 + 1e-9 * abs(ends)


def test_where_the_linear_path_does_not_count_nothing_is_gained():
    for seed in range(40):
        parts, targets = random_paths(seed)
        weighed = weigh(TASK, *parts, targets)
        assert weighed.mix.linear or (weighed.gain, weighed.mix) == (0, weighed.alone), seed


def test_gain_and_error_are_those_of_the_rows():
    parts, targets = random_paths(7)
    weighed = weigh(TASK, *parts, targets)
    alone = min(
        np.arange(0.01, 8, 0.001),
        key=lambda f: objective((f, 1), [parts[0], 0 * parts[1]], targets),
    )
    rows = np.arange(len(targets))
    before = -losses.log_probabilities(alone * parts[0])[rows, targets]
    after = -losses.log_probabilities(weighed.mix.logits(*parts))[rows, targets]
    gains = before - after
    assert weighed.gain == pytest.approx(gains.mean(), abs=1e-4)
    assert weighed.error == pytest.approx(gains.std(ddof=1) / np.sqrt(len(gains)), abs=1e-4)


def test_a_path_pays_if_the_gain_is_more_than_its_error():
    for gain, error, pays in (
        (0.2, 0.1, True),
        (0.1, 0.1, False),
        (-0.3, 0.1, False),
        (0, 0, False),
    ):
        assert Weighed(mix=Mix(), alone=Mix(), gain=gain, error=error).pays is pays


def test_a_path_that_knows_pays_and_one_of_noise_or_of_lies_does_not():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 400)
    truth = (targets * 2.0 - 1)[:, None]
    weak, good = truth * 0.3 + rng.normal(size=(2, 400, 1)) * [[[1.0]], [[0.5]]]
    assert weigh(TASK, weak, good, targets).pays
    for useless in (rng.normal(size=(400, 1)), -good):
        weighed = weigh(TASK, truth + rng.normal(size=(400, 1)) / 9, useless, targets)
        assert not weighed.pays
    lies = weigh(TASK, weak, -good, targets)
    assert (lies.mix.linear, lies.gain, lies.pays) == (0, 0, False)


def test_rows_of_unknown_labels_do_not_count():
    parts, targets = random_paths(3)
    more = np.concatenate((parts, 50 * np.ones_like(parts[:, :5])), axis=1)
    assert weigh(TASK, *more, np.append(targets, [-1] * 5)) == weigh(TASK, *parts, targets)


@pytest.mark.parametrize("targets", [[-1, -1, -1], [-1, 0, -1]])
def test_fewer_than_two_rows_tell_nothing(targets):
    logits = np.ones((3, 2))
    weighed = weigh(TASK, logits, logits, np.array(targets))
    assert (weighed.mix, weighed.gain, weighed.error) == (Mix(recurrence=1, linear=1), 0, 0)
    assert not weighed.pays


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e3])
def test_perfect_separation_stays_finite(scale):
    targets = np.arange(40) % 3
    perfect = scale * np.eye(3)[targets]
    for paths in ((perfect, perfect), (perfect, 0 * perfect), (perfect, -perfect)):
        weighed = weigh(TASK, *paths, targets)
        numbers = (weighed.mix.recurrence, weighed.mix.linear, weighed.gain, weighed.error)
        assert np.isfinite(numbers).all()
        assert 0.01 <= weighed.mix.recurrence < 30
        assert 0 <= weighed.mix.linear < 30


def test_few_rows_leave_the_factors_near_one():
    logits = np.array([[0.2], [-0.2]])
    mix = weigh(TASK, logits, logits, np.array([1, 0])).mix
    assert mix.recurrence == pytest.approx(1, abs=0.3) == mix.linear


def test_shares_by_hand():
    ours, theirs = np.array([[1.0], [-1.0]]), np.array([[3.0], [-1.0]])
    for mix, share in (
        (Mix(recurrence=1, linear=1), 2 / 6),
        (Mix(recurrence=2, linear=1), 4 / 8),
        (Mix(recurrence=1, linear=0), 1),
        (Mix(recurrence=0.0, linear=1), 0),
    ):
        assert recurrence_share(TASK, mix, ours, theirs) == pytest.approx(share)
        both = [both_classes(part) for part in (ours, theirs)]
        assert recurrence_share(TASK, mix, *both) == pytest.approx(share)
    # answer 2, runner-up 1: margins of 0 and 3; what they say of class 0 does not count
    three = np.array([[9.0, 1, 1]]), np.array([[-20.0, 0, 3]])
    assert recurrence_share(TASK, Mix(linear=1), *three) == 0
    assert recurrence_share(TASK, Mix(linear=1), 0 * ours, 0 * theirs) == 1


def test_without_a_linear_path_the_logits_are_the_recurrences_own():
    logits = np.array([[0.1, -3.0]])
    np.testing.assert_array_equal(Mix().logits(logits, None), logits)
    np.testing.assert_array_equal(Mix(recurrence=0.5).logits(logits, None), logits / 2)
    np.testing.assert_array_equal(Mix().logits(logits, np.array([[5.0, 7]])), logits)
    np.testing.assert_allclose(Mix(recurrence=2, linear=3).logits(logits, logits), 5 * logits)


def rows_that_come_true(n, seed, classes=3):
    """Return logits (n, C) whose probabilities are those by which the targets are drawn."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, classes))
    drawn = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return logits, drawn


def test_a_recurrence_alone_is_made_to_come_true():
    logits, targets = rows_that_come_true(4000, 0)
    for scale in (0.2, 1.0, 7.0):
        mix = calibrated(TASK, scale * logits, targets)
        assert mix.linear == 0
        assert mix.recurrence * scale == pytest.approx(1, abs=0.1)
    assert calibrated(TASK, logits, np.where(np.arange(4000) == 7, targets, -1)) == Mix()
    unknown = np.append(targets, -1)
    assert calibrated(TASK, np.append(logits, logits[:1], axis=0), unknown) == calibrated(
        TASK, logits, targets
    )


def test_a_factor_that_does_not_help_other_rows_is_not_used():
    logits, targets = np.tile([[3.0, 0.0, 0.0]], (40, 1)), np.arange(40) % 2
    assert TASK.blend((logits,), targets)[0] < 0.5  # every second answer is wrong
    assert calibrated(TASK, logits, targets) == Mix()  # but nothing between the others says so
    errors = calibration_errors(TASK, Mix(), logits, None, targets)
    assert errors.after == errors.before > 0.3
    mixed = np.sort(targets)  # the same rows, half of the wrong ones among those of either kind
    assert calibrated(TASK, logits, mixed).recurrence == TASK.blend((logits,), mixed)[0]


def test_errors_after_calibration_are_of_rows_that_no_factor_has_seen():
    logits, targets = rows_that_come_true(4000, 1)
    mix = calibrated(TASK, 5 * logits, targets)
    errors = calibration_errors(TASK, mix, 5 * logits, None, targets)
    assert errors.before > 0.15
    assert errors.after < 0.03
    halves = [calibrated(TASK, 5 * logits[k::2], targets[k::2]).recurrence for k in (0, 1)]
    by_hand = 5 * logits * np.where(np.arange(4000) % 2, halves[0], halves[1])[:, None]
    assert errors.after == pytest.approx(TASK.calibration_error(by_hand, targets))
    both = calibration_errors(TASK, Mix(linear=2.0), 2 * logits, 3 * logits, targets)
    assert both.before == errors.before
    assert both.after < 0.03
    assert calibration_errors(TASK, Mix(), logits, None, np.full(4000, -1)) is None


def test_what_a_factor_mends_does_not_count_in_the_calibrated_loss():
    parts, targets = random_paths(7)
    alone = weigh(TASK, *parts, targets).alone
    rows = -losses.log_probabilities(alone.logits(parts[0], None))[np.arange(len(targets)), targets]
    found = calibrated_loss(TASK, parts[0], targets)
    assert found == pytest.approx(rows.mean())
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 500)
    timid = np.where(rng.random(500) < 0.8, 2.0 * truth - 1, 1 - 2.0 * truth)[:, None]
    sure = calibrated_loss(TASK, 9 * timid, truth)
    assert sure == pytest.approx(calibrated_loss(TASK, timid, truth), abs=0.01)
    unknown = np.append(targets, -1)
    assert calibrated_loss(TASK, np.append(parts[0], parts[0][:1], axis=0), unknown) == found
    assert calibrated_loss(TASK, parts[0][:2], np.array([-1, -1])) == 0
