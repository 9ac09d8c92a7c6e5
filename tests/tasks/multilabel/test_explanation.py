"""What is explained of an answer: the score of one label."""

import numpy as np
import pytest

from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.explanation import LabelScore

LABELS = ("a", "b", "c", "d")
DECISION = Decision(
    factors=(1.0, 2.0, 1.0, 1.0), biases=(0.0, 1.0, 0.0, 0.0), thresholds=(0.5,) * 4
)
SCORES = np.array([[1.0, 0.5, -1.0, 0.2]])


def test_it_is_that_of_the_most_probable_label_if_none_is_asked_for():
    found = LabelScore.of(LABELS, DECISION, SCORES, None)
    assert (found.subject, found.level_name) == ("score of 'b'", "p('b')")
    assert found.margin(SCORES).tolist() == [1.0]
    assert found.level(SCORES) == pytest.approx([1 / (1 + np.exp(-2))])
    assert found.answer == "'b' 0.881, 'a' 0.731, 'd' 0.550"
    assert found.leading(np.array([[1.0, -1.0, 2.0, -1.0], [-1.0] * 4])) == ["a, c", "no label"]
    assert found.to_json()["predicted"] == ["a", "b", "d"]
    assert found.to_json()["target"] == "b"


def test_margins_of_branches_add_up():
    found = LabelScore.of(LABELS, DECISION, SCORES, 0)
    other = np.array([[0.3, 2.0, 1.0, 0.0]])
    both = found.margin(SCORES + other)
    np.testing.assert_allclose(both, found.margin(SCORES) + found.margin(other))


def test_many_labels_are_counted_and_none_is_said():
    assert LabelScore.of(LABELS, DECISION, np.ones((1, 4)), 0).answer.endswith(" and 1 more")
    assert LabelScore.of(LABELS, DECISION, -np.ones((1, 4)), 0).answer == "no label"
