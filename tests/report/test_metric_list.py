"""The list of metrics against the lookup that --min and --max use, for the cards of all tasks."""

from types import SimpleNamespace

import numpy as np
import pytest

from grucli.errors import ConfigError
from grucli.report.metric_list import lines, to_json
from grucli.tasks.figure_lookup import figures, lookup
from tests.tasks.helpers import PROBABILITIES, UNSEEN_TARGETS
from tests.tasks.multilabel.test_scorecard import card as of_sets
from tests.tasks.regress.test_scorecard import card as of_numbers
from tests.tasks.tag.helpers import fitted, scores_of, tagged
from tests.tasks.test_figure_lookup import card as of_labels


def of_tags():
    records = tagged("O B-PER I-PER", "B-LOC O")
    task = fitted(records)
    scores = scores_of(task, "O B-PER O", "B-LOC O")
    return task.measure(scores, task.encode(records), records)


CARDS = {
    "labels": of_labels(
        PROBABILITIES, UNSEEN_TARGETS, ("accuracy", "a.f1", "c"), {"rows": 2, "": 1}
    ),
    "sets": of_sets(("a", "y"), ()),
    "numbers": of_numbers(),
    "tags": of_tags(),
}


def scored(card):
    return SimpleNamespace(card=card, to_json=card.to_json)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_path_is_one_that_the_lookup_takes_with_this_value(card):
    found, listed = card.to_json(), to_json(scored(card))["metrics"]
    assert set(listed) == {path for path, _ in figures(found)}
    assert len(listed) > 10
    for path, entry in listed.items():
        if entry["value"] is None:
            with pytest.raises(ConfigError, match="undefined"):
                lookup(found, path)
        else:
            assert lookup(found, path) == entry["value"]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_line_has_path_value_and_direction_and_lines_are_sorted(card):
    rows = [line.removesuffix("\n").split("\t") for line in lines(scored(card))]
    paths = [path for path, _, _ in rows]
    assert paths == sorted(paths)
    assert {better for _, _, better in rows} == {"higher", "lower", ""}
    for path, value, _ in rows:
        if value != "undefined":
            assert float(value) == pytest.approx(lookup(card.to_json(), path), rel=1e-5)


def test_counts_are_neither_better_nor_worse_whatever_labels_are_called():
    listed = to_json(scored(CARDS["labels"]))["metrics"]
    better = {path: entry["better"] for path, entry in listed.items()}
    assert better["accuracy"] == better["accuracy_interval.0"] == "higher"
    assert better["per_class.accuracy.recall"] == better["per_class.a.f1.f1"] == "higher"
    assert better["log_loss"] == better["ece"] == "lower"
    for path in ("rows", "per_class.accuracy.rows", "unseen.rows", "confusion.matrix.0.0"):
        assert better[path] is None
    assert to_json(scored(CARDS["numbers"]))["metrics"]["rmse"]["better"] == "lower"


def test_a_label_breaks_no_line():
    labels = ("a\tb\n", "c\\")
    card = of_labels(np.eye(2), [0, 1], labels)
    text = "".join(lines(scored(card)))
    assert "per_class.a\\tb\\n.f1\t1\thigher\n" in text
    assert all(line.count("\t") == 2 for line in text.splitlines())
