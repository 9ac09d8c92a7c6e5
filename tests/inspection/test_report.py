import dataclasses
import json

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.encoding import SeriesEncoder, TextEncoder
from grucli.data.records import Record, Remembered
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine import losses
from grucli.errors import CheckpointError, ConfigError, show
from grucli.inspection.health import LayerHealth
from grucli.inspection.measure import Shown, inspect
from grucli.inspection.memory import SIDES, Horizon
from grucli.inspection.report import Report
from grucli.inspection.sampling import Drawn
from grucli.inspection.verdicts import IDS, verdicts
from grucli.model.blend import Mix
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.stream import predict
from grucli.report.inspection import text
from grucli.tasks.classify import Classify
from tests.inspection.helpers import SETTINGS, blocks, random_model, recall_model

WORDS = ("filler", "bad", "good", "very", "not")
HOSTILE = "\x1b[2J\u202e[red]\u2066x\u200b\x07\u2028"
LABELS = ("no", HOSTILE, "很长的标签" * 9)


def text_model(model=None, labels=LABELS, max_length=60, card=None):
    return SavedModel(
        model=model or random_model(scale=1.5),
        encoder=TextEncoder(Vocabulary(WORDS), "space", max_length),
        task=Classify(labels=labels),
        remembered=Remembered(text=HOSTILE),
        card=card or {},
        sha256="ab" * 32,
    )


def series_model(**changes):
    model = random_model(vocabulary_size=0, **changes)
    size = model.architecture.input_size
    encoder = SeriesEncoder(np.zeros(size), np.ones(size), 500)
    return dataclasses.replace(text_model(model), encoder=encoder)


def sample(records, asked=()):
    return Drawn(
        name=show("data " + HOSTILE),
        records=tuple(records),
        asked={record.number: record for record in records if record.number in asked},
        rows=len(records),
        skipped=0,
        stratified=False,
    )


def texts(*pairs):
    return [Record(number=k, text=t, label=y) for k, (t, y) in enumerate(pairs, 1)]


REVIEWS = texts(
    ("very good", "no"), ("", "no"), ("not 好 good " * 9, HOSTILE), ("bad x", "unseen"), ("a", None)
)


def report(saved, shown=None, drawn=None):
    return inspect("m.npz", saved, shown or Shown(), SETTINGS, drawn)


def reports():
    saved = text_model()
    everything = Shown(
        texts=("very not good", "", HOSTILE, "漢字" * 99),
        numbers=(3,),
        picks=("wrong", "uncertain"),
    )
    series = [Record(number=1, values=np.ones((170, 3), np.float32), label="no")]
    yield report(saved)
    yield report(saved, everything, sample(REVIEWS, (3,)))
    yield report(series_model(), Shown(numbers=(1,)), sample(series, (1,)))
    yield report(text_model(random_model(cell="rnn", num_layers=2)), None, sample(REVIEWS))
    yield report(text_model(max_length=2), Shown(texts=("a b c",)))


def test_text_is_harmless_and_fits_80_columns():
    for one in reports():
        lines = text(one).split("\n")
        assert all(show(line) == line for line in lines), "a control character came through"
        assert max(map(cell_len, lines)) <= 80
        assert "nan" not in text(one)


def test_json_is_strict_and_the_same_twice():
    for one, again in zip(reports(), reports(), strict=True):
        plain = json.dumps(one.to_json(), allow_nan=False)
        assert plain == json.dumps(again.to_json(), allow_nan=False)
        loaded = json.loads(plain)
        assert list(loaded) == ["schema", "meta", "data", "verdicts"]
        assert loaded["schema"] == "grucli.gates/1"


def test_undefined_numbers_are_null():
    series = [Record(number=1, values=np.ones((1, 3), np.float32))]
    one = report(series_model(), Shown(numbers=(1,)), sample(series, (1,))).to_json()
    assert one["data"]["examples"][0]["parts"][0]["effect"] is None
    assert one["data"]["examples"][0]["check"] is None
    assert one["meta"]["input"]["accuracy"] is None
    card = {"scores": {"loss": float("nan")}, "epoch": float("inf")}
    assert report(text_model(card=card)).to_json()["data"]["model"]["card"] == {
        "scores": {"loss": None},
        "epoch": None,
    }


