"""A number by its dotted path, what is near to a wrong one, and what is undefined.

Covers: tasks/scorecard.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.errors import ConfigError
from grucli.tasks.classify.scorecard import scorecard
from grucli.tasks.figure_lookup import lookup
from grucli.tasks.intervals import wilson_interval
from grucli.tasks.scorecard import Scorecard
from tests.tasks.helpers import PROBABILITIES, UNSEEN_TARGETS, exact, logits_of


def card(p, targets, labels, unseen=()) -> Scorecard:
    return scorecard(tuple(labels), (), logits_of(p), np.asarray(targets), dict(unseen))


DOTTED = card(
    PROBABILITIES, UNSEEN_TARGETS, ("v1.0", "v1", "per_class.f1"), {"x.y": 2, "": 1}
).to_json()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("accuracy", 0.5),
        ("rows", 8),
        ("accuracy_interval.0", wilson_interval(4, 8)[0]),
        ("per_class.v1.0.recall", 1.0),
        ("per_class.v1.recall", 0.5),
        ("per_class.per_class.f1.f1", 0.5),
        ("confusion.matrix.1.0", 1),
        ("unseen.x.y", 2),
        ("unseen.", 1),
    ],
)
def test_lookup_finds_numbers_also_under_labels_with_dots(path, value):
    found = lookup(DOTTED, path)

    assert found == exact(value)
    assert isinstance(found, float)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("acuracy", "no metric 'acuracy'; did you mean 'accuracy'?"),
        ("Accuracy", "did you mean 'accuracy'?"),
        ("per_class.v1.recal", "did you mean 'per_class.v1.recall'?"),
        ("per_class", "no metric 'per_class'"),
        ("confusion.labels", "no metric 'confusion.labels'"),
        ("zzz", "there are rows, accuracy, macro_f1, weighted_f1, log_loss, ece, baseline, above_"),
        ("", "no metric ''; there are rows"),
        ("\x1b[31m", r"no metric '\x1b[31m'"),
    ],
)
def test_lookup_names_what_there_is(path, said):
    with pytest.raises(ConfigError) as caught:
        lookup(DOTTED, path)

    assert said in str(caught.value)
    assert len(str(caught.value)) <= 200
    assert "\x1b" not in str(caught.value)


def test_lookup_stays_short_beside_long_labels():
    scored = card(PROBABILITIES, UNSEEN_TARGETS, ("a" * 500, "b\n", "c"), {"x": 3}).to_json()

    with pytest.raises(ConfigError) as caught:
        lookup(scored, "per_class." + "a" * 499 + ".f1")

    assert len(str(caught.value)) <= 200


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("per_class.v2.recall", "no row has this label"),
        ("per_class.v2.precision", "no row is answered with this label"),
        ("per_class.v2.f1", "no row has this label or is answered with it"),
        ("roc_auc", "one of the two labels has no rows"),
    ],
)
def test_lookup_says_that_a_metric_is_undefined(path, why):
    scored = card([[0.7, 0.3]], [0], ("v1", "v2"))

    with pytest.raises(ConfigError) as caught:
        lookup(scored.to_json(), path, reasons=scored.reasons)

    assert str(caught.value).startswith(f"'{path}' is undefined here: {why}; ")


class _Watched(dict):
    """A mapping that counts how often it is asked, and cannot be walked through."""

    asked = 0

    def __contains__(self, key):
        type(self).asked += 1
        return super().__contains__(key)

    def __iter__(self):
        raise AssertionError("walked through")

    items = values = keys = __iter__


def test_lookup_looks_at_nothing_beside_the_path():
    """The work of a bound must not grow with the labels."""
    labels = [f"label {k}" for k in range(1000)]
    tree = _Watched(per_class=_Watched({label: _Watched(f1=0.25) for label in labels}))

    assert lookup(tree, "per_class.label 999.f1") == 0.25
    assert _Watched.asked <= 2 * 3
    with pytest.raises(AssertionError, match="walked through"):  # only to say what there is
        lookup(tree, "per_class.label 1000.f1")


def test_lookup_reads_one_cell_of_the_confusion_matrix():
    scored = card(PROBABILITIES[:2], UNSEEN_TARGETS[:2], ("a", "b", "c")).to_json()

    assert lookup(scored, "confusion.matrix.1.0") == 1
    for index in ("3.0", "0.3", "-1.0", "x.0", "0"):
        with pytest.raises(ConfigError):
            lookup(scored, f"confusion.matrix.{index}")


@given(st.lists(st.text(max_size=6), min_size=2, max_size=5, unique=True))
def test_lookup_reaches_every_class(labels):
    json_object = card(np.eye(len(labels))[[0, 0, 1]], [0, 1, 1], labels).to_json()

    for label, rows in zip(labels, (1, 2), strict=False):  # one hit each, of three
        assert lookup(json_object, f"per_class.{label}.f1") == exact(2 / 3)
        assert lookup(json_object, f"per_class.{label}.rows") == rows


def test_an_example_of_a_path_stands_behind_what_there_is():
    with pytest.raises(ConfigError, match=r"; there are rows, .*, per_class\.LABEL\.f1$"):
        lookup(DOTTED, "zzz", example="per_class.LABEL.f1")
