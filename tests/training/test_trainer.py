"""Training: exact resume at any step, best weights, stopping, guards, class weights.

Covers: training/optimizer, training/row_weights, training/settings, training/stage_run,
training/stepper.
"""

import dataclasses

import numpy as np
import pytest

from grucli import activity
from grucli.engine import losses
from grucli.errors import TrainingError
from grucli.model.logits import recurrence_logits
from grucli.model.runner import Runner
from grucli.tasks.classify.learning import class_weights
from grucli.training import stages
from grucli.training.optimizer import AVERAGE_EVERY
from grucli.training.progress import EpochInfo, StepInfo
from tests.training.helpers import (
    ARCHITECTURE,
    NO_OR_YES,
    RECIPE,
    TRAIN,
    VALID,
    assert_resumes,
    assert_same,
    make_trainer,
    series_trainer,
    snapshot,
)


@pytest.mark.parametrize(("optimizer", "averaging"), [("adam", 0.9), ("sgd", 0.9), ("adam", None)])
def test_a_run_resumed_at_any_yield_is_the_uninterrupted_run(optimizer, averaging):
    recipe = dataclasses.replace(RECIPE, optimizer=optimizer, momentum=0.9, averaging=averaging)
    assert assert_resumes(lambda: make_trainer(recipe)) == 4 * (1 + 50 // 6)


@pytest.mark.parametrize("folds", [None, np.arange(50) % 2])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_run_that_is_given_up_while_it_judges_goes_on_to_the_same(monkeypatch, nth, folds):
    """As a signal's handler does, in the middle of the rows that are held out."""
    recipe = dataclasses.replace(RECIPE, patience=2)

    def make():
        return make_trainer(recipe, valid=VALID if folds is None else None, folds=folds)

    whole, cut, again, calls = make(), make(), make(), []
    for _ in whole.run():
        pass

    def judged(*arguments):
        calls.append(arguments)
        if len(calls) == nth:
            activity.give_up()
        return recurrence_logits(*arguments)

    monkeypatch.setattr(stages, "recurrence_logits", judged)
    with pytest.raises(activity.GivenUp):
        for _ in cut.run():
            pass
    activity.take_up()
    assert len(cut.progress.history) == cut.progress.epoch - 1
    arrays, progress = snapshot(cut)
    for name, array in again.model.arrays():
        array[...] = arrays[name]
    again.restore(progress, arrays)
    for _ in again.run():
        pass
    assert_same(snapshot(again), snapshot(whole))


def test_a_run_whose_epochs_are_parts_of_a_pass_is_resumed_and_reads_all_rows_in_turn():
    recipe = dataclasses.replace(RECIPE, epoch_rows=20, epochs=5)
    assert assert_resumes(lambda: make_trainer(recipe)) == 5 * 4
    trainer = make_trainer(recipe)
    assert trainer.num_batches == 4
    found = np.concatenate([rows for epoch in range(1, 6) for rows in trainer.batches(epoch)])
    assert sorted(found[:50]) == list(range(50))
    steps = [info for info in trainer.run() if isinstance(info, StepInfo)]
    assert {step.num_batches for step in steps} == {4}


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    runs = []
    for seed in (3, 3, 4):
        trainer = make_trainer(seed=seed)
        for _ in trainer.run():
            pass
        runs.append(snapshot(trainer))
    assert_same(runs[0], runs[1])
    assert not np.array_equal(runs[0][0]["best_dense"], runs[2][0]["best_dense"])


def loss_of(model):
    logits = recurrence_logits(Runner(model), VALID)
    return NO_OR_YES.held_out(logits, VALID.targets).loss


def test_it_learns_and_the_best_epoch_is_the_one_with_the_lowest_validation_loss():
    recipe = dataclasses.replace(RECIPE, epochs=30, schedule="constant")
    trainer = make_trainer(recipe)
    epochs = [info for info in trainer.run() if isinstance(info, EpochInfo)]
    valid_losses = [info.scores.valid.alone.loss for info in epochs]
    assert trainer.progress.best_epoch == 1 + int(np.argmin(valid_losses))
    assert epochs[trainer.progress.best_epoch - 1].is_best
    assert epochs[trainer.progress.best_epoch - 1].scores.valid.alone.figures["accuracy"] > 0.9
    assert loss_of(trainer.best) == min(valid_losses)
    assert trainer.held_out_losses.mean() == pytest.approx(trainer.kept.valid.kept.loss)


def test_patience_ends_a_run_that_gets_no_better():
    recipe = dataclasses.replace(RECIPE, epochs=50, patience=2, learning_rate=1e-12)
    trainer = make_trainer(dataclasses.replace(recipe, schedule="constant", weight_decay=0.0))
    epochs = [info for info in trainer.run() if isinstance(info, EpochInfo)]
    assert trainer.progress.stopped == "patience" == epochs[-1].stopped
    assert trainer.progress.epoch == trainer.progress.best_epoch + 2
    assert all(info.stopped is None for info in epochs[:-1])


def test_without_validation_all_epochs_run_and_the_last_weights_count():
    trainer = make_trainer(dataclasses.replace(RECIPE, patience=1), valid=None)
    epochs = [info for info in trainer.run() if isinstance(info, EpochInfo)]
    assert [info.is_best for info in epochs] == [True] * 4
    np.testing.assert_array_equal(trainer.best.params.flat, trainer.judged.params.flat)
    assert epochs[-1].scores.valid is None


def test_a_finished_run_goes_on_only_if_it_may_train_for_longer():
    recipe = dataclasses.replace(RECIPE, schedule="constant")
    finished = make_trainer(recipe)
    for _ in finished.run():
        pass
    arrays, progress = snapshot(finished)
    for epochs, expected in ((4, "epochs"), (5, None)):
        again = make_trainer(dataclasses.replace(recipe, epochs=epochs))
        again.restore(progress, arrays)
        assert again.progress.stopped == expected


def test_a_loss_that_is_not_finite_changes_nothing_and_says_where():
    trainer = make_trainer()
    run = trainer.run()
    for _ in range(4):
        next(run)
    trainer.model.params["head_bias"][...] = np.nan
    before, _ = snapshot(trainer)
    with pytest.raises(TrainingError, match=r"epoch 1, step 5: .* training.learning_rate"):
        next(run)
    after, _ = snapshot(trainer)
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])