@pytest.mark.parametrize("key", ["config", "reasons", "data", "versions", "scores", "epoch"])
@pytest.mark.parametrize("value", [None, 3, [HOSTILE], {HOSTILE: {HOSTILE: [1]}}, "x", {"a": {}}])
def test_a_strange_card_is_shown_all_the_same(key, value):
    shown = text(report(text_model(card={key: value})))
    assert all(show(line) == line for line in shown.split("\n"))


def test_accuracy_counts_labelled_records_alone_and_unseen_labels_as_wrong():
    found = report(text_model(), None, sample(REVIEWS)).input
    assert (found.sequences, found.labelled) == (5, 4)
    answers = [
        np.argmax(one.attribution.probabilities)
        for one in report(text_model(), Shown(texts=tuple(r.text for r in REVIEWS))).examples
    ]
    truth = [0, 0, 1]
    assert found.right == sum(a == y for a, y in zip(answers, truth, strict=False))
    assert found.accuracy == found.right / 4


def test_wrong_and_uncertain_are_the_worst_and_the_closest():
    rng = np.random.default_rng(0)
    saved = text_model()
    pairs = [(" ".join(rng.choice(WORDS, rng.integers(1, 9))), "no") for _ in range(40)]
    drawn = sample(texts(*pairs))
    by_number = {
        f"#{k}": one.attribution.probabilities
        for k, one in enumerate(report(saved, Shown(texts=tuple(t for t, _ in pairs))).examples, 1)
    }
    wrong = [one.name for one in report(saved, Shown(picks=("wrong",)), drawn).examples]
    truth = sorted((p[0], name) for name, p in by_number.items() if p.argmax() != 0)
    assert [by_number[name][0] for name in wrong] == pytest.approx([p for p, _ in truth[:3]])
    close = [
        one.attribution.margin for one in report(saved, Shown(picks=("uncertain",)), drawn).examples
    ]
    margins = sorted(np.log(np.sort(p)[-1] / np.sort(p)[-2]) for p in by_number.values())
    assert close == pytest.approx(margins[:3])


def test_wrong_needs_labels():
    with pytest.raises(ConfigError, match="no labels"):
        report(text_model(), Shown(picks=("wrong",)), sample(texts(("a", None))))


def test_a_text_for_a_model_of_numbers():
    with pytest.raises(CheckpointError, match="numeric"):
        report(series_model(), Shown(texts=("a",)))


def test_tokens_are_marked():
    saved = text_model(max_length=4)
    one = report(saved, Shown(texts=("good qwxz very bad not",)))
    (found,) = one.examples
    assert [(p.text, p.known) for p in found.parts] == [
        ("good", True),
        ("qwxz", False),
        ("very", True),
        ("bad", True),
    ]
    assert (found.truncated, found.known) == (True, 0.75)
    shown = text(one)
    assert "‹qwxz›" in shown
    assert "the model reads the first 4 tokens" in shown
    assert "‹good›" not in shown
    assert "‹ › unknown in training" in shown
    assert "‹ ›" not in text(report(saved, Shown(texts=("good",))))


def test_an_empty_text_is_said_to_be_one():
    one = report(text_model(), Shown(texts=("",)))
    assert "<empty> ·" in text(one)


def test_long_sequences_become_windows():
    values = np.arange(170, dtype=np.float32)[:, None]
    saved = series_model(input_size=1)
    drawn = sample([Record(number=1, values=values)], (1,))
    one = report(saved, Shown(numbers=(1,)), drawn)
    (found,) = one.examples
    assert [(p.start, p.stop) for p in found.parts[:2]] == [(0, 3), (3, 6)]
    assert found.parts[0].text == "1-3: 1"
    assert found.parts[-1].stop == 170
    assert "windows  of 3 steps each, 57 windows for 170 steps" in text(one)
    assert "‹ ›" not in text(one)


