"""Thresholds against an enumeration of all that are possible, and what is refused."""

import json

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.notices import Notice
from grucli.tasks.thresholds import (
    Rates,
    Threshold,
    Wish,
    check,
    least_probability,
    refuse,
    wishes,
)

LABELS = ("ham", "spam", "news")
ROWS = {"ham": 40, "spam": 19, "news": 0}


def wish(measure, wanted, label="spam"):
    return Wish(label=label, measure=measure, wanted=wanted)


def rows_at(threshold, p, has_label):
    """Return hits and answers where all from a threshold on are answered with the label."""
    return int((has_label & (p >= threshold)).sum()), int((p >= threshold).sum())


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("measure", ["recall", "precision"])
def test_no_other_threshold_does_it_with_fewer_wrong_alarms_or_more_found(measure, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    has_label = rng.random(n) < 0.5
    p = np.round(np.clip(0.4 * has_label + rng.random(n) / 1.5, 0, 1), int(rng.integers(1, 4)))
    wanted = float(rng.choice([0.5, 0.8, 0.9]))
    rows = int(has_label.sum()) + int(rng.integers(0, 3))
    found = least_probability(wish(measure, wanted), p, has_label, rows)
    good = {}
    for threshold in set(p.tolist()):
        hits, answers = rows_at(threshold, p, has_label)
        if hits + 1e-9 >= wanted * ((rows if measure == "recall" else answers) + 1):
            good[threshold] = hits, answers
    if not good:
        assert found is None
        return
    chosen = rows_at(found, p, has_label)
    if measure == "recall":
        assert chosen[1] == min(answers for _, answers in good.values())
    else:
        assert chosen[0] == max(hits for hits, _ in good.values())
    assert chosen in good.values()
    assert found not in p or found == 0


def test_a_threshold_lies_between_the_probabilities_of_rows():
    p, has_label = np.array([0.9, 0.8, 0.4, 0.1]), np.array([True, True, False, True])
    assert least_probability(wish("recall", 0.5), p, has_label, 3) == pytest.approx(0.6)
    assert least_probability(wish("recall", 0.75), p, has_label, 3) == pytest.approx(0.05)
    assert least_probability(wish("precision", 0.6), p, has_label, 3) == pytest.approx(0.05)
    assert least_probability(wish("precision", 0.7), p, has_label, 3) is None
    assert least_probability(wish("recall", 0.5), p[:0], has_label[:0], 3) is None
    near = np.array([np.nextafter(0.5, 1), 0.5])
    found = least_probability(wish("recall", 0.4), near, np.array([True, False]), 1)
    assert (near >= found).tolist() == [True, False]


def test_recall_holds_on_average_over_new_rows():
    rng = np.random.default_rng(0)
    reached = []
    for _ in range(400):
        p = rng.beta(4, 2, 60)
        found = least_probability(wish("recall", 0.9), p[:30], np.ones(30, bool), 30)
        reached.append((p[30:] >= found).mean())
    assert 0.89 < np.mean(reached) < 0.93


def test_wishes_come_in_the_order_in_which_they_decide():
    given = {"precision": {"b": 0.9}, "recall": {"z": 0.5, "a": 0.6}}
    assert [(one.measure, one.label) for one in wishes(given)] == [
        ("recall", "z"),
        ("recall", "a"),
        ("precision", "b"),
    ]
    assert wishes({"recall": None, "precision": None}) == ()


@pytest.mark.parametrize(
    ("wished", "rows", "problem"),
    [
        ([wish("recall", 0.9)], None, "training.recall: is chosen on rows that are held out, and"),
        ([wish("recall", 0.9, "Spam")], ROWS, "no label 'Spam'; did you mean 'spam'?"),
        ([wish("precision", 0.9, "eggs")], ROWS, "no label 'eggs'; the labels are ham, spam, news"),
        (
            [wish("recall", 0.96)],
            ROWS,
            "0.96 takes 24 held-out rows with 'spam', there are 19;",
        ),
        (
            [wish("recall", 0.5, "news")],
            ROWS,
            "takes 1 held-out rows with 'news', there are 0;",
        ),
        ([wish("recall", 0.9), wish("precision", 0.9)], ROWS, "'spam' has a recall already; omit"),
    ],
)
def test_what_no_threshold_can_do_is_refused_at_once(wished, rows, problem):
    with pytest.raises(ConfigError) as refused:
        check(wished, LABELS, rows)
    assert problem in "; ".join(refused.value.problems)


def test_just_enough_rows_are_enough():
    check([wish("recall", 0.95), wish("precision", 0.9, "ham")], LABELS, ROWS)
    p = np.linspace(0.1, 0.9, 19)
    assert least_probability(wish("recall", 0.95), p, np.ones(19, bool), 19) is not None


def test_a_task_without_labels_refuses_any():
    refuse([], "regress")
    with pytest.raises(ConfigError, match=r"training\.recall: task regress has no thresholds"):
        refuse([wish("recall", 0.5)], "regress")


def chosen(least):
    before = Rates(recall=0.5, precision=None, answered=0.25, accuracy=0.75)
    after = Rates(recall=1.0, precision=0.5, answered=0.5, accuracy=0.625)
    return Threshold(wish=wish("recall", 0.9), least=least, rows=1200, before=before, after=after)


def test_people_read_what_it_costs():
    assert chosen(0.125).line == (
        "'spam' is answered from probability 0.125 on, for a recall of 0.9: recall 0.500 -> 1.000, "
        "precision – -> 0.500, answered 0.250 -> 0.500, accuracy 0.750 -> 0.625 on 1,200 rows that "
        "were held out"
    )
    assert isinstance(chosen(None).line, Notice)


@pytest.mark.parametrize("least", [0.125, None])
def test_it_comes_back_from_json(least):
    assert Threshold.from_json(json.loads(json.dumps(chosen(least).to_json()))) == chosen(least)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1.5},
        {"threshold": "low"},
        {"measure": "f1"},
        {"label": 3},
        {"wanted": 1.0},
        {"rows": 2.5},
        {"surprise": 1},
        {"before": {"recall": 2.0, "precision": None, "answered": 0.5, "accuracy": 0.5}},
        {"after": {"recall": 1.0, "precision": None, "answered": None, "accuracy": 0.5}},
        {"after": {}},
    ],
)
def test_a_damaged_one_is_refused(changes):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Threshold.from_json(chosen(0.5).to_json() | changes)
