"""The n-grams that weigh most for each answer: which, how much, in how many texts.

Covers: report/ngrams.
"""

import dataclasses

import numpy as np
import pytest

from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngram_parts import Ngram, ngrams_behind
from grucli.data.text.ngrams import Ngrams, Pattern
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import Vocabulary
from grucli.inspection import ngram_weights as module
from grucli.inspection.ngram_weights import ngram_weights
from grucli.model.blend import Mix
from grucli.model.ngram_path import NgramPath
from grucli.report.ngrams import legend, ngrams, shown_sides, spelled
from grucli.tasks.classify.task import Classify
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.task import Multilabel
from grucli.tasks.regress.task import Regress
from tests.inspection import reports

ROWS = ("good film", "good good", "bad film", "not good", "差 劲")
TWO = Classify(labels=("neg", "pos"))


def model(weights, task=TWO, pattern=(2, False, False), mode="space", texts=ROWS):
    """A model of n-grams; `weights`: tokens of an n-gram, or its text, to the weights of outputs.

    N-grams without marks alone: their weight is found by the model's own logits of that text.
    """
    longest, subwords, placed = pattern
    encoder = TextEncoder(Vocabulary(("good", "bad", "film", "not")), mode, 60)
    split = Tokenized.of(texts, encoder.tokenize)
    known = Ngrams.fit(split, Pattern(longest=longest, subwords=subwords, placed=placed), 10**6)
    weight = np.zeros((len(known), task.num_outputs), np.float32)
    for text, own in weights.items():
        weight[alone(known, encoder, text)] = own
    saved = reports.text_model()
    saved.model.linear = NgramPath(
        ngrams=known, weight=weight, bias=np.zeros(task.num_outputs, np.float32)
    )
    saved.model.mix = Mix(linear=1.0)
    return dataclasses.replace(saved, encoder=encoder, task=task)


def alone(known, encoder, text):
    """The place of the n-gram of all tokens of a text, without marks."""
    split = Tokenized.of([text], encoder.tokenize)
    behind = ngrams_behind(known.keys, split, known.pattern)
    tokens = tuple(encoder.tokenize(text))
    (key,) = (
        key
        for key, own in behind.items()
        if own[0].parts == tokens and not own[0].begins and not own[0].ends
    )
    return int(np.searchsorted(known.keys, key))


def records(texts=ROWS):
    return reports.texts(*((text, None) for text in texts))


def idf(texts):
    """Of an n-gram that so many of ROWS have."""
    return np.log((1 + len(ROWS)) / (1 + texts)) + 1


def listed(side):
    return [(one.text, one.weight, one.texts) for one in side.ngrams]


def close(*rows):
    return [(text, pytest.approx(weight, rel=1e-5), texts) for text, weight, texts in rows]


def test_of_two_labels_what_speaks_for_one_speaks_against_the_other():
    saved = model({"good": 2.0, "not good": -3.0, "bad": -1.0})
    found = ngram_weights(saved, records())
    negative, positive = found.sides
    assert (negative.name, positive.name) == ("neg", "pos")
    assert listed(negative) == close(("not good", 3 * idf(1), 1), ("bad", idf(1), 1))
    assert listed(positive) == close(("good", 2 * idf(3), 3))
    assert (found.texts, found.found, found.known) == (
        5,
        len(saved.model.linear.ngrams),
        found.found,
    )


def test_of_several_labels_the_distance_from_their_mean_counts():
    task = Classify(labels=("a", "b", "c"))
    found = ngram_weights(model({"good": (3.0, 0.0, 0.0)}, task), records())
    assert [listed(side) for side in found.sides] == [close(("good", 2 * idf(3), 3)), [], []]


def test_each_of_any_number_of_labels_has_weights_of_its_own():
    task = Multilabel(labels=("a", "b"), decision=Decision.plain(2))
    found = ngram_weights(model({"good": (3.0, 1.0)}, task), records())
    assert [listed(side) for side in found.sides] == [
        close(("good", 3 * idf(3), 3)),
        close(("good", idf(3), 3)),
    ]


def test_a_number_is_raised_and_lowered_in_its_unit():
    task = Regress(mean=5.0, scale=10.0, low=0.0, high=9.0, levels=None)
    found = ngram_weights(model({"good": 0.5, "bad": -1.0}, task), records())
    assert [(side.name, listed(side)) for side in found.sides] == [
        ("higher", close(("good", 5 * idf(3), 3))),
        ("lower", close(("bad", 10 * idf(1), 1))),
    ]


def test_only_ngrams_of_the_data_are_found_again():
    found = ngram_weights(model({"good": 2.0, "bad": 3.0}), records(ROWS[:2]))
    assert listed(found.sides[1]) == close(("good", 2 * idf(3), 2))
    assert found.found < found.known


def test_without_data_tokens_of_the_vocabulary_are_looked_for():
    found = ngram_weights(model({"good": 2.0, "not good": 3.0}))
    assert (found.texts, [one.text for one in found.sides[1].ngrams]) == (None, ["good"])
    assert "of one token of the vocabulary" in legend(found)
    assert "(" not in ngrams(found)[-1]