def test_steps_report_the_running_loss_of_their_epoch():
    infos = list(make_trainer().run())
    steps = [info for info in infos if isinstance(info, StepInfo)]
    assert [(s.epoch, s.batch) for s in steps[:9]] == [(1, k) for k in range(1, 9)] + [(2, 1)]
    assert {s.num_batches for s in steps} == {9}
    assert all(0 < s.loss < 3 for s in steps)


def test_a_weighted_row_counts_like_that_many_rows():
    logits = np.random.default_rng(0).normal(size=(3, 1))
    targets = np.array([1, 0, 0])
    weighted, d_weighted = losses.cross_entropy(logits, targets, np.array([2.0, 1.0, 1.0]))
    repeated, d_repeated = losses.cross_entropy(logits[[0, 0, 1, 2]], targets[[0, 0, 1, 2]])
    assert weighted == pytest.approx(repeated)
    np.testing.assert_allclose(d_weighted[0], d_repeated[0] + d_repeated[1])


def test_weight_decay_shrinks_matrices_and_leaves_biases():
    recipe = dataclasses.replace(
        RECIPE, optimizer="sgd", momentum=0.0, learning_rate=1e-3, weight_decay=5.0, epochs=1
    )
    with_decay, without = (
        make_trainer(recipe),
        make_trainer(dataclasses.replace(recipe, weight_decay=0.0)),
    )
    for trainer in (with_decay, without):
        next(trainer.run())
    np.testing.assert_array_equal(
        with_decay.model.params["layer0_bias"], without.model.params["layer0_bias"]
    )
    start = make_trainer(recipe).model.params["layer0_weight_hh"]
    difference = (
        without.model.params["layer0_weight_hh"] - with_decay.model.params["layer0_weight_hh"]
    )
    np.testing.assert_allclose(difference, 5e-3 / 4 * start, rtol=1e-2, atol=1e-5)


