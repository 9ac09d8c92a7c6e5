"""Three methods beside each other, and what is made of them.

Covers: inspection/faithfulness, inspection/trust, report/audit, report/page/audit.
"""

import dataclasses
import json

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.inspection.answer_score import AnswerScore
from grucli.inspection.audit import INTEGRATED, LEFT_OUT, METHODS, REPLACED, audit
from grucli.inspection.chosen import Shown
from grucli.inspection.faithfulness import SHARES, Curve, faithfulness, rank_correlation
from grucli.inspection.measure import inspect
from grucli.inspection.trust import of_audit
from grucli.model.network import Model
from grucli.report.audit import audit_lines, legend
from grucli.report.inspection import text
from grucli.report.page.page import page
from grucli.tasks.regress.explanation import NumberMargin
from grucli.tasks.tag.explanation import TagMargin
from tests.inspection.helpers import SETTINGS, alone, random_model, random_tokens, recall_model
from tests.inspection.reports import report, sample, series_model, text_model

AUDITED = dataclasses.replace(SETTINGS, audit=True)
WORDS = ("filler", "bad", "good", "very", "not")


def records(model, number=6, length=9):
    names = ["<unknown>", "<empty>", *WORDS]
    rows = random_tokens([length] * number, seed=5)
    return [
        Record(number=k, text=" ".join(names[i] for i in ids), label="no")
        for k, ids in enumerate(rows, 1)
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([1, 2, 3, 4], [10, 20, 30, 99], 1), ([1, 2, 3], [3, 2, 1], -1), ([1, 1, 1], [1, 2, 3], None)],
)
def test_correlations_of_ranks(one, other, expected):
    found = rank_correlation(np.array(one, float), np.array(other, float))
    assert found == (expected and pytest.approx(expected))


def test_tied_ranks_are_their_mean():
    one, other = np.array([1.0, 2, 2, 5]), np.array([3.0, 1, 4, 4])
    a, b = np.array([1, 2.5, 2.5, 4]), np.array([2, 1, 3.5, 3.5])
    assert rank_correlation(one, other) == pytest.approx(np.corrcoef(a, b)[0, 1])


def test_an_order_is_tested_at_each_share_beside_chance():
    weights = np.array([5.0, 0, 1, 0, 0, 2, 0, 0, 0, 0]) / 8

    def level(masks):
        return masks @ weights

    found = faithfulness({"a": weights, "b": -weights}, {"a": level, "b": level}, 1.0, 0)
    best, worst = found.curves["a"], found.curves["b"]
    kept = [weights[np.argsort(-weights, kind="stable")[:k]].sum() for k in (1, 2, 3, 5)]
    assert best.comprehensiveness == pytest.approx(kept)
    assert best.sufficiency == pytest.approx(1 - np.array(kept))
    assert worst.ahead_of(found.chance) < 0 < best.ahead_of(found.chance)
    assert found.chance.comprehensiveness == pytest.approx(SHARES, abs=0.25)
    assert found.agreement == {"a/b": pytest.approx(-1)}


def test_effects_are_those_of_the_model_asked_again():
    saved = text_model(random_model(scale=1.0, num_outputs=3))
    (record, *_) = rows = records(saved.model)
    found = audit(saved, [("#1", record)], rows, None, 0)
    assert found.explained == 1
    assert [one.name for one in found.sequences] == [f"#{row.number}" for row in rows]
    one = found.sequences[0]
    ids = np.array([2 + WORDS.index(word) for word in record.text.split()], np.int32)
    explained = saved.task.explained(alone(saved.model, ids)[None], None)
    margin = explained.margin(alone(saved.model, ids)[None])[0]
    for k in range(len(ids)):
        without = explained.margin(alone(saved.model, np.delete(ids, k))[None])[0]
        assert one.effects[LEFT_OUT][k] == pytest.approx(margin - without)
        assert one.effects[LEFT_OUT][k] != one.effects[REPLACED][k]
    assert one.effects[INTEGRATED].sum() == pytest.approx(
        one.integrated.gap, abs=one.integrated.error * max(abs(one.integrated.gap), 0.1) + 1e-9
    )


def test_a_model_of_first_weights_has_no_reasons_to_believe():
    model = Model(random_model(hidden_size=8).architecture)
    model.initialise(np.random.default_rng(0))
    saved = text_model(model)
    found = audit(saved, [], records(model), None, 0)
    assert [one.id for one in of_audit(found, has_learned=True)] == ["trust.no_effect"]


def gentle_recall():
    """A model whose last cue decides, and whose gates are no cliffs."""
    model = recall_model()
    model.params["head_weight"][...] = 3
    model.table[...] = model.table * 0.5
    return model


