"""Shards and workers: the same bits whoever computes them, and no worker left behind."""

import contextlib
import dataclasses
import gc
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.engine import losses
from grucli.errors import AccessError, TrainingError
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.parallel import crew as crews
from grucli.parallel.crew import Crew, Pace
from grucli.parallel.shards import ShardJob
from grucli.random import DROPOUT, INIT, generator
from grucli.tasks.classify import Classify
from grucli.tasks.label_learning import CrossEntropy
from grucli.training.trainer import Trainer
from tests.examples import joined
from tests.training.helpers import ARCHITECTURE, RECIPE, TRAIN, VALID, make_trainer, snapshot

slow = pytest.mark.slow
on_linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc")

SERIES = joined(
    [np.random.default_rng(k).normal(size=(1 + k % 9, 3)).astype(np.float32) for k in range(50)],
    [k % 2 for k in range(50)],
)
SPELLED = dataclasses.replace(
    TRAIN,
    steps=np.where(np.arange(len(TRAIN.steps)) % 7, TRAIN.steps, 9).astype(np.int32),
    bags=np.random.default_rng(2).integers(8, 14, (10, 3), np.int32),
)
KINDS = {
    "text": ({}, TRAIN, VALID),
    "numbers": ({"vocabulary_size": 0, "input_size": 3}, SERIES, SERIES),
    "convolutions": ({"vocabulary_size": 0, "input_size": 3, "convolution": 2}, SERIES, SERIES),
    "plain cell, one way": ({"cell": "rnn", "bidirectional": False}, TRAIN, None),
    "reset before": ({"cell": "gru_before", "num_layers": 1}, TRAIN, VALID),
    "n-grams of characters": ({"subwords": "characters", "buckets": 6}, SPELLED, SPELLED),
    "n-grams of tokens": ({"subwords": "tokens", "buckets": 300, "num_layers": 1}, TRAIN, VALID),
    "three classes, float64": ({"num_classes": 3, "dtype": "float64"}, TRAIN, VALID),
}
SMOOTH = {"label_smoothing": 0.1, "augmentation": 1.0, "class_weight": {"yes": 3.0}, "epochs": 2}


def trainer_of(kind="text", **recipe):
    changes, train, valid = KINDS[kind]
    architecture = dataclasses.replace(ARCHITECTURE, **changes)
    model = Model(architecture)
    model.initialise(generator(0, INIT))
    task = Classify(labels=("no", "yes", "neither")[: architecture.num_classes])
    recipe = dataclasses.replace(RECIPE, **{**SMOOTH, "shards": 2, **recipe})
    return Trainer(model, train, valid, recipe, seed=5, task=task)


def trained(trainer, workers, until=None):
    """Train with workers that have all started; return every array and number of the run."""
    with trainer.crew(workers) as crew:
        crew.wait()
        for count, _ in enumerate(trainer.run(), 1):
            if count == until:
                break
    return snapshot(trainer)


def assert_same_bytes(one, other):
    assert one[1] == other[1]
    assert one[0].keys() == other[0].keys()
    for name, array in one[0].items():
        assert array.tobytes() == other[0][name].tobytes(), name


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


@pytest.mark.parametrize("cell", ["gru", "gru_before", "rnn"])
@pytest.mark.parametrize("vocabulary", [0, 8])
@pytest.mark.parametrize("rows", [1, 2, 7, 12])
def test_the_shards_add_up_to_the_gradient_of_the_batch(cell, vocabulary, rows):
    architecture = dataclasses.replace(
        ARCHITECTURE,
        cell=cell,
        vocabulary_size=vocabulary,
        input_size=4 if vocabulary else 3,
        dropout=0.0,
        token_dropout=0.0,
        dtype="float64",
    )
    examples = dataclasses.replace(
        TRAIN if vocabulary else SERIES, weights=np.random.default_rng(0).uniform(0.5, 2, 50)
    )
    model = Model(architecture)
    model.initialise(generator(1, INIT))
    chosen = np.random.default_rng(rows).permutation(50)[:rows]
    batch = pack(examples, chosen)
    runner = Runner(model)
    logits = runner.forward(batch)
    loss, d_logits = losses.cross_entropy(logits, batch.targets, examples.weights[batch.rows], 0.1)
    grads = runner.backward(d_logits)
    dense = grads.dense.flat.copy()
    table = np.zeros_like(model.table)
    table[grads.tokens] = grads.rows
    for shards in (1, 2, 5, 64):
        objective = CrossEntropy(label_smoothing=0.1)
        job = ShardJob(objective=objective, shards=shards, batch_size=12, seed=0)
        sums = Crew(model, examples, job).gradients(3, chosen)
        assert sums.loss == pytest.approx(loss, rel=1e-12)
        assert sums.right == np.count_nonzero((logits[:, 0] > 0) == batch.targets)
        np.testing.assert_allclose(sums.gradients.dense.flat, dense, rtol=0, atol=1e-12)
        summed = np.zeros_like(table)
        summed[sums.gradients.tokens] = sums.gradients.rows
        np.testing.assert_allclose(summed, table, rtol=0, atol=1e-12)
        assert len(np.unique(sums.gradients.tokens)) == len(sums.gradients.tokens)


