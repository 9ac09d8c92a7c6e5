"""Folds, and the training on all rows after them: what each stage learns from and is judged by."""

import dataclasses

import numpy as np
import pytest

from grucli.training.progress import EpochInfo
from grucli.training.stages import Stages
from tests.training.helpers import (
    NO_OR_YES,
    RECIPE,
    TRAIN,
    assert_resumes,
    kernel_features,
    make_trainer,
    series_trainer,
)

FOLDS = np.arange(len(TRAIN)) % 3
PATIENT = dataclasses.replace(RECIPE, schedule="constant", warmup_steps=0, patience=2, epochs=9)


def folded(recipe=PATIENT, **more):
    return make_trainer(recipe, valid=None, folds=FOLDS, **more)


def run_to_end(trainer):
    return [info for info in trainer.run() if isinstance(info, EpochInfo)]


def test_each_fold_is_what_training_without_its_rows_is():
    """The scores of a fold are those of a run of its own, with the same weights at the start."""
    infos = run_to_end(folded())
    for fold in range(3):
        train = TRAIN.select(np.flatnonzero(fold != FOLDS))
        valid = TRAIN.select(np.flatnonzero(fold == FOLDS))
        alone = run_to_end(make_trainer(PATIENT, train=train, valid=valid))
        of_fold = [info for info in infos if info.fold == fold + 1]
        assert [info.scores for info in of_fold] == [info.scores for info in alone]
        assert [info.is_best for info in of_fold] == [info.is_best for info in alone]
        assert {info.stopped for info in of_fold} == {None}


@pytest.mark.parametrize("nth", [1, 2])
def test_an_epoch_whose_loss_is_no_number_is_better_than_none_only(monkeypatch, nth):
    judged, calls = Stages._alone, []

    def alone(self, *arguments):
        calls.append(arguments)
        scores = judged(self, *arguments)
        if len(calls) == nth:
            own = dataclasses.replace(scores.alone, loss=float("nan"))
            return dataclasses.replace(scores, alone=own)
        return scores

    monkeypatch.setattr(Stages, "_alone", alone)
    infos = run_to_end(make_trainer(dataclasses.replace(RECIPE, epochs=2)))
    assert [info.is_best for info in infos] == [True, nth == 1]


def test_after_the_folds_all_rows_are_learned_from_for_the_mean_of_their_best_epochs():
    trainer = folded()
    infos = run_to_end(trainer)
    last = [info for info in infos if info.fold == 0]
    best = [fold.best_epoch for fold in trainer.progress.folds]
    epochs = round(np.mean(best))
    assert trainer.progress.crossed.epochs == epochs == len(last)
    assert last[-1].stopped == "epochs"
    whole = make_trainer(dataclasses.replace(PATIENT, epochs=epochs, patience=None), valid=None)
    run_to_end(whole)
    np.testing.assert_array_equal(trainer.best.params.flat, whole.best.params.flat)
    np.testing.assert_array_equal(trainer.best.table, whole.best.table)


def test_every_row_is_scored_once_by_the_model_that_has_not_seen_it():
    trainer = folded()
    run_to_end(trainer)
    right = loss = 0.0
    for fold in range(3):
        held = np.flatnonzero(fold == FOLDS)
        alone = make_trainer(
            PATIENT, train=TRAIN.select(np.flatnonzero(fold != FOLDS)), valid=TRAIN.select(held)
        )
        run_to_end(alone)
        scores = alone.kept.scores
        right += scores.valid.alone.figures["accuracy"] * len(held)
        loss += scores.valid.alone.loss * len(held)
    verdict = trainer.kept.valid.alone
    assert verdict.figures["accuracy"] == pytest.approx(right / len(TRAIN))
    assert verdict.loss == pytest.approx(loss / len(TRAIN))


