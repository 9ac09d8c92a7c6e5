"""What a run will cost, measured before it begins."""

import dataclasses
import time
from types import SimpleNamespace

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.parallel.launcher import Launch
from grucli.parallel.ranks import Ranks
from grucli.preparation.prepare import prepare
from grucli.training import cost as measured_cost
from grucli.training import new_run
from grucli.training.outlook import look_ahead
from grucli.training.progress import EpochInfo


@pytest.fixture
def prepared(tmp_path):
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 60, 400)
    x = rng.normal(size=(400, 60, 3)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.arange(400) % 3, lengths=lengths)
    settings = [
        "data.valid=0.1",
        "data.channels=values",
        "model.convolution=false",
        "model.hidden_size=32",
        "training.batch_size=20",
        "training.averaging=0.98",
    ]
    config = resolve(assignments=settings).config
    return prepare(str(tmp_path / "d.npz"), config, "stop")


def trainer_of(prepared):
    return new_run.new_trainer(prepared, new_run.first_model(prepared))


def test_memory_counts_weights_moments_data_and_the_largest_batch(prepared):
    trainer = trainer_of(prepared)
    cost = measured_cost.measure(trainer, prepared)
    size = 4 * trainer.model.num_parameters
    assert cost.state_bytes == 6 * size  # weights, gradient, best, average, two moments
    steps = int(prepared.train.lengths.sum() + prepared.valid.lengths.sum())
    kernels = 4 * len(prepared.train) * 9996  # of the others, the steps and the lengths
    kernels += prepared.valid.steps.nbytes + prepared.valid.lengths.nbytes
    assert cost.data_bytes == 12 * steps + 24 * 400 + kernels
    longest = 20 * int(prepared.train.lengths.max())
    tape = 4 * 2 * 32 * longest * 4  # four numbers a unit, direction and step are the least
    assert tape < cost.step_bytes < 6 * tape


def test_larger_batches_take_more(prepared):
    small = measured_cost.measure(trainer_of(prepared), prepared)
    training = prepared.config.training.model_copy(update={"batch_size": 80})
    config = prepared.config.model_copy(update={"training": training})
    other = dataclasses.replace(prepared, config=config)
    large = measured_cost.measure(trainer_of(other), other)
    assert 3 * small.step_bytes < large.step_bytes < 5 * small.step_bytes


def test_the_time_of_an_epoch_is_about_right(prepared):
    ratios = []
    for _ in range(3):  # another process may take the machine for a while
        told = look_ahead(trainer_of(prepared), prepared, 0.0).cost.epoch_s
        run = trainer_of(prepared).run()
        next(info for info in run if isinstance(info, EpochInfo))  # it learns from kernels once
        started = time.perf_counter()
        next(info for info in run if isinstance(info, EpochInfo))
        ratios.append(told / (time.perf_counter() - started))
    assert any(0.5 < ratio < 2 for ratio in ratios)


@pytest.mark.parametrize("valid", ["0", "0.5"])
def test_few_rows_can_be_measured(tmp_path, valid):
    (tmp_path / "t.csv").write_text("text,label\na b,x\nc d,y\ne f,x\ng h,y\n")
    config = resolve(assignments=[f"data.valid={valid}"]).config
    prepared = prepare(str(tmp_path / "t.csv"), config, "stop")
    assert measured_cost.measure(trainer_of(prepared), prepared).epoch_s > 0


def test_each_worker_on_a_stage_has_a_model_and_a_batch_of_its_own(tmp_path):
    rows = "".join(f"{'good' if k % 2 else 'bad'} {k},{k % 2}\n" for k in range(60))
    (tmp_path / "t.csv").write_text(f"text,label\n{rows}")
    costs = []
    for workers in (0, 1, 9):
        settings = ["training.folds=3", f"training.workers={workers}", "model.hidden_size=8"]
        prepared = prepare(str(tmp_path / "t.csv"), resolve(assignments=settings).config, "stop")
        costs.append(measured_cost.measure(trainer_of(prepared), prepared))
    alone, one, three = costs
    assert [cost.trainings for cost in costs] == [1, 2, 4]
    assert alone.workers_bytes == 0
    assert one.state_bytes == 2 * alone.state_bytes
    assert three.state_bytes == 4 * alone.state_bytes
    lent = one.data_bytes - alone.data_bytes
    assert lent == prepared.linear.nbytes + sum(a.nbytes for a in prepared.train.arrays.values())
    assert three.workers_bytes - one.workers_bytes > 2 * alone.state_bytes


@pytest.mark.parametrize(("ranks", "workers", "trainings"), [(2, 0, 2), (3, 2, 4), (9, 0, 4)])
def test_ranks_train_stages_too(tmp_path, ranks, workers, trainings):
    rows = "".join(f"{'good' if k % 2 else 'bad'} {k},{k % 2}\n" for k in range(60))
    (tmp_path / "t.csv").write_text(f"text,label\n{rows}")
    settings = ["training.folds=3", f"training.workers={workers}", "model.hidden_size=8"]
    prepared = prepare(str(tmp_path / "t.csv"), resolve(assignments=settings).config, "stop")
    others = Ranks(SimpleNamespace(COMM_WORLD=None), Launch(rank=0, size=ranks))
    trainer = new_run.new_trainer(prepared, new_run.first_model(prepared), others)
    assert measured_cost.measure(trainer, prepared).trainings == trainings
