"""Two models beside each other, in figures, in text and on the page.

Covers: inspection/layer_likeness, inspection/layers, inspection/states, report/comparison,
report/judged, report/page/comparison.
"""

import dataclasses
import json
import re

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.records import Remembered
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import CheckpointError
from grucli.inspection.chosen import Shown
from grucli.inspection.comparison import compare, has_same_start
from grucli.inspection.conditions import Condition
from grucli.model.network import Model
from grucli.modelfile.checkpoint import SavedModel
from grucli.report.inspection import text
from grucli.report.page.page import page
from grucli.tasks.classify.task import Classify
from grucli.tasks.generate.task import Generate
from grucli.tasks.regress.task import Regress
from tests.inspection.helpers import (
    SETTINGS,
    blocks,
    forgetful_model,
    random_model,
    recall_model,
)
from tests.inspection.reports import REVIEWS, WORDS, sample, series_model, text_model, texts
from tests.model.test_decoder import writing_architecture

SAMPLE = sample(REVIEWS, (3,))


def compared(first, second, shown=None, drawn=SAMPLE):
    return compare(("a.npz", "b.npz"), (first, second), shown or Shown(), SETTINGS, drawn)


def figures(report):
    return json.loads(json.dumps(report.to_json(), allow_nan=False))["data"]["compare"]


def test_a_model_is_like_itself():
    found = figures(compared(text_model(), text_model()))
    assert (found["flips"], found["moved"], found["p"]) == (0, 0, 1)
    assert found["accuracy_drop"] == found["loss_rise"] == 0
    assert [one["cosine"] for one in found["weights"]] == pytest.approx([1] * 7)
    assert {one["relative"] for one in found["weights"]} == {0}
    assert found["same_start"]
    assert [one["cka"] for one in found["states"]] == [pytest.approx(1)] * 2
    assert {(j, k, round(r, 9)) for j, k, r in found["states"][0]["units"]} == {
        (k, k, 1) for k in range(4)
    }


@pytest.mark.parametrize("more", [2, 3])
def test_every_layer_that_both_have_is_compared(more):
    first, second = (text_model(random_model(scale=1.5, num_layers=n)) for n in (2, more))
    report = compared(first, second)
    names = [one["name"] for one in figures(report)["states"]]
    assert names == [f"layer {layer} {way}" for layer in (1, 2) for way in ("forward", "backward")]
    assert ("layers and directions that both have" in " ".join(text(report).split())) == (more == 3)


def test_units_in_another_order_are_matched():
    first, second = text_model(), text_model(random_model(scale=1.5))
    order = np.array([2, 0, 3, 1])
    for name, block in blocks(second.model).items():
        own = block[..., order, :] if name != "bias_hn" else block[..., order]
        own = own[..., order] if name == "weight_hh" else own
        block[...] = own
    second = dataclasses.replace(second, sha256="cd" * 32)  # of another run, for all one can tell
    found = figures(compared(first, second))
    assert not found["same_start"]
    for layer in found["states"]:
        assert layer["cka"] == pytest.approx(1)
        assert [k for _, k, _ in layer["units"]] == np.argsort(order).tolist()


def test_whoever_reads_other_steps_is_compared_by_last_states():
    first = text_model()
    other = text_model(random_model(cell="mingru", hidden_size=7, bidirectional=False))
    other = dataclasses.replace(other, encoder=TextEncoder(Vocabulary(WORDS), "char", 60))
    found = figures(compared(first, other, Shown(texts=("very good",), numbers=(3,))))
    assert [(one["name"], one["of"]) for one in found["states"]] == [
        ("layer 1 forward", "last states")
    ]
    assert len(found["states"][0]["units"]) == 4
    names = [one["name"] for one in found["other"]["examples"]]
    assert names[:2] == ["text 1", "#3"]
    assert len(names) == len(set(names))


def test_the_same_sequences_of_both_are_audited():
    settings = dataclasses.replace(SETTINGS, audit=True)
    shown = Shown(texts=("very good not bad good",), numbers=(3,), picks=("uncertain",))
    models = (text_model(), text_model(random_model(hidden_size=7)))
    found = compare(("a.npz", "b.npz"), models, shown, settings, SAMPLE)
    both = found, found.comparison.other
    first, second = ([one.name for one in report.audit.sequences] for report in both)
    assert first == second
    assert first[:2] == ["text 1", "#3"]
    assert both[0].audit.explained == both[1].audit.explained == 2


def test_who_begins_alike_is_told_by_the_card():
    card = {"config": {"seed": 1, "model": {"cell": "gru"}}, "data": {"sha256": "ab"}}
    first = text_model(card=card)

    def other(**changes):
        own = {"card": card, "sha256": "cd" * 32} | changes
        return dataclasses.replace(first, **own)

    assert has_same_start(first, other())
    assert not has_same_start(first, other(card={}))
    assert not has_same_start(first, other(card={"config": 3, "data": None}))
    seeded = {**card, "config": {**card["config"], "seed": 2}}
    assert not has_same_start(first, other(card=seeded))
    assert has_same_start(first, other(card={"init_from": first.sha256}))
    assert not has_same_start(first, other(model=random_model(hidden_size=5)))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"task": Classify(labels=("no", "yes", "so"))}, "b.npz: has other labels than a.npz"),
        (
            {"task": Regress(mean=0, scale=1, low=0, high=1, levels=None)},
            "its task is regress, that of a.npz classify",
        ),
        ({"encoder": series_model().encoder}, "reads numeric sequences of 3 channels"),
    ],
)
def test_what_does_not_answer_the_same_is_refused(changes, why):
    with pytest.raises(CheckpointError, match=re.escape(why)):
        compared(text_model(), dataclasses.replace(text_model(), **changes))


