"""What an estimator learns is what the command learns: the same bytes in the same order.

Covers: estimators/one_thread, parallel/threads.
"""

import gzip
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from grucli import SequenceClassifier, SequenceRegressor
from grucli.estimators.one_thread import one_thread
from grucli.parallel.threads import THREAD_VARIABLES
from tests.cli.helpers import grucli

from .helpers import ARGUMENTS, QUICK, SAMPLES, Named, reviews, vowels, waves


def trained(folder, content, *words):
    """Return the bytes of the model that the command makes of a file called X."""
    (folder / "X").write_bytes(content)
    ran = grucli("train", "X", "-o", "m.npz", "-q", *ARGUMENTS, *words, cwd=folder)
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    return (folder / "m.npz").read_bytes()


def saved(folder, estimator):
    estimator.save(folder / "saved.npz")
    return (folder / "saved.npz").read_bytes()


def archive(folder, **arrays):
    np.savez(folder / "arrays.npz", **arrays)
    return (folder / "arrays.npz").read_bytes()


@pytest.mark.parametrize("seed", [0, 7])
def test_texts_give_the_model_of_the_command(tmp_path, seed):
    texts, labels, _ = reviews(200)
    lines = "".join(f"__label__{y} {x}\n" for x, y in zip(texts, labels, strict=True)).encode()
    own = SequenceClassifier(**QUICK, random_state=seed).fit(texts, labels)
    assert saved(tmp_path, own) == trained(tmp_path, lines, "--seed", seed)


