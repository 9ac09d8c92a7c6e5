"""What a whole run will take, told before it begins: by what preparing it took, and a few steps."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from grucli.preparation.prepare import Prepared
from grucli.training.cost import Cost, measure
from grucli.training.forecast import Forecast
from grucli.training.new_run import joint_branch
from grucli.training.progress import Progress
from grucli.training.trainer import Trainer
from grucli.values import dataclass

RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes, in which the system counts a peak


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a run takes.

    Attributes:
        cost: of an epoch.
        peak_bytes: most memory at once, the program, all reading and workers included.
        total_s: seconds from reading to the model; a guess where patience may end a stage.
    """

    cost: Cost
    peak_bytes: int
    total_s: float


def look_ahead(trainer: Trainer, prepared: Prepared, prepared_s: float) -> Outlook:
    """Learn the linear path once, make a few steps, count joint n-grams; return what all will take.

    Args:
        trainer: new; of no use afterwards.
        prepared: its data.
        prepared_s: what it took to read and prepare them in this process, which has done no more.

    Raises:
        TrainingError: the first steps diverge.
    """
    linear_s = _linear_s(trainer, prepared)
    rows = sum(map(len, trainer.batches(1)))
    cost = measure(trainer, prepared)
    weights_bytes = sum(array.nbytes for _, array in trainer.model.arrays())
    passes = Forecast(prepared).of(Progress()).left / rows
    joint_s = _joint_s(prepared)
    return Outlook(
        cost=cost,
        peak_bytes=_peak_bytes() + weights_bytes + cost.workers_bytes,  # what is saved is a copy
        total_s=prepared_s + (linear_s + passes * cost.epoch_s) / cost.trainings + joint_s,
    )


def _linear_s(trainer: Trainer, prepared: Prepared) -> float:
    """Return the seconds of learning the linear path in all stages, by those of the first.

    Afterwards it is known what it says of the rows that are held out, as it is for most epochs.
    """
    if prepared.linear is None:
        return 0.0
    started = time.perf_counter()
    answered = trainer.linear, trainer.held_out_losses  # it is learned once somebody asks
    first_s = time.perf_counter() - started
    del answered
    if prepared.folds is None:
        return first_s
    every, held = len(prepared.train), np.bincount(prepared.folds)
    return first_s * float((every - held).sum() + every) / float(every - held[0])


def _joint_s(prepared: Prepared) -> float:
    """Return the seconds of counting joint n-grams, which takes memory, too; not of judging them.

    How long that takes depends on how long the answers of a trained network are.
    """
    joint = joint_branch(prepared)
    if joint is None:
        return 0.0
    started = time.perf_counter()
    joint.learned()
    return time.perf_counter() - started


def _peak_bytes() -> int:
    """Return the most memory that this process has had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
