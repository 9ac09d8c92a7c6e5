"""Model files: what is saved comes back; what does not fit together is refused by name."""

import copy
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from grucli.data.records import Record, Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine import losses
from grucli.errors import AccessError, CheckpointError, DataError
from grucli.model.network import Architecture, Model
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive, write_archive
from grucli.modelfile.checkpoint import RunState, SavedModel
from grucli.prediction.classifier import Classifier
from grucli.prediction.stream import predict
from grucli.tasks.classify.task import Classify

VOCABULARY = Vocabulary(("bad", "good", "new\nline", "中"))


KINDS = ("text", "series", "characters", "tokens")


def saved_model(kind="text", labels=("negative", "正面", "[red]\x1b")):
    architecture = Architecture(
        cell="gru",
        vocabulary_size=len(VOCABULARY) if kind != "series" else 0,
        input_size=3,
        hidden_size=4,
        num_layers=2,
        bidirectional=True,
        pooling=("last", "max"),
        dropout=0.1,
        token_dropout=0.0,
        num_outputs=len(labels),
        convolution=3 if kind == "series" else 0,
        **({"subwords": kind, "buckets": 16} if kind in ("characters", "tokens") else {}),
    )
    model = Model(architecture)
    model.initialise(np.random.default_rng(0))
    model.table[model.architecture.vocabulary_size :] = 0.5
    encoder = TextEncoder(VOCABULARY, "auto", 20, buckets=16 if kind == "characters" else 0)
    if kind == "series":
        mean, scale = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 2.0])
        seen = ("values", "log", "place")
        encoder = SeriesEncoder(mean, scale, 20, "refuse", seen, np.array([7.0]))
    return SavedModel(
        model=model,
        encoder=encoder,
        task=Classify(labels=labels),
        remembered=Remembered(kind=encoder.kind, text="review", label="stars", delimiter=";"),
        card={"epoch": 3, "scores": {"loss": 0.1}},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_comes_back(tmp_path, kind):
    path, saved = tmp_path / "m.npz", saved_model(kind)
    checkpoint.save(path, saved)
    loaded = checkpoint.load(path, dtype=None)
    assert loaded.task == saved.task
    assert loaded.remembered == saved.remembered
    assert loaded.card == saved.card
    assert loaded.model.architecture == saved.model.architecture
    for (name, array), (_, original) in zip(
        loaded.model.arrays(), saved.model.arrays(), strict=True
    ):
        np.testing.assert_array_equal(array, original, err_msg=name)
    if kind != "series":
        assert loaded.encoder.vocabulary.tokens == VOCABULARY.tokens
        assert loaded.encoder.mode == "auto"
        assert loaded.encoder.buckets == (16 if kind == "characters" else 0)
    else:
        np.testing.assert_array_equal(loaded.encoder.scale, saved.encoder.scale)
        np.testing.assert_array_equal(loaded.encoder.units, [7])
        assert loaded.encoder.channels == ("values", "log", "place")
    assert loaded.encoder.max_length == 20
    assert len(loaded.sha256) == 64


@pytest.mark.parametrize(
    ("tokens", "read"),
    [
        (("bad", "ครับ", "ไม่ดี", "中"), ["ไม่ดี", "ครับ", "strasse"]),  # as words: of long ago
        (("bad", "straße", "good", "中"), ["ไม่ดี", "ครับ", "strasse"]),
        (("bad", "ดี", "good", "中"), ["ไ", "ม่", "ดี", "ค", "รั", "บ", "strasse"]),
    ],
)
def test_a_model_reads_texts_as_it_was_trained_to(tmp_path, tokens, read):
    saved = saved_model()
    encoder = TextEncoder(Vocabulary(tokens), "auto", 20)
    checkpoint.save(tmp_path / "m.npz", dataclasses.replace(saved, encoder=encoder))
    loaded = checkpoint.load(tmp_path / "m.npz").encoder
    record = Record(number=1, text="ไม่ดี ครับ STRASSE")
    assert loaded.tokens(record) == read
    assert encoder.tokens(record) == read


def test_equal_content_gives_equal_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        checkpoint.save(tmp_path / name, saved_model())
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("kind", ["text", "characters", "tokens"])
def test_predictions_are_made_in_float64_and_survive_the_file(tmp_path, kind):
    saved = saved_model(kind)
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = checkpoint.load(tmp_path / "m.npz")
    assert loaded.model.dtype == np.float64
    records = [Record(number=k, line=k, text=t) for k, t in enumerate(("good", "中 bad"), 1)]
    (before,), (after,) = predict(saved, records), predict(loaded, records)
    np.testing.assert_allclose(
        losses.probabilities(before.scores), losses.probabilities(after.scores), atol=1e-6
    )


def test_training_state_travels_in_the_last_file_only(tmp_path):
    path = tmp_path / "m.last.npz"
    arrays = {"best_dense": np.arange(3, dtype=np.float32)}
    progress = {"epoch": 2, "sums": [0.1, 1 / 3], "history": [{"loss": 0.1}], "folds": []}
    checkpoint.save(path, saved_model(), RunState(progress=progress, arrays=arrays))
    _, state = checkpoint.load_run(path)
    assert state.progress == progress
    np.testing.assert_array_equal(state.arrays["best_dense"], arrays["best_dense"])
    checkpoint.save(tmp_path / "m.npz", saved_model())
    with pytest.raises(CheckpointError, match=r"m\.npz: holds no training state"):
        checkpoint.load_run(tmp_path / "m.npz")


def refused(tmp_path, meta, arrays):
    write_archive(tmp_path / "w.npz", meta, arrays)
    with pytest.raises(CheckpointError, match=r"w\.npz: inconsistent: ") as caught:
        checkpoint.load(tmp_path / "w.npz")
    (line,) = caught.value.problems
    assert len(line) <= 200
    assert "object has no attribute" not in line


def change(meta, dotted, value):
    *sections, key = dotted.split(".")
    for section in sections:
        meta = meta[section]
    if value is ...:
        del meta[key]
    else:
        meta[key] = value


WRONG_META = [
    ("labels", ["a", "b"]),
    ("labels", ["a", "b", 3]),
    ("labels", ...),
    ("architecture.hidden_size", 10**9),
    ("architecture.hidden_size", -4),
    ("architecture.hidden_size", 4.0),
    ("architecture.hidden_size", True),
    ("architecture.num_layers", 10**9),
    ("architecture.num_layers", 1),
    ("architecture.vocabulary_size", -1),
    ("architecture.vocabulary_size", 99),
    ("architecture.num_classes", 1),
    ("architecture.bidirectional", "yes"),
    ("architecture.bidirectional", False),
    ("architecture.cell", "lstm"),
    ("architecture.cell", ["gru"]),
    ("architecture.pooling", []),
    ("architecture.pooling", ["last", "first"]),
    ("architecture.pooling", "last"),
    ("architecture.dropout", 2.0),
    ("architecture.dtype", "object"),
    ("architecture.surprise", 1),
    ("architecture.buckets", 16),
    ("architecture.subwords", "tokens"),
    ("architecture.subwords", ["tokens"]),
    ("architecture", None),
    ("encoder.kind", "image"),
    ("encoder.mode", "magic"),
    ("encoder.max_length", 0),
    ("encoder.max_length", "20"),
    ("remembered.surprise", 1),
    ("remembered", []),
    ("card", 3),
]


@pytest.mark.parametrize(("dotted", "value"), WRONG_META)
def test_meta_that_does_not_fit_is_refused(tmp_path, dotted, value):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    archive = read_archive(tmp_path / "m.npz")
    meta = copy.deepcopy(archive.meta)
    change(meta, dotted, value)
    write_archive(tmp_path / "w.npz", meta, archive.arrays)
    with pytest.raises(CheckpointError, match=r"w\.npz: inconsistent: ") as caught:
        checkpoint.load(tmp_path / "w.npz")
    assert len(caught.value.problems[0]) < 250


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("buckets", 15),
        ("buckets", 10**12),
        ("buckets", 16.0),
        ("buckets", 0),
        ("subwords", ""),
    ],
)
def test_ngrams_that_do_not_fit_are_refused(tmp_path, dotted, value):
    checkpoint.save(tmp_path / "m.npz", saved_model("characters"))
    archive = read_archive(tmp_path / "m.npz")
    meta = copy.deepcopy(archive.meta)
    change(meta, f"architecture.{dotted}", value)
    write_archive(tmp_path / "w.npz", meta, archive.arrays)
    with pytest.raises(CheckpointError, match=r"w\.npz: inconsistent: "):
        checkpoint.load(tmp_path / "w.npz")


