"""What a model's card tells of its training; a file may hold anything there."""

import math
from types import SimpleNamespace

import pytest

from grucli.report.model_card import has_learned
from grucli.tasks.classify.task import Classify

TASK = Classify(labels=("a", "b"))
DATA = {"rows": 900, "valid_rows": 100, "label_rows": [500, 500]}


def learned(accuracy, key="valid_accuracy", **data):
    card = {"data": DATA | data, "scores": {key: accuracy}}
    return has_learned(SimpleNamespace(card=card, task=TASK))


def test_validation_that_chance_explains_is_no_learning():
    """Of 100 rows, half of them of one class, 60 right is the least that is no luck."""
    assert [learned(share) for share in (0.5, 0.59, 0.6, 0.9)] == [False, False, True, True]
    assert not learned(0.9, label_rows=[950, 50])
    assert learned(0.59, valid_rows=0)  # folds: all rows were validated on
    assert not learned(0.55, "kept_accuracy")


@pytest.mark.parametrize("accuracy", [None, "x", [], math.nan, math.inf, 1e308])
def test_a_silent_or_strange_score_is_no_reproach(accuracy):
    assert learned(accuracy)


@pytest.mark.parametrize(
    "data",
    [{"label_rows": value} for value in (None, [], "ab", [0, 0], [None, 1], 3)]
    + [{"valid_rows": 0, "rows": value} for value in (None, 0, "9", -3)],
)
def test_a_strange_card_is_no_reproach(data):
    assert learned(0.5, **data)
    assert has_learned(SimpleNamespace(card={"data": 3, "scores": None}, task=TASK))
