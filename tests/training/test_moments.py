"""Moments of a training: reach by the equations of two cells, updates by hand, exact resumes."""

import dataclasses

import numpy as np
import pytest

from grucli.data import batches
from grucli.engine.losses import probabilities
from grucli.training.moments import MOST_TOLD, PROBE, Probe, told
from tests.examples import joined
from tests.inspection.helpers import random_model
from tests.training.helpers import (
    ARCHITECTURE,
    NO_OR_YES,
    RECIPE,
    assert_resumes,
    make_trainer,
    series_trainer,
    snapshot,
)

WATCHED = dataclasses.replace(RECIPE, moments=True)


def look(model, examples):
    objective = NO_OR_YES.objective(dataclasses.asdict(RECIPE))
    count = sum(1 for _ in model.arrays())
    return Probe(examples, objective).look(model, np.arange(count) / 10)


def small_model(cell, **changes):
    given = {"bidirectional": False, "pooling": ("last",), "num_outputs": 1, "vocabulary_size": 8}
    return random_model(cell=cell, **given | changes)


def some_tokens(*lengths):
    rng = np.random.default_rng(0)
    tokens = [rng.integers(2, 8, n).astype(np.int32) for n in lengths]
    return tokens, joined(tokens, [k % 2 for k in range(len(lengths))])


def states_of(model, ids, cell):
    """Return (T, H) of what a state multiplies the one before by, and the states (T, H)."""
    own, h, found = model.params.within("layer0_"), 0.0, []
    H = model.architecture.hidden_size
    for x in model.table[ids]:
        a = own["weight_ih"][0] @ x + own["bias"][0]
        if cell == "rnn":
            h = np.tanh(a + (own["weight_hh"][0] @ h if np.ndim(h) else 0))
            found.append((1 - h**2, h))
        else:
            keep = 1 / (1 + np.exp(-a[:H]))
            h = keep * h + (1 - keep) * a[H:]
            found.append((keep, h))
    return tuple(map(np.array, zip(*found, strict=True)))


@pytest.mark.parametrize("cell", ["rnn", "mingru"])
def test_reach_is_the_product_of_the_jacobians(cell):
    """Of a state k steps back: diag(keep) of each step of mingru, W' diag(1 - h^2) of rnn."""
    model = small_model(cell)
    tokens, examples = some_tokens(9, 4, 7, 1)
    left, whole = np.zeros((2, 9))
    for ids, target in zip(tokens, (0, 1, 0, 1), strict=True):
        factors, states = states_of(model, ids, cell)
        score = states[-1] @ model.params["head_weight"][0] + model.params["head_bias"][0]
        smooth = RECIPE.label_smoothing
        wanted = target * (1 - smooth) + smooth / 2
        (p,) = probabilities(np.array([[score]]))[:, 1]
        gradient = (p - wanted) * model.params["head_weight"][0]
        for k in range(len(ids)):
            left[k] += np.linalg.norm(gradient)
            whole[k] += abs(p - wanted) * np.linalg.norm(model.params["head_weight"][0])
            gradient = gradient * factors[len(ids) - 1 - k]
            if cell == "rnn":
                gradient = model.params["layer0_weight_hh"][0].T @ gradient
    found = look(model, examples)
    distances = [int(name[6:]) for name in found if name.startswith("reach_")]
    assert distances == [1, 2, 3, 5, 8]
    for k in distances:
        assert found[f"reach_{k}"] == pytest.approx(left[k] / whole[k], rel=1e-9)


def test_gates_are_those_of_the_equations():
    model = small_model("mingru")
    tokens, examples = some_tokens(9, 4, 7, 1)
    keeps = np.concatenate([states_of(model, ids, "mingru")[0] for ids in tokens])
    found = look(model, examples)
    assert found["gate_1_forward_keep_mean"] == pytest.approx(keeps.mean(), rel=1e-12)
    assert found["gate_1_forward_keep_low"] == pytest.approx((keeps < 0.1).mean())
    assert found["gate_1_forward_keep_high"] == pytest.approx((keeps > 0.9).mean())
    assert [name for name in look(small_model("rnn"), examples) if name.startswith("gate")] == []


def test_batches_of_the_probe_add_up(monkeypatch):
    model = small_model("gru", num_layers=2, bidirectional=True, convolution=1)
    _, examples = some_tokens(*range(1, 30))
    whole = look(model, examples)
    monkeypatch.setattr(batches, "MOST_STEPS", 40)
    parts = look(model, examples)
    assert whole == pytest.approx(parts, rel=1e-9)
    assert {name.partition("_")[0] for name in whole} == {"gradient", "update", "reach", "gate"}
    assert whole["update_head_bias"] == (sum(1 for _ in model.arrays()) - 1) / 10


def test_the_probe_is_spread_over_all_rows():
    model, lengths = small_model("rnn"), [1] * 900 + [30] * 10
    _, examples = some_tokens(*lengths)
    assert "reach_29" in look(model, examples)  # the last rows are looked at
    assert len(lengths) > PROBE


def test_an_update_is_as_long_as_the_rate_times_the_gradient():
    recipe = dataclasses.replace(
        WATCHED,
        optimizer="sgd",
        momentum=0.0,
        weight_decay=0.0,
        averaging=None,
        clip_norm=None,
        schedule="constant",
        warmup_steps=0,
        dtype="float64",
        epochs=2,
        patience=None,
    )
    trainer = make_trainer(recipe, dataclasses.replace(ARCHITECTURE, dtype="float64"))
    ratios, before = [], {}
    for _ in trainer.run():
        now = {name: array.copy() for name, array in trainer.model.arrays()}
        if before:
            ratios.append(
                {
                    name: np.linalg.norm(now[name] - before[name]) / np.linalg.norm(now[name])
                    for name in now
                }
            )
        before = now
    last = trainer.progress.history[-1].moments
    steps = ratios[-trainer.num_batches :]
    for name in before:
        expected = np.mean([step[name] for step in steps])
        assert last[f"update_{name}"] == pytest.approx(expected, rel=1e-6)


def test_a_resumed_run_has_the_same_moments():
    assert_resumes(lambda: make_trainer(WATCHED), every=7)


def test_folds_have_moments_of_their_own():
    assert_resumes(lambda: series_trainer(folds=True, moments=True, epochs=2), every=23)
    trainer = series_trainer(folds=True, moments=True, epochs=2)
    for _ in trainer.run():
        pass
    each = [scores.moments for fold in trainer.progress.folds for scores in fold.history]
    each += [scores.moments for scores in trainer.progress.history]
    assert all(each)
    assert len({tuple(one.items()) for one in each}) == len(each)


def test_nothing_is_looked_at_unless_somebody_asks_and_training_is_the_same():
    plain, watched = make_trainer(RECIPE), make_trainer(WATCHED)
    for trainer in (plain, watched):
        for _ in trainer.run():
            pass
    assert all(scores.moments is None for scores in plain.progress.history)
    assert all(scores.moments for scores in watched.progress.history)
    assert told(plain.progress.history) == []
    (one, _), (other, _) = snapshot(plain), snapshot(watched)
    assert set(other) - set(one) == {"update_ratios"}
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])


def test_a_model_file_tells_of_few_epochs_the_first_and_the_last_among_them():
    trainer = make_trainer(dataclasses.replace(WATCHED, epochs=1))
    for _ in trainer.run():
        pass
    (scores,) = trainer.progress.history
    found = told([scores] * 100)
    assert len(found) == MOST_TOLD
    assert (found[0]["epoch"], found[-1]["epoch"]) == (1, 100)
    assert found[0]["clipped"] == scores.clipped