@pytest.mark.parametrize("name", ["param_embedding_weight", "param_head_bias", "vocabulary"])
def test_a_missing_array_is_named(tmp_path, name):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    archive = read_archive(tmp_path / "m.npz")
    arrays = {key: array for key, array in archive.arrays.items() if key != name}
    write_archive(tmp_path / "w.npz", archive.meta, arrays)
    with pytest.raises(CheckpointError, match=name.removeprefix("param_")):
        checkpoint.load(tmp_path / "w.npz")


def test_an_extra_or_misshapen_array_is_named(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    archive = read_archive(tmp_path / "m.npz")
    for name, array in (
        ("param_extra", np.zeros(3, np.float32)),
        ("param_head_bias", np.zeros(4, np.float32)),
    ):
        write_archive(tmp_path / "w.npz", archive.meta, {**archive.arrays, name: array})
        with pytest.raises(CheckpointError, match=name.removeprefix("param_")):
            checkpoint.load(tmp_path / "w.npz")


def test_weights_that_are_not_finite_are_never_written(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    old = (tmp_path / "m.npz").read_bytes()
    broken = saved_model()
    broken.model.params.flat[5] = np.nan
    with pytest.raises(ValueError, match="param_layer0"):
        checkpoint.save(tmp_path / "m.npz", broken)
    assert (tmp_path / "m.npz").read_bytes() == old


def test_the_documented_object_classifies_texts(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    classifier = Classifier.load(str(tmp_path / "m.npz"))
    answers = classifier.predict(["good", "", "中"])
    assert classifier.labels == saved_model().task.labels
    for answer in answers:
        assert answer.probability == max(answer.probabilities.values())
        assert answer.probabilities[answer.label] == answer.probability
        assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert classifier.predict([]) == []


def test_the_documented_object_classifies_sequences(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model("series"))
    classifier = Classifier.load(str(tmp_path / "m.npz"))
    sequences = [np.arange(n) * 1.0 for n in (2, 5)]
    together = classifier.predict(sequences)
    assert classifier.kind == "series"
    for sequence, answer in zip(sequences, together, strict=True):
        alone = classifier.predict([sequence])[0]
        assert alone.label == answer.label
        assert alone.probability == pytest.approx(answer.probability, abs=1e-9)
    padded = [np.append(sequence, [np.nan, np.nan]) for sequence in sequences]
    assert classifier.predict(padded) == together
    for form in (np.int16, np.float32, np.int64, ">f8", object, list):
        written = [list(s) if form is list else s.astype(form) for s in sequences]
        assert classifier.predict(written) == together
    assert classifier.predict([[*sequence, None] for sequence in sequences]) == together


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ([], "a sequence without a value"),
        (np.zeros((0, 1)), "a sequence without a value"),
        (7.0, "one number; put a single sequence in a list"),
        ([1, 10**400], "a number is infinite or too large"),
        ([np.nan, np.nan], "a sequence without a value"),
        ([1.0, np.inf, 2], "a number is infinite or too large"),
        ([[-np.inf]], "a number is infinite or too large"),
        ([1e39, 2], "a number is infinite or too large"),
        ([10**400, 2], "a number is infinite or too large"),
        ([[[1.0]]], "shape (1, 1, 1)"),
        ([[1.0, 2.0]], "shape (1, 2)"),
        ([1.0, np.nan, 2.0], "values are missing"),
    ],
)
def test_the_documented_object_refuses_a_sequence_that_no_file_could_hold(bad, problem):
    with pytest.raises(DataError) as caught:
        Classifier(saved_model("series")).predict([[1e38, 1e-44, 3], bad])
    assert str(caught.value).startswith(f"record 2: {problem}")


@pytest.mark.parametrize(
    ("kind", "inputs", "message"),
    [
        ("text", "good film", "give a list of texts"),
        ("text", ["good", 5], "record 2: int, but the model reads texts"),
        ("text", [b"good"], "record 1: bytes, but"),
        ("series", "123", "give a list of texts"),
        ("series", [["a", "b"]], "record 1: no array of numbers: "),
        ("series", [[1.0, 2j]], "record 1: no array of numbers: complex numbers"),
        ("series", [np.array(["2024-01-01"], "M8[D]")], "record 1: no array of numbers: dates"),
        ("series", [[[1.0, 2], [3]]], "record 1: no array of numbers: "),
    ],
)
def test_inputs_of_another_kind_are_refused(kind, inputs, message):
    with pytest.raises(TypeError, match=message):
        Classifier(saved_model(kind)).predict(inputs)


def test_many_classes_make_small_windows(monkeypatch):
    monkeypatch.setattr("grucli.prediction.stream.WINDOW_SCORES", 10)
    saved, records = saved_model(), [Record(number=k, text="good") for k in range(1, 9)]
    windows = list(predict(saved, records))
    assert [len(window.records) for window in windows] == [3, 3, 2]
    assert [record for window in windows for record in window.records] == records


def test_last_path_stands_beside_the_model():
    assert str(checkpoint.last_path("runs/a.b.npz")) == "runs/a.b.last.npz"


def test_a_missing_file_is_not_a_bad_model(tmp_path):
    with pytest.raises(AccessError):
        checkpoint.load(tmp_path / "none.npz")


def test_records_crossing_modules_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        saved_model().task = None


FIXTURES = Path(__file__).parents[1] / "fixtures"
GOLDEN = {
    "model_v1_text.npz": (
        ["good", "bad, 不 好!", ""],
        [
            [0.31480667, 0.3929751, 0.29221823],
            [0.29841778, 0.38046834, 0.32111387],
            [0.33423748, 0.39512215, 0.27064037],
        ],
    ),
    "model_v1_series.npz": (
        [np.arange(12).reshape(4, 3) / 3, np.ones((1, 3))],
        [[0.42775441, 0.34407558, 0.22817002], [0.25813768, 0.42088539, 0.32097693]],
    ),
    "model_v2_text.npz": (
        ["good", "bad, 不 好!", ""],
        [
            [0.3148236, 0.39296691, 0.29220949],
            [0.29844481, 0.38045923, 0.32109596],
            [0.33422558, 0.39512761, 0.27064681],
        ],
    ),
    "model_v2_series.npz": (
        [np.arange(12).reshape(4, 3) / 3, np.ones((1, 3))],
        [[0.42779825, 0.3440674, 0.22813435], [0.2581498, 0.42086657, 0.32098363]],
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_files_of_every_format_so_far_still_answer_as_they_did(name):
    inputs, expected = GOLDEN[name]
    answers = Classifier.load(str(FIXTURES / name)).predict(inputs)
    found = [list(answer.probabilities.values()) for answer in answers]
    np.testing.assert_allclose(found, expected, atol=1e-7)
    assert list(answers[0].probabilities) == ["no", "好", "maybe"]
