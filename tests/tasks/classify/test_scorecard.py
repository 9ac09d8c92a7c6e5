"""What a classifier's metrics are called, and where they stand."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.tasks.classify.scorecard import scorecard
from grucli.tasks.classify.task import Classify
from grucli.tasks.scorecard import Scorecard
from tests.tasks.helpers import logits_of

P = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.4, 0.3, 0.3]])
TARGETS = np.array([0, 1, 1, 2, -1])


def card() -> Scorecard:
    return scorecard(("a", "b", "c"), (), logits_of(P), TARGETS, {"x": 1})


def test_json_of_three_classes():
    found = card().to_json()
    names = "rows accuracy accuracy_interval macro_f1 weighted_f1 log_loss ece baseline"
    assert " ".join(found) == f"{names} above_baseline per_class confusion unseen"
    assert (found["rows"], found["accuracy"], found["baseline"]) == (5, 0.6, 0.4)
    assert found["per_class"]["b"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "rows": 2,
    }
    assert found["confusion"]["labels"] == ["a", "b", "c"]
    assert list(found["confusion"]["matrix"]) == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert found["unseen"] == {"x": 1}


def test_json_of_two_classes_has_areas_even_where_undefined():
    found = scorecard(("no", "yes"), (), logits_of([[0.3, 0.7]]), np.array([0]), {}).to_json()
    assert list(found)[9:11] == ["roc_auc", "pr_auc"]
    assert found["roc_auc"] is None
    assert found["pr_auc"] is None


def test_figures_say_which_way_is_better():
    less = {one.name for one in Classify.measures() if not one.larger_is_better}
    assert less == {"log_loss", "ece"}
    assert {one.measure for one in (*card().figures, *card().further)} <= set(Classify.measures())


def test_few_figures_stand_where_there_is_little_room():
    assert [one.measure.name for one in card().brief()] == ["accuracy", "macro_f1", "log_loss"]


def test_labels_that_training_lacks_are_counted_by_the_records():
    records = [Record(number=k, label=label) for k, label in enumerate("abbcx", 1)]
    task = Classify(labels=("a", "b", "c"))
    found = task.measure(logits_of(P), task.encode(records), records)
    assert found.unknown == 1
    assert found.to_json()["unseen"] == {"x": 1}
    (warning,) = task.unknown_warnings("t.csv", records)
    assert warning.text.startswith("t.csv: 1 row with a label that training lacks")
    assert not list(task.unknown_warnings("t.csv", records[:4]))
