"""A recurrence that has no say in the answers: neither its memory nor its gates explain them."""

import dataclasses

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.inspection.chosen import Shown
from grucli.inspection.measure import inspect
from grucli.inspection.report import Branches
from grucli.inspection.trust import of_recurrence
from grucli.inspection.verdicts import OF_HORIZONS
from grucli.model.blend import Mix
from grucli.model.ngram_path import NgramPath
from tests.inspection.helpers import SETTINGS, recall_model
from tests.inspection.reports import report, sample, text_model

CUES = ("bad", "good")
ONE_EACH = np.array([[-1], [1]], np.float32)


def of_both(recurrence, ngrams, sign=1):
    """Return a model of one logit: the last cue times `recurrence` and all cues times `ngrams`.

    Where the recurrence's `sign` is 0 it says the same of all.
    """
    model = recall_model()
    model.params["head_weight"][...] = recurrence * sign
    saved = text_model(model, CUES)
    tokenize = saved.encoder.tokenize
    known = Ngrams.fit(
        Tokenized.of(CUES, tokenize), Pattern(longest=1, subwords=False, placed=False), 9
    )
    path = NgramPath(ngrams=known, weight=ONE_EACH * ngrams, bias=np.zeros(1, np.float32))
    if path.of_texts(Tokenized.of(["good"], tokenize))[0, 0] < 0:
        path = dataclasses.replace(path, weight=-path.weight)
    model.linear, model.mix = path, Mix(linear=1.0)
    return saved


def cues(labelled=True):
    """Return 24 texts of 21 words whose last one decides."""
    filler = ["filler"] * 20
    return [
        Record(number=k + 1, text=" ".join([*filler, cue]), label=cue if labelled else None)
        for k, cue in enumerate(CUES * 12)
    ]


def ids(one):
    return [one.id for one in one.verdicts if not one.id.startswith("gates.")]


@pytest.mark.parametrize(
    ("recurrence", "ngrams", "sign", "is_idle"),
    [
        (5, 1, 1, False),
        (5, 1, 0, True),  # it has learned nothing
        (0.01, 5, 1, True),  # it knows, but nobody listens
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_memory_is_judged_only_where_the_recurrence_has_a_say(
    recurrence, ngrams, sign, is_idle, labelled
):
    one = report(of_both(recurrence, ngrams, sign), None, sample(cues(labelled)))
    assert one.input.accuracy == (1 if labelled else None)
    assert ("trust.idle_recurrence" in ids(one)) == is_idle
    assert ("memory.ignores_start" in ids(one)) == (not is_idle)
    assert bool(set(OF_HORIZONS) & set(ids(one))) == (not is_idle)
    said = "its accuracy alone, 0.5, is no better than that of blind answers, 0.5"
    assert (said in str(one.verdicts)) == (is_idle and labelled and not sign)


def test_a_small_share_is_none_only_of_a_recurrence_that_knows_nothing():
    saved = of_both(5, 1)
    card = report(saved, None, sample(cues())).card
    for share, is_above, is_idle in (
        (0.09, False, True),
        (0.09, True, False),
        (0.09, None, False),  # nobody can tell
        (0.004, True, True),
        (0.004, None, True),
        (0.11, False, False),
    ):
        branches = Branches(
            recurrence_share=share,
            recurrence_right=12,
            linear_right=24,
            recurrence_level=0.5,
            is_above_blind=is_above,
        )
        assert bool(list(of_recurrence(branches, card, "n-grams"))) == is_idle
    assert not list(of_recurrence(None, card, "n-grams"))


def test_reasons_that_are_believed_are_said_to_be_those_of_ngrams():
    settings = dataclasses.replace(SETTINGS, audit=True)
    one, other = (
        inspect("m.npz", of_both(recurrence, 3, sign), Shown(), settings, sample(cues()))
        for recurrence, sign in ((5, 0), (1, 1))
    )
    (believed,) = [verdict for verdict in one.verdicts if verdict.id == "trust.believed"]
    assert believed.text.startswith("reasons of n-grams (100 % of the margins) are to be believed")
    assert "n-grams" not in str(other.verdicts)
    assert "trust.believed" in ids(other)


def test_where_answers_are_guesses_no_memory_is_judged():
    rows = [dataclasses.replace(row, label=CUES[k // 2 % 2]) for k, row in enumerate(cues())]
    plain = report(text_model(recall_model(), CUES), None, sample(rows))
    assert ids(plain) == ["trust.unlearned"]
    assert ids(report(of_both(5, 1, 0), None, sample(rows))) == ["trust.unlearned"]