def test_shards_are_balanced_and_draw_their_own_dropout(monkeypatch):
    drawn, dealt = [], []
    forward = Runner.forward

    def watched(runner, batch, dropout=None):
        dealt.append(batch.rows.tolist())
        drawn.append(dropout.bit_generator.state["state"])
        return forward(runner, batch, dropout)

    monkeypatch.setattr(Runner, "forward", watched)
    job = ShardJob(objective=CrossEntropy(), shards=3, batch_size=11, seed=4)
    crew = Crew(Model(ARCHITECTURE), TRAIN, job)
    crew.gradients(7, np.arange(11))
    by_length = sorted(range(11), key=lambda row: -TRAIN.lengths[row])
    assert dealt == [by_length[k::3] for k in range(3)]
    expected = [generator(4, DROPOUT, 7 * 3 + k) for k in range(3)]
    assert drawn == [each.bit_generator.state["state"] for each in expected]


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


# Workers as processes


def pids(crew):
    return [worker._process.pid for worker in crew._workers]


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("is_busy", [False, True])
def test_no_process_is_left_when_a_crew_ends(is_busy):
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        found = pids(crew)
        crew.wait()
        next(trainer.run())
        if is_busy:
            crew._workers[0].send(0, 6, 0)
    assert all(is_gone(pid) for pid in found)


def test_no_process_is_left_when_a_crew_ends_with_an_error():
    found = []
    with contextlib.suppress(ZeroDivisionError), trainer_of().crew(2) as crew:
        found += pids(crew)
        raise ZeroDivisionError
    assert len(found) == 2
    assert all(is_gone(pid) for pid in found)


@pytest.mark.parametrize("moment", ["starting", "started", "busy", "resting"])
def test_a_worker_that_is_killed_ends_the_step_with_one_line_and_nothing_lost(moment, monkeypatch):
    trainer = trainer_of()
    if moment == "resting":
        monkeypatch.setattr(Pace, "allows", lambda pace: False)
    with trainer.crew(1) as crew:
        run = trainer.run()
        if moment != "starting":
            crew.wait()
        for _ in range(3):
            next(run)
        before = snapshot(trainer)
        if moment == "busy":
            os.kill(pids(crew)[0], signal.SIGSTOP)  # it will not have answered
            crew._workers[0].send(0, 6, 0)
        os.kill(pids(crew)[0], signal.SIGKILL)
        os.waitid(os.P_PID, pids(crew)[0], os.WEXITED | os.WNOWAIT)
        with pytest.raises(AccessError) as caught:
            list(run)
        assert_same_bytes(snapshot(trainer), before)
    assert caught.value.problems == (
        "training: worker 1 of 1 was ended by signal 9 (out of memory?); "
        "go on with --resume, or set training.workers=0",
    )
    assert_same_bytes(trained(trainer, 0), trained(trainer_of(), 0))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_leaves_signals_to_its_parent(number):
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        for pid in pids(crew):
            os.kill(pid, number)  # from its first instant on
        crew.wait()
        for pid in pids(crew):
            os.kill(pid, number)
        for _ in trainer.run():
            pass
    assert_same_bytes(snapshot(trainer), trained(trainer_of(), 0))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def test_what_goes_wrong_in_a_worker_is_told():
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        crew.wait()
        crew._shards.rows[:6] = 1 << 40
        crew._workers[1].send(0, 6, 1)
        with pytest.raises(AccessError, match=r"worker 2 of 2 failed: IndexError: index 10995116"):
            crew.wait()


def test_a_worker_that_cannot_start_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with (
        pytest.raises(AccessError, match=r"cannot start workers: no such .* training.workers=0"),
        trainer_of().crew(1),
    ):
        pass


def test_a_worker_that_ends_before_it_works_is_told(monkeypatch):
    monkeypatch.setattr(crews, "PROGRAM", "raise SystemExit(3)")
    with trainer_of().crew(1) as crew, pytest.raises(AccessError, match="1 of 1 ended with code 3"):
        crew.wait()


@on_linux
def test_a_worker_inherits_its_channel_and_its_memory_alone(tmp_path):
    with (tmp_path / "lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        with trainer_of().crew(2) as crew:
            crew.wait()
            for pid in pids(crew):
                found = {os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")}
                kinds = sorted({each.partition(":")[0] for each in found})
                assert kinds == ["/dev/null", "/memfd", "socket"]
                assert len([each for each in found if each.startswith("socket")]) == 1


@on_linux
def test_shared_memory_has_no_name_and_is_freed():
    def mapped():
        maps = Path("/proc/self/maps").read_text().splitlines()
        return [line for line in maps if "memfd:grucli" in line]

    gc.collect()
    before = len(mapped())
    trainer = trainer_of()
    with trainer.crew(1) as crew:
        crew.wait()
        assert len(mapped()) > before
        assert all(line.endswith("(deleted)") for line in mapped())
    del trainer, crew
    gc.collect()
    assert len(mapped()) == before


def test_memory_is_shared_where_there_is_no_memfd(monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert_same_bytes(trained(trainer_of(), 1), trained(trainer_of(), 0))


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
