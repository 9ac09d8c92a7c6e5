"""The scores against literal values (scikit-learn 1.9, SciPy) and literal definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.tasks.class_scores import LOG_LOSS_FLOOR, ClassScore
from grucli.tasks.classify.metrics import (
    Evaluation,
    evaluate,
    pr_auc,
    roc_auc,
)
from tests.tasks.helpers import PROBABILITIES, UNSEEN_TARGETS, exact

LABELS = ("a", "b", "c")
TARGETS = np.array([0, 1, 1, 0, 2, 2, 2, 0])


# --- literal values -----------------------------------------------------------------------------


def test_three_classes_score_as_scikit_learn_scores_them():
    scored = evaluate(PROBABILITIES, TARGETS, LABELS)

    assert scored.rows == 8
    assert scored.accuracy == 0.625
    assert scored.accuracy_interval == exact((0.3057423946026273, 0.8631557141764027))
    assert scored.macro_f1 == exact(0.611111111111111)
    assert scored.weighted_f1 == exact(0.625)
    assert scored.log_loss == exact(0.8756434531238483)
    assert scored.ece == exact(0.3)
    assert (scored.baseline, scored.baseline_label) == (0.375, "a")
    assert list(scored.confusion) == [[2, 0, 1], [1, 1, 0], [0, 1, 2]]
    assert scored.roc_auc is None
    assert scored.pr_auc is None


def test_unseen_labels_count_as_wrong_rows_and_as_classes_that_were_missed():
    scored = evaluate(PROBABILITIES, UNSEEN_TARGETS, LABELS, {"x": 2, "y": 1})

    assert scored.rows == 8
    assert scored.accuracy == 0.5
    assert scored.macro_f1 == exact(0.36)  # over a, b, c, x, y
    assert scored.weighted_f1 == exact(0.3875)
    assert scored.baseline == 0.25
    assert scored.confusion.counts.sum() == 5
    a, c = scored.per_class["a"], scored.per_class["c"]
    assert (a.precision, a.recall, a.f1) == exact((2 / 3, 1.0, 0.8))
    assert (c.precision, c.recall, c.f1) == exact((1 / 3, 1.0, 0.5))
    assert (c.rows, c.predicted) == (1, 3)
    assert scored.unseen == {"x": 2, "y": 1}


def test_binary_areas_with_ties_as_scikit_learn_has_them():
    scores = np.array([0.9, 0.8, 0.8, 0.6, 0.6, 0.6, 0.3, 0.3, 0.1])
    targets = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0])

    scored = evaluate(np.column_stack((1 - scores, scores)), targets, ("no", "yes"))

    assert scored.roc_auc == exact(0.7)
    assert scored.pr_auc == exact(0.6666666666666666)
    assert scored.log_loss == exact(0.6608174812047701)


def test_areas_of_equal_scores_are_chance():
    positive = np.array([True, False, False, True, False])

    assert roc_auc(np.full(5, 0.5), positive) == 0.5
    assert pr_auc(np.full(5, 0.5), positive) == 0.4


@pytest.mark.parametrize("side", [True, False])
def test_areas_are_undefined_where_a_side_has_no_rows(side):
    assert roc_auc(np.array([0.1, 0.2]), np.array([side, side])) is None
    assert pr_auc(np.array([0.1, 0.2]), np.array([side, side])) == (1.0 if side else None)


def test_areas_take_an_unseen_label_for_a_negative():
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]])

    scored = evaluate(p, np.array([0, 1, -1]), ("no", "yes"), {"x": 1})

    assert scored.roc_auc == 0.5
    assert scored.pr_auc == 0.5


# --- hard cases ---------------------------------------------------------------------------------


def test_one_row():
    scored = evaluate(np.array([[0.3, 0.7]]), np.array([1]), ("no", "yes"))

    assert (scored.accuracy, scored.baseline, scored.macro_f1) == (1.0, 1.0, 1.0)
    assert scored.roc_auc is None
    assert scored.pr_auc == 1.0


def test_all_wrong():
    scored = evaluate(np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([0, 1]), ("no", "yes"))

    assert (scored.accuracy, scored.macro_f1, scored.weighted_f1) == (0.0, 0.0, 0.0)
    assert scored.accuracy_interval[0] == 0.0
    assert scored.roc_auc == 0.0
    assert scored.ece == exact(0.65)


def test_macro_f1_leaves_out_a_class_that_neither_occurs_nor_is_predicted():
    p = np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.1, 0.9, 0.0]])

    scored = evaluate(p, np.array([0, 0, 1]), LABELS)

    assert scored.macro_f1 == 1.0
    assert scored.per_class["c"] == ClassScore(
        precision=None, recall=None, f1=None, rows=0, predicted=0
    )


def test_macro_f1_keeps_a_class_that_is_only_predicted():
    p = np.array([[0.9, 0.1], [0.2, 0.8]])

    scored = evaluate(p, np.array([0, 0]), ("no", "yes"))

    assert scored.macro_f1 == exact((2 / 3 + 0) / 2)
    assert scored.per_class["yes"] == ClassScore(
        precision=0.0, recall=None, f1=0.0, rows=0, predicted=1
    )


def test_a_class_that_is_never_the_answer_has_no_precision():
    scored = evaluate(np.full((3, 2), 0.5), np.array([0, 1, 1]), ("no", "yes"))

    assert scored.per_class["yes"] == ClassScore(
        precision=None, recall=0.0, f1=0.0, rows=2, predicted=0
    )
    assert scored.macro_f1 == exact(0.5 / 2)
    assert scored.weighted_f1 == exact(0.5 / 3)


def test_all_labels_unseen():
    scored = evaluate(PROBABILITIES, np.full(8, -1), LABELS, {"x": 8})

    assert (scored.accuracy, scored.baseline, scored.macro_f1) == (0.0, 0.0, 0.0)
    assert scored.log_loss == exact(-math.log(LOG_LOSS_FLOOR))


def test_equal_probabilities_answer_the_first_class():
    scored = evaluate(np.full((2, 3), 1 / 3), np.array([0, 2]), LABELS)

    assert list(scored.confusion) == [[1, 0, 0], [0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("probabilities", "targets", "unseen", "why"),
    [
        (np.empty((0, 3)), np.empty(0, int), {}, "no rows"),
        (np.full((2, 2), 0.5), np.array([0, 1]), {}, "2 x 3"),
        (np.full((3, 3), 0.5), np.array([0, 1]), {}, "2 x 3"),
        (np.full((1, 3), np.nan), np.array([0]), {}, "finite"),
        (np.full((1, 3), 0.5), np.array([3]), {}, "no class"),
        (np.full((1, 3), 0.5), np.array([-2]), {}, "no class"),
        (np.full((1, 3), 0.5), np.array([-1]), {}, "unseen"),
        (np.full((1, 3), 0.5), np.array([0]), {"x": 1}, "unseen"),
        (np.full((1, 3), 0.5), np.array([-1]), {"a": 1}, "unseen"),
    ],
)
def test_misuse_is_refused(probabilities, targets, unseen, why):
    with pytest.raises(ValueError, match=why):
        evaluate(probabilities, targets, LABELS, unseen)


# --- identities ---------------------------------------------------------------------------------


@st.composite
def predictions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], dict[str, int]]:
    num_classes = draw(st.integers(2, 5))
    weights = st.lists(st.integers(0, 4), min_size=num_classes, max_size=num_classes)
    rows = draw(st.lists(weights.filter(any), min_size=1, max_size=20))
    targets = draw(
        st.lists(st.integers(-1, num_classes - 1), min_size=len(rows), max_size=len(rows))
    )
    names = st.lists(st.text(max_size=6), min_size=num_classes, max_size=num_classes, unique=True)
    labels = tuple(draw(names))
    p = np.array(rows, float)
    unseen = {"not a label": targets.count(-1)} if -1 in targets else {}
    return p / p.sum(axis=1, keepdims=True), np.array(targets), labels, unseen


@given(predictions())
def test_identities(case):
    probabilities, targets, _, unseen = case
    scored = evaluate(*case)
    low, high = scored.accuracy_interval
    scores = scored.per_class.values()

    assert scored.accuracy == exact(np.trace(list(scored.confusion)) / scored.rows)
    assert 0 <= low <= scored.accuracy <= high <= 1
    assert scored.confusion.counts.sum() + sum(unseen.values()) == scored.rows
    assert sum(score.predicted for score in scores) == scored.rows
    assert sum((score.recall or 0) * score.rows for score in scores) == exact(
        scored.accuracy * scored.rows
    )
    assert sum((score.precision or 0) * score.predicted for score in scores) == exact(
        scored.accuracy * scored.rows
    )
    assert 0 <= scored.ece <= 1 + 1e-12
    assert scored.log_loss >= 0
    assert scored.ece == exact(_literal_ece(probabilities, targets))


@given(predictions())
def test_areas_equal_their_definition(case):
    scores, positive = case[0][:, -1], case[1] == 1
    pairs = [
        (p > q) + (p == q) / 2
        for p in scores[positive].tolist()
        for q in scores[~positive].tolist()
    ]

    assert roc_auc(scores, positive) == (exact(sum(pairs) / len(pairs)) if pairs else None)
    assert pr_auc(scores, positive) == (
        exact(_literal_average_precision(scores, positive)) if positive.any() else None
    )


@given(predictions(), st.randoms())
def test_the_order_of_rows_changes_nothing(case, random):
    probabilities, targets, labels, unseen = case
    order = random.sample(range(len(targets)), len(targets))

    shuffled = evaluate(probabilities[order], targets[order], labels, unseen)

    assert _numbers(shuffled) == exact(_numbers(evaluate(*case)))


def _numbers(scored: Evaluation) -> list[float]:
    area = [scored.roc_auc or 0.0, scored.pr_auc or 0.0]
    means = [scored.macro_f1, scored.weighted_f1, scored.log_loss, scored.ece, scored.baseline]
    return [
        scored.accuracy,
        *scored.accuracy_interval,
        *means,
        *area,
        *np.ravel(list(scored.confusion)),
    ]


def _literal_ece(probabilities: np.ndarray, targets: np.ndarray) -> float:
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == targets
    total = 0.0
    for m in range(1, 16):
        inside = (np.ceil(confidence * 15) == m).nonzero()[0]
        if len(inside):
            gap = right[inside].mean() - confidence[inside].mean()
            total += abs(gap) * len(inside) / len(targets)
    return total


def _literal_average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    total, recall_before = 0.0, 0.0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        taken = scores >= threshold
        recall = (taken & positive).sum() / positive.sum()
        total += (recall - recall_before) * (taken & positive).sum() / taken.sum()
        recall_before = recall
    return total
