"""One row, one answer: the same bits alone and in any batch, thread and process.

The long form counts the bits that differ in a million answers and prints how many they are.

Covers: engine/products, model/runner, model/token_vectors, prediction/classifier.
"""

import dataclasses
import itertools
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import grucli
from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine import products, tape
from grucli.errors import DataError
from grucli.model import token_vectors
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.modelfile import checkpoint
from grucli.tasks.classify.task import Classify
from tests.inspection.helpers import random_model
from tests.inspection.test_sequences import saved, series_model, text_model
from tests.model.test_sharing import MODELS as SHARED
from tests.model.test_sharing import drawn
from tests.prediction.one_answer import answered, differing_bits, elsewhere
from tests.prediction.test_crew import tag_model

WORDS = tuple("abcdefgh")
NUMBER = 80
LARGEST = 40
LONG = 1_000_000


def texts(labels=3, **changes):
    """A model of characters without a linear path."""
    outputs = 1 if labels == 2 else labels
    model = random_model(vocabulary_size=len(WORDS) + 2, num_outputs=outputs, **changes)
    answering = saved(model, TextEncoder(Vocabulary(WORDS), "char", 200))
    task = Classify(labels=tuple(f"label {k}" for k in range(labels)))
    return dataclasses.replace(answering, task=task)


BOTH, POOLED = {"bidirectional": True}, ("attention", "mean", "max", "last")
MODELS = SHARED | {
    "tags with a chain": tag_model,
    "no whole tile": lambda: texts(2, hidden_size=100, num_layers=2, pooling=POOLED),
    "seven labels": lambda: texts(7, hidden_size=20, input_size=9, **BOTH),
    "long sums": lambda: texts(hidden_size=264, input_size=5),
    "one unit": lambda: texts(2, hidden_size=1, pooling=("mean",)),
    "gru_before, both ways": lambda: texts(hidden_size=50, cell="gru_before", **BOTH),
    "mingru, both ways": lambda: texts(hidden_size=28, cell="mingru", num_layers=2, **BOTH),
    "rnn, both ways": lambda: texts(hidden_size=13, cell="rnn", num_layers=2, **BOTH),
}
CELLS_BOTH_WAYS = [name for name in MODELS if name.endswith("both ways")]
HARD = ("no whole tile", "long sums", "convolutions", "kernels", "gru_before, both ways")
KERNELS = {  # routines of OpenBLAS, and what the processor must have for them
    "SkylakeX": "avx512f",
    "Haswell": "avx2",
    "Sandybridge": "avx",
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("one"), {}
    for number, (name, make) in enumerate(MODELS.items()):
        found[name] = str(folder / f"{number}.npz")
        checkpoint.save(found[name], make())
    return found


@pytest.fixture(scope="module")
def alone(paths):
    """What each model answers to each of the drawn inputs when it is asked alone."""
    found = {}
    for name, path in paths.items():
        model = grucli.load(path)
        found[name] = answered(model, drawn(model.kind, 1, NUMBER), 1)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_batch_mates_change_no_bit(name, paths, alone):
    model = grucli.load(paths[name])
    inputs = drawn(model.kind, 1, NUMBER)
    for largest in (2, 9, LARGEST, 1 << 20):
        assert differing_bits(answered(model, inputs, largest), alone[name]) == 0
    last = [model.predict(inputs[:k])[-1] for k in range(1, 40)]
    assert last == model.predict(inputs[:39])  # wherever it stands in a tile
    assert model.predict(inputs[::-1])[::-1] == model.predict(inputs)


def in_turn(runner, encoded):
    """Logits of many inputs and then of a few, by one runner."""
    many = Examples.of(encoded)
    return [recurrence_logits(runner, many.select(np.arange(n))) for n in (len(many), 2)]


@pytest.mark.parametrize("name", ["no whole tile", "long sums", *CELLS_BOTH_WAYS])
def test_products_that_are_kept_change_no_bit_and_weights_that_may_change_keep_none(name, paths):
    answering = checkpoint.load(paths[name])
    texts = [Record(number=k, text=text) for k, text in enumerate(drawn("text", 1, NUMBER))]
    encoded, model = answering.encoder.encode(texts), answering.model
    with mock.patch.object(token_vectors, "MOST_KEPT", 0):
        wanted = in_turn(Runner(model, alike=True), encoded)
    keeping = Runner(model, alike=True)
    found = in_turn(keeping, encoded)
    assert keeping._kept is not None
    for one, other in zip(found, wanted, strict=True):
        assert np.array_equal(one, other)
    changing = Runner(model.copy(), alike=True)
    assert np.array_equal(in_turn(changing, encoded)[0], wanted[0])
    assert changing._kept is None
    changing.model.params.flat[...] *= 2
    assert not np.array_equal(in_turn(changing, encoded)[0], wanted[0])


@pytest.mark.parametrize("name", MODELS)
def test_threads_that_share_a_model_change_no_bit(name, paths, alone):
    model = grucli.load(paths[name])
    inputs = drawn(model.kind, 1, NUMBER)
    found = in_threads(model, inputs, range(8))
    assert [differing_bits(each, alone[name]) for each in found] == [0] * 8


def in_threads(model, inputs, seeds):
    """The answers to the same inputs, divided otherwise in each thread."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda seed: answered(model, inputs, LARGEST, seed), seeds))


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_other_processes_and_threads_of_the_linear_algebra_change_no_bit(paths, alone, threads):
    found = elsewhere(paths.values(), 1, NUMBER, LARGEST, OPENBLAS_NUM_THREADS=str(threads))
    assert differing_bits(found, np.concatenate([*alone.values()])) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_children_forked_after_loading_change_no_bit(paths):
    model = grucli.load(paths["no whole tile"])
    inputs = drawn(model.kind, 1, NUMBER)
    cuts = [inputs[start : start + 25] for start in range(0, NUMBER, 25)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = list(itertools.chain(*pool.map(model.predict, cuts)))
    assert found == model.predict(inputs)


def runs(kernels):
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return KERNELS[kernels] in flags


@pytest.mark.parametrize("kernels", KERNELS)
def test_with_the_routines_of_other_processors_no_bit_changes_either(kernels, paths):
    if not runs(kernels):
        pytest.skip(f"the processor has no {KERNELS[kernels]}")
    asked, variables = [paths[name] for name in HARD], {"OPENBLAS_CORETYPE": kernels}
    if kernels != "SkylakeX":
        variables["NPY_DISABLE_CPU_FEATURES"] = without_wide_vectors()
    single, many, by_two = (
        elsewhere(asked, 2, 40, largest, **variables, OPENBLAS_NUM_THREADS=threads)
        for largest, threads in ((1, "1"), (LARGEST, "1"), (LARGEST, "2"))
    )
    assert differing_bits(single, many) == 0
    if kernels != "SkylakeX" or np.lib.NumpyVersion(np.__version__) >= "2.4.6":  # docs/limits.md
        assert differing_bits(single, by_two) == 0


def without_wide_vectors():
    """NumPy's names of AVX-512, as far as it can do without."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    names = (
        "AVX512F",
        "AVX512CD",
        "AVX512_SKX",
        "AVX512_CLX",
        "AVX512_CNL",
        "AVX512_ICL",
        "X86_V4",
    )
    return " ".join(n for n in names if n in __cpu_dispatch__ and __cpu_features__.get(n))


