"""Model files with joint n-grams: they come back, and what does not fit together is refused."""

import copy
import itertools
from pathlib import Path

import numpy as np
import pytest

from grucli import load
from grucli.data.records import Record, Remembered
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import END, FIRST, Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.backoff import LONGEST, MOST_NGRAMS
from grucli.engine.steps import Steps
from grucli.errors import CheckpointError
from grucli.model.joint_path import JointPath
from grucli.model.network import Architecture, Model
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive, write_archive
from grucli.modelfile.checkpoint import RunState, SavedModel
from grucli.prediction.stream import predict
from grucli.tasks.generate.task import Generate
from tests.modelfile.test_checkpoint import change, refused, saved_model

LETTERS, SOUNDS = "abcdef", ("A", "B", "C", "K")
VOCABULARY = Vocabulary(tuple(LETTERS))
WORDS = ("abc", "cab", "bad", "fed", "a", "", "xyz")


def joint_model(joint=True, half=False):
    """A model of random weights that writes a few sounds, beside pairs of random words."""
    symbols = Symbols(kind="char", texts=SOUNDS)
    architecture = Architecture(
        cell="gru",
        vocabulary_size=len(VOCABULARY),
        input_size=3,
        hidden_size=4,
        num_layers=1,
        bidirectional=True,
        pooling=(),
        dropout=0.1,
        token_dropout=0.0,
        num_outputs=len(symbols),
        writes=True,
    )
    model = Model(architecture)
    model.initialise(np.random.default_rng(0))
    encoder = TextEncoder(VOCABULARY, "char", 20)
    if joint:
        model.joint = learned(encoder)
    return SavedModel(
        model=model,
        encoder=encoder,
        task=Generate(symbols=symbols, longest=9),
        remembered=Remembered(kind="text", text="word", label="sounds", delimiter=";"),
        card={"epoch": 3, "scores": {"loss": 0.1}},
        is_half=half,
    )


def learned(encoder):
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list(LETTERS), n)) for n in rng.integers(1, 7, 60)]
    encoded = encoder.encode([Record(number=k, text=word) for k, word in enumerate(words, 1)])
    answers = [[FIRST + LETTERS.index(c) % 4 for c in word if c != "e"] for word in words]
    for answer in answers[::5]:
        answer.append(FIRST)
    return JointPath.learn(
        Steps(values=encoded.steps, lengths=encoded.lengths),
        Steps(
            values=np.array(list(itertools.chain(*answers)), np.int64),
            lengths=np.array([len(answer) for answer in answers]),
        ),
    ).weighed((0.75, 0.25))


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("joint") / "m.npz"
    checkpoint.save(path, joint_model())
    assert checkpoint.load(path).model.joint is not None
    return read_archive(path)


@pytest.mark.parametrize("half", [False, True])
def test_joint_n_grams_and_their_factors_come_back(tmp_path, half):
    saved = joint_model(half=half)
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = checkpoint.load(tmp_path / "m.npz", dtype=None)
    ours, theirs = loaded.model.joint, saved.model.joint
    assert (ours.recurrence, ours.joint) == (0.75, 0.25)
    assert ours.ngrams.num_symbols == theirs.ngrams.num_symbols
    for name in ("pairs", "log_p"):
        np.testing.assert_array_equal(
            getattr(ours.alignment, name), getattr(theirs.alignment, name)
        )
    assert len(ours.ngrams.orders) == len(theirs.ngrams.orders) == LONGEST
    for one, other in zip(ours.ngrams.orders, theirs.ngrams.orders, strict=True):
        for name in ("symbols", "is_last", "costs", "backoffs"):
            found, wanted = getattr(one, name), getattr(other, name)
            assert found.dtype == wanted.dtype
            np.testing.assert_array_equal(found, wanted, err_msg=name)
    checkpoint.save(tmp_path / "again.npz", loaded)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()
    assert read_archive(tmp_path / "m.npz").meta["version"] == 3


def answers(saved):
    records = [Record(number=k, text=word) for k, word in enumerate(WORDS, 1)]
    rows = [row for window in predict(saved, records) for row in window.scores.rows]
    return [[(one.symbols, one.score) for one in row] for row in rows]


