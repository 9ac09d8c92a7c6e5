"""One loaded model, shared: by threads, by processes, through a pickle; nobody can change it."""

import copy
import multiprocessing
import os
import pickle
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import grucli
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.modelfile import checkpoint
from tests.inspection.helpers import random_model
from tests.inspection.test_sequences import saved, series_model, text_model

THREADS = 8
INPUTS = 500  # of each thread
LARGEST = 60  # of one call
WORDS = ("the", "film", "was", "not", "good", "bad", ",", "unseen", "好看", "ÉTÉ", "dog's", "12")


def _alone(mode, **changes):
    """A model of texts without a linear path."""
    words = tuple("abcdefgh")
    model = random_model(vocabulary_size=len(words) + 2, **changes)
    return saved(model, TextEncoder(Vocabulary(words), mode, 30))


MODELS = {
    "n-grams and subwords": lambda: text_model(buckets=50, mode="auto"),
    "two layers, attention": lambda: _alone("char", num_layers=2, pooling=("attention", "max")),
    "rows of tokens": lambda: _alone("char", subwords="tokens", buckets=9, cell="gru_before"),
    "convolutions": lambda: _alone("byte", convolution=2, cell="rnn"),
    "kernels": series_model,
    "views of series": lambda: saved(
        random_model(vocabulary_size=0, input_size=12, convolution=3),
        SeriesEncoder(
            np.zeros(9), np.ones(9), 40, "mask", ("values", "shape", "change"), np.ones(3)
        ),
    ),
}


@pytest.fixture(params=MODELS, scope="module")
def path(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("shared") / "m.npz"
    checkpoint.save(path, MODELS[request.param]())
    return path


def drawn(kind, seed, number):
    """Texts or series, a few empty or long."""
    rng = random.Random(seed)
    lengths = [int(40 * rng.random() ** 3) for _ in range(number)]
    if kind == "text":
        return [" ".join(rng.choices(WORDS, k=length)) for length in lengths]
    numbers = np.random.default_rng(seed)
    return [numbers.normal(size=(1 + length, 3)) for length in lengths]


def calls(kind, seed):
    """The calls of one thread: ragged inputs in batches of all sizes."""
    inputs, found, rng = drawn(kind, seed, INPUTS), [], random.Random(seed)
    while inputs:
        size = rng.randint(1, LARGEST)
        found.append(inputs[:size])
        inputs = inputs[size:]
    return found


def probabilities(answers):
    return np.array([list(answer.probabilities.values()) for answer in answers])


def test_threads_that_share_a_model_get_the_answers_of_one(path):
    shared = grucli.load(str(path))
    asked = [calls(shared.kind, seed) for seed in range(THREADS)]
    alone = [[shared.predict(call) for call in own] for own in asked]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda own: [shared.predict(call) for call in own], asked))
    finally:
        sys.setswitchinterval(interval)
    assert found == alone  # to the last bit: the batches are the same
    for own, answers in zip(asked, alone, strict=True):
        together = shared.predict([each for call in own for each in call])
        split = [answer for part in answers for answer in part]
        np.testing.assert_allclose(probabilities(together), probabilities(split), atol=1e-9)


@pytest.mark.parametrize("protocol", [2, pickle.DEFAULT_PROTOCOL, pickle.HIGHEST_PROTOCOL])
def test_a_pickled_model_gives_the_same_answers_and_stays_read_only(path, protocol):
    shared = grucli.load(str(path))
    asked = drawn(shared.kind, 9, 200)
    again = pickle.loads(pickle.dumps(shared, protocol))
    assert again.predict(asked) == shared.predict(asked) == copy.deepcopy(shared).predict(asked)
    assert (again.labels, again.kind) == (shared.labels, shared.kind)
    assert_sealed(again._saved.model)


def test_the_arrays_of_a_loaded_model_refuse_writes(path):
    assert_sealed(checkpoint.load(path).model)
    assert_sealed(grucli.load(str(path))._saved.model)
    saved = checkpoint.load(path)
    linear = saved.model.linear
    parts = [linear, getattr(linear, "ngrams", None), saved.encoder]
    parts.append(getattr(linear, "kernels", None))
    held = [vars(part).items() for part in parts if part]
    arrays = [each for part in held for name, each in part if not name.startswith("_")]
    assert not any(each.flags.writeable for each in arrays if isinstance(each, np.ndarray))


def test_a_loaded_model_keeps_its_labels(path):
    shared = grucli.load(str(path))
    for name in ("labels", "kind"):
        with pytest.raises(AttributeError):
            setattr(shared, name, ("x",))


def assert_sealed(model):
    for array in (model.params.flat, model.table, *(array for _, array in model.arrays())):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert all(np.shares_memory(model.params.flat, each) for each in model.params.values())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_answer_with_the_model_of_their_parent(path, start):
    shared = grucli.load(str(path))
    asked = [drawn(shared.kind, seed, 50) for seed in range(4)]
    wanted = [shared.predict(call) for call in asked]
    with multiprocessing.get_context(start).Pool(2) as pool:
        assert pool.map(shared.predict, asked) == wanted