@pytest.mark.parametrize(("near", "kept"), [(0.95, ["b c"]), (0.5, ["b"])])
def test_of_parts_that_always_stand_together_one_is_listed(near, kept):
    saved = model({"b": 1.0, "b c": near}, texts=("a b c", "b c", "x"))
    found = ngram_weights(saved, records(("a b c", "b c", "x")))
    assert [one.text for one in found.sides[1].ngrams] == kept
    apart = ngram_weights(saved, records(("a b c", "b x")))
    assert [one.text for one in apart.sides[1].ngrams] == ["b", "b c"]


def test_two_ngrams_of_one_hash_are_both_named(monkeypatch):
    saved = model({"good": 2.0})
    behind = module.ngrams_behind

    def collided(keys, texts, pattern):
        found = behind(keys, texts, pattern)
        other = behind(saved.model.linear.ngrams.keys, texts, pattern)
        bad = next(own[0] for own in other.values() if own[0].parts == ("bad", "film"))
        return {key: [*own, bad] for key, own in found.items()}

    monkeypatch.setattr(module, "ngrams_behind", collided)
    (one,) = ngram_weights(saved, records()).sides[1].ngrams
    assert one.others == ("bad film",)
    assert spelled(one) == "good or bad film"


@pytest.mark.parametrize(
    ("pattern", "mode", "text", "shown"),
    [
        ((2, False, False), "space", "good film", "good film"),
        ((2, False, False), "auto", "差劲", "差劲"),
        ((2, False, False), "auto", "差 x", "差 x"),
        ((2, False, False), "char", "a ", "a␣"),
    ],
)
def test_tokens_are_joined_as_people_read_them(pattern, mode, text, shown):
    saved = model({text: 1.0}, pattern=pattern, mode=mode, texts=(text, "other words"))
    side = ngram_weights(saved, records((text, "other words"))).sides[1]
    assert [spelled(one) for one in side.ngrams] == [shown]


def test_marks_and_places_are_shown_and_explained():
    saved = model({}, pattern=(2, True, True))
    path = saved.model.linear
    saved.model.linear = dataclasses.replace(path, weight=np.ones_like(path.weight))
    found = ngram_weights(saved, records())
    one = found.sides[1].ngrams[0]

    def shown(**changes):
        return spelled(dataclasses.replace(one, text="not", ngram=Ngram(**changes)))

    assert shown(kind="tokens", parts=("not",), begins=True) == "(begin) not"
    assert shown(kind="tokens", parts=("not",), ends=True) == "not (end)"
    assert shown(kind="characters", parts=tuple("not"), begins=True) == "not…"
    assert shown(kind="characters", parts=tuple("not"), ends=True) == "…not"
    assert shown(kind="placed", parts=("not",), place=3) == "not @3"
    kinds = {each.ngram.kind for each in found.sides[1].ngrams[:8]}
    assert ("…" in legend(found), "@3" in legend(found)) == (
        "characters" in kinds,
        "placed" in kinds,
    )


def test_texts_without_tokens_have_no_ngrams():
    saved = model({}, pattern=(2, True, True))
    nothing = dataclasses.replace(saved, encoder=TextEncoder(Vocabulary(()), "space", 60))
    for found in (ngram_weights(saved, records(("", " "))), ngram_weights(nothing)):
        assert (found.found, [side.ngrams for side in found.sides]) == (0, [(), ()])
        assert ngrams(found)[-2:] == ["neg  none", "pos  none"]


def test_a_model_without_ngrams_has_none():
    assert ngram_weights(reports.text_model(), records()) is None
    assert ngram_weights(reports.series_model()) is None


def test_hostile_texts_and_labels_are_harmless_and_aligned():
    task = Classify(labels=("no\x1b[31m", "很长的标签" * 9))
    texts = ("\x1b[2J\u202e x", "y")
    saved = model({"\x1b[2J\u202e": 1.0, "y": -1.0}, task, texts=texts)
    lines = ngrams(ngram_weights(saved, records(texts)))
    assert not set("\x1b\u202e") & set("".join(lines))


def test_of_very_many_answers_those_with_the_heaviest_ngrams_are_shown_in_their_order():
    labels = tuple(f"l{k:03d}" for k in range(150))
    task = Multilabel(labels=labels, decision=Decision.plain(150))
    weights = np.zeros(150)
    weights[[3, 70, 149]] = 1.0, 5.0, 3.0
    found = ngram_weights(model({"good": weights}, task), records())
    assert [side.name for side in found.sides if side.ngrams] == ["l003", "l070", "l149"]
    assert listed(found.sides[70]) == close(("good", 5 * idf(3), 3))
    shown = [side.name for side in shown_sides(found)]
    assert len(shown) == 24
    assert shown == sorted(shown)
    assert {"l003", "l070", "l149"} <= {*shown}
    assert ngrams(found)[-1] == "and of 126 more in --json"


def test_a_long_name_has_a_line_of_its_own():
    task = Classify(labels=("short", "role: documentation of a library"))
    found = ngram_weights(model({"good": 1.0, "bad": -1.0}, task), records())
    *_, first, name, second = ngrams(found)
    assert first.startswith("short  bad ")
    assert name == "role: documentation of a library"
    assert second.startswith("       good ")
