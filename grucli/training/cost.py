"""What a training run will cost: measured on a few of its steps, which nobody keeps."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Sequence

import numpy as np

from grucli.data.batches import Examples
from grucli.data.spilled import memory_of
from grucli.parallel.shards import Rows
from grucli.preparation.prepare import Prepared
from grucli.training.progress import StepInfo
from grucli.training.trainer import Trainer
from grucli.values import dataclass

BATCHES = 3
WORKER_BYTES = 38_000_000  # a fresh interpreter with NumPy


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What training needs; of memory, what this process and its workers do, and no other rank.

    Attributes:
        state_bytes: weights, gradients, optimizer, average and best weights, of all processes that
            train stages.
        data_bytes: encoded examples and n-grams, what workers share included.
        step_bytes: most that a step takes beside these, in the batch that needs the most, in all
            processes together.
        workers_bytes: of all these, and of programs, what worker processes bring with them.
        trainings: how many stages go on at the same time, those of other ranks included.
        epoch_s: seconds of an epoch, validation included.
    """

    state_bytes: int
    data_bytes: int
    step_bytes: int
    workers_bytes: int
    trainings: int
    epoch_s: float


def measure(trainer: Trainer, prepared: Prepared) -> Cost:
    """Make a few steps and return what all of them will cost.

    Args:
        trainer: new; of no use afterwards.
        prepared: its data.

    Raises:
        TrainingError: the first steps diverge.
    """
    train, valid = prepared.train, prepared.valid
    batches = sorted(trainer.batches(1), key=lambda rows: int(train.lengths[rows].max()))
    weights = [array for _, array in trainer.model.arrays()]
    gradients = trainer.model.params.flat
    state = [*weights, gradients, *trainer.arrays().values()]
    state_bytes = sum(array.nbytes for array in state)
    data_bytes = _size(train) + (0 if valid is None else _size(valid))
    data_bytes += 0 if prepared.linear is None else prepared.linear.nbytes
    step_bytes = _step_bytes(trainer, batches[-1])
    workers = prepared.config.training.workers or 0
    ahead = min(workers, trainer.num_folds)  # each with a model of its own
    with trainer.crew(0 if trainer.num_folds else workers) as crew:
        crew.wait()
        beside = ahead or crew.num_workers
        lent_bytes = _size(train) if beside else 0
        lent_bytes += prepared.linear.nbytes if ahead and prepared.linear is not None else 0
        own_bytes = ahead * state_bytes + beside * (step_bytes + WORKER_BYTES)
        return Cost(
            state_bytes=state_bytes * (1 + ahead),
            data_bytes=data_bytes + lent_bytes,
            step_bytes=step_bytes * (1 + beside),
            workers_bytes=own_bytes + (lent_bytes if ahead else 0),  # a crew is at work already
            trainings=1 + min(workers + trainer.num_ranks - 1, trainer.num_folds),
            epoch_s=_steps_s(trainer, train, batches) + _validation_s(trainer, valid),
        )


def _size(examples: Examples) -> int:
    return sum(map(memory_of, examples.arrays.values()))


def _step_bytes(trainer: Trainer, rows: Rows) -> int:
    """Return the most memory that a step on `rows` takes at once; NumPy tells tracemalloc."""
    tracemalloc.start()
    try:
        trainer.step(rows)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _steps_s(trainer: Trainer, train: Examples, batches: Sequence[Rows]) -> float:
    """Return the seconds of all steps, from those on a short, a usual and a long batch.

    A step takes about as long as its longest row has steps.
    """
    steps = np.array([train.lengths[rows].max() for rows in batches])
    picked = [len(batches) * (2 * k + 1) // (2 * BATCHES) for k in range(BATCHES)]
    for k in picked:  # the first time buffers grow, here and in workers
        trainer.step(batches[k])
    started = time.perf_counter()
    for k in picked:
        trainer.step(batches[k])
    return float((time.perf_counter() - started) * steps.sum() / steps[picked].sum())


def _validation_s(trainer: Trainer, valid: Examples | None) -> float:
    """Return the seconds of judging an epoch: what is said of all rows, and how good it is."""
    if valid is None and not trainer.num_folds:
        return 0.0
    run = trainer.run()
    started = time.perf_counter()
    if isinstance(next(run), StepInfo):
        trainer.stop("measured")
        started = time.perf_counter()
        next(run)
    return time.perf_counter() - started
