"""Where training stands, as JSON and back: a file may hold anything there."""

import pytest

from grucli.tasks.classify.task import Classify
from grucli.training.progress import Progress

TASK = Classify(labels=("a", "b"))


def progress(**changes):
    scores = {"loss": 0.5, "accuracy": 1.0, "gradient_norm": 1.0, "clipped": 0.0}
    done = {"best_epoch": 1, "history": [scores]}
    fields = {"epoch": 2, "batch": 3, "step": 9, "sums": [0.0] * 5, "best_epoch": 1}
    crossed = {"epochs": 1.0, "valid_loss": 0.5, "valid_accuracy": 1.0, "valid_macro_f1": 0.5}
    rest = {"history": [scores, scores], "stopped": None, "folds": [done], "crossed": crossed}
    return {**fields, **rest, **changes}


def test_progress_comes_back_as_it_was():
    assert Progress.from_json(progress(), TASK).to_json() == progress()


@pytest.mark.parametrize(
    "changes",
    [
        *({name: value} for name in progress() for value in (True, -1, 2.5, "x", [1], {"x": 1})),
        *({name: None} for name in progress() if name != "stopped"),
        *({"sums": [0.0] * number} for number in (0, 4, 6)),
        *({"epoch": number} for number in (0, 1, 4)),
        {"best_epoch": 3},
        {"history": [{"loss": 0.5}] * 2},
        {"history": [{**progress()["history"][0], "valid_loss": "x"}] * 2},
        {"folds": [{"best_epoch": 2, "history": progress()["history"][:1]}]},
        {"folds": [{"best_epoch": 1, "history": 1}]},
        {"folds": [{"history": []}]},
        *({"crossed": {**progress()["crossed"], "epochs": n}} for n in (None, 0.0, 4.0)),
        {"crossed": {**progress()["crossed"], "valid_accuracy": 1.5}},
        {"crossed": {"epochs": 1.0, "valid_loss": 0.5}},
        {"history": [{**progress()["history"][0], "mix_wide": 1.0}] * 2},
        {"surprise": 1},
    ],
    ids=str,
)
def test_progress_that_no_training_can_have_made_is_refused(changes):
    if changes == {"stopped": "x"}:
        assert Progress.from_json(progress(**changes), TASK).stopped == "x"
        return
    with pytest.raises((KeyError, TypeError, ValueError)):
        Progress.from_json(progress(**changes), TASK)


def test_weights_that_came_are_there_once_a_run_without_epochs_has_ended():
    assert not Progress().kept(0).are_there
    kept = Progress(stopped="epochs").kept(0)
    assert (kept.are_there, kept.untrained, kept.best_epoch, kept.to_json()) == (True, True, 0, {})
    assert not Progress(stopped="time").kept(0).are_there