def test_names_are_remembered_as_the_keys_of_a_file_are(tmp_path):
    texts, labels, _ = reviews(200)
    rows = [{"text": x, "label": y} for x, y in zip(texts, labels, strict=True)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    own = SequenceClassifier(**QUICK).fit(Named("text", texts), Named("label", labels))
    assert saved(tmp_path, own) == trained(tmp_path, lines)


def test_folds_and_the_training_on_all_rows_are_those_of_the_command(tmp_path):
    x, y = waves(60)
    own = SequenceClassifier(**QUICK, settings={"training.folds": 3}).fit(x, y)
    content = archive(tmp_path, X=x, y=y)
    assert saved(tmp_path, own) == trained(tmp_path, content, "--folds", "3")


def test_series_of_unequal_lengths_give_the_model_of_the_command(tmp_path):
    series, labels = vowels()
    lengths = [len(each) for each in series]
    padded = np.zeros((len(series), max(lengths), 12))
    for row, each in zip(padded, series, strict=True):
        row[: len(each)] = each
    content = archive(tmp_path, X=padded, y=np.array(labels), lengths=lengths)
    own = SequenceClassifier(**QUICK).fit(series, labels)
    assert saved(tmp_path, own) == trained(tmp_path, content)
    turned = SequenceClassifier(**QUICK, channels_first=True).fit([x.T for x in series], labels)
    assert saved(tmp_path, turned) == saved(tmp_path, own)


def test_a_file_of_another_form_differs_in_what_is_remembered_alone(tmp_path):
    series, labels = vowels()
    content = gzip.decompress((SAMPLES / "vowels_train.ts.gz").read_bytes())
    own = SequenceClassifier(**QUICK).fit(series, labels)
    theirs = trained(tmp_path, content, "--format", "ts")
    assert weights(saved(tmp_path, own), tmp_path) == weights(theirs, tmp_path)


def test_a_table_of_numbers_gives_the_model_of_the_command(tmp_path):
    x, y = waves(channels=1)
    x[3, 7:] = np.nan
    table, content = x[:, :, 0], archive(tmp_path, X=x, y=y)
    own = SequenceClassifier(**QUICK).fit(table, y)
    assert saved(tmp_path, own) == trained(tmp_path, content)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_numbers_are_learned_as_the_command_learns_them(tmp_path, dtype):
    x, y = waves()
    numbers = (10 * x[:, :, 0].mean(axis=1) + y).astype(dtype)
    own = SequenceRegressor(**QUICK).fit(x, numbers)
    content = archive(tmp_path, X=x, y=numbers)
    if dtype is np.float32:  # as text they are as short as can be
        rows = [{"values": v.tolist(), "y": float(str(t))} for v, t in zip(x, numbers, strict=True)]
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        own = SequenceRegressor(**QUICK).fit(list(x), Named("y", numbers))
        words = ("--format", "jsonl", "--values", "values", "--label", "y")
        theirs = trained(tmp_path, content, *words, "--set", "task=regress")
        assert weights(saved(tmp_path, own), tmp_path) == weights(theirs, tmp_path)
        return
    assert saved(tmp_path, own) == trained(tmp_path, content, "--set", "task=regress")


def test_sets_of_labels_are_learned_as_the_command_learns_them(tmp_path):
    texts, labels, scores = reviews(200)
    sets = [[label, f"stars{score}"] for label, score in zip(labels, scores, strict=True)]
    lines = "".join(
        f"__label__{one} __label__{two} {text}\n"
        for (one, two), text in zip(sets, texts, strict=True)
    )
    names = sorted({name for row in sets for name in row})
    matrix = np.array([[name in row for name in names] for row in sets], int)
    own = SequenceClassifier(**QUICK).fit(texts, Frame(names, matrix))
    assert saved(tmp_path, own) == trained(tmp_path, lines.encode())


def test_weights_of_rows_count_as_those_of_a_column(tmp_path):
    texts, labels, _ = reviews(120)
    given = [(1 + row % 3) / 2 for row in range(len(texts))]
    rows = [
        {"text": x, "label": y, "weight": w} for x, y, w in zip(texts, labels, given, strict=True)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    own = SequenceClassifier(**QUICK).fit(texts, labels, sample_weight=given)
    words = ("--format", "jsonl", "--text", "text", "--label", "label", "--weight", "weight")
    theirs = weights(trained(tmp_path, lines, *words), tmp_path)
    assert weights(saved(tmp_path, own), tmp_path) == theirs
    unweighted = SequenceClassifier(**QUICK).fit(texts, labels)
    assert weights(saved(tmp_path, unweighted), tmp_path) != theirs


def test_rows_without_weight_are_none(tmp_path):
    x, y = waves()
    counts = np.arange(len(y)) % 4 > 0
    own = SequenceClassifier(**QUICK).fit(x, y, sample_weight=counts.astype(float))
    assert saved(tmp_path, own) == saved(
        tmp_path, SequenceClassifier(**QUICK).fit(x[counts], y[counts])
    )


def test_processes_that_help_change_no_byte(tmp_path):
    x, y = waves(60)
    settings = {"training.folds": 2}
    alone = SequenceClassifier(**QUICK, settings=settings).fit(x, y)
    helped = SequenceClassifier(**QUICK, settings=settings, n_jobs=2).fit(x, y)
    assert saved(tmp_path, alone) == saved(tmp_path, helped)


def test_what_is_odd_is_warned_of_by_its_name():
    x, y = waves()
    with pytest.warns(UserWarning, match=r"swap the two axes .* \[data.axes\]") as told:
        SequenceClassifier(**QUICK).fit(x[:, :1].repeat(20, axis=2), y)
    assert told[0].filename == __file__


def test_nothing_is_printed(capfd):
    x, y = waves()
    SequenceClassifier(**QUICK, n_jobs=2).fit(x, y).predict(x)
    assert capfd.readouterr() == ("", "")


def test_the_bytes_do_not_depend_on_threads_of_the_linear_algebra(tmp_path):
    program = (
        "from tests.estimators.helpers import *; import sys, grucli\n"
        "x, y = waves()\n"
        "grucli.SequenceClassifier(**QUICK).fit(x, y).save(sys.argv[1])"
    )
    environment = {k: v for k, v in os.environ.items() if k not in THREAD_VARIABLES}
    for threads in ({}, {"OPENBLAS_NUM_THREADS": "2"}):
        command = [sys.executable, "-c", program, str(tmp_path / f"{len(threads)}.npz")]
        subprocess.run(command, env=environment | threads, cwd=SAMPLES.parent, check=True)
    x, y = waves()
    own = saved(tmp_path, SequenceClassifier(**QUICK).fit(x, y))
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes() == own


def test_one_thread_is_for_as_long_as_anybody_learns(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")

    def state():
        blas = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
        return blas, os.environ.get("OMP_NUM_THREADS"), os.environ["OPENBLAS_NUM_THREADS"]

    before = state()
    first, second = one_thread(), one_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert state() == ({1}, "1", "1")
    second.__exit__(None, None, None)
    assert state() == before


def test_threads_may_learn_at_once(tmp_path):
    x, y = waves()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: SequenceClassifier(**QUICK).fit(x, y), range(2)))
    one, other = (saved(tmp_path, each) for each in both)
    assert one == other == saved(tmp_path, SequenceClassifier(**QUICK).fit(x, y))


class Frame:
    """A table with names of columns, as a DataFrame of pandas."""

    def __init__(self, columns, values):
        self.columns, self._values = columns, values
        self.shape = values.shape

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype)

    def __len__(self):
        return len(self._values)


def weights(content, folder):
    """Return all arrays of a model file but what says where it comes from."""
    path = folder / "weights.npz"
    path.write_bytes(content)
    with np.load(path) as arrays:
        return {name: arrays[name].tobytes() for name in arrays.files if name.startswith("param_")}
