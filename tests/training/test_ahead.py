"""Stages that workers train before their turn: the same bytes, events and ends as one by one.

Covers: training/board, training/stage_worker.
"""

import dataclasses
import os
import signal
import sys
import time

import numpy as np
import pytest

from grucli.errors import AccessError, TrainingError
from grucli.model.network import Model
from grucli.parallel.worker import DONE
from grucli.random import INIT, generator
from grucli.tasks.tag.baseline import WordTags
from grucli.tasks.tag.task import Tag
from grucli.training import ahead, stage_worker
from grucli.training.board import Board, Count
from grucli.training.progress import EpochInfo, Progress
from grucli.training.trainer import Trainer
from tests.parallel.helpers import assert_same_bytes
from tests.parallel.test_memory import TAGGED
from tests.training.helpers import ARCHITECTURE, RECIPE, TRAIN, series_trainer, snapshot
from tests.training.test_stages import PATIENT, folded

ENDLESS = dataclasses.replace(PATIENT, epochs=60, patience=12)
SETTINGS = {
    "text": lambda: folded(dataclasses.replace(PATIENT, epochs=40, averaging=None)),
    "no epoch is better": lambda: folded(
        dataclasses.replace(PATIENT, learning_rate=1e-12, weight_decay=0.0)
    ),
    "class weights": lambda: folded(dataclasses.replace(PATIENT, class_weight={"yes": 3.0})),
    "plateau": lambda: folded(dataclasses.replace(PATIENT, schedule="plateau", epochs=20)),
    "shards": lambda: folded(dataclasses.replace(PATIENT, shards=2)),
    "series to the end": lambda: series_trainer(folds=True, patience=None, epochs=9),
    "series": lambda: series_trainer(folds=True, patience=2, schedule="constant", epochs=20),
    "a bent end": lambda: series_trainer(folds=True, patience=2, epochs=20),
    "tags": lambda: tagged(),
}


def tagged():
    task = Tag(tags=("a", "b", "c"), words=WordTags(default=0, tokens=((), (), ())))
    train = dataclasses.replace(
        TAGGED, targets=dataclasses.replace(TAGGED.targets, values=TRAIN.steps % 3)
    )
    changes = {"reads_steps": True, "pooling": (), "chain": True, "num_outputs": 3}
    model = Model(dataclasses.replace(ARCHITECTURE, **changes))
    model.initialise(generator(1, INIT))
    return Trainer(model, train, None, PATIENT, seed=2, task=task, folds=np.arange(50) % 3)


def wait(crew):
    """Return once every worker has started."""
    for worker in crew._workers:
        assert worker.hear() == DONE
        crew._free.append(worker)


def run(trainer, workers, pause_s=0.0, until=None):
    """Train; return every array and number, and the epochs that were told."""
    told = []
    with trainer.ahead(workers):
        wait(trainer._ahead)
        for count, info in enumerate(trainer.run(), 1):
            if isinstance(info, EpochInfo):
                told.append(info)
            if count == until:
                break
            time.sleep(pause_s)  # workers are ahead then
    return snapshot(trainer), told


@pytest.fixture(scope="module")
def alone():
    """What each of SETTINGS gives without workers, once somebody asks."""
    found = {}

    def of(name):
        if name not in found:
            found[name] = run(SETTINGS[name](), 0)
        return found[name]

    return of


def taken(monkeypatch):
    """Return what is taken over from workers from now on, as it comes."""
    moments = []
    take = ahead.Ahead.take

    def watched(self, progress):
        moments.append(take(self, progress))
        return moments[-1]

    monkeypatch.setattr(ahead.Ahead, "take", watched)
    return moments


@pytest.mark.parametrize("name", SETTINGS)
def test_no_bit_and_no_event_depends_on_who_trains_a_stage(name, alone, monkeypatch):
    moments, expected = taken(monkeypatch), alone(name)
    for workers, pause_s in ((1, 0.003), (3, 0.01)):
        arrays, told = run(SETTINGS[name](), workers, pause_s)
        assert_same_bytes(arrays, expected[0])
        assert told == expected[1]
    assert any(moment is not None for moment in moments)