def test_what_was_saved_answers_as_before(tmp_path):
    saved = joint_model()
    checkpoint.save(tmp_path / "m.npz", saved)
    checkpoint.save(tmp_path / "plain.npz", joint_model(joint=False))
    both = answers(checkpoint.load(tmp_path / "m.npz"))
    assert both == answers(checkpoint.load(tmp_path / "m.npz"))
    plain = checkpoint.load(tmp_path / "plain.npz")
    alone = answers(plain)
    plain.model.joint = saved.model.joint
    assert answers(plain) == both
    assert alone != both


@pytest.mark.parametrize(("half", "version"), [(False, 1), (True, 2)])
def test_a_model_without_them_is_of_an_older_version(tmp_path, half, version):
    checkpoint.save(tmp_path / "m.npz", joint_model(joint=False, half=half))
    archive = read_archive(tmp_path / "m.npz")
    assert archive.meta["version"] == version
    assert "joint" not in archive.meta
    assert checkpoint.load(tmp_path / "m.npz").model.joint is None


def test_a_state_of_training_has_what_its_model_has(tmp_path):
    saved = joint_model()
    checkpoint.save(tmp_path / "m.last.npz", saved, RunState(progress={"history": [], "folds": []}))
    loaded, run = checkpoint.load_run(tmp_path / "m.last.npz")
    assert str(loaded.model.joint) == str(saved.model.joint)
    assert run.arrays == {}


WRONG_META = [
    ("joint", ...),
    ("joint", None),
    ("joint", {}),
    ("joint", []),
    ("joint", "0.5"),
    ("joint", 1.0),
    ("joint.recurrence", ...),
    ("joint.joint", ...),
    ("joint.surprise", 1.0),
    *[
        (f"joint.{name}", value)
        for name in ("recurrence", "joint")
        for value in (0.0, -0.5, 1, True, None, "1.0", 1e6, 1e300, [0.5], {})
    ],
    ("architecture.writes", False),
]


@pytest.mark.parametrize(("dotted", "value"), WRONG_META)
def test_meta_that_does_not_fit_is_refused(tmp_path, archive, dotted, value):
    meta = copy.deepcopy(archive.meta)
    change(meta, dotted, value)
    refused(tmp_path, meta, archive.arrays)


def at(place, value):
    """Return what writes a value at a place of a copy."""

    def spoil(array):
        array = array.copy()
        array[place] = value
        return array

    return spoil


def swapped(first, second):
    def spoil(array):
        array = array.copy()
        array[[first, second]] = array[[second, first]]
        return array

    return spoil


def appended(array):
    return np.concatenate((array, array[-1:]))


def flipped(place):
    """Return what changes whether an n-gram is the last of its kind."""

    def spoil(array):
        flags = np.unpackbits(array)
        flags[place] ^= 1
        return np.packbits(flags)

    return spoil