def test_a_model_that_does_what_it_should_is_believed_unless_its_answers_are_blind():
    words = ["filler"] * 7
    rows = [
        Record(number=2 * k + sign, text=" ".join([*words[:k], cue, *words[k:]]), label=cue)
        for k in range(8)
        for sign, cue in enumerate(("bad", "good"), 1)
    ]
    saved = text_model(gentle_recall(), ("bad", "good"))
    found = audit(saved, [], rows, None, 0)
    for one in found.sequences:
        place = int(one.name[1:]) - 1
        assert all(np.argmax(own) == place // 2 for own in one.effects.values())
    last = list(of_audit(found, has_learned=True))[-1]
    assert last.id == "trust.believed"
    assert "trust.believed" not in [one.id for one in of_audit(found, has_learned=False)]


def test_methods_that_disagree_are_not_believed():
    saved = text_model(gentle_recall(), ("bad", "good"))
    found = audit(saved, [], records(saved.model), None, 0)

    def doubted(one):
        agreement = dict.fromkeys(one.faithfulness.agreement, 0.1)
        return dataclasses.replace(
            one, faithfulness=dataclasses.replace(one.faithfulness, agreement=agreement)
        )

    apart = dataclasses.replace(found, sequences=tuple(map(doubted, found.sequences)))
    ids = [one.id for one in of_audit(apart, has_learned=True)]
    assert "trust.disagree" in ids
    assert "trust.believed" not in ids


@pytest.mark.parametrize("saved", [text_model(), series_model()], ids=["text", "series"])
def test_people_see_it_in_80_columns_and_on_the_page(saved):
    rng = np.random.default_rng(0)
    rows = records(saved.model)
    if saved.encoder.vocabulary is None:
        rows = [
            Record(number=k, values=rng.normal(size=(9, 3)).astype(np.float32), label="no")
            for k in range(1, 5)
        ]
    one = inspect("m.npz", saved, Shown(numbers=(1,)), AUDITED, sample(rows, (1,)))
    shown = text(one)
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "AUDIT" in shown
    assert "Are the reasons to be believed" in page(one)
    plain = json.loads(json.dumps(one.to_json(), allow_nan=False))["data"]["audit"]
    assert set(plain["methods"]) == set(METHODS)
    assert [own["name"] for own in plain["examples"]] == ["#1"]
    assert "audit" not in report(saved).to_json()["data"]


def test_blind_answers_are_told_from_labelled_data_alone():
    saved = text_model(gentle_recall(), ("bad", "good"))
    rows = [
        Record(number=k, text=("bad", "good")[k % 2], label=("bad", "good")[k // 2 % 2])
        for k in range(1, 41)
    ]
    ids = [one.id for one in report(saved, None, sample(rows)).verdicts]
    assert "trust.unlearned" in ids
    right = [dataclasses.replace(row, label=row.text) for row in rows]
    ids = [one.id for one in report(saved, None, sample(right)).verdicts]
    assert "trust.unlearned" not in ids


def test_what_is_audited_is_named():
    found = audit(text_model(), [], records(text_model().model, number=2), None, 0)
    told = {"answer": legend(found)}
    for noun, kind in (("number", NumberMargin), ("tag", TagMargin), ("text", AnswerScore)):
        each = (dataclasses.replace(one, level_kind=kind.level_kind) for one in found.sequences)
        told[noun] = legend(dataclasses.replace(found, noun=noun, sequences=tuple(each)))
    assert told["answer"].startswith(
        "of the reasons of 2 answers by three methods: how far the probability falls"
    )
    assert "place between the least and the greatest target falls where" in told["number"]
    assert "2 tags by three methods: how far its probability falls" in told["tag"]
    assert "how far the mean probability of its symbols falls" in told["text"]
    for words in told.values():
        assert "strongest 10 to 50 % of the parts are taken away (more is better)" in words
        assert "kept alone (less is better)" in words
    half = dataclasses.replace(
        found, sequences=tuple(dataclasses.replace(own, share=0.5) for own in found.sequences)
    )
    assert "three methods, of the recurrence alone (50 % of the margins): how" in legend(half)


def test_the_table_tells_above_the_shares_what_was_done_with_them():
    found = audit(text_model(), [], records(text_model().model, number=2), None, 0)
    lines = audit_lines(found)
    at = next(
        k for k, line in enumerate(lines) if line.split() == ["taken", "away", "kept", "alone"]
    )
    heading = lines[at + 1]
    assert heading.split() == [*("10%", "20%", "30%", "50%") * 2, "ahead"]
    assert lines[at].index("taken") == heading.index("10%")
    assert lines[at].index("kept") == heading.rindex("10%")
    assert max(map(cell_len, lines)) <= 80
    one = found.curves[LEFT_OUT]
    drops = (*one.comprehensiveness, *one.sufficiency)
    assert lines[at + 2].split()[2:-1] == [f"{drop:.2f}" for drop in drops]


def test_curves_are_ahead_by_both_their_ends():
    one = Curve(comprehensiveness=np.array([0.4, 0.6]), sufficiency=np.array([0.1, 0.1]))
    chance = Curve(comprehensiveness=np.array([0.2, 0.2]), sufficiency=np.array([0.5, 0.3]))
    assert one.ahead_of(chance) == pytest.approx((0.2 + 0.4 + 0.4 + 0.2) / 4)


def test_encoders_of_one_text_are_asked_once():
    saved = dataclasses.replace(text_model(), encoder=TextEncoder(Vocabulary(WORDS), "space", 4))
    found = audit(saved, [("text 1", Record(number=1, text="good " * 9))], [], None, 0)
    assert len(found.sequences[0].effects[LEFT_OUT]) == 4  # what is cut has no part
    assert audit(saved, [("text 1", Record(number=1, text="good bad"))], [], None, 0) is None
