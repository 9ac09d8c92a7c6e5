"""Moments of a training as a report has them, and files that hold anything else.

Covers: report/training_flow, report/page/training_flow.
"""

import dataclasses
import math

import pytest
from rich.cells import cell_len

from grucli.inspection.training_flow import training_flow
from grucli.report.inspection import text
from grucli.report.page.page import page
from grucli.report.training_flow import few
from grucli.training.moments import told
from tests.inspection.helpers import random_model
from tests.inspection.reports import HOSTILE, report, sample, text_model, texts
from tests.report.page.test_page import check_harmless
from tests.training.helpers import RECIPE, make_trainer


def moment(epoch, **changes):
    return {
        "epoch": epoch,
        "norm": 2.0,
        "clipped": 0.5,
        "gradient_layer0_weight_hh": 0.1 * epoch,
        "update_layer0_weight_hh": 1e-3 / epoch,
        "reach_1": 0.9,
        "reach_8": max(0.0, 0.5 - 0.1 * epoch),
        "reach_30": 0.001,
        "gate_1_forward_keep_mean": 0.5 + epoch / 10,
        "gate_1_forward_keep_low": 0.0,
        "gate_1_forward_keep_high": 0.1 * epoch,
        **changes,
    }


def told_by(moments):
    return report(text_model(card={"moments": moments}))


def test_figures_stand_by_name_and_epoch():
    flow = training_flow({"moments": [moment(1), moment(3)]})
    assert flow.epochs == (1, 3)
    assert flow.gradient == {"layer0_weight_hh": pytest.approx((0.1, 0.3))}
    assert flow.update == {"layer0_weight_hh": pytest.approx((1e-3, 1e-3 / 3))}
    assert list(flow.reach) == [1, 8, 30]
    assert flow.reach[8] == pytest.approx((0.4, 0.2))
    assert math.exp(-1) > 0.3
    assert flow.steps_reached == (8, 1)
    assert flow.gates["layer 1 forward keep"]["mean"] == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize(
    ("reach_8", "words", "expected"),
    [
        ((0.4, 0.0009), 9, {"memory.vanishing_gradient"}),
        ((0.0009, 0.4), 9, set()),  # in the end it arrives
        ((0.4, 0.0009), 8, set()),  # the data ask for no step so far back
        ((101.0, 0.4), 3, {"memory.exploding_gradient"}),
    ],
)
def test_gradients_that_vanish_or_explode_have_a_verdict(reach_8, words, expected):
    card = {"moments": [moment(1, reach_8=reach_8[0]), moment(2, reach_8=reach_8[1])]}
    rows = sample(texts(*[(" ".join([word] * words), "no") for word in ("very", "good")]))
    for pooling, given in ((("last",), expected), (("mean",), set())):
        model = random_model(bidirectional=False, pooling=pooling)
        found = {one.id for one in report(text_model(model, card=card), None, rows).verdicts}
        assert {name for name in found if name.endswith("_gradient")} == given


def test_what_a_training_tells_is_read_back():
    trainer = make_trainer(dataclasses.replace(RECIPE, moments=True, epochs=3))
    for _ in trainer.run():
        pass
    history = trainer.progress.history
    flow = training_flow({"moments": told(history)})
    assert flow.epochs == (1, 2, 3)
    assert flow.norm == tuple(scores.gradient_norm for scores in history)
    names = [name for name, _ in trainer.model.arrays()]
    assert sorted(flow.update) == sorted(flow.gradient) == sorted(names)
    assert list(flow.gates) == [
        f"layer {layer} {direction} {gate}"
        for layer in (1, 2)
        for direction in ("forward", "backward")
        for gate in ("keep", "reset")
    ]
    for k, scores in enumerate(history):
        assert (
            flow.gates["layer 2 backward reset"]["low"][k]
            == (scores.moments["gate_2_backward_reset_low"])
        )


@pytest.mark.parametrize("epochs", [1, 2, 24])
def test_a_report_shows_them_in_80_columns_and_as_pictures(epochs):
    one = told_by([moment(epoch) for epoch in range(1, epochs + 1)])
    lines = text(one).splitlines()
    assert max(map(cell_len, lines)) <= 80
    shown = [line.split() for line in lines if line.startswith("layer 1 forward keep")]
    places = few(epochs, 7)
    assert shown == [
        ["layer", "1", "forward", "keep", *(f"{0.6 + place / 10:.2f}" for place in places)]
    ]
    found = check_harmless(page(one))
    assert "Training: how it went" in found.text
    assert "how far back the gradient reaches" in found.text
    assert one.to_json()["data"]["training"]["steps_reached"][0] == 8
    assert "moments" not in one.to_json()["data"]["model"]["card"]


@pytest.mark.parametrize(
    "moments",
    [
        None,
        3,
        [],
        [3],
        [{}],
        [{"epoch": 1}],
        [moment(1), {**moment(2), "more": 1}],
        [moment(1, norm="x")],
        [moment(1, clipped=math.nan)],
        [moment(1, clipped=-0.5)],
        [moment(1) | {"epoch": 10**400}],
        [moment(1) | {"epoch": HOSTILE}],
        [moment(1)] * 2000,
    ],
)
def test_a_card_that_holds_anything_else_tells_nothing(moments):
    assert training_flow({"moments": moments}) is None
    assert "TRAINING" not in text(told_by(moments))


def test_unknown_names_in_a_card_are_left_out():
    odd = {
        HOSTILE: 1.0,
        "reach_x": 1.0,
        "reach_0": 1.0,
        "gate_1_up_keep_mean": 0.5,
        "gradient_" + HOSTILE: 1.0,
    }
    flow = training_flow({"moments": [moment(1, **odd, update_nothing="x")]})
    assert list(flow.gradient) == list(flow.update) == ["layer0_weight_hh"]
    assert (list(flow.reach), list(flow.gates)) == ([1, 8, 30], ["layer 1 forward keep"])


def test_a_model_of_no_moments_says_nothing_of_them():
    one = report(text_model())
    assert one.training is None
    assert "training" not in one.to_json()["data"]
    assert "TRAINING" not in text(one)