def test_products_as_they_come_differ(monkeypatch, paths):
    """Else this file would see nothing."""
    model = grucli.load(paths["no whole tile"])
    inputs = drawn(model.kind, 1, NUMBER)
    for module in (products, tape):
        monkeypatch.setattr(module, "whole", lambda number, tile: number)
    assert differing_bits(answered(model, inputs, 1), answered(model, inputs, LARGEST)) > 0


@pytest.mark.parametrize("make", [text_model, series_model, tag_model])
def test_wrong_input_leaves_the_model_usable(make, tmp_path):
    checkpoint.save(tmp_path / "m.npz", make())
    model = grucli.load(str(tmp_path / "m.npz"))
    inputs = drawn(model.kind, 1, 20)
    wanted = model.predict(inputs)
    wrong = [(TypeError, "one text"), (TypeError, [*inputs, object()])]
    if model.kind == "text":
        wrong += [(TypeError, [*inputs, 3]), (TypeError, [*inputs, None])]
    else:
        wrong += [
            (TypeError, [*inputs, "a text"]),
            (TypeError, [*inputs, np.ones(3, complex)]),
            (DataError, [*inputs, np.ones((4, 2))]),
            (DataError, [*inputs, np.ones((2, 3, 3))]),
            (DataError, [*inputs, np.full((4, 3), np.inf)]),
            (DataError, [*inputs, [[1, np.nan, 2], [1, 2, 3]]]),
            (DataError, [*inputs, []]),
            (DataError, [*inputs, 1.5]),
        ]
    for kind, given in wrong:
        with pytest.raises(kind):
            model.predict(given)
        assert model.predict(inputs) == wanted
    assert model.predict([]) == []

    def asked(k):
        kind, given = wrong[k % len(wrong)]
        with pytest.raises(kind):
            model.predict(given)
        return model.predict(inputs)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asked, range(32))) == [wanted] * 32


@pytest.mark.slow
def test_a_million_answers(tmp_path, capsys):
    """Over threads, batches and processes with 1, 2 and 8 threads of the linear algebra."""
    each, count, bits = LONG // (len(MODELS) * 8), 0, 0
    for name, make in MODELS.items():
        path = tmp_path / f"{len(name)}.npz"
        checkpoint.save(path, make())
        model = grucli.load(str(path))
        inputs = drawn(model.kind, 3, each)
        wanted = answered(model, inputs, 1)
        found = [answered(model, inputs, largest) for largest in (7, 1 << 20)]
        found += in_threads(model, inputs, range(2))
        found += [elsewhere([path], 3, each, 300, OPENBLAS_NUM_THREADS=str(n)) for n in (1, 2, 8)]
        own = sum(differing_bits(one, wanted) for one in found)
        count, bits = count + each * (1 + len(found)), bits + own
        with capsys.disabled():
            print(f"{name}: {own} of {wanted.nbytes * 8 * len(found):,} bits differ")
    with capsys.disabled():
        print(f"{count:,} answers: {bits} bits differ", file=sys.stdout)
    assert bits == 0