@pytest.mark.parametrize("averaging", [0.9, None])
def test_a_folded_run_resumed_at_any_yield_is_the_uninterrupted_run(averaging):
    recipe = dataclasses.replace(PATIENT, averaging=averaging, epochs=3)
    assert assert_resumes(lambda: folded(recipe)) > 3 * 3 * (50 * 2 // 3 // 6)


def test_until_all_rows_are_learned_from_the_first_fold_is_kept():
    trainer = folded()
    kept = []
    for info in trainer.run():
        if isinstance(info, EpochInfo):
            kept.append((info.fold, trainer.kept))
    first = [each for fold, each in kept if fold == 1][-1]
    assert (first.fold, first.is_present) == (1, True)
    assert first.scores == first.history[first.best_epoch - 1]
    for fold, each in kept[:-1]:
        assert each.fold == 1
        assert each.is_present == (fold == 1)
        if fold != 1:
            assert (each.best_epoch, each.scores) == (first.best_epoch, first.scores)
    _, last = kept[-1]
    assert (last.fold, last.is_present) == (0, True)
    assert last.valid == trainer.progress.crossed.valid
    assert last.best_epoch == len(last.history) == trainer.epochs


@pytest.mark.parametrize("stage", [(1, 1), (2, 1), (3, "end"), (1, "end"), (0, 1)])
def test_a_run_that_ends_early_in_any_stage_goes_on_to_the_same_bytes(stage):
    recipe = dataclasses.replace(PATIENT, epochs=3)
    whole = folded(recipe)
    run_to_end(whole)
    trainer = folded(recipe)
    for info in trainer.run():
        at_end = trainer.progress.stopped is not None
        place = (info.epoch, "end" if at_end else None)
        if isinstance(info, EpochInfo) and info.fold == stage[0] and stage[1] in place:
            trainer.stop("time")
    assert trainer.is_done
    assert trainer.progress.stopped == "time"
    assert trainer.kept.fold == 1
    again = folded(recipe)
    for (_, mine), (_, theirs) in zip(again.model.arrays(), trainer.model.arrays(), strict=True):
        mine[...] = theirs
    again.restore(trainer.progress.to_json(), trainer.arrays())
    assert not again.is_done
    run_to_end(again)
    assert again.progress == whole.progress
    np.testing.assert_array_equal(again.best.params.flat, whole.best.params.flat)


def test_series_in_folds_with_kernels_resume_with_the_same_bytes():
    make = lambda: series_trainer(folds=True, patience=None)  # noqa: E731
    assert assert_resumes(make, every=11) > 4 * 4 * (40 * 2 // 3 // 6)


def test_the_schedule_of_the_last_training_ends_with_it_however_early_the_folds_were_best():
    trainer = series_trainer(folds=True, patience=1, schedule="cosine", epochs=40)
    *_, (last, rate) = ((info, trainer.learning_rate) for info in trainer.run())
    assert last.epoch == trainer.epochs < 40
    assert rate < 0.01 * RECIPE.learning_rate


def test_folds_without_patience_run_to_the_end_of_the_schedule_and_are_judged_there():
    trainer = series_trainer(folds=True, patience=None, schedule="cosine", epochs=6)
    rates, stages = [], []
    for info in trainer.run():
        rates.append(trainer.learning_rate)
        if isinstance(info, EpochInfo):
            stages.append((info.fold, info.epoch))
            assert info.is_best
            assert info.scores.valid is None
    assert stages == [(fold, epoch) for fold in (1, 2, 3, 0) for epoch in range(1, 7)]
    assert [fold.best_epoch for fold in trainer.progress.folds] == [6, 6, 6]
    assert trainer.progress.best_epoch == 6
    assert rates[-1] < 0.01 * RECIPE.learning_rate
    verdict = trainer.kept.valid
    assert verdict.alone.figures["accuracy"] > 0.8
    assert verdict.blend.linear.error > 0
    rows = np.arange(40)
    features, rng = kernel_features(trainer._train), np.random.default_rng()
    path = features.learn(trainer._train, rows[rows % 3 != 1], NO_OR_YES, rng)
    shown = features.logits(path, rows[rows % 3 == 1], rows[rows % 3 != 1])
    np.testing.assert_array_equal(trainer.arrays()["said"][1, 1::3], shown)
