"""Rules for the network and its training: each with its reason, and numbers with their evidence.

A rule sees sizes, and lengths, never what the data is about.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grucli.engine.recurrent import CELLS
from grucli.errors import counted
from grucli.preparation.data_rules import FEW_SERIES
from grucli.preparation.defaults import Choice
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config
    from grucli.tasks.task import Task

FEW_ROWS = 2000
LONG_MEMORY = 30
"""Steps from which on gates start open (chrono) if only the last state of one direction is read.

On parts held out of five training files, whose longest sequences have 60 steps or more, it gains 4
to 48 points of accuracy; of up to 29 steps, nothing. Where all states are read it gains nothing
that exceeds the noise, and loses 7 and 8 points on two.
"""
RECURRENT_STEPS = 60  # of a series of median length: more are slow, and hard to learn over
SERIES_STEPS, SERIES_EPOCHS = 1400, 60
"""Optimizer steps and epochs at least: fewer leave much unlearned.

In folds of five training files of 36 to 270 series 1,400 steps take .7 of the time of 2,000 and are
as accurate, with kernels beside the recurrence (.2 points more in the mean of two seeds); by itself
that loses a point. Of a file of 537 series it loses three points with 42 epochs instead of 60.
"""
MANY_ROWS = 1 << 16
"""Of a training part: beyond, an epoch is a part of a pass, and batches are larger.

On rows held out of 500,000 generated texts the loss after a pass is 0.647 with batches of 32, of
128 and of 256, which take 45, 30 and 26 seconds.
"""
USUAL_BATCH, LARGEST_BATCH = 32, 128  # rows, of up to MANY_ROWS and of more
STEPS_OF_PASS = 1024  # optimizer steps that large batches leave of a pass over many rows
BATCH_STEPS = 1 << 14  # rows times longest one: bounds the memory of a large batch
USUAL_PATIENCE, SHORT_PATIENCE = 5, 3  # epochs
PATIENT_STEPS = 72
"""Optimizer steps to wait at least for one answer a text: an epoch of a few hundred rows is noise.

In folds of ten training files of 792 rows or more, 5 epochs of patience are .04 points more
accurate than 3 in the mean (.34 on names) and take a quarter longer; 2 lose .07.
"""
FEW_STEPS = 100  # of all folds: below, training is over when a worker has just started
SHARD_NUMBERS, SHARD_BATCH = 2048, 1 << 16
"""Of the states of a step, and of all steps of a batch: below, halves take nearly as long as the
whole, or as long as it takes to wait for each other.

Two processes take .6 of the time for 32 Chinese reviews (140,000 numbers a batch) and two thirds
for 32 long articles; for 32 names (25,000) they take longer.
"""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules look at.

    Attributes:
        kind: "text" or "series".
        rows: sequences in the training part.
        lengths: (rows,) steps of each training sequence that are kept.
    """

    kind: str
    rows: int
    lengths: npt.NDArray[np.int64]


def choose(facts: Facts, optimizer: str) -> dict[str, Choice]:
    """Return a choice for every setting of model and training that rests on the data alone."""
    choices = _usual(facts, optimizer)
    if facts.kind == "series":
        median = float(np.median(facts.lengths))
        stride = max(1, round(median / RECURRENT_STEPS))
        choices["model.convolution"] = Choice(value=stride, reason=f"median length {median:g}")
        choices |= _of_few_series(facts.rows) if facts.rows < FEW_SERIES else {}
    return choices


