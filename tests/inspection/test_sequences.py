"""Single sequences are explained by what the whole model says of them, and of what is left.

Covers: data/series/parts.
"""

import dataclasses

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.data.records import Record, Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.kernels import Kernels
from grucli.data.text import GIVEN
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import UNKNOWN, Vocabulary
from grucli.engine import losses
from grucli.inspection import sequences
from grucli.inspection.sequences import example
from grucli.model.blend import Mix
from grucli.model.kernel_path import KernelPath
from grucli.model.ngram_path import NgramPath
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.stream import predict
from grucli.tasks.classify.task import Classify
from tests.examples import joined
from tests.inspection.helpers import random_model
from tests.tasks.tag.helpers import fitted, tagged

WORDS = ("the", "film", "was", "not", "good", "bad")
TEXT = "the film was not good , and the end was bad"
LABELS = ("a", "b", "c")


def saved(model, encoder):
    return SavedModel(
        model=model,
        encoder=encoder,
        task=Classify(labels=LABELS),
        remembered=Remembered(text="text"),
        card={},
        sha256="ab" * 32,
    )


def text_model(max_length=60, buckets=0, mode="space", has_linear=True):
    subwords = {"subwords": "characters", "buckets": buckets} if buckets else {}
    model = random_model(scale=1.2, vocabulary_size=8, **subwords)
    encoder = TextEncoder(Vocabulary(WORDS), mode, max_length, buckets=buckets)
    if not has_linear:
        return saved(model, encoder)
    model.mix = Mix(recurrence=0.7, linear=2.0)
    known = Tokenized.of([TEXT, "a good film", "好看 not"], encoder.tokenize)
    ngrams = Ngrams.fit(known, Pattern(longest=2, subwords=True, placed=True), 1 << 20)
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(len(ngrams), 3)).astype(np.float32)
    bias = rng.normal(size=3).astype(np.float32)
    model.linear = NgramPath(ngrams=ngrams, weight=weight, bias=bias)
    return saved(model, encoder)


def series_model(has_linear=True):
    rng = np.random.default_rng(4)
    model = random_model(vocabulary_size=0, scale=1.2)
    encoder = SeriesEncoder(rng.normal(size=3), np.array([1.0, 2, 3]), 500)
    if not has_linear:
        return saved(model, encoder)
    model.mix = Mix(recurrence=0.7, linear=2.0)
    steps = rng.normal(size=(90, 3)).astype(np.float32)
    kernels = Kernels.fit(steps, np.array([50, 40]), 168, rng)
    weight = rng.normal(size=(len(kernels), 3)).astype(np.float32)
    model.linear = KernelPath(kernels=kernels, weight=weight, bias=np.zeros(3, np.float32))
    return saved(model, encoder)


def probabilities(model, records):
    return np.concatenate(
        [losses.probabilities(window.scores) for window in predict(model, records)]
    )


def of_texts(model, texts):
    return probabilities(model, [Record(number=k, text=text) for k, text in enumerate(texts)])


def margins(p, why):
    return np.log(p[:, why.explained.target]) - np.log(p[:, why.explained.other])


@pytest.mark.parametrize("max_length", [60, 4])
@pytest.mark.parametrize("buckets", [0, 50])
@pytest.mark.parametrize("has_linear", [True, False])
def test_a_token_counts_by_what_the_model_says_without_it(max_length, buckets, has_linear):
    model = text_model(max_length, buckets, has_linear=has_linear)
    tokens = TEXT.split() if has_linear else TEXT.split()[:max_length]
    found = example(model, Record(number=1, text=TEXT), "t", target=None, seed=0)
    why = found.attribution
    assert [part.text for part in found.parts] == tokens
    assert [part.known for part in found.parts] == [token in WORDS for token in tokens]
    whole, *rest = of_texts(
        model, [" ".join(tokens), *(" ".join(np.delete(tokens, k)) for k in range(len(tokens)))]
    )
    np.testing.assert_allclose(why.explained.probabilities, whole, rtol=1e-6)
    without = margins(whole[None], why) - margins(np.array(rest), why)
    np.testing.assert_allclose(why.effect, without, rtol=1e-5, atol=1e-6)
    read = of_texts(model, [" ".join(tokens[: k + 1]) for k in range(len(tokens))])
    target = why.explained.target
    np.testing.assert_allclose(why.running, read[:, target], rtol=1e-6)
    assert list(why.leading) == [LABELS[k] for k in read.argmax(axis=1)]
    top = np.argsort(-why.effect, kind="stable")[: why.check.parts]
    kept = " ".join(tokens[k] for k in sorted(top))
    left = of_texts(model, [" ".join(np.delete(tokens, top)), kept])[:, target]
    drops = whole[target] - left
    assert [why.check.comprehensiveness, why.check.sufficiency] == pytest.approx(drops, abs=1e-6)


