"""When a run is saved and logged: as often as is cheap, and whenever it ends."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from grucli.files.writing import append, sweep, write_atomic
from grucli.modelfile.checkpoint import last_path
from grucli.preparation.prepare import Prepared
from grucli.training import log, run_files
from grucli.training.progress import EpochInfo
from grucli.training.trainer import Trainer

SAVE_SHARE = 0.02
"""Saving for a resume takes at most this share of the time; epochs can be very short."""


@dataclass(frozen=True, kw_only=True)
class RunFiles:
    """The files of a run.

    Attributes:
        model: MODEL.npz, the best weights.
        log: a JSON object an epoch, or None.
        out_of_fold: for the answers of folds, which whoever shows the run writes; or None.
        test: for the rows that are held out before anything is learned, likewise.
        html: for a page about the run, likewise.
    """

    model: Path
    log: Path | None = None
    out_of_fold: Path | None = None
    test: Path | None = None
    html: Path | None = None

    @property
    def tune(self) -> Path:
        """MODEL.tune.jsonl, the trials of a search."""
        return self.model.with_suffix(".tune.jsonl")

    @property
    def last(self) -> Path:
        """MODEL.last.npz, to resume from."""
        return last_path(self.model)


class Saver:
    """What a run does with its files while it trains; this one has none."""

    def begin(self) -> None:
        """Save first weights: whether the folder can be written is known before the first epoch."""

    def end_epoch(self, info: EpochInfo) -> None:
        """Log an epoch, and save if it is time to."""

    def save(self) -> None:
        """Save all that a resume needs, and the best weights."""

    def save_best(self) -> None:
        """Save the best weights once there are any, and while they are what is kept."""


class FileSaver(Saver):
    """Keeps the model file, the file to resume from and the log."""

    def __init__(self, files: RunFiles, prepared: Prepared, trainer: Trainer) -> None:
        self._files, self._prepared, self._trainer = files, prepared, trainer
        self._due_s = 0.0

    def begin(self) -> None:
        """Save first weights, and log what a resumed run has behind it."""
        for path in (self._files.model, self._files.last):
            sweep(path)
        self.save()
        if self._files.log is not None:
            behind = log.lines(self._trainer.progress, self._trainer.fold)
            write_atomic(self._files.log, "".join(f"{line}\n" for line in behind).encode())

    def end_epoch(self, info: EpochInfo) -> None:
        """Log an epoch; save at the end of a fold and of training, else as SAVE_SHARE allows."""
        if self._files.log is not None:
            append(self._files.log, log.line(info))
        if info.ends_stage or time.monotonic() >= self._due_s:
            self.save()

    def save(self) -> None:
        """Save the last weights, and the best ones; note when it is due again."""
        started_s = time.monotonic()
        run_files.save_last(self._files.last, self._prepared, self._trainer)
        self.save_best()
        ended_s = time.monotonic()
        self._due_s = ended_s + (ended_s - started_s) / SAVE_SHARE

    def save_best(self) -> None:
        """Save the best weights once there are any, and while they are what is kept."""
        kept = self._trainer.kept
        if kept.are_there and kept.is_present:
            run_files.save_best(self._files.model, self._prepared, self._trainer)
