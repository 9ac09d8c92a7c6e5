"""Answers that are written, read again: gates of the decoder, memory, steps that are left out.

Covers: inspection/rereading, inspection/written_memory, inspection/leaving_out,
inspection/written_arrays.
"""

import json

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.data.records import Record
from grucli.data.text.symbols import END
from grucli.inspection.alignment import align
from grucli.inspection.arrays import check_size, trace
from grucli.inspection.chosen import Shown
from grucli.inspection.conditions import Condition
from grucli.inspection.leaving_out import leave_out
from grucli.inspection.measure import inspect
from grucli.inspection.report import InspectionSettings
from grucli.inspection.rereading import reread, with_answers
from grucli.inspection.sampling import Drawn
from grucli.model import upper_layers
from grucli.model.runner import Runner
from grucli.prediction.score import score
from grucli.prediction.window import scores_of
from grucli.report.inspection import text
from grucli.report.page.page import page
from grucli.tasks.drafts import Drafts
from tests.inspection.test_alignment import decoder_step, saved_model, states_of  # noqa: F401

TEXTS = ["abba", "b", "ba", "aab"]
SETTINGS = InspectionSettings(sample=9, seed=0, saturation=(0.1, 0.9))


def records_of(texts, labels=None):
    labels = labels or [None] * len(texts)
    rows = enumerate(zip(texts, labels, strict=True), 1)
    return tuple(Record(number=k, text=own, label=label) for k, (own, label) in rows)


def drawn_of(records):
    return Drawn(
        name="d.csv",
        records=records,
        asked={record.number: record for record in records},
        rows=len(records),
        skipped=0,
        stratified=False,
    )


def written(saved, texts):
    encoded = saved.encoder.encode(records_of(texts))
    return encoded, scores_of(saved.task, Runner(saved.model), encoded)


def log_p(saved, source, draft):
    """Log-probabilities (T, V) of one answer, alone, by the steps of the runner alone."""
    encoded = saved.encoder.encode(records_of([source]))
    batch = pack(with_answers(encoded, Drafts(rows=[[draft]])), np.zeros(1, np.int64))
    found = Runner(saved.model).forward(batch).values
    return found - np.logaddexp.reduce(found, axis=1, keepdims=True)


def test_answers_are_read_again_whatever_is_beside_them(saved):
    encoded, drafts = written(saved, TEXTS)
    found, start = reread(Runner(saved.model), with_answers(encoded, drafts)), 0
    for source, draft, size in zip(TEXTS, drafts.best, found.lengths.tolist(), strict=True):
        alone, own = log_p(saved, source, draft), [*draft.symbols, END]
        assert size == len(own)
        expected = alone[np.arange(size), own]
        np.testing.assert_allclose(found.log_p[start : start + size], expected, atol=1e-12)
        assert found.best[start : start + size].tolist() == alone.argmax(axis=1).tolist()
        start += size


def test_of_several_true_texts_any_is_right_and_an_input_counts_once(saved):
    _, drafts = written(saved, TEXTS[:2])
    first, second = saved.task.texts(drafts)
    records = records_of(["abba", "abba", "b"], [f"{first}x", first, f"{second}x"])
    report = inspect("m.npz", saved, Shown(picks=("wrong",)), SETTINGS, drawn_of(records))
    assert (report.input.right, report.input.labelled, report.card.figures[0].value) == (1, 2, 0.5)
    assert [one.name for one in report.alignments] == ["#3"]
    assert saved.task.mistakes(*_scored(saved, records)).rows.tolist() == [2]


def _scored(saved, records):
    found = score(saved, records)
    return found.scores, found.targets


def test_memory_is_that_of_inputs_cut_by_hand(saved):
    report = inspect("m.npz", saved, Shown(), SETTINGS, drawn_of(records_of(TEXTS)))
    _, drafts = written(saved, TEXTS)
    for horizon in report.horizons:
        assert horizon.steps == (1, 2, 3, 4)
        for k, share, moved in zip(horizon.steps, horizon.agreement, horizon.distance, strict=True):
            stays, change = [], []
            for source, draft in zip(TEXTS, drafts.best, strict=True):
                cut = source[-k:] if horizon.side == "end" else source[:k]
                whole, short = (log_p(saved, own, draft) for own in (source, cut))
                own = np.arange(len(whole)), [*draft.symbols, END]
                stays += (whole.argmax(axis=1) == short.argmax(axis=1)).tolist()
                change += np.abs(np.exp(whole[own]) - np.exp(short[own])).tolist()
            assert share == pytest.approx(np.mean(stays))
            assert moved == pytest.approx(np.mean(change))
        below = [
            k for k, share in zip(horizon.steps, horizon.agreement, strict=True) if share < 0.99
        ]
        assert horizon.h99 == (below[-1] + 1 if below else 1)


