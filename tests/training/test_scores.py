"""Scores as records and as the flat object of logs and model files."""

import pytest

from grucli.model.blend import CalibrationErrors, Mix
from grucli.tasks.classify.task import Classify
from grucli.tasks.task import HeldOut
from grucli.training.scores import BlendScores, EpochScores, LinearScores, ValidScores

TASK = Classify(labels=("a", "b"))
LEARNED = {"loss": 0.7, "accuracy": 0.5, "gradient_norm": 2.0, "clipped": 0.25}
JUDGED = {"valid_loss": 0.6, "valid_accuracy": 0.75, "valid_macro_f1": 0.7}
WEIGHED = {
    "calibrated_loss": 0.55,
    "mix_recurrence": 1.5,
    "mix_wide": 0.5,
    "wide_gain": 0.1,
    "wide_error": 0.05,
    "recurrence_share": 0.9,
    "kept_loss": 0.5,
    "kept_accuracy": 0.8,
    "kept_macro_f1": 0.78,
    "calibration_before": 0.04,
    "calibration_after": 0.02,
}
FACTOR = {name: value for name, value in WEIGHED.items() if name.split("_")[0] in "mix kept"}


@pytest.mark.parametrize("flat", [{}, JUDGED, JUDGED | FACTOR, JUDGED | WEIGHED])
def test_they_come_back_in_the_order_of_the_log(flat):
    flat = LEARNED | flat
    again = EpochScores.from_json(flat, TASK).to_json()
    assert list(again.items()) == list(flat.items())


def test_each_number_is_where_it_belongs():
    scores = EpochScores.from_json(LEARNED | JUDGED | WEIGHED, TASK)
    kept = HeldOut(loss=0.5, figures={"accuracy": 0.8, "macro_f1": 0.78})
    alone = HeldOut(loss=0.6, figures={"accuracy": 0.75, "macro_f1": 0.7})
    mix = Mix(recurrence=1.5, linear=0.5)
    linear = LinearScores(gain=0.1, error=0.05, recurrence_share=0.9)
    errors = CalibrationErrors(before=0.04, after=0.02)
    blend = BlendScores(mix=mix, linear=linear, kept=kept, calibration=errors)
    assert scores.valid == ValidScores(alone=alone, calibrated_loss=0.55, blend=blend)
    assert scores.figures == {"accuracy": 0.5}
    assert scores.valid.kept == kept


@pytest.mark.parametrize(
    ("flat", "loss"),
    [
        (LEARNED, 0.7),
        (LEARNED | JUDGED, 0.6),
        (LEARNED | JUDGED | {"calibrated_loss": 0.55}, 0.55),
    ],
)
def test_epochs_are_compared_by_what_is_known_best(flat, loss):
    assert EpochScores.from_json(flat, TASK).deciding_loss == loss


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": 1.5},
        {"valid_accuracy": -0.1},
        {"loss": 1},
        {"valid_loss": "low"},
        {"surprise": 0.5},
        {"kept_loss": 0.5},
    ],
)
def test_what_no_epoch_can_have_is_refused(changes):
    with pytest.raises(ValueError, match="scores do not fit"):
        EpochScores.from_json(LEARNED | JUDGED | changes, TASK)


@pytest.mark.parametrize("missing", [*LEARNED, "valid_accuracy", "valid_macro_f1"])
def test_what_is_missing_is_refused(missing):
    flat = LEARNED | JUDGED
    del flat[missing]
    with pytest.raises(KeyError):
        EpochScores.from_json(flat, TASK)
