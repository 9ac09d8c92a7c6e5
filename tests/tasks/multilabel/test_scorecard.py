"""The scorecard of sets of labels, as JSON has it."""

import numpy as np

from grucli.tasks.figure_lookup import lookup
from grucli.tasks.multilabel.scorecard import MEASURES, scorecard
from tests.tasks.helpers import exact
from tests.tasks.multilabel.test_answers import DECISION, LABELS, SCORES, TASK
from tests.tasks.multilabel.test_label_sets import rows


def card(*sets):
    records = rows(*sets)
    return scorecard(LABELS, DECISION, SCORES, TASK.encode(records), TASK._unknown(records))


def test_json_has_all_figures_and_a_line_a_label():
    found = card(("a", "c"), ())
    json = found.to_json()
    assert list(json)[:4] == ["rows", "micro_f1", "micro_f1_interval", "macro_f1"]
    assert {one.name for one in MEASURES} <= set(json)
    assert json["micro_f1"] == exact(2 / 4)
    assert json["subset_accuracy"] == 0.5
    assert json["baseline"] == exact(4 / 6)  # of a and c
    assert json["per_class"]["b"] == {
        "precision": 0.0,
        "recall": None,
        "f1": 0.0,
        "rows": 0,
        "threshold": 0.3,
    }
    assert json["unseen"] == {}
    assert lookup(json, "per_class.a.f1") == 1.0


def test_unknown_labels_are_counted_and_rows_with_them_too():
    found = card(("a", "y", "z"), ("z",))
    assert found.unknown == 2
    assert found.to_json()["unseen"] == {"y": 1, "z": 2}
    assert found.to_json()["micro_f1"] == exact(2 / (2 + 4))


def test_labels_that_occur_nowhere_are_said_to_be_left_out():
    meanings = {one.measure.name: one.meaning for one in card(("a",), ()).figures}
    assert meanings["macro_f1"] == "each label counts the same; 1 label in no row and no answer"
    assert np.isclose(card(("a",), ()).to_json()["macro_f1"], 1 / 2)