def test_weights_that_overflow_are_never_the_best():
    recipe = dataclasses.replace(
        RECIPE, optimizer="sgd", momentum=0.0, clip_norm=None, schedule="constant"
    )
    trainer = make_trainer(dataclasses.replace(recipe, weight_decay=0.0, batch_size=50))
    run = trainer.run()
    trainer.model.params["layer0_weight_ih"][...] = 1.0
    trainer.model.table[0] = np.inf  # token 0 may be one that no row has
    trainer.model.table[1:] = 0.1
    with pytest.raises(TrainingError, match="loss is"):
        for _ in run:
            pass
    assert trainer.progress.best_epoch == 0


def test_the_judged_weights_are_the_moving_average_of_the_models_own():
    recipe = dataclasses.replace(RECIPE, averaging=0.9, epochs=6)
    trainer = make_trainer(recipe)
    expected = trainer.model.params.flat.astype(np.float64)
    for _ in trainer.run():
        step = trainer.progress.step
        if step % AVERAGE_EVERY == 0:
            decay = min(0.9, step / (step + 10)) ** AVERAGE_EVERY
            expected = decay * expected + (1 - decay) * trainer.model.params.flat
            np.testing.assert_allclose(trainer.judged.params.flat, expected, atol=1e-5)
    assert np.abs(trainer.judged.params.flat - trainer.model.params.flat).max() > 1e-4
    assert np.abs(trainer.judged.table - trainer.model.table).max() > 1e-4


def test_without_averaging_the_model_itself_is_judged():
    trainer = make_trainer(dataclasses.replace(RECIPE, averaging=None))
    assert trainer.judged is trainer.model
    assert "average_dense" not in trainer.arrays()


def test_the_plateau_schedule_halves_the_rate_after_two_epochs_without_a_lower_loss():
    recipe = dataclasses.replace(
        RECIPE, schedule="plateau", warmup_steps=0, learning_rate=0.3, epochs=16, averaging=None
    )
    trainer = make_trainer(recipe)
    rates = []
    for info in trainer.run():
        if isinstance(info, StepInfo) and info.batch == 1:
            rates.append(trainer.learning_rate)
    expected, cuts, lowest, stale = [], 0, np.inf, 0
    for scores in trainer.progress.history:
        expected.append(0.3 / 2**cuts)
        stale = 0 if scores.valid.alone.loss < lowest else stale + 1
        lowest = min(lowest, scores.valid.alone.loss)
        if stale == 2:
            cuts, stale = cuts + 1, 0
    assert rates == expected
    assert cuts >= 2


def after(steps, trainer):
    """Train until `steps` reports have come, then stop for the time; return the last report."""
    infos = []
    for info in trainer.run():
        infos.append(info)
        if len(infos) == steps:
            trainer.stop("time")
    return infos[-1]


@pytest.mark.parametrize("steps", [1, 5, 9, 10, 14, 18])
def test_a_stopped_run_has_a_model_and_goes_on_as_if_it_had_not_stopped(steps):
    whole = make_trainer()
    for _ in whole.run():
        pass
    first = make_trainer()
    after(steps, first)
    assert first.progress.stopped == "time"
    assert first.progress.batch + 9 * (first.progress.epoch - 1) == steps
    assert first.progress.best_epoch > 0
    assert len(first.progress.history) == max(1, first.progress.epoch - (steps % 9 != 0))
    arrays, progress = snapshot(first)
    second = make_trainer()
    for name, array in second.model.arrays():
        array[...] = arrays[name]
    second.restore(progress, arrays)
    assert second.progress.stopped is None
    for _ in second.run():
        pass
    assert_same(snapshot(second), snapshot(whole))


