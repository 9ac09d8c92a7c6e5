"""Model files with a wide path: it comes back, and what does not fit together is refused."""

import copy
import dataclasses

import numpy as np
import pytest

from grucli import checkpoint
from grucli.archive import read_archive, write_archive
from grucli.data.encoding import TextEncoder
from grucli.data.ngram_path import NgramPath
from grucli.data.ngrams import Ngrams, Pattern
from grucli.data.tokenized import Tokenized
from grucli.errors import CheckpointError
from grucli.inference import Classifier
from grucli.mixing import Mix
from tests.test_checkpoint import change, saved_model

TEXTS = ["good film", "bad film", "中 good", "\ud800 odd", ""]


def wide_model():
    saved = saved_model()
    encoder = saved.encoder
    texts = Tokenized.of(TEXTS, encoder.tokenize)
    ngrams = Ngrams.fit(texts, Pattern(longest=2, subwords=True, placed=True), 10**6)
    rng = np.random.default_rng(0)
    path = NgramPath(
        ngrams=ngrams,
        weight=rng.normal(size=(len(ngrams), 3)).astype(np.float32),
        bias=rng.normal(size=3).astype(np.float32),
    )
    saved.model.mix = Mix(recurrence=0.5, wide=2.0)
    encoder = TextEncoder(encoder.vocabulary, encoder.mode, encoder.max_length, path)
    return dataclasses.replace(saved, encoder=encoder)


@pytest.fixture
def archive(tmp_path):
    checkpoint.save(tmp_path / "m.npz", wide_model())
    return read_archive(tmp_path / "m.npz")


def test_both_paths_and_their_factors_come_back(tmp_path):
    saved = wide_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = checkpoint.load(tmp_path / "m.npz", dtype=None)
    assert loaded.model.mix == saved.model.mix
    ours, theirs = loaded.encoder.wide, saved.encoder.wide
    assert ours.ngrams.pattern == theirs.ngrams.pattern
    for name in ("keys", "idf"):
        np.testing.assert_array_equal(getattr(ours.ngrams, name), getattr(theirs.ngrams, name))
    np.testing.assert_array_equal(ours.weight, theirs.weight)
    np.testing.assert_array_equal(ours.bias, theirs.bias)
    checkpoint.save(tmp_path / "again.npz", loaded)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()


def test_the_answer_is_that_of_both_paths(tmp_path):
    saved = wide_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    checkpoint.save(tmp_path / "plain.npz", saved_model())
    texts = [*TEXTS[:3], "", "qwxz"]
    both = Classifier.load(str(tmp_path / "m.npz")).predict(texts)
    plain = Classifier.load(str(tmp_path / "plain.npz")).predict(texts)
    added = 2 * saved.encoder.wide.logits(Tokenized.of(texts, saved.encoder.tokenize))
    for one, other, wide in zip(both, plain, added, strict=True):
        logits = 0.5 * np.log(list(other.probabilities.values())) + wide
        p = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(list(one.probabilities.values()), p, atol=1e-6)


def refused(tmp_path, meta, arrays):
    write_archive(tmp_path / "w.npz", meta, arrays)
    with pytest.raises(CheckpointError, match=r"w\.npz: inconsistent: ") as caught:
        checkpoint.load(tmp_path / "w.npz")
    (line,) = caught.value.problems
    assert len(line) <= 200


WRONG_META = [
    ("mix", ...),
    ("mix", {}),
    ("mix", []),
    ("mix.wide", -1.0),
    ("mix.wide", 1e9),
    ("mix.wide", 1),
    ("mix.wide", "2"),
    ("mix.recurrence", True),
    ("mix.surprise", 1.0),
    ("encoder.ngrams", ...),
    ("encoder.ngrams", None),
    ("encoder.ngrams", []),
    ("encoder.ngrams.longest", 0),
    ("encoder.ngrams.longest", 10**9),
    ("encoder.ngrams.longest", 2.0),
    ("encoder.ngrams.longest", True),
    ("encoder.ngrams.subwords", 1),
    ("encoder.ngrams.placed", ...),
    ("encoder.ngrams.surprise", 1),
]


@pytest.mark.parametrize(("dotted", "value"), WRONG_META)
def test_meta_that_does_not_fit_is_refused(tmp_path, archive, dotted, value):
    meta = copy.deepcopy(archive.meta)
    change(meta, dotted, value)
    refused(tmp_path, meta, archive.arrays)


WRONG_ARRAYS = {
    "unsorted keys": {"keys": lambda a: a[::-1].copy()},
    "a key twice": {"keys": lambda a: np.concatenate((a[:1], a[:-1]))},
    "keys of another type": {"keys": lambda a: a.astype(np.int64)},
    "keys in rows": {"keys": lambda a: a[:, None].copy()},
    "a key too few": {"keys": lambda a: a[1:].copy()},
    "idf in rows": {"idf": lambda a: a[:, None].copy()},
    "a weight too few": {"weight": lambda a: a[1:].copy()},
    "an output too many": {"weight": lambda a: np.concatenate((a, a[:, :1]), axis=1)},
    "flat weights": {"weight": lambda a: a.reshape(-1)},
    "a bias too many": {"bias": lambda a: np.append(a, a[:1])},
    "a bias for all": {"bias": lambda a: a[:1].copy()},
    "integer weights": {"weight": lambda a: a.astype(np.int64)},
    "no n-gram": {name: lambda a: a[:0].copy() for name in ("keys", "idf", "weight")},
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_arrays_that_do_not_fit_are_refused(tmp_path, archive, name):
    arrays = dict(archive.arrays)
    for part, spoil in WRONG_ARRAYS[name].items():
        arrays[f"wide_{part}"] = spoil(arrays[f"wide_{part}"])
    refused(tmp_path, archive.meta, arrays)


@pytest.mark.parametrize("part", ["keys", "idf", "weight", "bias"])
def test_a_missing_array_is_refused(tmp_path, archive, part):
    arrays = {name: a for name, a in archive.arrays.items() if name != f"wide_{part}"}
    refused(tmp_path, archive.meta, arrays)


@pytest.mark.parametrize("part", ["idf", "weight", "bias"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_never_written(tmp_path, archive, part, value):
    arrays = {name: array.copy() for name, array in archive.arrays.items()}
    arrays[f"wide_{part}"].flat[0] = value
    with pytest.raises(ValueError, match=f"wide_{part}"):
        write_archive(tmp_path / "w.npz", archive.meta, arrays)


def test_a_mix_without_n_grams_is_refused(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model())
    archive = read_archive(tmp_path / "m.npz")
    refused(tmp_path, {**archive.meta, "mix": {"recurrence": 1.0, "wide": 1.0}}, archive.arrays)


def test_numeric_sequences_with_n_grams_are_refused(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model("series"))
    archive = read_archive(tmp_path / "m.npz")
    meta = copy.deepcopy(archive.meta)
    meta["mix"] = {"recurrence": 1.0, "wide": 1.0}
    meta["encoder"]["ngrams"] = {"longest": 2, "subwords": True, "placed": False}
    refused(tmp_path, meta, archive.arrays)
