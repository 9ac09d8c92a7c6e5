"""When a run is saved and logged: as often as is cheap, and whenever it ends."""

from __future__ import annotations

import time
from pathlib import Path

from grucli import activity
from grucli.errors import AccessError
from grucli.files.temporaries import sweep
from grucli.files.writing import append, write_atomic
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import last_path
from grucli.preparation.prepare import Prepared
from grucli.training import log, run_files
from grucli.training.progress import EpochInfo
from grucli.training.trainer import Trainer
from grucli.values import dataclass

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
        excel_safe: whether no cell of `out_of_fold` is one that a spreadsheet computes (CSV).
    """

    model: Path
    log: Path | None = None
    out_of_fold: Path | None = None
    test: Path | None = None
    html: Path | None = None
    excel_safe: bool = False

    @property
    def tells_folds_as_jsonl(self) -> bool:
        """Whether `out_of_fold` is JSON lines, not CSV."""
        suffix = "" if self.out_of_fold is None else self.out_of_fold.suffix
        return suffix.lower() in (".jsonl", ".ndjson")

    @property
    def tune(self) -> Path:
        """MODEL.tune.jsonl, the trials of a search."""
        return self.model.with_suffix(".tune.jsonl")

    @property
    def last(self) -> Path:
        """MODEL.last.npz, to resume from."""
        return last_path(self.model)

    def sweep(self) -> None:
        """Remove what killed processes have left when writing any of these."""
        others = (self.log, self.out_of_fold, self.test, self.html)
        for path in (self.model, self.last, self.tune, *others):
            if path is not None:
                sweep(path)


class Saver:
    """What a run does with its files while it trains; this one has none.

    Attributes:
        lacks_model: whether somebody wanted an end before a model was made of what is kept: the
            model file is an older one, or none. A resumed run makes it.
    """

    lacks_model = False

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
        self.save()
        self._write_log()

    def rewrite(self) -> None:
        """Write the model and the log of a run that had ended: killed then, they may be older."""
        self.save_best()
        self._write_log()

    def end_epoch(self, info: EpochInfo) -> None:
        """Log an epoch; save at the end of a fold and of training, else as SAVE_SHARE allows."""
        if self._files.log is not None:
            append(self._files.log, log.line(info))
        if info.ends_stage or time.monotonic() >= self._due_s:
            self.save()

    def save(self) -> None:
        """Save the last weights, and the best ones; note when it is due again.

        What fails is tried once more: a long run outlasts a disk that was full for a moment.
        """
        started_s = time.monotonic()
        try:
            self._save()
        except AccessError:
            self._save()
        ended_s = time.monotonic()
        self._due_s = ended_s + (ended_s - started_s) / SAVE_SHARE

    def save_best(self) -> None:
        """Save the best weights once there are any, and while they are what is kept."""
        kept = self._trainer.kept
        if not (kept.are_there and kept.is_present) or self.lacks_model:
            return
        try:
            with activity.may_be_given_up(begins_anyway=True):
                best = run_files.best_model(self._prepared, self._trainer)
        except activity.GivenUp:
            self.lacks_model = True
        else:
            checkpoint.save(self._files.model, best)

    def _save(self) -> None:
        run_files.save_last(self._files.last, self._prepared, self._trainer)
        self.save_best()

    def _write_log(self) -> None:
        if self._files.log is not None:
            behind = log.lines(self._trainer.progress, self._trainer.fold)
            write_atomic(self._files.log, "".join(f"{line}\n" for line in behind).encode())
