"""Model files with a linear path: it comes back, and what does not fit together is refused."""

import copy

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.series.kernels import Kernels
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.engine.blend_factors import both_classes
from grucli.model.blend import Mix
from grucli.model.kernel_path import KernelPath
from grucli.model.ngram_path import NgramPath
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive, write_archive
from grucli.prediction.classifier import Classifier
from tests.modelfile.test_checkpoint import change, refused, saved_model

TEXTS = ["good film", "bad film", "中 good", "\ud800 odd", ""]


def linear_model():
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
    saved.model.mix = Mix(recurrence=0.5, linear=2.0)
    saved.model.linear = path
    return saved


def kernel_model():
    """Return a model of two channels that kernels read as well."""
    saved = saved_model("series")
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(60, saved.encoder.num_channels)).astype(np.float32)
    kernels = Kernels.fit(steps, np.array([40, 20]), 200, rng)
    outputs = saved.model.architecture.num_outputs
    path = KernelPath(
        kernels=kernels,
        weight=rng.normal(size=(len(kernels), outputs)).astype(np.float32),
        bias=rng.normal(size=outputs).astype(np.float32),
    )
    saved.model.mix = Mix(recurrence=0.5, linear=2.0)
    saved.model.linear = path
    return saved


@pytest.fixture
def archive(tmp_path):
    checkpoint.save(tmp_path / "m.npz", linear_model())
    return read_archive(tmp_path / "m.npz")


def test_both_paths_and_their_factors_come_back(tmp_path):
    saved = linear_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = checkpoint.load(tmp_path / "m.npz", dtype=None)
    assert loaded.model.mix == saved.model.mix
    ours, theirs = loaded.model.linear, saved.model.linear
    assert ours.ngrams.pattern == theirs.ngrams.pattern
    for name in ("keys", "idf"):
        np.testing.assert_array_equal(getattr(ours.ngrams, name), getattr(theirs.ngrams, name))
    np.testing.assert_array_equal(ours.weight, theirs.weight)
    np.testing.assert_array_equal(ours.bias, theirs.bias)
    checkpoint.save(tmp_path / "again.npz", loaded)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()


def test_the_answer_is_that_of_both_paths(tmp_path):
    saved = linear_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    checkpoint.save(tmp_path / "plain.npz", saved_model())
    texts = [*TEXTS[:3], "", "qwxz"]
    both = Classifier.load(str(tmp_path / "m.npz")).predict(texts)
    plain = Classifier.load(str(tmp_path / "plain.npz")).predict(texts)
    added = 2 * saved.model.linear.of_texts(Tokenized.of(texts, saved.encoder.tokenize))
    for one, other, wide in zip(both, plain, added, strict=True):
        logits = 0.5 * np.log(list(other.probabilities.values())) + wide
        p = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose(list(one.probabilities.values()), p, atol=1e-6)


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


def test_kernels_come_back(tmp_path):
    saved = kernel_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = checkpoint.load(tmp_path / "m.npz", dtype=None)
    assert loaded.model.mix == saved.model.mix
    ours, theirs = loaded.model.linear, saved.model.linear
    for name in ("dilations", "counts", "channels", "thresholds"):
        found, wanted = getattr(ours.kernels, name), getattr(theirs.kernels, name)
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(ours.weight, theirs.weight)
    np.testing.assert_array_equal(ours.bias, theirs.bias)
    checkpoint.save(tmp_path / "again.npz", loaded)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()


def test_kernels_are_part_of_the_answer(tmp_path):
    saved = kernel_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    checkpoint.save(tmp_path / "plain.npz", saved_model("series"))
    rng = np.random.default_rng(1)
    channels = saved.encoder.num_channels
    series = [rng.normal(size=(n, channels)).astype(np.float32) for n in (1, 5, 30)]
    both = Classifier.load(str(tmp_path / "m.npz")).predict(series)
    plain = Classifier.load(str(tmp_path / "plain.npz")).predict(series)
    records = [Record(number=n, values=values) for n, values in enumerate(series, 1)]
    added = both_classes(2 * saved.model.linear.logits(saved.encoder.encode(records)))
    for one, other, wide in zip(both, plain, added, strict=True):
        logits = 0.5 * np.log(list(other.probabilities.values())) + wide
        p = np.exp(logits - logits.max())
        np.testing.assert_allclose(list(one.probabilities.values()), p / p.sum(), atol=1e-6)


WRONG_KERNELS = {
    "a dilation of 0": {"dilations": lambda a: a * 0},
    "a dilation beyond all series": {"dilations": lambda a: a * 2**40},
    "dilations that are no integers": {"dilations": lambda a: a.astype(np.float64)},
    "a dilation too few": {"dilations": lambda a: a[1:].copy()},
    "no dilation": {name: lambda a: a[:0].copy() for name in ("dilations", "counts", "channels")},
    "a count too many": {"counts": lambda a: np.append(a, 1)},
    "another count": {"counts": lambda a: a + 1},
    "negative counts": {"counts": lambda a: -a},
    "a kernel without a channel": {"channels": lambda a: a * np.uint8(0)},
    "channels of another type": {"channels": lambda a: a.astype(np.int64)},
    "a channel too many": {"channels": lambda a: np.concatenate((a, a[..., :1]), axis=2)},
    "a threshold too few": {"thresholds": lambda a: a[1:].copy()},
    "thresholds of another type": {"thresholds": lambda a: a.astype(np.float64)},
    "a weight too few": {"weight": lambda a: a[1:].copy()},
    "no bias": {"bias": lambda a: a[:0].copy()},
}


@pytest.mark.parametrize("name", WRONG_KERNELS)
def test_kernels_that_do_not_fit_are_refused(tmp_path, name):
    checkpoint.save(tmp_path / "m.npz", kernel_model())
    archive = read_archive(tmp_path / "m.npz")
    arrays = dict(archive.arrays)
    for part, spoil in WRONG_KERNELS[name].items():
        arrays[f"wide_{part}"] = spoil(arrays[f"wide_{part}"])
    refused(tmp_path, archive.meta, arrays)


@pytest.mark.parametrize("part", ["dilations", "counts", "channels", "thresholds", "weight"])
def test_a_missing_part_of_the_kernels_is_refused(tmp_path, part):
    checkpoint.save(tmp_path / "m.npz", kernel_model())
    archive = read_archive(tmp_path / "m.npz")
    arrays = {name: a for name, a in archive.arrays.items() if name != f"wide_{part}"}
    refused(tmp_path, archive.meta, arrays)


def test_numeric_sequences_with_n_grams_are_refused(tmp_path):
    checkpoint.save(tmp_path / "m.npz", saved_model("series"))
    archive = read_archive(tmp_path / "m.npz")
    meta = copy.deepcopy(archive.meta)
    meta["mix"] = {"recurrence": 1.0, "wide": 1.0}
    meta["encoder"]["ngrams"] = {"longest": 2, "subwords": True, "placed": False}
    refused(tmp_path, meta, archive.arrays)