def test_the_one_step_of_a_series_is_not_said_to_do_little():
    series = [Record(number=1, values=np.ones((1, 3), np.float32))]
    shown = text(report(series_model(), Shown(numbers=(1,)), sample(series, (1,))))
    assert "1: 1 1 1 –" in shown
    assert "– nothing is left without it" in " ".join(shown.split())
    longer = [Record(number=1, values=np.ones((2, 3), np.float32))]
    assert "–" not in text(report(series_model(), Shown(numbers=(1,)), sample(longer, (1,))))


def test_a_window_shows_the_means_of_what_is_not_missing():
    values = np.ones((170, 4), np.float32)
    values[0, 0] = np.nan
    values[1:6, 1] = np.nan
    values[3:6] = np.nan
    drawn = sample([Record(number=1, values=values)], (1,))
    saved = series_model(input_size=4)
    encoder = SeriesEncoder(np.zeros(4), np.ones(4), 500, "mask")
    model = random_model(vocabulary_size=0, input_size=8)
    one = report(
        dataclasses.replace(saved, model=model, encoder=encoder), Shown(numbers=(1,)), drawn
    )
    parts = [part.text for part in one.examples[0].parts]
    assert parts[:3] == ["1-3: 1 1 1 …", "4-6: missing missing missing …", "7-9: 1 1 1 …"]


def verdict_ids(one: Report):
    return [verdict.id for verdict in one.verdicts]


def recall(first):
    """Forty texts of 21 words whose first or last one decides."""
    filler = " ".join(["filler"] * 20)
    cues = ("bad", "good") * 20
    pairs = [(f"{cue} {filler}" if first else f"{filler} {cue}", cue) for cue in cues]
    return report(text_model(recall_model(), ("bad", "good")), None, sample(texts(*pairs)))


def memory_verdicts(*h99, median=20.0, long=21.0):
    """Return the ids of what is said of both horizons, from the end and from the start."""
    horizons = [
        Horizon(side=side, steps=(1,), agreement=(1.0,), distance=(0.0,), h99=steps)
        for side, steps in zip(SIDES, h99, strict=True)
    ]
    data = recall(first=True).input
    data = dataclasses.replace(data, median_length=median, long_length=long)
    architecture = random_model(num_classes=2, pooling=("mean",)).architecture
    return [verdict.id for verdict in verdicts(architecture, data, (NO_GATES,), horizons)]


NO_GATES = LayerHealth(
    layer=0, direction="forward", gates=(), dead=(), clipped=0.0, leak=None, reach=None
)


@pytest.mark.parametrize(
    ("end", "start", "expected"),
    [
        (21, 21, ["memory.whole"]),
        (19, 20, ["memory.whole"]),
        (21, 1, ["memory.ignores_end"]),
        (1, 21, ["memory.ignores_start"]),
        (3, 12, ["memory.ignores_start"]),
        (1, 2, ["memory.redundant"]),
        (3, 3, ["memory.redundant"]),
        (21, 12, []),
        (12, 21, []),
        (10, 10, []),
    ],
)
def test_what_is_said_of_both_ends_never_contradicts_itself(end, start, expected):
    assert memory_verdicts(end, start) == expected
    assert {f"memory.{name}" for name in ("whole", "redundant")} < set(IDS)


def test_every_pair_of_horizons_has_at_most_one_verdict():
    for end in range(1, 22):
        for start in range(1, 22):
            assert len(memory_verdicts(end, start)) <= 1


def test_redundant_sequences_ignore_neither_end():
    """The same word at both ends: each of them decides alone."""
    filler = " ".join(["filler"] * 20)
    pairs = [(f"{cue} {filler} {cue}", cue) for cue in ("bad", "good") * 20]
    one = report(text_model(recall_model(), ("bad", "good")), None, sample(texts(*pairs)))
    assert one.input.accuracy == 1
    (verdict,) = [one for one in one.verdicts if one.id.startswith("memory.")]
    assert verdict.id == "memory.redundant"
    assert (verdict.value, verdict.value < verdict.threshold) == (1, True)
    assert "! either end alone decides, within 1 step: " in text(one)


