"""Epochs and folds as lines: as many as a reader follows, and none of those that matter missing.

On a terminal a fold has one line, and without folds an epoch has. In a pipe epochs that follow each
other fast are left out, but for the best one and the last one of a run without folds. The longer a
run goes on, the fewer epochs have one, so that the log of a week has less than 200 lines. With
--verbose each has its line.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from grucli.cli import output
from grucli.cli.options import Common
from grucli.preparation.prepare import Prepared
from grucli.report.epochs import epoch_line, stage_line
from grucli.report.learning_curve import learning_curve
from grucli.report.samples import sample_lines
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.trainer import Trainer

PAUSE_S = 5.0
"""At least so much time lies between lines of a pipe that could as well be left out,"""
PAUSE_SHARE = 1 / 14
"""and at least so much of the time since training began, for each line that was said at once."""


class EpochLines:
    """Says what a trainer has come to, once it is told of each epoch."""

    def __init__(
        self,
        trainer: Trainer,
        prepared: Prepared,
        common: Common,
        *,
        is_terminal: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trainer, self._prepared, self._common = trainer, prepared, common
        self._is_terminal, self._clock = is_terminal, clock
        self._began_s = clock()
        self._said_s, self._said_lines = -math.inf, 1
        self._held: list[EpochInfo] = []  # of the stage at hand, which have no line so far
        self._is_open = False  # whether an epoch of this stage has ended

    def show(self, info: StepInfo | EpochInfo) -> None:
        """Say an epoch that has ended, now or with those that follow."""
        if isinstance(info, StepInfo):
            return
        self._held.append(info)
        self._is_open = True
        if self._common.verbose or self._is_due():
            self._say(info)
        if info.ends_stage:
            self.close()

    def close(self) -> None:
        """Say what must be said of the stage at hand before it ends, or because it is cut short."""
        progress = self._trainer.progress
        if not self._is_open:
            return
        if self._prepared.folds is None:
            best = [info for info in self._held if info.epoch == progress.best_epoch]
            for info in [*best, *self._held[-1:]]:
                if info in self._held:
                    self._say(info)
        else:
            history, best_epoch = progress.history, progress.best_epoch
            ended, width = progress.stopped, self._width()
            fold = self._trainer.fold
            line = stage_line(fold, history, best_epoch, ended, self._prepared, width)
            self._common.note(line)
        self._held.clear()
        self._is_open = False

    def _is_due(self) -> bool:
        """Whether a line is due that could as well be left out."""
        if self._is_terminal:
            return self._prepared.folds is None
        now_s = self._clock()
        pause_s = max(PAUSE_S, self._said_lines * PAUSE_SHARE * (now_s - self._began_s))
        return now_s - self._said_s >= pause_s

    def _say(self, info: EpochInfo) -> None:
        """Say an epoch, and which ones before it have no line."""
        index = self._held.index(info)
        skipped = [held.epoch for held in self._held[:index]]
        del self._held[: index + 1]
        lines = [epoch_line(info, self._prepared, skipped=skipped, width=self._width())]
        if info.epoch == self._trainer.progress.best_epoch:
            lines += sample_lines(self._trainer, self._prepared)
        self._common.note_each(lines)
        self._said_s, self._said_lines = self._clock(), len(lines)

    def _width(self) -> int | None:
        return output.columns() if self._is_terminal else None


def show_curve(trainer: Trainer, prepared: Prepared, common: Common) -> None:
    """Draw how training went, on a terminal alone: a pipe has numbers."""
    if common.quiet or not output.is_terminal():
        return
    lines = learning_curve(
        trainer.progress,
        prepared.task.figures[0],
        about="" if prepared.linear is None else " of the recurrence",
        width=output.columns(),
        is_ascii=not output.has_braille(),
    )
    for line in lines:
        output.say(line, as_it_is=True)
