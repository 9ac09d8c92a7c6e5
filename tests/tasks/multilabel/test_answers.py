"""Answers with any number of labels, before they are text.

Covers: tasks/multilabel/answering.
"""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.task import Multilabel
from tests.tasks.multilabel.test_label_sets import rows

LABELS = ("a", "b", "c")
DECISION = Decision(factors=(1.0,) * 3, biases=(0.0,) * 3, thresholds=(0.5, 0.3, 0.5))
TASK = Multilabel(labels=LABELS, decision=DECISION)
P = np.array([[0.6, 0.35, 0.1], [0.2, 0.2, 0.4]])
SCORES = np.log(P / (1 - P))


def test_an_answer_is_a_set_with_its_probability_beside_that_of_each_label():
    found = TASK.answers(SCORES, AnswerOptions())
    assert list(found.table) == ["labels", "probability"]
    assert found.table["labels"] == ["a|b", ""]
    whole = [0.6 * 0.35 * 0.9, 0.8 * 0.8 * 0.6]
    assert found.table["probability"] == pytest.approx(whole)
    assert found.answers == ["labels"]
    assert list(found.fields) == ["labels", "probability", "probabilities"]
    np.testing.assert_allclose(found.fields["probabilities"].values, P, atol=1e-15)


def test_labels_are_ranked_and_numbered_as_far_as_there_are_any():
    found = TASK.answers(SCORES, AnswerOptions(top_k=9))
    assert found.answers == ["label_1", "label_2", "label_3"]
    assert [found.table[name] for name in found.answers] == [["a", "c"], ["b", "a"], ["c", "b"]]
    assert found.table["probability_1"] == pytest.approx([0.6, 0.4])
    assert found.fields["labels"].values == [("a", "b"), ()]
    assert [list(names) for names in found.fields["probabilities"].names] == [
        ["a", "b", "c"],
        ["c", "a", "b"],
    ]


def test_a_least_probability_takes_the_place_of_the_thresholds():
    found = TASK.answers(SCORES, AnswerOptions(min_probability=0.4, unknown="?"))
    assert found.table["labels"] == ["a", "c"]
    assert found.table["probability"] == pytest.approx([0.6 * 0.65 * 0.9, 0.8 * 0.8 * 0.4])
    found = TASK.answers(SCORES, AnswerOptions(min_probability=0.5, unknown="?"))
    assert found.table["labels"] == ["a", "?"]


@pytest.mark.parametrize("options", [AnswerOptions(), AnswerOptions(top_k=2)])
def test_columns_of_no_row_have_all_names(options):
    some, none = TASK.answers(SCORES, options), TASK.answers(np.zeros((0, 3)), options)
    assert list(none.table) == list(some.table)
    assert list(none.fields) == list(some.fields)


def test_a_program_gets_sets_as_objects():
    first, second = TASK.typed_answers(SCORES)
    assert first.labels == ("a", "b")
    assert first.probabilities == pytest.approx({"a": 0.6, "b": 0.35, "c": 0.1})
    assert first.probability == pytest.approx(0.6 * 0.35 * 0.9)
    assert second.labels == ()


def test_mistakes_have_a_label_too_many_or_too_few_the_least_expected_first():
    records = rows(("a", "b"), ("c",), ("b",), (), ("c", "z"))
    scores = SCORES[[0, 1, 0, 1, 1]]
    found = TASK.mistakes(scores, TASK.encode(records))
    truth = [0.8 * 0.8 * 0.4, 0.4 * 0.35 * 0.9, 0.8 * 0.8 * 0.4]
    assert found.rows.tolist() == [[1, 2, 4][k] for k in np.argsort(truth, kind="stable")]
    assert found.answers["predicted"] == ["a|b", "", ""]


def test_answers_are_compared_as_sets():
    others = SCORES + np.array([[0.0, -1.0, 0.0], [0.1, 0.0, 0.0]])
    assert TASK.agree(SCORES, others).tolist() == [False, True]
    moved = np.abs(1 / (1 + np.exp(-others)) - P).max(axis=1)
    np.testing.assert_allclose(TASK.distance(SCORES, others), moved)
    assert TASK.num_answers(SCORES) == 2
    np.testing.assert_allclose(TASK.certainty(SCORES), [0.05, 0.1])
    targets = TASK.encode(rows(("a", "b"), ("z",)))
    np.testing.assert_allclose(TASK.support(SCORES, targets), [0.6 * 0.35 * 0.9, 0])
    assert TASK.right(SCORES, targets).tolist() == [True, False]
    arrays = TASK.arrays(SCORES, targets)
    assert arrays["targets"].tolist() == [[True, True, False], [False] * 3]
    assert arrays["predictions"].tolist() == [[True, True, False], [False] * 3]


def test_what_is_no_label_cannot_be_explained():
    with pytest.raises(ConfigError, match="no label 'd'"):
        TASK.check_target("d")
    TASK.check_target("a")


def test_a_sample_has_each_first_label_in_its_share():
    assert TASK.stratum(Record(number=1, labels=("b", "a"), label="")) == "b"
    assert TASK.stratum(Record(number=1)) is None


def test_it_has_learned_what_passes_a_fixed_set_unless_the_card_is_silent():
    data = {"rows": 80, "valid_rows": 20, "label_rows": [50, 20, 10]}
    assert TASK.has_learned(data, {"kept_micro_f1": 0.9})
    assert not TASK.has_learned(data, {"valid_micro_f1": 0.5})
    assert TASK.has_learned({}, {})
    assert TASK.has_learned({"rows": "x", "valid_rows": 0, "label_rows": 3}, {})
