"""Scores of cut sequences from states that are known: the same bits as those of running them."""

import numpy as np
import pytest

from grucli.data.batches import bounded
from grucli.engine.recurrent import CELLS
from grucli.inspection import cut_scores
from grucli.inspection.cut_scores import CutScores
from grucli.inspection.memory import SIDES, cut, grid
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from tests.examples import joined
from tests.inspection.helpers import random_model, random_tokens

LENGTHS = [9, 1, 4, 9, 30, 2, 17, 8]
POOLINGS = ("last", "mean", "max", "attention")
FORMS = [
    *(({"cell": cell, "pooling": POOLINGS}, SIDES) for cell in CELLS),
    ({"bidirectional": False}, ("start",)),
    ({"bidirectional": False, "num_layers": 2, "pooling": POOLINGS}, ("start",)),
    ({"vocabulary_size": 0, "num_outputs": 1}, SIDES),
    ({"num_layers": 2}, ()),
    ({"subwords": "tokens", "buckets": 11}, ()),
    ({"vocabulary_size": 0, "convolution": 2}, ()),
]


def collected(model, examples):
    runner = Runner(model, alike=True)
    cuts = CutScores(runner, examples)
    for batch in bounded(examples, most_rows=5):
        runner.forward(batch)
        cuts.add(batch)
    return {side: cuts.of_side(side) for side in SIDES}


@pytest.mark.parametrize("together", [1, 40, 1 << 13])
@pytest.mark.parametrize(("form", "sides"), FORMS, ids=str)
def test_they_are_those_of_cut_sequences(form, sides, together, monkeypatch):
    monkeypatch.setattr(cut_scores, "STEPS_TOGETHER", together)
    model = random_model(scale=0.8, **form)
    sequences = random_tokens(LENGTHS)
    if not model.architecture.vocabulary_size:
        rng = np.random.default_rng(0)
        size = model.architecture.input_size
        sequences = [rng.normal(size=(n, size)).astype(np.float32) for n in LENGTHS]
    examples = joined(sequences)
    found = collected(model, examples)
    assert [side for side in SIDES if found[side]] == [side for side in SIDES if side in sides]
    for side in sides:
        assert sorted(found[side]) == list(grid(30)[:-1])
        for k, (rows, scores) in found[side].items():
            assert sorted(rows) == np.flatnonzero(examples.lengths > k).tolist()
            focus = examples.lengths[rows] - 1 if side == "end" else 0 * rows
            kept, _ = cut(examples.select(rows), k, side, focus)
            expected = recurrence_logits(Runner(model, alike=True), kept)
            np.testing.assert_array_equal(scores, expected)


def test_of_too_many_numbers_none_is_kept(monkeypatch):
    monkeypatch.setattr(cut_scores, "MOST_KEPT", 100)
    assert collected(random_model(), joined(random_tokens(LENGTHS))) == {"end": {}, "start": {}}