def test_an_epoch_that_is_cut_short_is_judged_as_it_is_if_it_is_the_first():
    trainer = make_trainer()
    info = after(3, trainer)
    assert isinstance(info, EpochInfo)
    assert (info.epoch, info.is_best, info.stopped) == (1, True, "time")
    assert info.scores.valid.alone.loss == loss_of(trainer.judged)
    assert 0 <= info.scores.clipped <= 1
    np.testing.assert_array_equal(trainer.best.params.flat, trainer.judged.params.flat)


def test_a_later_epoch_that_is_cut_short_leaves_the_best_one_as_it_was():
    trainer = make_trainer()
    best = None
    for info in trainer.run():
        if isinstance(info, EpochInfo):
            best = trainer.best.params.flat.copy()
        elif info.epoch == 2 and info.batch == 4:
            trainer.stop("time")
    assert isinstance(info, StepInfo)
    assert len(trainer.progress.history) == 1
    np.testing.assert_array_equal(trainer.best.params.flat, best)


def test_why_a_run_has_ended_stands():
    trainer = make_trainer(dataclasses.replace(RECIPE, epochs=1))
    for _ in trainer.run():
        pass
    trainer.stop("time")
    assert trainer.progress.stopped == "epochs"


def test_rows_that_weigh_more_move_the_weights_as_more_of_them_would():
    recipe = dataclasses.replace(
        RECIPE, optimizer="sgd", momentum=0.0, clip_norm=None, batch_size=99, weight_decay=0.0
    )
    plain = dataclasses.replace(ARCHITECTURE, dropout=0.0, token_dropout=0.0, dtype="float64")
    rows, copies = np.arange(6), np.array([1, 1, 3, 1, 2, 4])
    weighted = dataclasses.replace(TRAIN.select(rows), weights=copies * 10.0)
    moved = []
    for train in (weighted, TRAIN.select(np.repeat(rows, copies)), TRAIN.select(rows)):
        trainer = make_trainer(recipe, plain, train)
        before = trainer.model.params.flat.copy()
        trainer.step(np.arange(len(train)))  # not in the order of their lengths
        moved.append(trainer.model.params.flat - before)
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-12)
    assert np.abs(moved[0] - moved[2]).max() > 1e-6


def test_row_weights_have_a_mean_of_one_and_multiply_class_weights():
    train = dataclasses.replace(TRAIN, weights=np.arange(1.0, 51.0))
    recipe = dataclasses.replace(RECIPE, class_weight={"yes": 4.0})
    found = make_trainer(recipe, train=train)._train.weights
    by_class = class_weights({"yes": 4.0}, ("no", "yes"), TRAIN.targets)
    np.testing.assert_allclose(found, np.arange(1, 51) / 25.5 * by_class[TRAIN.targets])
    np.testing.assert_array_equal(make_trainer()._train.weights, np.ones(50))


def test_series_that_change_at_random_resume_with_the_same_bytes():
    assert assert_resumes(series_trainer, every=7) > 7


def test_augmentation_changes_what_is_learned_from_and_not_what_is_there():
    runs = []
    for strength in (None, 1.0, 1e-9):
        trainer = series_trainer(augmentation=strength, epochs=8)
        before = trainer._train.steps.copy()
        info = list(trainer.run())[-1]
        np.testing.assert_array_equal(trainer._train.steps, before)
        runs.append(snapshot(trainer)[0]["best_dense"])
    np.testing.assert_allclose(runs[2], runs[0], atol=1e-3)
    assert np.abs(runs[1] - runs[0]).max() > 0.01
    assert info.scores.figures["accuracy"] > 0.8