def test_verdicts_on_memory():
    whole, last = recall(first=True), recall(first=False)
    assert whole.input.accuracy == last.input.accuracy == 1
    assert "memory.whole" not in verdict_ids(whole)
    assert "memory.ignores_end" in verdict_ids(whole)
    assert "memory.ignores_start" in verdict_ids(last)
    assert "memory.whole" not in verdict_ids(last)
    assert "memory.candidate_path" not in verdict_ids(last)  # one step needs no memory
    assert "H99 = 21 steps from the end, 1 from the start" in text(whole)
    assert "H99 = 1 step from the end, 21 from the start" in text(last)


def test_memory_without_the_keep_gate_is_said_to_run_through_the_candidate():
    model = recall_model()  # h = tanh(3 h + 6 cue): a latch; keep is always 0
    p = blocks(model)
    p["weight_ih"][...] = 0
    p["bias"][0, 1] = -40
    p["bias"][0, 0] = 40  # reset never shuts
    p["weight_ih"][0, 2, 0] = (6, 0)
    p["weight_hh"][0, 2] = 3
    cues = ("bad", "good") * 20
    pairs = [(f"{cue} {' '.join(['filler'] * 20)}", cue) for cue in cues]
    one = report(text_model(model, ("bad", "good")), None, sample(texts(*pairs)))
    assert one.input.accuracy == 1
    assert one.horizons[0].h99 == 21
    assert "memory.candidate_path" in verdict_ids(one)
    assert "memory.candidate_path" not in verdict_ids(recall(first=True))


def test_pooling_reads_all_states_so_nothing_is_said_of_the_candidate_path():
    model = random_model(num_classes=2, bidirectional=False, pooling=("mean",))
    one = report(text_model(model, ("a", "b")), None, sample(REVIEWS))
    assert "memory.candidate_path" not in verdict_ids(one)


def test_a_model_with_one_answer_has_no_memory_to_speak_of():
    model = random_model(num_classes=2)
    model.params["head_bias"][...] = 1000
    one = report(text_model(model, ("a", "b")), None, sample(REVIEWS))
    assert verdict_ids(one) == ["memory.one_answer"]


def test_planted_units_are_named_in_text_and_verdicts():
    model = random_model(hidden_size=9, bidirectional=False, scale=0.5)
    p = blocks(model)
    p["bias"][0, 1, 2] = 60
    p["bias"][0, 0, 7] = -60
    one = report(text_model(model), None, sample(REVIEWS))
    assert {v.id: v.value for v in one.verdicts if v.id.startswith("gates.")} == {
        "gates.dead_units": 1,
        "gates.frozen": 1,
        "gates.constant_keep": 1,
        "gates.reset_shut": 1,
        "gates.constant_reset": 1,
    }
    shown = " ".join(text(one).split())
    assert "frozen 1 (2)" in shown
    assert "always reset 1 (7)" in shown
    assert "no carry" not in shown


def test_what_a_model_of_one_path_says_of_itself_has_its_factor():
    saved = text_model()
    plain = report(saved, None, sample(REVIEWS)).to_json()
    saved.model.mix = Mix(recurrence=0.25)
    cool = report(saved, Shown(texts=("very good",)), sample(REVIEWS)).to_json()
    assert cool["meta"]["input"] == plain["meta"]["input"]  # a factor turns no decision
    assert "recurrence_share" not in cool["meta"]["input"]
    assert cool["data"]["model"]["wide"] is None
    (record,) = texts(("very good", None))
    (answers,) = predict(saved, [record])
    (example,) = cool["data"]["examples"]
    assert list(example["probabilities"].values()) == pytest.approx(
        losses.probabilities(answers.scores)[0].tolist(), abs=1e-12
    )
    assert example["wide_margin"] is None
    for one, other in zip(cool["data"]["memory"], plain["data"]["memory"], strict=True):
        assert one["agreement"] == other["agreement"]
        assert one["distance"] != other["distance"]


def test_the_scores_of_folds_are_called_so():
    scores = {"valid_loss": 0.5, "kept_accuracy": 0.9, "kept_macro_f1": 0.8, "kept_loss": 0.4}
    card = {"epoch": 3, "scores": scores}
    assert "epoch 3, validation accuracy 0.900" in text(report(text_model(card=card)))
    card["scores"] = {**scores, "epochs": 3.0}
    assert "epoch 3, cross-validated accuracy 0.900" in text(report(text_model(card=card)))