def _of_few_series(rows: int) -> dict[str, Choice]:
    """Return how to train on all of them: changed at random, and to the end of a schedule."""
    series = f"{rows:,} series"
    batch_size = int(np.clip(2 ** np.floor(np.log2(rows / 2)), 4, 16))
    batches = -(-rows // batch_size)
    epochs = max(SERIES_EPOCHS, -(-SERIES_STEPS // batches))
    values: dict[str, tuple[Any, str]] = {
        "training.weight_decay": (0.01, series),
        "training.averaging": ("off", "the schedule comes to rest"),
        "training.augmentation": (1.0, series),
        "training.schedule": ("cosine", "to the end, without early stopping"),
        "training.batch_size": (batch_size, series),
        "training.epochs": (epochs, f"{epochs * batches:,} steps"),
        "training.patience": ("off", "the schedule ends training"),
        "training.label_smoothing": (0.1, series),
    }
    return {path: Choice(value=value, reason=why) for path, (value, why) in values.items()}


def _usual(facts: Facts, optimizer: str) -> dict[str, Choice]:
    text, adam = facts.kind == "text", optimizer == "adam"
    values: dict[str, tuple[Any, str]] = {
        "model.embedding_size": (64, "text"),
        "model.convolution": (False, "tokens are steps enough"),
        "model.hidden_size": (64, "each direction"),
        "model.bidirectional": (True, "the whole sequence is at hand"),
        "model.pooling": (("last", "mean", "max"), "the end, the bulk and the peaks"),
        "model.dropout": (0.5, f"{facts.rows} rows: few")
        if facts.rows < FEW_ROWS
        else (0.3, f"{facts.rows} rows"),
        "model.token_dropout": (0.1 if text else 0.0, "teaches the unknown token"),
        "training.momentum": (None if adam else 0.9, optimizer),
        "training.weight_decay": (0.0, "dropout regularises"),
        "training.averaging": (0.98, "steadier than the last step alone"),
        "training.clip_norm": (1.0, "recurrent gradients can explode"),
        "training.augmentation": ("off", "text"),
        "training.label_smoothing": (0.0, "early stopping is enough"),
        "training.schedule": ("constant", "early stopping ends training"),
        "training.warmup_steps": (0, "clipping tames the first steps"),
        "training.batch_size": _batch_size(facts),
        "training.epochs": (100, "at most; patience ends it earlier"),
    }
    if facts.rows > MANY_ROWS:
        values["training.epoch_rows"] = MANY_ROWS, f"of {facts.rows:,}: validated as often"
    return {path: Choice(value=value, reason=why) for path, (value, why) in values.items()}


def _batch_size(facts: Facts) -> tuple[int, str]:
    """Return the rows of a batch, and why: more steps for few rows, fewer for many."""
    if facts.rows <= MANY_ROWS:
        size = int(np.clip(2 ** np.floor(np.log2(max(facts.rows, 1) / 10)), 8, USUAL_BATCH))
        return size, f"{facts.rows} rows: at least 10 steps an epoch"
    most = min(facts.rows / STEPS_OF_PASS, BATCH_STEPS / int(facts.lengths.max()))
    size = int(np.clip(2 ** np.floor(np.log2(most)), USUAL_BATCH, LARGEST_BATCH))
    return size, f"{facts.rows:,} rows of at most {counted(int(facts.lengths.max()), 'step')}"


def follow(facts: Facts, config: Config) -> dict[str, Choice]:
    """Return a choice for every setting that rests on others, once those are complete."""
    return {
        "model.initialisation": initialisation(facts, config),
        "training.learning_rate": learning_rate(facts, config),
        "training.patience": patience(facts, config),
        "training.shards": shards(facts, config),
    }


def learning_rate(facts: Facts, config: Config) -> Choice:
    """Size of a step: it grows with the root of a large batch, whose gradient is that much surer.

    On rows held out of 43,000 tweets 0.004 with batches of 128 is as good as 0.002 with 32, and
    0.002 is a point of accuracy worse after two passes.
    """
    optimizer, batch_size = config.training.optimizer, config.training.batch_size or USUAL_BATCH
    rate = 2e-3 if optimizer == "adam" else 0.1
    if facts.rows <= MANY_ROWS or batch_size <= USUAL_BATCH:
        return Choice(value=rate, reason=f"{optimizer}, small network")
    rate = float(f"{rate * (batch_size / USUAL_BATCH) ** 0.5:.2g}")
    return Choice(value=rate, reason=f"{optimizer}, batches of {batch_size:,}")


def initialisation(facts: Facts, config: Config) -> Choice:
    """How recurrent weights start: chrono where there is no way but a long memory."""
    steps = steps_to_keep(facts, config)
    if "keep" not in CELLS[config.model.cell].BLOCKS:
        return Choice(value="orthogonal", reason="no gate to open")
    if steps >= LONG_MEMORY:
        return Choice(value="chrono", reason=f"only the state after {steps:,} steps is read")
    return Choice(
        value="orthogonal",
        reason=f"at most {steps} steps to remember" if steps else "states of all steps are read",
    )


def patience(facts: Facts, config: Config) -> Choice:
    """Epochs to wait: a long memory is learned late and then at once."""
    if facts.kind != "text" or steps_to_keep(facts, config) >= LONG_MEMORY:
        return Choice(value=20, reason="long memory" if facts.kind == "text" else facts.kind)
    if not config.model.pooling or facts.rows > MANY_ROWS:
        return Choice(value=USUAL_PATIENCE, reason="text")
    steps = max(1, facts.rows // (config.training.batch_size or USUAL_BATCH))
    epochs = int(np.clip(-(-PATIENT_STEPS // steps), SHORT_PATIENCE, USUAL_PATIENCE))
    return Choice(value=epochs, reason=f"text, {counted(steps, 'step')} an epoch")


def steps_to_keep(facts: Facts, config: Config) -> int:
    """Return for how many steps the state must keep what decides, at worst.

    0 where some state that is read stands near each step: pooling over all steps, both directions.
    """
    if config.model.bidirectional or config.model.pooling != ("last",):
        return 0
    longest = int(facts.lengths.max())
    return min(longest, config.data.max_length or longest)


def shards(facts: Facts, config: Config) -> Choice:
    """Parts of a batch, from a config that is complete but for them.

    It must not depend on the machine: with other shards a sum rounds otherwise.
    """
    if config.training.folds not in (None, "off"):
        return Choice(value=1, reason="folds go on side by side")
    numbers = (config.training.batch_size or 0) * (config.model.hidden_size or 0)
    numbers *= 2 if config.model.bidirectional else 1
    steps = float(np.median(facts.lengths))
    enough = numbers >= SHARD_NUMBERS and numbers * steps >= SHARD_BATCH
    how = "enough" if enough else "too few"
    return Choice(
        value=2 if enough else 1,
        reason=f"{numbers:,} numbers x {steps:g} steps: {how}",
    )


def label_smoothing(task: Task) -> dict[str, Choice]:
    """Return a choice for a task whose loss has no labels to smooth, nothing for any other."""
    if smooths(task):
        return {}
    reason = f"a {task.noun} is no label"
    return {"training.label_smoothing": Choice(value=0.0, reason=reason)}


def smooths(task: Task) -> bool:
    """Whether the loss of a task reads how much labels are smoothed."""
    return "label_smoothing" in {field.name for field in fields(task.objective_type)}


def workers(
    *, stages: int, steps: int, shards: int, cores: int, threads: str, ranks: int = 1
) -> Choice:
    """Processes beside the first one: for whole stages, or for shards of a batch if there is one.

    Args:
        stages: of the training: folds, and all rows.
        steps: of all folds together, at least.
        shards: parts of a batch.
        cores: that this process may use.
        threads: of the linear algebra, as the environment says it.
        ranks: processes that a launcher has started, this one included.
    """
    if ranks > 1:
        return Choice(value=0, reason=f"{ranks} ranks do it")
    if threads != "1":
        return Choice(value=0, reason=f"{threads or 'all'} threads")
    if stages > 1 and steps < FEW_STEPS:
        return Choice(value=0, reason=f"{counted(steps, 'step')} at least: few")
    parts, what = (stages, "training") if stages > 1 else (shards, "shard")
    count = min(parts, cores) - 1
    return Choice(value=count, reason=f"{counted(parts, what)}, {counted(cores, 'core')}")
