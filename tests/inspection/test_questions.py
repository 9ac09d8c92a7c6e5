"""What is asked about an answer with parts away: of labels beside n-grams, of tags, of texts.

Covers: inspection/answer_score, inspection/scored.
"""

import dataclasses

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine import losses
from grucli.engine.steps import Steps
from grucli.inspection.answer_score import AnswerScore
from grucli.inspection.audit import INTEGRATED, LEFT_OUT, METHODS, REPLACED, audit
from grucli.inspection.integrated import integrate
from grucli.inspection.leaving_out import leave_out
from grucli.inspection.questions import of_answer, of_text
from grucli.inspection.sequences import asked, example
from grucli.model.runner import Runner
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import Draft
from tests.examples import joined
from tests.inspection import test_sequences
from tests.inspection.helpers import random_model
from tests.inspection.test_alignment import saved_model  # noqa: F401
from tests.inspection.test_written import log_p, records_of, written
from tests.tasks.tag.helpers import fitted, tagged

WORDS = ("the", "film", "was", "good", "bad", "not")
TAGGED = "B-X I-X O B-Y O B-X I-X"
SOURCE = "abbab"


def tagger(*, chain):
    records = tagged(TAGGED, words=["the film was not a good film"])
    task = fitted(records)
    model = random_model(
        vocabulary_size=8, num_outputs=len(task.tags), pooling=(), reads_steps=True, chain=chain
    )
    saved = test_sequences.saved(model, TextEncoder(Vocabulary(WORDS), "given", 60))
    return dataclasses.replace(saved, task=task), records[0]


def differences(of, array, shift=1e-5):
    """The gradient of a number by an array that it reads, by central differences."""
    found = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        kept, ends = array[place], []
        for sign in (1, -1):
            array[place] = kept + sign * shift
            ends.append(of())
        array[place] = kept
        found[place] = (ends[0] - ends[1]) / (2 * shift)
    return found


@pytest.mark.parametrize("chain", [False, True])
def test_gradients_of_a_tag_are_those_of_the_model_itself(chain):
    saved, record = tagger(chain=chain)
    question = of_answer(saved, asked(saved, record), "2")
    batch = pack(joined([saved.encoder.encode([record]).steps]), np.array([0]))

    def margin():
        return float(question.explained.margin(Runner(saved.model).forward(batch))[0])

    by_token = differences(margin, saved.model.table)
    found = question.path.gradients(np.ones(1), question.explained.d_margin)
    assert np.abs(found).max() > 0.01
    for token in np.unique(batch.x):
        own = saved.encoder.encode([record]).steps == token
        assert found[own].sum(axis=0) == pytest.approx(by_token[token], abs=1e-8)
    assert question.path.along(np.ones(1), question.explained.margin)[0] == pytest.approx(margin())


def test_gradients_of_a_text_are_those_of_the_model_itself(saved):
    record = records_of([SOURCE])[0]
    question = of_text(saved, asked(saved, record))
    encoded, drafts = written(saved, [SOURCE])
    (draft,) = drafts.best
    answer = [*draft.symbols, 0]
    assert question.explained.answer.tolist() == answer

    def score():
        return float(log_p(saved, SOURCE, draft)[np.arange(len(answer)), answer].mean())

    by_token = differences(score, saved.model.table)
    found = question.path.gradients(np.ones(1), question.explained.d_margin)
    for token in np.unique(encoded.steps):
        own = encoded.steps == token
        assert found[own].sum(axis=0) == pytest.approx(by_token[token], abs=1e-8)
    level = question.path.along(np.ones(1), question.explained.level)[0]
    assert level == pytest.approx(np.exp(score()))


def test_a_text_without_a_part_is_what_the_pictures_show(saved):
    record = records_of([SOURCE])[0]
    one = audit(saved, [("text 1", record)], [], None, 0).sequences[0]
    encoded, drafts = written(saved, [SOURCE])
    shown = leave_out(saved.task, Runner(saved.model), encoded, drafts.best[0])
    assert one.effects[LEFT_OUT] == pytest.approx(shown.effects.mean(axis=0), abs=1e-12)
    assert one.effects[INTEGRATED].sum() == pytest.approx(
        one.integrated.gap, abs=one.integrated.error * max(abs(one.integrated.gap), 0.01) + 1e-12
    )


def test_what_is_replaced_in_a_text_is_neither_read_nor_copied(saved):
    record = records_of([SOURCE])[0]
    found = asked(saved, record)
    question = of_text(saved, found)
    kept = np.array([[True, False, True, True, False]])
    # a third token that stands for the mean of all, and whose copy is unknown
    model, encoder = saved.model, saved.encoder
    arch = dataclasses.replace(model.architecture, vocabulary_size=5)
    other = type(model)(arch)
    other.params.flat[...] = model.params.flat
    other.table[...] = np.concatenate((model.table, model.table.mean(axis=0)[None]))
    wider = TextEncoder(Vocabulary(("a", "b", "c")), "char", 9)
    if encoder.copies is not None:
        wider.copies = np.append(encoder.copies, encoder.copies[0])
    scores, symbols = other_scores(dataclasses.replace(saved, model=other, encoder=wider), question)
    assert question.replaced(kept, question.explained.margin)[0] == pytest.approx(
        scores[np.arange(len(symbols)), symbols].mean()
    )