@pytest.mark.parametrize("changes", [{}, {"cell": "rnn"}, {"cell": "gru_before", "num_layers": 2}])
def test_people_see_both_in_80_columns_and_on_an_inert_page(changes):
    shown = Shown(texts=("very not good",), picks=("wrong",))
    report = compared(text_model(), text_model(random_model(seed=4, **changes)), shown)
    lines = text(report).splitlines()
    assert max(map(cell_len, lines)) <= 80
    heads = {"A", "B", "ANSWERS", "INSIDE", "GATES", "WEIGHTS", "STATES", "WHY"}
    assert heads <= {line.split(" ")[0] for line in lines}
    assert {"A text 1", "B text 1"} <= {line[:8] for line in lines}
    html = page(report)
    assert "<script" not in html
    assert "Beside another model" in html
    assert "all other sections below are about A" in html
    assert html == page(compared(text_model(), text_model(random_model(seed=4, **changes)), shown))


def test_without_data_weights_and_texts_are_compared():
    report = compared(text_model(), text_model(random_model(seed=4)), Shown(texts=("good",)), None)
    found = figures(report)
    assert "flips" not in found
    assert found["weights"]
    assert [one["name"] for one in found["other"]["examples"]] == ["text 1"]
    assert "ANSWERS" not in text(report)
    assert "Beside another model" in page(report)


def writing_model(seed, kind="char", **changes):
    task = Generate(symbols=Symbols.fit(["ab", "ba"], kind), longest=6)
    sizes = {"num_outputs": task.num_outputs, "vocabulary_size": 4, "hidden_size": 3, **changes}
    arch = writing_architecture(**sizes)
    model, rng = Model(arch), np.random.default_rng(seed)
    model.params.flat[:] = rng.normal(size=model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    encoder = TextEncoder(Vocabulary(["a", "b"]), "char", 9)
    return SavedModel(model=model, encoder=encoder, task=task, remembered=Remembered(), card={})


@pytest.mark.parametrize("drawn", [None, sample(texts(("ab", "a"), ("ba", "b"), ("b", "b")))])
def test_what_two_models_write_stands_beside_each_other(drawn):
    first, second = writing_model(1), writing_model(2, hidden_size=4)
    report = compared(first, second, Shown(texts=("ab",)), drawn)
    found, both, html = figures(report), text(report), page(report)
    assert max(map(cell_len, both.splitlines())) <= 80
    own, other = report.alignments, report.comparison.other.alignments
    assert [one.name for one in own] == [one.name for one in other]
    assert len(own) == 1 + found.get("flips", 0)
    for one in own:
        for name in (f"A {one.name}", f"B {one.name}"):
            assert name in both
            assert name in html
    if drawn is not None:
        assert found["flips"] == 3  # so these models have been chosen
        assert [one["name"] for one in found["figures"]] == ["exact_match", "edit_rate"]
        assert [one["name"] for one in found["states"]] == [
            "layer 1 forward",
            "layer 1 backward",
            "decoder",
        ]
        assert "decoders read the targets, or" in " ".join(both.split())


def test_decoders_read_the_same_text_in_all_layers_that_both_have():
    unlabelled = sample(texts(("ab", None), ("ba", None), ("b", None)))
    first, second = writing_model(1, decoder_layers=2), writing_model(2, decoder_layers=3)
    names = [one["name"] for one in figures(compared(first, second, drawn=unlabelled))["states"]]
    assert names[-2:] == ["decoder", "decoder 2"]
    own = compared(first, first, drawn=unlabelled).comparison.layers
    assert [one.of_steps for one in own] == [True] * 4
    assert [one.cka for one in own] == [pytest.approx(1)] * 4
    words = writing_model(2, "space")  # a word a step
    found = compared(first, words, drawn=sample(texts(("ab", "ba a"), ("ba", "a"), ("b", "b ab"))))
    assert [one.of_steps for one in found.comparison.layers] == [True, True, False]
    assert "of all steps, in decoder of the last step of each" in " ".join(text(found).split())


def test_a_verdict_of_both_stands_below_the_answers_in_the_page_and_in_conditions():
    pairs = [
        (f"{'filler ' * k}{cue}{' filler' * (9 - k)}", cue)
        for k in range(10)
        for cue in ("bad", "good")
    ]
    models = [text_model(one, ("bad", "good")) for one in (recall_model(), forgetful_model(0.2))]
    found = compared(*models, drawn=sample(texts(*pairs)))
    said = "B looks back 6 steps, A 10: B forgets what A keeps"
    lines = text(found).splitlines()
    (at,) = [k for k, line in enumerate(lines) if line.startswith(f"! {said}")]
    answers, inside = (
        next(k for k, line in enumerate(lines) if line.startswith(head))
        for head in ("ANSWERS", "INSIDE")
    )
    assert answers < at < inside
    assert page(found).count(said) == 1
    (one,) = figures(found)["verdicts"]
    assert (one["id"], one["value"]) == ("compare.looks_back", 0.6)
    assert Condition.read("compare.looks_back<=0.6").offender(found.to_json()) == 0.6
    assert Condition.read("compare.unlearned<=0.6").offender(found.to_json()) is None