def test_the_share_of_the_linear_path_is_that_of_a_model_without_recurrence():
    model = text_model()
    record = Record(number=1, text=TEXT)
    why = example(model, record, "t", target=None, seed=0).attribution
    network = model.model.copy()
    network.linear, network.mix = model.model.linear, Mix(recurrence=0.0, linear=2.0)
    silent = dataclasses.replace(model, model=network)
    wide = example(silent, record, "t", target=LABELS[why.explained.target], seed=0)
    wide = wide.attribution
    assert wide.explained.other == why.explained.other
    np.testing.assert_allclose(why.linear_effect, wide.effect, atol=1e-12)
    assert why.linear_margin == pytest.approx(wide.margin)
    assert np.abs(why.effect - why.linear_effect).max() > 0.1


@pytest.mark.parametrize("has_linear", [True, False])
def test_an_empty_text_has_one_part_without_effect(has_linear):
    found = example(
        text_model(has_linear=has_linear), Record(number=1, text=" "), "t", target="b", seed=0
    )
    assert [(part.start, part.stop, part.text, part.known) for part in found.parts] == [
        (0, 1, "", True)
    ]
    assert found.attribution.effect.tolist() == [0]
    assert found.known == 0


@pytest.mark.parametrize("has_linear", [True, False])
def test_windows_of_numbers_count_by_what_is_left_of_the_series(has_linear):
    model = series_model(has_linear)
    values = np.random.default_rng(0).normal(2, 2, size=(130, 3)).astype(np.float32)
    found = example(model, Record(number=1, values=values), "t", target=None, seed=0)
    why, parts = found.attribution, found.parts
    assert (parts[0].stop, len(parts)) == (3, 44)
    left = [np.delete(values, np.s_[part.start : part.stop], axis=0) for part in parts]
    records = [Record(number=k, values=one) for k, one in enumerate([values, *left])]
    whole, *rest = probabilities(model, records)
    without = margins(whole[None], why) - margins(np.array(rest), why)
    np.testing.assert_allclose(why.effect, without, rtol=1e-4, atol=1e-5)
    assert (why.linear_effect is not None) == has_linear


def test_some_remains_at_a_time_give_the_same(monkeypatch):
    for model, record in (
        (text_model(), Record(number=1, text=TEXT)),
        (series_model(), Record(number=1, values=np.eye(40, 3, dtype=np.float32))),
    ):
        at_once = example(model, record, "t", target=None, seed=0).attribution
        monkeypatch.setattr(sequences, "STEPS_TOGETHER", 7)
        apart = example(model, record, "t", target=None, seed=0).attribution
        monkeypatch.undo()
        np.testing.assert_allclose(at_once.effect, apart.effect, atol=1e-9)
        assert at_once.check.sufficiency == pytest.approx(apart.check.sufficiency)


def test_a_long_text_has_fewer_and_larger_parts(monkeypatch):
    model = text_model(max_length=500)
    record = Record(number=1, text=" ".join(np.random.default_rng(0).choice(WORDS, 400)))
    found = example(model, record, "t", target=None, seed=0)
    assert len(found.parts) == 200
    assert found.parts[0].text == " ".join(record.text.split()[:2])
    monkeypatch.setitem(sequences.MOST_READ, "token", 1000)
    found = example(model, record, "t", target=None, seed=0)
    assert len(found.parts) == 20
    assert found.parts[-1].stop == 400


def test_where_each_step_has_an_answer_none_is_taken_away():
    model = random_model(
        vocabulary_size=8,
        reads_steps=True,
        pooling=(),
        chain=True,
        subwords="characters",
        buckets=9,
    )
    encoder = TextEncoder(Vocabulary(WORDS), GIVEN, 60, buckets=9)
    record = Record(number=1, text="", tokens=("the", "zz", "was"))
    kept = [np.array(mask) for mask in ((True, True, True), (True, False, True), (False,) * 3)]
    parts = encoder.parts_of(record, reads_on=False)
    scores, linear = sequences._run_on_remains(model, parts)(kept)
    assert linear is None
    assert scores.lengths.tolist() == [3, 3, 3]
    steps = encoder.encode([record]).steps
    runner = Runner(model)
    for found, mask in zip(scores.per_sequence(), kept, strict=True):
        one = joined([np.where(mask, steps, UNKNOWN).astype(np.int32)])
        batch = pack(dataclasses.replace(one, bags=encoder.encode([record]).bags), np.array([0]))
        np.testing.assert_allclose(found, runner.forward(batch).values, atol=1e-12)


def test_the_truth_of_a_tag_is_that_of_the_step_that_is_answered():
    records = tagged("D N V", words=["the film was"])
    task = fitted(records)
    model = random_model(num_outputs=len(task.tags), pooling=(), reads_steps=True)
    tagger = dataclasses.replace(
        saved(model, TextEncoder(Vocabulary(WORDS), "space", 9)), task=task
    )
    for step, truth in enumerate("DNV", 1):
        one = example(tagger, records[0], "#1", target=str(step), seed=0)
        assert (one.label, one.answered.text) == (truth, ("the", "film", "was")[step - 1])
    bare = dataclasses.replace(records[0], tags=None)
    assert example(tagger, bare, "#1", target="2", seed=0).label is None
