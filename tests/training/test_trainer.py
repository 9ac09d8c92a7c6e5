"""Training: exact resume at any step, best weights, stopping, guards, class weights."""

import dataclasses

import numpy as np
import pytest

from grucli.data.series.kernels import Kernels
from grucli.engine import losses
from grucli.errors import TrainingError
from grucli.model.kernel_path import KernelFeatures
from grucli.model.network import Model
from grucli.random import INIT, generator
from grucli.tasks.label_learning import class_weights
from grucli.training.optimizer import AVERAGE_EVERY
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.trainer import Trainer
from tests.examples import joined
from tests.training.helpers import (
    ARCHITECTURE,
    NO_OR_YES,
    RECIPE,
    TRAIN,
    VALID,
    assert_resumes,
    assert_same,
    make_trainer,
    snapshot,
)


@pytest.mark.parametrize(("optimizer", "averaging"), [("adam", 0.9), ("sgd", 0.9), ("adam", None)])
def test_a_run_resumed_at_any_yield_is_the_uninterrupted_run(optimizer, averaging):
    recipe = dataclasses.replace(RECIPE, optimizer=optimizer, momentum=0.9, averaging=averaging)
    assert assert_resumes(lambda: make_trainer(recipe)) == 4 * (1 + 50 // 6)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    runs = []
    for seed in (3, 3, 4):
        trainer = make_trainer(seed=seed)
        for _ in trainer.run():
            pass
        runs.append(snapshot(trainer))
    assert_same(runs[0], runs[1])
    assert not np.array_equal(runs[0][0]["best_dense"], runs[2][0]["best_dense"])


def test_it_learns_and_the_best_epoch_is_the_one_with_the_lowest_validation_loss():
    recipe = dataclasses.replace(RECIPE, epochs=30, schedule="constant")
    trainer = make_trainer(recipe)
    epochs = [info for info in trainer.run() if isinstance(info, EpochInfo)]
    valid_losses = [info.scores.valid.alone.loss for info in epochs]
    assert trainer.progress.best_epoch == 1 + int(np.argmin(valid_losses))
    assert epochs[trainer.progress.best_epoch - 1].is_best
    assert epochs[trainer.progress.best_epoch - 1].scores.valid.alone.figures["accuracy"] > 0.9
    trainer.best.give(trainer.judged)
    assert trainer.validate(VALID).loss == min(valid_losses)


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
    np.testing.assert_array_equal(trainer.best.dense, trainer.judged.params.flat)
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
    assert info.scores.valid.alone.loss == trainer.validate(VALID).loss
    assert 0 <= info.scores.clipped <= 1
    np.testing.assert_array_equal(trainer.best.dense, trainer.judged.params.flat)


def test_a_later_epoch_that_is_cut_short_leaves_the_best_one_as_it_was():
    trainer = make_trainer()
    best = None
    for info in trainer.run():
        if isinstance(info, EpochInfo):
            best = trainer.best.dense.copy()
        elif info.epoch == 2 and info.batch == 4:
            trainer.stop("time")
    assert isinstance(info, StepInfo)
    assert len(trainer.progress.history) == 1
    np.testing.assert_array_equal(trainer.best.dense, best)


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
    np.testing.assert_array_equal(trainer.best.dense, whole.best.dense)
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
    np.testing.assert_array_equal(again.best.dense, whole.best.dense)


def series_trainer(folds=False, **recipe):
    """Series whose class is whether they rise, in a model with everything that series may have."""
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 40)
    ramps = [np.linspace(-1, 1, n)[:, None] for n in rng.integers(1, 20, 40)]
    steps = [
        r * (2 * t - 1) + rng.normal(0, 0.2, r.shape) for r, t in zip(ramps, targets, strict=True)
    ]
    train = joined([s.astype(np.float32) for s in steps], targets.tolist())
    changes = {"vocabulary_size": 0, "input_size": 1, "convolution": 3, "num_layers": 1}
    model = Model(dataclasses.replace(ARCHITECTURE, **changes))
    model.initialise(generator(0, INIT))
    recipe = dataclasses.replace(RECIPE, **{"augmentation": 1.0, "averaging": None, **recipe})
    beside = {"folds": np.arange(40) % 3, "linear": kernel_features(train)} if folds else {}
    return Trainer(model, train, None, recipe, seed=5, task=NO_OR_YES, **beside)


def kernel_features(train):
    kernels = Kernels.fit(train.steps, train.lengths, 84, np.random.default_rng(0))
    shares = kernels.features(train.steps, train.lengths)
    return KernelFeatures(kernels=kernels, train=shares, valid=None, always=False)


def test_series_that_change_at_random_resume_with_the_same_bytes():
    assert assert_resumes(series_trainer, every=7) > 7


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
    assert verdict.blend.error > 0
    rows = np.arange(40)
    features, rng = kernel_features(trainer._train), np.random.default_rng()
    path = features.learn(trainer._train, rows[rows % 3 != 1], NO_OR_YES, rng)
    shown = features.logits(path, rows[rows % 3 == 1], rows[rows % 3 != 1])
    np.testing.assert_array_equal(trainer.arrays()["said"][1, 1::3], shown)


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
