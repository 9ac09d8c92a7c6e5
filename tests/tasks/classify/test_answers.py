"""Answers of a classifier, before they are text.

Covers: tasks/classify/answering.
"""

import math

import numpy as np
import pytest

from grucli.tasks.classify.task import Classify
from grucli.tasks.columns import AnswerOptions

LABELS = ("a", "b", "c")
TASK = Classify(labels=LABELS)
SCORES = np.log([[0.2, 0.7, 0.1], [0.4, 0.3, 0.3]])


def test_an_answer_is_the_most_probable_label_beside_all_probabilities():
    found = TASK.answers(SCORES, AnswerOptions())
    assert found.table["label"] == ["b", "a"]
    assert found.table["probability"] == pytest.approx([0.7, 0.4])
    assert found.answers == ["label"]
    assert list(found.fields) == ["label", "probability", "probabilities"]
    assert [list(names) for names in found.fields["probabilities"].names] == [list(LABELS)] * 2
    np.testing.assert_allclose(found.fields["probabilities"].values, np.exp(SCORES), atol=1e-15)


def test_labels_are_ranked_and_numbered_as_far_as_there_are_any():
    found = TASK.answers(SCORES, AnswerOptions(top_k=9))
    assert list(found.table) == [
        f"{name}_{k}" for k in (1, 2, 3) for name in ("label", "probability")
    ]
    assert found.answers == ["label_1", "label_2", "label_3"]
    assert [found.table[name] for name in found.answers] == [["b", "a"], ["a", "b"], ["c", "c"]]
    assert found.fields["label"] == ["b", "a"]
    assert list(found.fields["probabilities"].names) == [("b", "a", "c"), ("a", "b", "c")]
    np.testing.assert_allclose(
        found.fields["probabilities"].values, [[0.7, 0.2, 0.1], [0.4, 0.3, 0.3]], atol=1e-15
    )


def test_an_answer_that_is_not_probable_enough_is_not_given_but_its_probability_is():
    found = TASK.answers(SCORES, AnswerOptions(top_k=2, min_probability=0.5, unknown="?"))
    assert found.table["label_1"] == ["b", "?"]
    assert found.table["label_2"] == ["a", "b"]
    assert found.table["probability_1"] == pytest.approx([0.7, 0.4])


@pytest.mark.parametrize("options", [AnswerOptions(), AnswerOptions(top_k=2)])
def test_columns_of_no_row_have_all_names(options):
    some, none = TASK.answers(SCORES, options), TASK.answers(np.zeros((0, 3)), options)
    assert list(none.table) == list(some.table)
    assert list(none.fields) == list(some.fields)
    assert all(len(column) == 0 for column in none.table.values())


def test_one_score_of_two_classes_speaks_for_the_second():
    (answer,) = Classify(labels=("no", "yes")).typed_answers(np.array([[math.log(3)]]))
    assert answer.label == "yes"
    assert answer.probability == pytest.approx(0.75)
    assert answer.probabilities == pytest.approx({"no": 0.25, "yes": 0.75})


def test_mistakes_are_the_most_confident_first_and_equal_ones_in_order():
    scores = np.log([[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
    found = TASK.mistakes(scores, np.array([0, 1, -1, 2]))
    assert found.rows.tolist() == [2, 0, 3]
    assert found.answers["predicted"] == ["a", "b", "b"]
    assert found.answers["probability"] == pytest.approx([0.8, 0.7, 0.7])
