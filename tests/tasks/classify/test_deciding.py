"""Answers with thresholds: by hand, and in all that shows them."""

import json

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.tasks import task_from_json
from grucli.tasks.classify.deciding import classes, fitted
from grucli.tasks.classify.task import Classify
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.thresholds import Wish

LABELS = ("a", "b", "c")
P = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.1, 0.2, 0.7]])
WISHES = {"recall": {"c": 0.6, "b": 0.5}, "precision": None}


@pytest.mark.parametrize(
    ("levels", "answers"),
    [
        ([], [0, 1, 0, 2]),
        ([(2, 0.3)], [0, 2, 2, 2]),
        ([(2, 0.3), (1, 0.3)], [1, 2, 2, 2]),
        ([(1, 0.3), (2, 0.3)], [1, 1, 2, 2]),
        ([(0, 0.9)], [1, 1, 2, 2]),
        ([(0, 0.55), (2, 0.9)], [1, 1, 0, 1]),
    ],
)
def test_the_first_threshold_that_is_reached_decides(levels, answers):
    assert classes(levels, P).tolist() == answers


def task_with_thresholds():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 3, 200)
    scores = 2 * np.eye(3)[targets] + rng.normal(size=(200, 3))
    task = Classify(labels=LABELS).calibrated(scores, targets, WISHES)
    return task, scores, targets


def test_wishes_are_fulfilled_one_after_the_other():
    task, scores, targets = task_with_thresholds()
    first, second = task.thresholds
    assert (first.wish.label, second.wish.label) == ("c", "b")
    answers = np.array([LABELS.index(one.label) for one in task.typed_answers(scores)])
    for one, k in ((first, 2), (second, 1)):
        rows = targets == k
        hits = (answers == k) & rows
        assert hits.sum() >= one.wish.wanted * (rows.sum() + 1)
        assert one.after.recall == hits.sum() / rows.sum()
        assert one.after.precision == hits.sum() / (answers == k).sum()
        assert one.after.answered == (answers == k).mean()
        assert one.after.accuracy == (answers == targets).mean()
        assert one.before.accuracy == (scores.argmax(axis=1) == targets).mean()
        assert one.rows == 200
    assert not np.array_equal(answers, scores.argmax(axis=1))


def test_all_that_shows_answers_has_the_same_ones():
    task, scores, targets = task_with_thresholds()
    answers = [one.label for one in task.typed_answers(scores)]
    classes_of = np.array([LABELS.index(label) for label in answers])
    table = task.answers(scores, AnswerOptions()).table
    assert table["label"] == answers
    ranked = task.answers(scores, AnswerOptions(top_k=3)).table
    assert ranked["label_1"] == answers
    for row in zip(*(ranked[f"label_{k}"] for k in (1, 2, 3)), strict=True):
        assert sorted(row) == list(LABELS)
    assert (np.array(ranked["probability_2"]) >= ranked["probability_3"]).all()
    right = classes_of == targets
    np.testing.assert_array_equal(task.right(scores, targets), right)
    assert set(task.mistakes(scores, targets).rows.tolist()) == set(np.flatnonzero(~right).tolist())
    np.testing.assert_array_equal(task.arrays(scores, targets)["predictions"], classes_of)
    assert task.num_answers(scores) == len(set(answers))
    card = task.measure(scores, targets, [])
    assert card.figures[0].value == right.mean()
    for k, label in enumerate(answers[:20]):
        one = task.explained(scores[k : k + 1], None)
        assert one.to_json()["predicted"] == LABELS[one.target] == label
        assert list(one.leading(scores[:20])) == answers[:20]
        assert one.answer.startswith(f"'{label}'")


def test_an_answer_below_its_own_threshold_abstains_by_its_probability():
    wished = [Wish(label="b", measure="recall", wanted=0.5)]
    chosen = fitted(wished, LABELS, P, np.array([1, 1, 0, 2]))
    task = Classify(labels=LABELS, thresholds=chosen)
    found = task.answers(np.log(P), AnswerOptions(min_probability=0.4)).table
    assert found["label"] == ["<unknown>", "b", "a", "c"]
    assert found["probability"] == pytest.approx([0.3, 0.5, 0.6, 0.7])


def test_thresholds_travel_with_the_task():
    task, *_ = task_with_thresholds()
    again = task_from_json(json.loads(json.dumps(task.to_json())))
    assert again == task
    with pytest.raises(ValueError, match="thresholds"):
        task_from_json({**task.to_json(), "labels": ["x", "y", "z"]})
    assert "wishes" not in Classify(labels=LABELS).to_json()


def test_a_label_that_is_not_reached_is_answered_as_without_a_threshold():
    wished = [Wish(label="a", measure="precision", wanted=0.9)]
    (one,) = fitted(wished, LABELS, P, np.array([1, 0, 2, 0]))
    assert one.least is None
    task = Classify(labels=LABELS, thresholds=(one,))
    assert [answer.label for answer in task.typed_answers(np.log(P))] == ["a", "b", "a", "c"]


def test_one_label_has_to_be_left_without():
    task, targets = Classify(labels=("a", "b")), np.arange(100) % 2
    wished = [Wish(label=label, measure="recall", wanted=0.5) for label in ("a", "b")]
    task.check_wishes(wished[:1], targets)
    with pytest.raises(ConfigError, match="every label has a threshold"):
        task.check_wishes(wished, targets)
    with pytest.raises(ConfigError, match="rows that are held out"):
        task.check_wishes(wished[:1], None)
