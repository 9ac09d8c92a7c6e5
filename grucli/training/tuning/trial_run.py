"""Runs a trial in memory: epochs of one stage, judged by the rows that it holds out."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import field

import numpy as np

from grucli import activity
from grucli.engine.packing import Floats
from grucli.errors import TrainingError
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.session import Session
from grucli.training.tuning.halving import Halving
from grucli.training.tuning.trial import Ended
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What a trial has come to.

    Attributes:
        ended, epochs, rungs: as in `Trial`.
        losses: (n,) of the rows that were held out, by the best weights; none if it has diverged.
    """

    ended: Ended
    epochs: int
    rungs: tuple[float, ...]
    losses: Floats = field(default_factory=lambda: np.zeros(0))


Steps = Generator[StepInfo | EpochInfo, None, Outcome | None]
"""What a trial tells of its steps before it returns what it has come to; None if interrupted."""


def run_first(session: Session) -> Steps:
    """Train with the defaults to the end of the stage.

    Raises:
        TrainingError: it diverges.
    """
    reached = list[float]()
    with closing(_steps(session)) as steps:
        for info in steps:
            yield info
            if isinstance(info, EpochInfo):
                reached.append(_deciding_loss(session))
    if session.trainer.progress.stopped is None:
        return None
    rungs = tuple(reached[epoch - 1] for epoch in Halving(len(reached)).rungs)
    losses = _losses(session)
    return Outcome(ended="whole", epochs=len(reached), rungs=rungs, losses=losses)


def run_trial(session: Session, halving: Halving) -> Steps:
    """Train to the end of the stage, or until a rung is too high."""
    trainer, epoch, reached = session.trainer, 0, list[float]()
    try:
        with closing(_steps(session)) as steps:
            for info in steps:
                yield info
                if not isinstance(info, EpochInfo):
                    continue
                epoch, rung = info.epoch, len(reached)
                if epoch not in halving.rungs[rung : rung + 1]:
                    continue
                reached.append(_deciding_loss(session))
                if trainer.progress.stopped is None and not halving.goes_on(rung, reached[-1]):
                    losses = _losses(session)
                    return Outcome(
                        ended="stopped", epochs=epoch, rungs=tuple(reached), losses=losses
                    )
        if trainer.progress.stopped is None:
            return None
        last = _deciding_loss(session)
    except TrainingError:
        return Outcome(ended="diverged", epochs=epoch, rungs=tuple(reached))
    missed = len(halving.rungs) - len(reached)  # of those it stands by what it has
    return Outcome(
        ended="whole",
        epochs=epoch,
        rungs=(*reached, *[last] * missed),
        losses=_losses(session),
    )


def _steps(session: Session) -> Generator[StepInfo | EpochInfo, None, None]:
    """Yield each step and each epoch of the stage, whose last one ends it.

    If that is not over then, somebody has interrupted it.
    """
    with closing(session.train(is_trial=True)) as steps:
        for info in steps:
            yield info
            if isinstance(info, EpochInfo) and info.ends_stage:
                return


def _losses(session: Session) -> Floats:
    """Return the loss of each row that is held out, by the best weights."""
    with activity.may_be_given_up():
        return session.trainer.held_out_losses


def _deciding_loss(session: Session) -> float:
    """Return the loss by which trials are compared on their way: that of the best epoch so far.

    It is that of the recurrence alone where epochs are judged: beside a linear path all trials are
    alike at first. Where the last epoch counts, it is the mean of the rows that are held out.

    Raises:
        TrainingError: it is not finite.
    """
    progress = session.trainer.progress
    valid = progress.history[progress.best_epoch - 1].valid
    if valid is None:
        loss = float(_losses(session).mean())
    else:
        loss = valid.deciding_loss
    if not np.isfinite(loss):
        raise TrainingError(f"the loss of rows that are held out is {loss:.3g}")
    return loss
