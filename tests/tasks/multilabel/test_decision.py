"""From scores to probabilities and sets, and what a model file keeps of it."""

import json
import math

import numpy as np
import pytest

from grucli.tasks.multilabel.decision import Decision, set_probability

DECISION = Decision(factors=(1.0, 2.0), biases=(0.0, -1.0), thresholds=(0.5, 0.2))


def test_a_label_is_answered_from_its_threshold_on():
    scores = np.array([[0.0, 0.5], [-0.1, -0.2], [3.0, -5.0]])
    p = DECISION.probabilities(scores)
    wanted = [[0.5, 0.5], [1 / (1 + math.exp(0.1)), 1 / (1 + math.exp(1.4))]]
    np.testing.assert_allclose(p[:2], wanted, atol=1e-15)
    assert DECISION.sets(scores).tolist() == [[True, True], [False, False], [True, False]]


def test_plain_scores_are_logits_and_likelier_than_not_is_yes():
    plain = Decision.plain(3)
    assert plain.sets(np.array([[-0.1, 0.0, 0.1]])).tolist() == [[False, True, True]]
    joined = DECISION.followed_by(plain)
    assert joined.thresholds == (0.5, 0.2, 0.5, 0.5, 0.5)
    assert joined.factors == (1.0, 2.0, 1.0, 1.0, 1.0)


def test_a_set_is_as_probable_as_its_labels_and_the_lack_of_the_others():
    p, sets = np.array([[0.9, 0.3], [0.5, 0.5]]), np.array([[True, False], [False, False]])
    np.testing.assert_allclose(set_probability(p, sets), [0.9 * 0.7, 0.25])


def test_it_comes_back_from_json():
    assert Decision.from_json(json.loads(json.dumps(DECISION.to_json())), 2) == DECISION


@pytest.mark.parametrize(
    "damage",
    [
        {"factors": [1.0]},
        {"factors": [1.0, 0.0]},
        {"factors": [1.0, math.nan]},
        {"biases": [0, 0]},
        {"biases": [0.0, math.inf]},
        {"biases": "ab"},
        {"thresholds": [0.5, 1.5]},
        {"thresholds": [-0.5, 0.5]},
        {"thresholds": None},
    ],
)
def test_a_damaged_one_is_refused(damage):
    with pytest.raises((ValueError, TypeError)):
        Decision.from_json(DECISION.to_json() | damage, 2)
