"""The stages of a run as they are drawn: the same as what its steps and epochs have told."""

from pathlib import Path

import pytest

from grucli.config.resolve import resolve
from grucli.training.learning_curve import stage_curves
from grucli.training.progress import EpochInfo
from grucli.training.session import RunRequest, Session

REVIEWS = Path(__file__).parents[2] / "sample_data" / "reviews_train.csv"
SMALL = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=4", "model.wide=false")


@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
@pytest.mark.parametrize(
    "settings",
    [("data.valid=0.2",), ("training.folds=2", "training.patience=1"), ("data.valid=0",)],
)
def test_curves_are_what_steps_and_epochs_have_told(settings, schedule):
    asked = [*SMALL, *settings, f"training.schedule={schedule}", "training.learning_rate=0.05"]
    config = resolve(flags={"data.train": str(REVIEWS)}, assignments=asked).config
    session = Session(RunRequest(config=config))
    list(session.begin())
    trainer = session.trainer
    rates, epochs, next_rate = {}, [], trainer.learning_rate
    for info in session.train():
        fold = info.fold if isinstance(info, EpochInfo) else trainer.fold
        rates.setdefault(fold, []).append(next_rate)
        next_rate = trainer.learning_rate
        if isinstance(info, EpochInfo):
            epochs.append(info)
    stages = stage_curves(trainer, session.prepared)
    assert [stage.fold for stage in stages] == sorted(
        {info.fold for info in epochs}, key=lambda fold: fold or 99
    )
    for stage in stages:
        own = [info for info in epochs if info.fold == stage.fold]
        assert list(stage.history) == [info.scores for info in own]
        assert stage.best_epoch == max(info.epoch for info in own if info.is_best)
        batches = len(rates[stage.fold]) // len(own)
        told = dict(stage.rates)
        assert len(told) == min(len(rates[stage.fold]), 240)
        for at, rate in told.items():
            step = round(at * batches)
            if step:  # the first one is seen before the stage has begun
                assert rate == pytest.approx(rates[stage.fold][step]), (stage.fold, at)
        if len(own) < trainer.epochs:
            assert stage.ended == "patience"
