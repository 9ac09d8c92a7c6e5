"""Crews: the same bits whoever computes them, and workers that come, rest and go."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from grucli.errors import TrainingError
from grucli.parallel import crew as crews
from grucli.parallel.crew import Pace
from tests.parallel.helpers import KINDS, assert_same_bytes, on_linux, pids, trained, trainer_of
from tests.training.helpers import RECIPE, TRAIN, make_trainer, snapshot

slow = pytest.mark.slow


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("shards", "workers"), [(2, 1), (3, 2), pytest.param(2, 2, marks=slow)])
def test_no_bit_depends_on_who_computes(kind, shards, workers):
    alone = trained(trainer_of(kind, shards=shards), 0)
    assert len(TRAIN) % RECIPE.batch_size < 3  # the last batch has not a row for every shard
    assert_same_bytes(trained(trainer_of(kind, shards=shards), workers), alone)


def test_more_workers_than_shards_are_not_hired_and_one_shard_needs_none():
    trainer = trainer_of(shards=2)
    with trainer.crew(64) as crew:
        assert crew.num_workers == 2
    one = trainer_of(shards=1)
    with one.crew(1) as crew:
        assert crew.num_workers == 1
    assert_same_bytes(trained(trainer_of(shards=1), 1), trained(one, 0))


def test_the_bits_do_not_depend_on_when_a_worker_has_started():
    late = trainer_of()
    with late.crew(1) as crew:
        run = late.run()
        for _ in range(5):
            next(run)
        crew.wait()
        for _ in run:
            pass
    assert_same_bytes(snapshot(late), trained(trainer_of(), 0))


@pytest.mark.parametrize(("before", "after", "stop"), [(0, 1, 1), (1, 0, 9), (2, 1, 13)])
def test_a_run_goes_on_with_another_number_of_workers(before, after, stop):
    arrays, progress = trained(trainer_of(), before, stop)
    second = trainer_of()
    for name, array in second.model.arrays():
        array[...] = arrays[name]
    second.restore(progress, arrays)
    assert_same_bytes(trained(second, after), trained(trainer_of(), 0))


def test_without_averaging_the_shared_weights_themselves_are_judged():
    trainer = trainer_of(averaging=None)
    assert_same_bytes(trained(trainer, 1), trained(trainer_of(averaging=None), 0))
    assert trainer.judged is trainer.model


def test_workers_may_rest_at_any_step(monkeypatch):
    monkeypatch.setattr(crews, "TRIAL_STEPS", 1)
    monkeypatch.setattr(crews, "REST_STEPS", 2)
    assert_same_bytes(trained(trainer_of(), 1), trained(trainer_of(), 0))


def test_workers_rest_where_they_do_not_pay():
    pace = Pace()
    for _ in range(crews.TRIAL_STEPS):
        assert pace.allows()
        pace.note(saved_s=1e-3)
    for step in range(crews.TRIAL_STEPS):
        assert pace.allows()
        pace.note(saved_s=1e-3 if step % 2 else -2e-3)
    assert sum(pace.allows() for _ in range(crews.REST_STEPS)) == 1  # and then it tries again
    for _ in range(2 * crews.TRIAL_STEPS):
        assert pace.allows()
        pace.note(saved_s=1e-9)


def test_a_crew_may_come_and_go():
    trainer = trainer_of(epochs=3)
    run = trainer.run()
    for workers in (1, 0, 2, 0):
        with trainer.crew(workers) as crew:
            crew.wait()
            for _ in range(4):
                next(run)
        assert crew.num_workers == 0
    assert_same_bytes(trained(trainer, 0), trained(trainer_of(epochs=3), 0))


def test_a_loss_that_is_not_finite_in_a_worker_changes_nothing_and_says_where():
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        crew.wait()
        run = trainer.run()
        for _ in range(4):
            next(run)
        trainer.model.params["head_bias"][...] = np.nan
        before, _ = snapshot(trainer)
        with pytest.raises(TrainingError, match=r"epoch 1, step 5: .* training.learning_rate"):
            next(run)
        for name, array in snapshot(trainer)[0].items():
            np.testing.assert_array_equal(array, before[name])


@on_linux
def test_waiting_costs_no_time_of_the_processor():
    trainer = trainer_of()
    with trainer.crew(1) as crew:
        crew.wait()
        next(trainer.run())
        schedule = Path(f"/proc/{pids(crew)[0]}/schedstat")
        before = int(schedule.read_text().split()[0])
        time.sleep(0.2)
        assert int(schedule.read_text().split()[0]) - before < 20e6  # nanoseconds


def test_a_trainer_without_a_crew_computes_alone():
    trainer = make_trainer(dataclasses.replace(RECIPE, shards=2))
    for _ in trainer.run():
        pass
    again = make_trainer(dataclasses.replace(RECIPE, shards=2))
    assert_same_bytes(trained(again, 1), snapshot(trainer))