def test_what_each_step_is_worth_is_what_the_answer_loses_without_it(saved):
    encoded, drafts = written(saved, ["abba"])
    (draft,) = drafts.best
    found = leave_out(saved.task, Runner(saved.model), encoded, draft)
    own = np.arange(len(draft.symbols) + 1), [*draft.symbols, END]
    whole = log_p(saved, "abba", draft)[own]
    for step, shortened in enumerate(("bba", "aba", "aba", "abb")):
        lost = whole - log_p(saved, shortened, draft)[own]
        np.testing.assert_allclose(found.effects[:, step], lost, atol=1e-12)
        _, others = written(saved, [shortened])
        (answer,) = saved.task.typed_answers(others)
        assert found.answers[step] == (answer.text, pytest.approx(answer.score))
    aligned = align(saved, records_of(["abba"])[0], "text 1")
    np.testing.assert_allclose(aligned.losses, found.effects[: len(aligned.symbols)].mean(axis=0))
    json.dumps(aligned.to_json(), allow_nan=False)


def test_of_a_single_step_nothing_is_left_out(saved):
    found = align(saved, records_of(["a"])[0], "text 1").to_json()
    assert (found["instead"], {len(row) for row in found["effects"]}) == ([], {0})


def test_arrays_are_the_states_of_the_equations(saved):
    report = inspect("m.npz", saved, Shown(), SETTINGS, drawn_of(records_of(TEXTS, ["a"] * 4)))
    arrays = trace(report, records_of(TEXTS, ["a"] * 4))
    _, drafts = written(saved, TEXTS)
    bounds, looks = arrays["answer_offsets"], arrays["attention_offsets"]
    params = saved.model.params
    for k, (source, draft) in enumerate(zip(TEXTS, drafts.best, strict=True)):
        sources, state = states_of(saved, source)
        keys = sources @ params["attention_source"][: len(state)].T
        weights = arrays["attention"][looks[k] : looks[k + 1]].reshape(-1, len(source))
        for t, symbol in enumerate([END, *draft.symbols]):
            state = decoder_step(saved, state, symbol)
            np.testing.assert_allclose(arrays["decoder_state"][bounds[k] + t], state, atol=1e-6)
            scores = np.exp(keys @ state - (keys @ state).max())
            np.testing.assert_allclose(weights[t], scores / scores.sum(), atol=1e-6)
    assert bounds[-1] == len(arrays["symbols"]) == len(arrays["symbol_probabilities"])
    assert arrays["predictions"].tolist() == saved.task.texts(drafts)
    for layer in ("decoder", *upper_layers.names(saved.model.architecture)):
        z, r = arrays[f"{layer}_keep"], arrays[f"{layer}_reset"]
        assert ((z > 0) & (z < 1) & (r > 0) & (r < 1)).all()
    assert ("decoder1_state" in arrays) == (saved.model.architecture.decoder_layers > 1)
    check_size(saved, records_of(TEXTS))


def test_health_is_that_of_the_arrays(saved):
    records = records_of(TEXTS, ["a", "b", None, "b"])
    report = inspect("m.npz", saved, Shown(picks=("wrong",)), SETTINGS, drawn_of(records))
    arrays, layers = trace(report, records), saved.model.architecture.decoder_layers
    names = ["decoder", "decoder 2"][:layers]
    assert [one.name for one in report.health[2:]] == names
    for decoder, prefix in zip(report.health[2:], ["decoder", "decoder1"], strict=False):
        for gate in decoder.gates:
            found = arrays[f"{prefix}_{gate.name}"]
            np.testing.assert_allclose(gate.mean, found.mean(axis=0), atol=1e-6)
            np.testing.assert_allclose(gate.low, (found < 0.1).mean(axis=0), atol=1e-6)
    data = report.input
    assert (data.labelled, data.sequences) == (3, 4)
    texts = saved.task.texts(written(saved, TEXTS)[1])
    assert data.right == sum(a == b for a, b in zip(texts, ["a", "b", None, "b"], strict=True))
    shown, found = text(report), report.to_json()
    assert "decoder " in shown
    assert "share of the symbols of answers" in shown.replace("\n        ", " ")
    assert "LEFT OUT" in shown
    assert "How much log-probability" in page(report)
    assert found["data"]["gates"][-1]["direction"] == "decoder"
    assert Condition.read("memory.end.h99>0").offender(found) == report.horizons[0].h99
    json.dumps(found, allow_nan=False)