NO_ARRAY = {name: lambda a: a[:0].copy() for name in ("symbols", "is_last", "costs", "backoffs")}
WRONG_ARRAYS = {
    "pairs of another type": {"pairs": lambda a: a.astype(np.int64)},
    "pairs in one row": {"pairs": lambda a: a.reshape(-1)},
    "pairs of a pair": {"pairs": lambda a: a[:, :2].copy()},
    "pairs of four": {"pairs": lambda a: np.concatenate((a, a[:, :1]), axis=1)},
    "no pair": {"pairs": lambda a: a[:0].copy(), "log_p": lambda a: a[:0].copy()},
    "a pair too few": {"pairs": lambda a: a[1:].copy()},
    "a pair twice": {"pairs": lambda a: np.concatenate((a[:1], a[:-1]))},
    "pairs that fall": {"pairs": lambda a: a[::-1].copy()},
    "a step beyond the vocabulary": {"pairs": at((-1, 0), len(VOCABULARY))},
    "a symbol beyond all": {"pairs": at((-1, 1), FIRST + len(SOUNDS) + 1)},
    "a second symbol beyond all": {"pairs": at((-1, 2), 2**32 - 1)},
    "a second symbol without a first": {"pairs": at((0, slice(1, None)), (0, FIRST + 1))},
    "an end within": {"pairs": at((-1, slice(1, None)), (FIRST + len(SOUNDS), END + 1))},
    "a pair of an end": {"pairs": at((0, slice(1, None)), (END + 1, 0))},
    "probabilities above 1": {"log_p": at(0, 0.25)},
    "probabilities of another type": {"log_p": lambda a: a.astype(np.float64)},
    "probabilities in half precision": {"log_p": lambda a: a.astype(np.float16)},
    "a probability too many": {"log_p": appended},
    "probabilities in rows": {"log_p": lambda a: a[:, None].copy()},
    "huge costs of pairs": {"log_p": at(0, -1e30)},
    "sizes of another type": {"sizes": lambda a: a.astype(np.uint32)},
    "sizes in a row": {"sizes": lambda a: a[None].copy()},
    "no sizes": {"sizes": lambda a: a[:0].copy()},
    "an empty order": {"sizes": lambda a: np.array([*a[:-1], 0, a[-1]])},
    "an order more": {"sizes": lambda a: np.array([*a[:-1], a[-1] - 1, 1])},
    "a negative size": {"sizes": lambda a: np.array([-a[0], a[0] + a[1] + a[0], *a[2:]])},
    "sizes beyond memory": {"sizes": at(0, 2**62)},
    "sizes that overflow": {"sizes": lambda a: np.full(4, 2**62)},
    "sizes beyond what there may be": {"sizes": at(0, MOST_NGRAMS + 1)},
    "an n-gram too many": {"sizes": at(-1, 1)},
    "another border of orders": {"sizes": lambda a: np.array([a[0] + 1, a[1] - 1, *a[2:]])},
    "no second order": {"sizes": lambda a: np.array([a[0] + a[1], *a[2:]])},
    "a symbol too few": {"symbols": lambda a: a[:-1].copy()},
    "symbols of another type": {"symbols": lambda a: a.astype(np.uint32)},
    "a symbol that is no pair": {"symbols": at(0, 65535)},
    "a last symbol that is no pair": {"symbols": at(-1, 65535)},
    "symbols that fall": {"symbols": swapped(0, 1)},
    "a symbol twice": {"symbols": at(1, 0)},
    "symbols in rows": {"symbols": lambda a: a[:, None].copy()},
    "costs of another type": {"costs": lambda a: a.astype(np.uint16)},
    "a cost too few": {"costs": lambda a: a[:-1].copy()},
    "a cost too many": {"costs": appended},
    "costs in rows": {"costs": lambda a: a[:, None].copy()},
    "costs behind of another type": {"backoffs": lambda a: a.astype(np.int64)},
    "a cost behind too few": {"backoffs": lambda a: a[:-1].copy()},
    "a cost behind too many": {"backoffs": appended},
    "groups of another type": {"is_last": lambda a: a.astype(np.uint16)},
    "a byte of groups too few": {"is_last": lambda a: a[:-1].copy()},
    "a byte of groups too many": {"is_last": appended},
    "a group more": {"is_last": flipped(0)},
    "no n-gram": NO_ARRAY,
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_arrays_that_do_not_fit_are_refused(tmp_path, archive, name):
    arrays = dict(archive.arrays)
    for part, spoil in WRONG_ARRAYS[name].items():
        arrays[f"joint_{part}"] = spoil(arrays[f"joint_{part}"])
    refused(tmp_path, archive.meta, arrays)


def test_groups_that_are_not_those_of_the_n_grams_before_are_refused(tmp_path, archive):
    """A flag more or less anywhere; and one that moves, where symbols fall then."""
    sizes, symbols = archive.arrays["joint_sizes"], archive.arrays["joint_symbols"]
    flags = np.unpackbits(archive.arrays["joint_is_last"])[: sizes.sum()].astype(bool)
    packed = archive.arrays["joint_is_last"]
    for place in (*range(20), *(np.cumsum(sizes) - 1)):
        refused(tmp_path, archive.meta, {**archive.arrays, "joint_is_last": flipped(place)(packed)})
    within = np.flatnonzero(~flags[:-1] & flags[1:])
    moved = [k for k in within if k + 2 < len(flags) and symbols[k + 1] >= symbols[k + 2]]
    assert len(moved) > 5
    for place in moved[:5]:
        changed = flags.copy()
        changed[place : place + 2] = True, False
        arrays = {**archive.arrays, "joint_is_last": np.packbits(changed)}
        refused(tmp_path, archive.meta, arrays)


def test_n_grams_without_a_beginning_are_refused(tmp_path, archive):
    end, arrays = len(archive.arrays["joint_pairs"]), dict(archive.arrays)
    arrays |= {
        "joint_sizes": np.array([3, 2]),
        "joint_is_last": np.packbits([False, False, True, True, True]),
        "joint_costs": np.arange(5, dtype=np.uint8),
        "joint_backoffs": np.arange(3, dtype=np.uint8),
    }
    arrays["joint_symbols"] = np.array([0, end, end + 1, end, end], np.uint16)
    write_archive(tmp_path / "m.npz", archive.meta, arrays)
    saved = checkpoint.load(tmp_path / "m.npz")
    assert str(saved.model.joint) == f"5 of 1 to 2 of {end} pairs"
    assert len(answers(saved)) == len(WORDS)
    arrays["joint_symbols"] = np.array([0, 1, end, end, end], np.uint16)
    refused(tmp_path, archive.meta, arrays)


@pytest.mark.parametrize(
    "part", ["pairs", "log_p", "sizes", "symbols", "is_last", "costs", "backoffs"]
)
def test_a_missing_array_is_refused(tmp_path, archive, part):
    arrays = {name: a for name, a in archive.arrays.items() if name != f"joint_{part}"}
    refused(tmp_path, archive.meta, arrays)


def test_an_array_more_is_refused(tmp_path, archive):
    refused(tmp_path, archive.meta, {**archive.arrays, "joint_more": np.zeros(3, np.uint8)})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_never_written(tmp_path, archive, value):
    arrays = {**archive.arrays, "joint_log_p": at(0, value)(archive.arrays["joint_log_p"])}
    with pytest.raises(ValueError, match="joint_log_p"):
        write_archive(tmp_path / "w.npz", archive.meta, arrays)


@pytest.mark.parametrize("seed", range(60))
def test_bytes_of_a_stranger_are_refused_or_answer(tmp_path, archive, seed):
    """Whatever stands in the arrays of n-grams, no answer reads beyond them."""
    rng = np.random.default_rng(seed)
    names = ("joint_symbols", "joint_is_last", "joint_costs", "joint_backoffs", "joint_pairs")
    name, arrays = names[seed % len(names)], dict(archive.arrays)
    spoilt = arrays[name].copy().reshape(-1).view(np.uint8)
    spoilt[rng.integers(0, len(spoilt), 1 + seed % 3)] = rng.integers(0, 256, 1 + seed % 3)
    arrays[name] = spoilt.view(arrays[name].dtype).reshape(arrays[name].shape)
    write_archive(tmp_path / "w.npz", archive.meta, arrays)
    try:
        saved = checkpoint.load(tmp_path / "w.npz")
    except CheckpointError:
        return
    assert len(answers(saved)) == len(WORDS)
    assert all(np.isfinite(score) for row in answers(saved) for _, score in row)


def test_a_model_that_reads_numbers_or_labels_has_none(tmp_path, archive):
    parts = {name: a for name, a in archive.arrays.items() if name.startswith("joint_")}
    for kind in ("text", "series"):
        checkpoint.save(tmp_path / "m.npz", saved_model(kind))
        other = read_archive(tmp_path / "m.npz")
        refused(tmp_path, {**other.meta, "joint": archive.meta["joint"]}, other.arrays | parts)
        refused(tmp_path, other.meta, other.arrays | parts)


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("one.npz", "two.npz"):
        checkpoint.save(tmp_path / name, joint_model())
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_file_of_version_3_still_answers_as_it_did():
    model = load(str(Path(__file__).parents[1] / "fixtures" / "model_v3_writes.npz"))
    found = model.predict(["abcde", "cab", "", "dd"])
    assert [one.text for one in found] == ["ABKSE", "KSAB", "", ""]
    expected = [-0.85372571, -3.20308950, 0.0, -2.41519587]
    np.testing.assert_allclose([one.score for one in found], expected, atol=1e-7)
