"""Runs a trial in memory: epochs of one stage, judged by the rows that it holds out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import TrainingError
from grucli.training.progress import EpochInfo
from grucli.training.session import Session
from grucli.training.tuning.halving import Halving
from grucli.training.tuning.trial import Ended


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


def run_first(session: Session) -> Outcome | None:
    """Train with the defaults to the end of the stage; None if it is interrupted.

    Raises:
        TrainingError: it diverges.
    """
    means = [_mean_loss(session) for _ in _epochs(session)]
    if session.trainer.progress.stopped is None:
        return None
    rungs = tuple(means[epoch - 1] for epoch in Halving(len(means)).rungs)
    losses = session.trainer.held_out_losses
    return Outcome(ended="whole", epochs=len(means), rungs=rungs, losses=losses)


def run_trial(session: Session, halving: Halving) -> Outcome | None:
    """Train to the end of the stage, or until a rung is too high; None if it is interrupted."""
    trainer, epoch, reached = session.trainer, 0, list[float]()
    try:
        for epoch in _epochs(session):
            rung = len(reached)
            if epoch not in halving.rungs[rung : rung + 1]:
                continue
            reached.append(_mean_loss(session))
            if trainer.progress.stopped is None and not halving.goes_on(rung, reached[-1]):
                losses = trainer.held_out_losses
                return Outcome(ended="stopped", epochs=epoch, rungs=tuple(reached), losses=losses)
        if trainer.progress.stopped is None:
            return None
        last = _mean_loss(session)
    except TrainingError:
        return Outcome(ended="diverged", epochs=epoch, rungs=tuple(reached))
    missed = len(halving.rungs) - len(reached)  # of those it stands by what it has
    return Outcome(
        ended="whole",
        epochs=epoch,
        rungs=(*reached, *[last] * missed),
        losses=trainer.held_out_losses,
    )


def _epochs(session: Session) -> Iterator[int]:
    """Yield the number of each epoch that has ended; the last one ends the stage.

    If that is not over then, somebody has interrupted it.
    """
    with closing(session.train()) as steps:
        for info in steps:
            if isinstance(info, EpochInfo):
                yield info.epoch
                if session.trainer.progress.stopped is not None:
                    return


def _mean_loss(session: Session) -> float:
    """Return the mean loss of the rows that are held out.

    Raises:
        TrainingError: it is not finite.
    """
    loss = float(session.trainer.held_out_losses.mean())
    if not np.isfinite(loss):
        raise TrainingError(f"the loss of rows that are held out is {loss:.3g}")
    return loss