def other_scores(saved, question):
    """Log-probabilities of the answer in question after a source whose steps 2 and 5 are "c"."""
    symbols = question.explained.answer
    draft = Draft(symbols=tuple(symbols[:-1].tolist()))
    return log_p(saved, "acbac", draft), symbols


def test_a_series_can_be_read_again_for_a_text_as_well(saved):
    model = saved.model
    arch = dataclasses.replace(model.architecture, vocabulary_size=0, input_size=3, copying=False)
    other = type(model)(arch)
    other.params.flat[:] = np.random.default_rng(0).normal(0, 0.7, other.params.flat.size)
    encoder = test_sequences.series_model().encoder
    reader = dataclasses.replace(saved, model=other, encoder=encoder)
    values = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)
    record = Record(number=1, values=values)
    one = audit(reader, [("#1", record)], [], None, 0).sequences[0]
    encoded = encoder.encode([record])
    (draft,) = scores_of(reader.task, Runner(other), encoded).best
    shown = leave_out(reader.task, Runner(other), encoded, draft)
    assert one.effects[LEFT_OUT] == pytest.approx(shown.effects.mean(axis=0), abs=1e-12)
    assert one.integrated.is_reached


def test_a_tag_is_asked_about_with_tokens_unread():
    saved, record = tagger(chain=True)
    shown = example(saved, record, "#1", target=None, seed=0)
    found = audit(saved, [("#1", record)], [], None, 0)
    one = found.sequences[0]
    assert (found.noun, found.share) == ("tag", 1)
    assert one.effects[LEFT_OUT] == pytest.approx(shown.attribution.effect, abs=1e-12)
    explained = of_answer(saved, asked(saved, record), None).explained
    assert explained.step == shown.attribution.explained.step
    assert set(one.faithfulness.curves) == set(METHODS)
    assert one.integrated.is_reached


def test_reasons_beside_ngrams_are_of_both():
    saved = test_sequences.text_model()
    record = Record(number=1, text=test_sequences.TEXT, label=test_sequences.LABELS[0])
    found = asked(saved, record)
    question, shown = (
        of_answer(saved, found, None),
        example(saved, record, "t", target=None, seed=0),
    )
    one = audit(saved, [("t", record)], [], None, 0).sequences[0]
    assert one.effects[LEFT_OUT] == pytest.approx(shown.attribution.effect, abs=1e-9)
    gap = integrate(question.path, question.explained)
    assert one.effects[INTEGRATED].sum() == pytest.approx(
        gap.effect.sum() + shown.attribution.linear_margin
    )
    number = len(found.windows)
    nothing = question.replaced(np.zeros((1, number), bool), lambda scores: scores)
    alone = question.path.replaced(np.zeros((1, len(question.path)), bool), lambda scores: scores)
    assert nothing == pytest.approx(alone)  # no n-gram is known
    assert np.abs(one.effects[REPLACED] - one.effects[LEFT_OUT]).max() > 0.01
    assert one.share == 1


def test_beside_kernels_it_is_said_what_share_is_the_recurrences():
    saved = test_sequences.series_model()
    values = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    record = Record(number=1, values=values, label=test_sequences.LABELS[0])
    shown = example(saved, record, "t", target=None, seed=0).attribution
    found = audit(saved, [("t", record)], [], None, 0)
    ours = abs(shown.margin - shown.linear_margin)
    assert found.share == pytest.approx(ours / (ours + abs(shown.linear_margin)))
    expected = shown.effect - shown.linear_effect
    assert found.sequences[0].effects[LEFT_OUT] == pytest.approx(expected, abs=1e-9)


def test_log_probabilities_of_a_score_are_its_mean():
    rng = np.random.default_rng(0)
    scores = Steps(values=rng.normal(size=(6, 4)), lengths=np.array([3, 3]))
    one = AnswerScore(answer=np.array([2, 1, 0]))
    expected = losses.log_probabilities(scores.values).reshape(2, 3, 4)[:, range(3), [2, 1, 0]]
    assert one.margin(scores) == pytest.approx(expected.mean(axis=1))
    assert one.level(scores) == pytest.approx(np.exp(expected.mean(axis=1)))
    by_scores = differences(lambda: one.margin(scores).sum(), scores.values)
    assert one.d_margin(scores).values == pytest.approx(by_scores, abs=1e-9)
