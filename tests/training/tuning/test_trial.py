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
    assert best_of([trial(1, 0.0, 0.0), trial(2, 1.0, None)]).number == 1


@pytest.mark.parametrize(
    ("others", "winner"),
    [
        ([], 1),
        ([trial(2, 0.1, 0.2), trial(3, -1.0, 0.1)], 1),
        ([trial(2, 0.11, 0.1)], 2),
        ([trial(2, 0.3, 0.2), trial(3, 0.2, 0.1)], 2),
        ([trial(2, 0.3, 0.4), trial(3, 0.2, 0.1)], 3),
        ([trial(2, 0.2, 0.1), trial(3, 0.2, 0.1)], 2),
        ([trial(2, ended="stopped"), trial(3, ended="diverged")], 1),
    ],
)
def test_the_defaults_stay_unless_another_gains_more_than_luck_explains(others, winner):
    assert best_of([trial(1, 0.0, 0.0), *others]).number == winner


def test_the_more_are_tried_the_more_the_best_has_to_gain():
    """Of 100 trials that are no better than the defaults, one in 5 searches is taken or fewer."""
    rng, taken, taken_by_one_error = np.random.default_rng(0), 0, 0
    for _ in range(200):
        gains = rng.standard_normal(100).tolist()
        others = [trial(number, gain, 1.0) for number, gain in enumerate(gains, 2)]
        taken += best_of([trial(1, 0.0, 0.0), *others]).number > 1
        taken_by_one_error += max(gains) > 1
    assert taken <= 40
    assert taken_by_one_error == 200
    assert best_of([trial(1, 0.0, 0.0), *others, trial(200, 3.5, 1.0)]).number == 200


def test_trials_that_were_stopped_count_as_tried():
    stopped = [trial(number, ended="stopped") for number in range(3, 12)]
    assert best_of([trial(1, 0.0, 0.0), trial(2, 2.0, 1.0)]).number == 2
    assert best_of([trial(1, 0.0, 0.0), trial(2, 2.0, 1.0), *stopped]).number == 1


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
