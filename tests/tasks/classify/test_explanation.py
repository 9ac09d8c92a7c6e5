"""What is explained of a label, and when two answers agree."""

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks.classify.task import Classify
from tests.tasks.helpers import PROBABILITIES, UNSEEN_TARGETS, exact, logits_of

TASK = Classify(labels=("a", "b", "c"))
SCORES = logits_of(PROBABILITIES)


def test_the_answer_is_explained_against_the_runner_up():
    found = TASK.explained(SCORES[1:2], None)
    assert found.subject == "margin of 'a' over 'b'"
    assert found.level_name == "p('a')"
    assert found.answer == "'a' 0.500 ('b' 0.300, 'c' 0.200)"
    assert found.margin(SCORES)[1] == exact(np.log(0.5 / 0.3))
    assert found.level(SCORES) == pytest.approx(PROBABILITIES[:, 0])
    assert list(found.leading(SCORES))[:4] == ["a", "a", "b", "a"]
    assert found.to_json() == {
        "predicted": "a",
        "probabilities": pytest.approx({"a": 0.5, "b": 0.3, "c": 0.2}),
        "target": "a",
        "other": "b",
    }


def test_a_label_that_is_asked_for_is_explained_against_the_best_other():
    found = TASK.explained(SCORES[1:2], "c")
    assert found.subject == "margin of 'c' over 'a'"
    assert found.to_json()["predicted"] == "a"


def test_margins_of_branches_add_up_also_where_two_classes_share_a_score():
    task, rng = Classify(labels=("no", "yes")), np.random.default_rng(0)
    first, second = rng.normal(size=(2, 5, 1))
    found = task.explained((first + second)[:1], None)
    np.testing.assert_allclose(
        found.margin(first) + found.margin(second), found.margin(first + second), atol=1e-15
    )
    sign = 1 if found.target == 1 else -1
    np.testing.assert_allclose(found.margin(first), sign * first[:, 0], atol=1e-15)


def test_only_labels_can_be_asked_for():
    TASK.check_target("b")
    with pytest.raises(ConfigError, match="--target: the model has no label 'd'; the labels are a"):
        TASK.check_target("d")


def test_agreement_and_distance_of_answers():
    others = logits_of(PROBABILITIES[[0, 2, 2, 3, 5, 4, 6, 7]])
    assert TASK.agree(SCORES, others).tolist() == [True, False, *[True] * 6]
    distance = TASK.distance(SCORES, others)
    assert distance[:2] == pytest.approx([0, 0.5])  # .5 .3 .2 and .1 .8 .1: half of .4 + .5 + .1
    assert TASK.num_answers(SCORES) == 3


def test_targets_that_training_lacks_have_no_right_answer_and_no_support():
    right, support = (f(SCORES, UNSEEN_TARGETS) for f in (TASK.right, TASK.support))
    assert right.tolist() == [True, False, True, True, False, True, False, False]
    assert support == pytest.approx([0.7, 0.3, 0.8, 0.4, 0, 0.9, 0, 0])
    assert TASK.certainty(SCORES)[1] == exact(np.log(0.5 / 0.3))
    found = TASK.arrays(SCORES, UNSEEN_TARGETS)
    assert list(found) == ["targets", "predictions", "probabilities"]
    np.testing.assert_allclose(found["probabilities"], PROBABILITIES, atol=1e-15)


def test_what_can_be_answered_is_listed():
    assert TASK.listed == "3 labels: a, b, c"
    many = Classify(labels=tuple(f"label {k:02}" for k in range(14)))
    assert many.listed.endswith("label 10, label 11 and 2 more")
    assert many.size == "14 labels"
