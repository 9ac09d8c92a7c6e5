"""Answers of two models to the same rows, against literal counts and exact sums.

Covers: inspection/paired_tests.
"""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.inspection.paired import aligned, answers
from grucli.inspection.paired_tests import mcnemar, paired_interval
from grucli.tasks.classify.task import Classify
from grucli.tasks.multilabel.task import Multilabel
from grucli.tasks.regress.task import Regress
from grucli.tasks.tag.task import Tag

ABC = ("a", "b", "c")


def records(labels):
    return [Record(number=k, text="x", label=label) for k, label in enumerate(labels, 1)]


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (9, 2), (4, 4), (0, 13), (250, 211)])
def test_mcnemar_is_the_exact_binomial_test(first, second):
    number, few = first + second, min(first, second)
    tail = sum(Fraction(comb(number, k), 2**number) for k in range(few + 1))
    assert mcnemar(first, second) == pytest.approx(float(min(Fraction(1), 2 * tail)), rel=1e-9)


def test_flips_and_right_answers_are_counted_row_by_row():
    task = Classify(labels=ABC)
    first = np.eye(3)[[0, 1, 2, 0, 1]] * 3
    second = np.eye(3)[[0, 2, 2, 1, 0]] * [[3], [9], [3], [3], [1]]
    found = answers((task, task), (first, second), records(["a", "b", "a", "b", None]), 0)
    assert found.flips.tolist() == [1, 3, 4]  # the surest change first
    assert (found.sequences, found.churn) == (5, 0.6)
    assert (found.only_first, found.only_second, found.p) == (1, 1, 1.0)
    accuracy, loss = found.figures
    assert (accuracy.first, accuracy.second) == (0.5, 0.5)
    p = np.exp(second[:4]) / np.exp(second[:4]).sum(axis=1, keepdims=True)
    assert loss.second == pytest.approx(-np.log(p[range(4), [0, 1, 0, 1]]).mean())
    plain = found.to_json()
    assert (plain["flips"], plain["accuracy_drop"]) == (3, 0.0)
    assert plain["loss_rise"] == loss.second - loss.first


def test_labels_may_stand_in_another_order():
    rng = np.random.default_rng(0)
    scores, order = rng.normal(size=(9, 3)), [2, 0, 1]
    tasks = Classify(labels=ABC), Classify(labels=tuple(ABC[k] for k in order))
    other = scores[:, order]
    assert aligned(*tasks, other) == pytest.approx(scores)
    found = answers(tasks, (scores, other), records(["a"] * 9), 0)
    assert (len(found.flips), found.moved) == (0, pytest.approx(0))
    assert found.figures[0].interval == (0, 0)
    two = Classify(labels=("a", "b")), Classify(labels=("b", "a"))
    assert aligned(*two, scores[:, :1]) == pytest.approx(-scores[:, :1])
    found = answers(two, (scores[:, :1], -scores[:, :1]), records(["a"] * 9), 0)
    assert len(found.flips) == 0


def test_sets_of_labels_are_the_same_in_any_order():
    rows = [Record(number=k, text="x", labels=(name,)) for k, name in enumerate(ABC, 1)]
    first = Multilabel.fit("x", rows)
    second = Multilabel.from_json(first.to_json() | {"labels": ["c", "a", "b"]})
    scores = np.array([[2.0, 1, -1], [-1, 2, 2], [-1, -1, 3]])
    other = scores[:, [2, 0, 1]]
    other[2] = [-3, -1, 1]
    found = answers((first, second), (scores, other), rows, 0)
    assert found.flips.tolist() == [2]
    assert [one.measure.name for one in found.figures] == ["micro_f1", "all_right", "loss"]


def test_tags_and_their_chain_may_stand_in_another_order():
    rng = np.random.default_rng(1)
    values, chain, order = rng.normal(size=(7, 3)), rng.normal(size=(1, 5, 3)), [1, 2, 0]
    words = [Record(number=1, tokens=tuple("xyz"), tags=tuple("abc"))]
    first = Tag.fit("x", words)
    meta = first.to_json()
    meta["labels"] = [first.tags[k] for k in order]
    second = Tag.from_json(meta)
    rows = [*order, 3, 4]
    own = Steps(values=values, lengths=np.array([3, 4]), chains=np.repeat(chain, 2, axis=0))
    other = Steps(
        values=values[:, order],
        lengths=own.lengths,
        chains=own.chains[:, rows][:, :, order],
    )
    back = aligned(first, second, other)
    assert back.values == pytest.approx(own.values)
    assert back.chains == pytest.approx(own.chains)


def test_numbers_are_compared_in_their_unit():
    targets = [Record(number=k, text="x", label=str(k)) for k in range(1, 10)]
    first = Regress.fit("x", targets)
    meta = first.to_json()
    meta["numbers"] = {**meta["numbers"], "mean": 2.0, "scale": 4.0}
    second = Regress.from_json(meta)
    scores = np.linspace(-1, 1, 9)[:, None]
    values = first.mean + first.scale * scores
    theirs = (values - 2) / 4
    assert aligned(first, second, theirs) == pytest.approx(scores)
    theirs[4] += 0.06 * first.scale / 4
    theirs[7] -= 0.2 * first.scale / 4  # more than a tenth of a standard deviation
    found = answers((first, second), (scores, theirs), targets, 0)
    assert found.flips.tolist() == [7]
    assert found.p is None
    rmse = found.figures[0]
    truth = np.arange(1.0, 10)
    assert rmse.first == pytest.approx(np.sqrt(np.mean((values[:, 0] - truth) ** 2)))
    (alone, *_) = answers((first, second), (scores[:1], theirs[:1]), targets[:1], 0).figures
    assert alone.interval is None  # one row tells nothing of others


def test_an_interval_holds_the_change_as_often_as_it_says():
    rng, held = np.random.default_rng(3), 0
    for seed in range(60):
        first = rng.random((80, 1)) < 0.7
        second = np.where(rng.random((80, 1)) < 0.3, rng.random((80, 1)) < 0.5, first)
        parts = [np.hstack((own, np.ones((80, 1)))) for own in (first, second)]
        low, high = paired_interval(*parts, lambda sums: sums[:, 0] / sums[:, 1], seed)
        held += low <= 0.3 * (0.5 - 0.7) <= high
    assert held >= 52  # 57 on average
