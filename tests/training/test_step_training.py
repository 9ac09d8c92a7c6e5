"""Training with a tag a step: stopped and resumed, with workers, in folds, from another model."""

import dataclasses

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.engine.steps import Steps
from grucli.model.logits import branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel, load, save
from grucli.prediction.classifier import Classifier
from grucli.preparation.prepare import prepare
from grucli.training import initial_weights, new_run, run_files
from tests.parallel.helpers import assert_same_bytes, trained
from tests.training.helpers import assert_resumes

SMALL = (
    "model.hidden_size=5",
    "model.embedding_size=4",
    "model.subwords=64",
    "training.epochs=2",
    "training.batch_size=6",
)
TAGS = {"plain": ("N", "V", "D"), "chunks": ("B-PER", "I-PER", "O")}


def written(tmp_path, kind, rows=24, words=9, seed=0, name="train.conll"):
    """Write sentences whose tags follow from their words; a name goes on while words are equal."""
    rng, tags = np.random.default_rng(seed), TAGS[kind]
    lines = []
    for _ in range(rows):
        before = None
        for word in rng.integers(0, words, rng.integers(1, 9)):
            tag = tags[word % 3]
            if kind == "chunks":
                tag = "O" if word % 3 == 2 else "I-PER" if before == word else "B-PER"
            lines.append(f"Word{word}\t{tag}")
            before = word
        lines.append("")
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def prepared_from(path, *settings, origin=None):
    return prepare(str(path), resolve(assignments=[*SMALL, *settings]).config, "stop", origin)


def trainer_of(data):
    return new_run.new_trainer(data, new_run.first_model(data))


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("plain", ["data.valid=0.3"]),
        ("chunks", ["data.valid=0.3"]),
        ("chunks", ["training.folds=2", "training.patience=2"]),
        ("plain", ["training.folds=2"]),
    ],
)
def test_a_resumed_run_ends_as_an_uninterrupted_one(tmp_path, kind, settings):
    data = prepared_from(written(tmp_path, kind), *settings)
    trainer = trainer_of(data)
    assert trainer.model.architecture.chain == (kind == "chunks")
    assert_resumes(lambda: trainer_of(data), every=4)


@pytest.mark.parametrize("kind", TAGS)
def test_workers_change_no_byte(tmp_path, kind):
    data = prepared_from(written(tmp_path, kind), "training.shards=2", "data.valid=0.3")
    assert_same_bytes(trained(trainer_of(data), 2), trained(trainer_of(data), 0))


def model_of(data):
    trainer = trainer_of(data)
    for _ in trainer.run():
        pass
    return run_files.best_model(data, trainer)


@pytest.mark.parametrize("kind", TAGS)
def test_a_saved_model_answers_alike_and_takes_lists_of_tokens(tmp_path, kind):
    data = prepared_from(written(tmp_path, kind), "data.valid=0.3")
    saved = model_of(data)
    save(tmp_path / "m.npz", saved)
    loaded = load(tmp_path / "m.npz", None)
    assert loaded.model.architecture == saved.model.architecture
    for (name, one), (_, other) in zip(saved.model.arrays(), loaded.model.arrays(), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)
    answers = Classifier(loaded).predict([["Word1", "never seen"], "Word1 Word2 Word3", []])
    assert [len(answer.tags) for answer in answers] == [2, 3, 0]


@pytest.mark.parametrize("kind", TAGS)
def test_a_model_that_starts_from_another_one_answers_as_it_did(tmp_path, kind):
    base = model_of(prepared_from(written(tmp_path, kind), "data.valid=0"))
    more = written(tmp_path, kind, rows=12, words=15, seed=5, name="more.conll")
    if kind == "plain":
        more.write_text(more.read_text() + "\nWord1\tNEW\nWord2\tNEW\n")
    data = prepared_from(more, "data.valid=0", origin=initial_weights.origin_of(base))
    model = new_run.first_model(data)
    initial_weights.take_over(model, data, base, "base.npz")
    records = list(_known(base, more))
    before = branch_logits(Runner(base.model), base.encoder.encode(records)).recurrence
    after = branch_logits(Runner(model), data.encoder.encode(records)).recurrence
    number = len(base.task.tags)
    assert data.task.tags[:number] == base.task.tags
    np.testing.assert_allclose(after.values[:, :number], before.values, atol=1e-6)
    if kind == "chunks":
        np.testing.assert_allclose(after.chains, before.chains, atol=1e-6)


def _known(base: SavedModel, path):
    """Return records of words that the model knows."""
    from grucli.data.labelled import read_table
    from grucli.data.records import ReadOptions

    for record in read_table(str(path), ReadOptions()).records:
        known = tuple(token for token in record.tokens if token in base.encoder.vocabulary.tokens)
        if known:
            yield dataclasses.replace(record, tokens=known, tags=None, text=" ".join(known))


def test_a_long_document_is_learned_in_windows_and_answered_whole(tmp_path):
    path = written(tmp_path, "plain", rows=40)
    path.write_text(path.read_text().replace("\n\n", "\n"), encoding="utf-8")
    data = prepared_from(path, "data.max_length=20")
    assert len(data.train) > 5
    assert data.train.lengths.max() == 20
    assert isinstance(data.train.targets, Steps)
    steps = sum(1 for line in path.read_text().splitlines() if line)
    (answer,) = Classifier(model_of(data)).predict([["Word1"] * steps])
    assert len(answer.tags) == steps
