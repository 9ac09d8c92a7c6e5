"""Reports in JSON, and which records stand in them.

Covers: inspection/chosen, inspection/measure, inspection/sample_facts, inspection/serialization,
report/sequences.
"""

import dataclasses
import json

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.errors import CheckpointError, ConfigError
from grucli.inspection.chosen import Shown
from grucli.report.inspection import text
from grucli.report.page.page import page
from grucli.report.sequences import change
from grucli.tasks.classify.task import Classify
from tests.inspection.helpers import random_model
from tests.inspection.reports import (
    REVIEWS,
    WORDS,
    report,
    reports,
    sample,
    series_model,
    text_model,
    texts,
)


def test_json_is_strict_and_the_same_twice():
    for one, again in zip(reports(), reports(), strict=True):
        plain = json.dumps(one.to_json(), allow_nan=False)
        assert plain == json.dumps(again.to_json(), allow_nan=False)
        loaded = json.loads(plain)
        assert list(loaded) == ["schema", "meta", "data", "verdicts"]
        assert loaded["schema"] == "grucli.gates/1"


def test_undefined_numbers_are_null():
    series = [Record(number=1, values=np.ones((1, 3), np.float32))]
    one = report(series_model(), Shown(numbers=(1,)), sample(series, (1,))).to_json()
    assert one["data"]["examples"][0]["parts"][0]["effect"] is None
    assert one["data"]["examples"][0]["check"] is None
    assert one["meta"]["input"]["accuracy"] is None
    card = {"scores": {"loss": float("nan")}, "epoch": float("inf")}
    assert report(text_model(card=card)).to_json()["data"]["model"]["card"] == {
        "scores": {"loss": None},
        "epoch": None,
    }


def test_accuracy_counts_labelled_records_alone_and_unseen_labels_as_wrong():
    found = report(text_model(), None, sample(REVIEWS)).input
    assert (found.sequences, found.labelled) == (5, 4)
    answers = [
        np.argmax(one.attribution.explained.probabilities)
        for one in report(text_model(), Shown(texts=tuple(r.text for r in REVIEWS))).examples
    ]
    truth = [0, 0, 1]
    assert found.right == sum(a == y for a, y in zip(answers, truth, strict=False))
    assert found.accuracy == found.right / 4


def test_the_scores_are_those_of_rows_with_a_target():
    one = report(text_model(), None, sample(REVIEWS))
    scores = one.to_json()["data"]["scores"]
    assert scores["rows"] == 4  # of 5; the label of one is unseen
    assert scores["accuracy"] == one.input.accuracy
    assert "per_class" in scores
    assert "confusion" not in scores  # a count for each pair of perhaps thousands of classes
    unlabelled = sample(texts(("good", None), ("bad", "unseen")))
    assert report(text_model(), None, unlabelled).to_json()["data"]["scores"] is None
    assert report(text_model()).to_json()["data"]["scores"] is None


def test_channels_do_what_the_margin_loses_with_each_at_its_mean():
    values = np.random.default_rng(2).normal(size=(20, 3))
    held = [values.copy() for _ in range(3)]
    for channel in range(3):
        held[channel][:, channel] = 0  # the mean, as the encoder has it
    rows = [Record(number=k, values=one) for k, one in enumerate((values, *held), 1)]
    saved = series_model(scale=1.2)
    first, *others = report(
        saved, Shown(numbers=(1, 2, 3, 4), target="no"), sample(rows, (1, 2, 3, 4))
    ).examples
    other = first.attribution.explained.other
    for channel, alone in zip(first.series.channels, others, strict=True):
        p = np.log(alone.attribution.explained.probabilities)
        assert channel.effect == pytest.approx(first.attribution.margin - (p[0] - p[other]))
    assert [one.name for one in first.series.channels] == ["channel 1", "channel 2", "channel 3"]
    remembered = dataclasses.replace(saved.remembered, values=("ax", "ay", "az"))
    named = report(
        dataclasses.replace(saved, remembered=remembered), Shown(numbers=(1,)), sample(rows, (1,))
    )
    assert [one["name"] for one in named.to_json()["data"]["examples"][0]["channels"]] == [
        "ax",
        "ay",
        "az",
    ]
    assert "channels each held at its mean: a" in " ".join(text(named).split())


def test_what_would_change_an_answer_is_said():
    rng = np.random.default_rng(1)
    saved, found = text_model(), []
    for _ in range(12):
        (one,) = report(saved, Shown(texts=(" ".join(rng.choice(WORDS, 5).tolist()),))).examples
        found.append((one, change(one)))
    assert any(sentence.startswith("without ") for _, sentence in found)
    for one, sentence in found:
        turn = one.attribution.turn
        if turn is None:
            assert sentence == ""
            continue
        words = [f"'{one.parts[start].text}'" for start, _ in turn.spans]
        assert sentence.endswith(f"{turn.level:.3f}")
        if turn.is_another:
            assert all(word in sentence for word in words)
            assert turn.answer != one.attribution.leading[-1]
        else:
            assert sentence.startswith("still ")


