"""Logits of many inputs: each branch by itself, in the order of the inputs, and both together."""

import numpy as np
import pytest

from grucli.data import batches
from grucli.data.batches import Examples, pack
from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.kernels import Kernels
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import Vocabulary
from grucli.model.blend import Mix
from grucli.model.kernel_path import KernelPath
from grucli.model.logits import branch_logits, recurrence_logits
from grucli.model.network import Model
from grucli.model.ngram_path import NgramPath
from grucli.model.runner import Runner
from tests.model.test_network import architecture

TEXTS = ["a b a", "c", "b b b b c a", "", "a zz", "c a"]


def drawn(num_outputs, num_features, seed):
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(num_features, num_outputs)).astype(np.float32)
    return weight, rng.normal(size=num_outputs).astype(np.float32)


def text_model(max_length=3):
    """A model with n-grams, its encoder, and texts encoded by it."""
    encoder = TextEncoder(Vocabulary(("a", "b", "c")), "space", max_length)
    model = random_weights(Model(architecture(vocabulary_size=5, num_outputs=3)))
    known = Tokenized.of(TEXTS, encoder.tokenize)
    ngrams = Ngrams.fit(known, Pattern(longest=1, subwords=False, placed=False), 1 << 10)
    weight, bias = drawn(3, len(ngrams), 1)
    model.linear = NgramPath(ngrams=ngrams, weight=weight, bias=bias)
    return model, encoder, [Record(number=k, text=text) for k, text in enumerate(TEXTS)]


def series_model(max_length=20):
    """A model with kernels that read the first of two ways of seeing two channels."""
    rng = np.random.default_rng(2)
    records = [
        Record(number=k, values=rng.normal(size=(n, 2)).astype(np.float32))
        for k, n in enumerate((4, 30, 11, 4))
    ]
    encoder = SeriesEncoder.fit(
        [r.values for r in records], max_length, "mask", ("values", "place")
    )
    model = random_weights(
        Model(architecture(vocabulary_size=0, input_size=encoder.input_size, num_outputs=3))
    )
    encoded = encoder.encode(records)
    kernels = Kernels.fit(encoded.channels, encoded.lengths, 84, rng)
    weight, bias = drawn(3, len(kernels), 3)
    model.linear = KernelPath(kernels=kernels, weight=weight, bias=bias)
    return model, encoder, records


def random_weights(model):
    rng = np.random.default_rng(0)
    model.params.flat[:] = rng.normal(size=model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    return model


@pytest.mark.parametrize("make", [text_model, series_model])
def test_each_input_gets_the_logits_that_it_gets_alone(monkeypatch, make):
    monkeypatch.setattr(batches, "MOST_ROWS", 2)
    model, encoder, records = make()
    together = branch_logits(Runner(model), encoder.encode(records))
    for row, record in enumerate(records):
        encoded = encoder.encode([record])
        batch = pack(Examples.of(encoded), np.array([0]))
        own = Runner(model).forward(batch)[0]
        np.testing.assert_allclose(together.recurrence[row], own, atol=1e-6)
        np.testing.assert_allclose(together.linear[row], model.linear.logits(encoded)[0])
    factors = Mix(recurrence=0.5, linear=3.0)
    np.testing.assert_allclose(
        together.blended(factors), together.recurrence / 2 + 3 * together.linear
    )


def test_n_grams_read_on_where_the_recurrence_stops_and_kernels_do_not():
    for make, reads_on in ((text_model, True), (series_model, False)):
        model, encoder, records = make(3)
        whole = branch_logits(Runner(model), encoder.encode(records))
        cut = [
            Record(
                number=record.number,
                text=None if record.text is None else " ".join(record.text.split()[:3]),
                values=None if record.values is None else record.values[:3],
            )
            for record in records
        ]
        less = branch_logits(Runner(model), encoder.encode(cut))
        np.testing.assert_array_equal(less.recurrence, whole.recurrence)
        assert np.array_equal(less.linear, whole.linear) != reads_on
        assert model.linear.reads_on is reads_on


def test_a_model_without_a_linear_path_has_the_logits_of_its_recurrence():
    model, encoder, records = text_model()
    model.linear = None
    encoded = encoder.encode(records)
    found = branch_logits(Runner(model), encoded)
    assert found.linear is None
    wanted = recurrence_logits(Runner(model), Examples.of(encoded))
    np.testing.assert_array_equal(found.blended(Mix()), wanted)


def test_each_batch_is_told_while_its_states_are_there(monkeypatch):
    monkeypatch.setattr(batches, "MOST_ROWS", 2)
    model, encoder, records = text_model()
    runner, seen = Runner(model), []

    def note(batch):
        assert runner.packing.batch_size == len(batch.rows)
        seen.extend(batch.rows.tolist())

    recurrence_logits(runner, Examples.of(encoder.encode(records)), note)
    assert sorted(seen) == list(range(len(records)))
