"""Trials: what they gain, who wins, and their way through JSON."""

import json
import statistics

import numpy as np
import pytest

from grucli.training.tuning.trial import Trial, best_of, gain_over


def trial(number, gain=None, error=None, ended="whole"):
    return Trial(
        number=number, changes={}, epochs=3, rungs=(1.0,), ended=ended, gain=gain, error=error
    )


def test_the_gain_and_its_error_are_those_of_paired_differences():
    rng = np.random.default_rng(0)
    defaults, losses = rng.random(40), rng.random(40)
    gain, error = gain_over(defaults, losses)
    pairs = [one - other for one, other in zip(defaults.tolist(), losses.tolist(), strict=True)]
    assert gain == pytest.approx(statistics.mean(pairs))
    assert error == pytest.approx(statistics.stdev(pairs) / 40**0.5)


def test_of_a_single_row_no_error_is_known():
    assert gain_over(np.array([2.0]), np.array([1.0])) == (1.0, None)
    assert not trial(2, 1.0, None).is_better


@pytest.mark.parametrize(
    ("others", "winner"),
    [
        ([], 1),
        ([trial(2, 0.1, 0.2), trial(3, -1.0, 0.1)], 1),
        ([trial(2, 0.3, 0.2), trial(3, 0.2, 0.1)], 2),
        ([trial(2, 0.3, 0.4), trial(3, 0.2, 0.1)], 3),
        ([trial(2, 0.2, 0.1), trial(3, 0.2, 0.1)], 2),
        ([trial(2, ended="stopped"), trial(3, ended="diverged")], 1),
    ],
)
def test_the_defaults_stay_unless_another_gains_more_than_its_error(others, winner):
    assert best_of([trial(1, 0.0, 0.0), *others]).number == winner


def test_a_trial_comes_back_from_json():
    own = Trial(
        number=4,
        changes={"model.pooling": ["max"], "training.learning_rate": 0.004},
        epochs=5,
        rungs=(0.5, 0.25),
        ended="stopped",
        loss=0.25,
        seconds=1.5,
    )
    assert Trial.from_json(json.loads(json.dumps(own.to_json()))) == own


@pytest.mark.parametrize(
    "change", [{"number": 0}, {"epochs": -1}, {"rungs": ["a"]}, {"ended": "won"}, {"loss": "low"}]
)
def test_a_damaged_one_does_not(change):
    with pytest.raises((TypeError, ValueError)):
        Trial.from_json(trial(2).to_json() | change)