def test_a_stage_is_taken_over_whole_or_half_done(alone, monkeypatch):
    moments = taken(monkeypatch)
    for pause_s in (0.0, 0.02):
        run(SETTINGS["text"](), 1, pause_s)
    ended = [moment.progress.stopped for moment in moments if moment is not None]
    assert "patience" in ended
    assert None in ended


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("until", [3, 30, 60, 90, 120])
def test_a_run_that_is_cut_off_at_any_moment_goes_on_to_the_same_bytes(until, before, alone):
    expected, _ = alone("text")
    (arrays, progress), _ = run(SETTINGS["text"](), before, 0.002, until)
    second = SETTINGS["text"]()
    for name, array in second.model.arrays():
        array[...] = arrays[name]
    second.restore(progress, arrays)
    assert_same_bytes(run(second, 1, 0.002)[0], expected)


def test_the_time_may_end_a_run_while_epochs_of_a_worker_are_told(alone):
    trainer, told = SETTINGS["text"](), 0
    with trainer.ahead(2):
        wait(trainer._ahead)
        for info in trainer.run():
            time.sleep(0.01)
            if isinstance(info, EpochInfo) and info.fold == 2:
                told += 1
                trainer.stop("time")
    assert told == len(trainer.progress.history) > 0
    assert trainer.is_done
    assert trainer.kept.fold == 1
    arrays, progress = snapshot(trainer)
    second = SETTINGS["text"]()
    for name, array in second.model.arrays():
        array[...] = arrays[name]
    second.restore(progress, arrays)
    assert_same_bytes(run(second, 0)[0], alone("text")[0])


def test_there_are_no_more_workers_than_stages_and_none_is_left():
    trainer = folded(ENDLESS)
    with trainer.ahead(64):
        pids = [worker.pid for worker in trainer._ahead._workers]
        next(trainer.run())
    assert len(pids) == 3
    assert trainer.counts_ahead == {}
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_worker_that_is_killed_is_told_and_nothing_is_lost(alone):
    trainer = SETTINGS["text"]()
    with trainer.ahead(1):
        steps = trainer.run()
        for _ in range(4):
            next(steps)
        os.kill(trainer._ahead._workers[0].pid, signal.SIGKILL)
        os.waitid(os.P_PID, trainer._ahead._workers[0].pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(AccessError, match=r"worker 1 of 1 was ended by signal 9 .* --resume"):
            for _ in steps:
                pass
    assert_same_bytes(run(trainer, 0)[0], alone("text")[0])


def test_workers_that_cannot_start_are_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with (
        pytest.raises(AccessError, match=r"cannot start workers: no such .* training.workers=0"),
        folded().ahead(1),
    ):
        pass


def test_a_stage_that_diverges_in_a_worker_diverges_when_its_turn_has_come():
    def make():
        wild = dataclasses.replace(PATIENT, epochs=6, optimizer="sgd", momentum=0.0)
        return folded(dataclasses.replace(wild, clip_norm=None, learning_rate=1e30))

    words = []
    for workers in (0, 2):
        trainer = make()
        with pytest.raises(TrainingError) as caught:
            run(trainer, workers, 0.3)
        words.append((caught.value.problems, trainer.progress))
    assert words[0] == words[1]


def test_how_far_workers_are_is_known():
    trainer = folded(ENDLESS)
    with trainer.ahead(2):
        for _ in trainer.run():
            time.sleep(0.02)
            counts = trainer.counts_ahead
            if trainer.fold == 1 and counts and all(each.best_epoch for each in counts.values()):
                break
    assert counts.keys() <= {1, 2, 3}


def test_the_board_tells_for_how_many_epochs_all_rows_are_learned_from_at_least():
    board = Board(4, np.zeros)
    assert board.least_epochs == 0
    for best, least in (((3, 0, 0), 1), ((3, 1, 0), 1), ((3, 2, 1), 2), ((3, 4, 8), 5)):
        for stage, epoch in enumerate(best):
            board.note(stage, Progress(epoch=9, batch=2, best_epoch=epoch, stopped="patience"))
        assert board.least_epochs == least == round(np.mean(best))
    assert board.count(2) == Count(epoch=9, batch=2, best_epoch=8, is_over=True)
    assert board.count(3) == Count(epoch=0, batch=0, best_epoch=0, is_over=False)


def test_a_schedule_that_ends_with_training_waits_until_its_end_is_known():
    assert not stage_worker.can_guess(RECIPE.__class__(**{**vars(RECIPE), "patience": 3}))
    assert stage_worker.can_guess(RECIPE)
    assert stage_worker.can_guess(PATIENT)
