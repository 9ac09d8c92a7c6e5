"""Units held while the rest of a model runs on, against models that are run as a whole."""

import dataclasses

import numpy as np
import pytest

from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.engine.recurrent import CELLS
from grucli.inspection.clamped import clamped, units_of
from grucli.inspection.held_units import HeldUnits
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from tests.inspection.helpers import random_model
from tests.inspection.reports import series_model, text_model, texts

ROWS = texts(("very good", "a"), ("bad", "b"), ("good not bad x very", "a"), ("not", "b"))
SERIES = [
    Record(number=k, values=np.random.default_rng(k).normal(size=(n, 3)), label=label)
    for k, (n, label) in enumerate(((9, "a"), (4, "b"), (7, "a")), 1)
]
MODELS = {
    **{cell: (random_model(cell=cell, num_layers=2), ROWS) for cell in CELLS},
    "one direction": (random_model(bidirectional=False, num_layers=3), ROWS),
    "one layer": (random_model(), ROWS),
    "subwords": (random_model(subwords="tokens", buckets=9), ROWS),
}


def held_sets(model, rng):
    """No unit, each alone, some of one layer, and some of all layers."""
    every = list(units_of(model))
    groups = [[], *([one] for one in every), every[1:3], every[::3], every]
    return [{one: float(rng.uniform(-0.9, 0.9)) for one in own} for own in groups]


def check(saved, rows):
    encoded, targets = saved.encoder.encode(rows), saved.task.encode(rows)
    held = held_sets(saved.model, np.random.default_rng(0))
    found = HeldUnits(saved, encoded, targets).support(held)
    for one, ours in zip(held, found, strict=True):
        scores = recurrence_logits(Runner(clamped(saved.model, one)), Examples.of(encoded))
        assert ours == pytest.approx(saved.task.support(scores, targets).mean(), abs=1e-12)
    assert len(set(found.tolist())) > len(held) / 2


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_those_of_the_whole_model(name):
    model, rows = MODELS[name]
    check(text_model(model, ("a", "b")), rows)


@pytest.mark.parametrize(
    "changes", [{}, {"convolution": 2}, {"num_layers": 2, "bidirectional": False}]
)
def test_series_are_read_as_they_are(changes):
    saved = series_model(**changes)
    check(dataclasses.replace(saved, task=type(saved.task)(labels=("a", "b"))), SERIES)


def test_weights_are_as_before_when_nothing_is_held_any_more():
    saved = text_model(random_model(), ("a", "b"))
    encoded, targets = saved.encoder.encode(ROWS), saved.task.encode(ROWS)
    every = dict.fromkeys(units_of(saved.model), 0.5)
    given = saved.model.params.flat.copy()
    found = HeldUnits(saved, encoded, targets).support([{}, every, {}])
    assert found[0] == found[2] != found[1]
    np.testing.assert_array_equal(saved.model.params.flat, given)