def test_wrong_and_uncertain_are_the_worst_and_the_closest():
    rng = np.random.default_rng(0)
    saved = text_model()
    pairs = [(" ".join(rng.choice(WORDS, rng.integers(1, 9))), "no") for _ in range(40)]
    drawn = sample(texts(*pairs))
    by_number = {
        f"#{k}": one.attribution.explained.probabilities
        for k, one in enumerate(report(saved, Shown(texts=tuple(t for t, _ in pairs))).examples, 1)
    }
    found = report(saved, Shown(picks=("wrong", "uncertain")), drawn)
    wrong = [one.name for one in report(saved, Shown(picks=("wrong",)), drawn).examples]
    truth = sorted((p[0], name) for name, p in by_number.items() if p.argmax() != 0)
    assert [by_number[name][0] for name in wrong] == pytest.approx([p for p, _ in truth[:3]])
    close = [
        one.attribution.margin for one in report(saved, Shown(picks=("uncertain",)), drawn).examples
    ]
    margins = sorted(np.log(np.sort(p)[-1] / np.sort(p)[-2]) for p in by_number.values())
    assert close == pytest.approx(margins[:3])
    assert found.to_json()["data"]["picked"] == [
        {"pick": "wrong", "shown": 3, "found": len(truth), "is_order": False},
        {"pick": "uncertain", "shown": 3, "found": 40, "is_order": True},
    ]
    lines = " ".join(text(found).split())
    assert f"wrong 3 of {len(truth)} wrong answers in the sample, the least supported" in lines
    assert "uncertain the 3 least certain of 40 answers in the sample" in lines
    assert f"3 of {len(truth)} wrong answers in the sample" in page(found)


def test_wrong_needs_labels():
    with pytest.raises(ConfigError, match="no labels"):
        report(text_model(), Shown(picks=("wrong",)), sample(texts(("a", None))))


def test_a_text_for_a_model_of_numbers():
    with pytest.raises(CheckpointError, match="numeric"):
        report(series_model(), Shown(texts=("a",)))


def test_tokens_are_marked():
    saved = text_model(max_length=4)
    one = report(saved, Shown(texts=("good qwxz very bad not",)))
    (found,) = one.examples
    assert [(p.text, p.known) for p in found.parts] == [
        ("good", True),
        ("qwxz", False),
        ("very", True),
        ("bad", True),
    ]
    assert (found.truncated, found.known) == (True, 0.75)
    shown = text(one)
    assert "‹qwxz›" in shown
    assert "the model reads the first 4 tokens" in shown
    assert "‹good›" not in shown
    assert "‹ › unknown in training" in shown
    assert "‹ ›" not in text(report(saved, Shown(texts=("good",))))


def test_an_empty_text_is_said_to_be_one():
    one = report(text_model(), Shown(texts=("",)))
    assert "<empty> ·" in text(one)


def test_long_sequences_become_windows():
    values = np.arange(170, dtype=np.float32)[:, None]
    saved = series_model(input_size=1)
    drawn = sample([Record(number=1, values=values)], (1,))
    one = report(saved, Shown(numbers=(1,)), drawn)
    (found,) = one.examples
    assert [(p.start, p.stop) for p in found.parts[:2]] == [(0, 3), (3, 6)]
    assert found.parts[0].text == "1-3: 1"
    assert found.parts[-1].stop == 170
    assert "windows  of 3 steps each, 57 windows for 170 steps" in text(one)
    assert "‹ ›" not in text(one)


def test_the_one_step_of_a_series_is_not_said_to_do_little():
    series = [Record(number=1, values=np.ones((1, 3), np.float32))]
    shown = text(report(series_model(), Shown(numbers=(1,)), sample(series, (1,))))
    assert "1: 1 1 1 –" in shown
    assert "– nothing is left without it" in " ".join(shown.split())
    longer = [Record(number=1, values=np.ones((2, 3), np.float32))]
    assert "–" not in text(report(series_model(), Shown(numbers=(1,)), sample(longer, (1,))))


def test_a_window_shows_the_means_of_what_is_not_missing():
    values = np.ones((170, 4), np.float32)
    values[0, 0] = np.nan
    values[1:6, 1] = np.nan
    values[3:6] = np.nan
    drawn = sample([Record(number=1, values=values)], (1,))
    saved = series_model(input_size=4)
    encoder = SeriesEncoder(np.zeros(4), np.ones(4), 500, "mask")
    model = random_model(vocabulary_size=0, input_size=8)
    one = report(
        dataclasses.replace(saved, model=model, encoder=encoder), Shown(numbers=(1,)), drawn
    )
    parts = [part.text for part in one.examples[0].parts]
    assert parts[:3] == ["1-3: 1 1 1 …", "4-6: missing missing missing …", "7-9: 1 1 1 …"]


def test_answers_that_are_neither_right_nor_wrong_have_no_accuracy(monkeypatch):
    monkeypatch.setattr(Classify, "right", lambda *_: None)
    found = report(text_model(), None, sample(REVIEWS))
    assert (found.input.right, found.input.accuracy) == (None, None)
    assert found.to_json()["meta"]["input"]["right"] is None
    found = report(text_model(), Shown(picks=("wrong",)), sample(REVIEWS))
    assert len(found.examples) == min(3, len(REVIEWS))
    assert "the 3 farthest off of 4 answers in the sample" in " ".join(text(found).split())
