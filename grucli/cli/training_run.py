"""The work of `grucli train`: say what was found, train, save, survive interruptions."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from grucli import runs
from grucli.checkpoint import last_path
from grucli.cli import output
from grucli.cli.options import Common
from grucli.cli.progress import display
from grucli.config import Settings
from grucli.dataset import Prepared, prepare
from grucli.errors import AccessError, ConfigError, TrainingError, show_path
from grucli.files import append, lock, sweep
from grucli.report import training as report
from grucli.training import EpochInfo, Trainer

BadRow = Literal["stop", "skip"]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAVE_SHARE = 0.05
"""Saving for a resume takes at most this share of the time; epochs can be very short."""


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The files of a run.

    Attributes:
        model: MODEL.npz, the best weights.
        last: MODEL.last.npz, to resume from.
        log: a JSON object an epoch, or None.
        resume: whether `last` is where the run begins.
    """

    model: Path
    last: Path
    log: Path | None
    resume: bool

    @classmethod
    def checked(cls, model: str, *, log: str | None, resume: bool, force: bool) -> Outputs:
        """Refuse, before anything is read, what would be lost or cannot be.

        Raises:
            ConfigError: the name does not end in .npz.
            AccessError: an output exists, or there is nothing to resume.
        """
        if not model.endswith(".npz") or model.endswith(".last.npz"):
            raise ConfigError(
                f"--output: '{show_path(model)}' must end in .npz (and not in .last.npz)"
            )
        outputs = cls(
            model=Path(model),
            last=last_path(model),
            log=None if log is None else Path(log),
            resume=resume,
        )
        if resume and not outputs.last.exists():
            raise AccessError(
                f"{show_path(outputs.last)}: no such file, nothing to resume; omit --resume"
            )
        for path in (outputs.model, outputs.last, outputs.log):
            if path is not None and path.exists() and not (resume or force):
                raise AccessError(
                    f"{show_path(path)}: exists; pass --force to replace it, --resume to go on"
                )
        return outputs


def run(settings: Settings, outputs: Outputs, on_bad_row: BadRow, common: Common) -> int:
    """Train as the settings say; return the exit code."""
    data = settings.config.data.train
    if data is None:
        raise ConfigError("no data: give a file (or - for stdin), or set data.train in the config")
    for line in settings.notes:
        common.note(line)
    started = time.monotonic()
    with lock(outputs.model):
        prepared = prepare(data, settings.config, on_bad_row)
        trainer = _begin(prepared, settings, outputs, common)
        interrupted_by = None
        if trainer.progress.stopped is None:
            interrupted_by = _train(trainer, prepared, outputs, common)
        else:
            common.note(f"{show_path(outputs.last)}: finished already, nothing to do")
            runs.save_best(outputs.model, prepared, trainer)
    seconds = time.monotonic() - started
    if trainer.progress.best_epoch:
        if common.json:
            result = report.result(trainer, prepared, str(outputs.model), seconds)
            output.write(json.dumps(result, ensure_ascii=False) + "\n")
        common.note(report.outcome_line(trainer.progress, seconds))
        model = shlex.quote(str(outputs.model))
        common.note(f"wrote {model}; next: grucli evaluate TEST -m {model}")
    if interrupted_by is not None:
        common.note(f"interrupted and saved; to go on: {_resume_command()}")
        return 128 + interrupted_by
    return 0


def _begin(prepared: Prepared, settings: Settings, outputs: Outputs, common: Common) -> Trainer:
    """Say what was found and chosen, and make the trainer."""
    for line in prepared.findings:
        common.note(line)
    for key, reason in prepared.reasons.items():
        section, name = key.split(".")
        value = getattr(getattr(prepared.config, section), name)
        common.detail(f"{key}: {value} ({reason})")
    for key, origin in settings.origins.items():
        if origin != "default":
            common.detail(f"{key}: from {origin}")
    trainer = runs.start(prepared)
    if outputs.resume:
        for difference in runs.resume(trainer, prepared, outputs.last):
            common.note(f"warning: {difference}: the bytes may differ from an uninterrupted run")
        common.note(f"resuming {show_path(outputs.last)} after epoch {trainer.progress.epoch}")
    common.note(report.model_line(trainer.model))
    return trainer


def _train(trainer: Trainer, prepared: Prepared, outputs: Outputs, common: Common) -> int | None:
    """Train to the end, or to the first signal, whose number is returned."""
    saver = _Saver(trainer, prepared, outputs)
    saver.save()  # also finds out, before the first epoch, whether the folder can be written
    with _Interruption() as interruption, display(trainer, common) as show_progress:
        try:
            for info in trainer.run():
                show_progress(info)
                if isinstance(info, EpochInfo):
                    _write_log(outputs.log, info)
                    saver.save_if_due()
                if interruption.number is not None:
                    break
        except TrainingError as error:
            saver.save_best()
            kept = trainer.progress.best_epoch
            mend = f"{show_path(outputs.model)} keeps epoch {kept}" if kept else "no model was kept"
            raise TrainingError(*error.problems, mend) from None
    saver.save()
    return None if trainer.progress.stopped else interruption.number


class _Saver:
    """Saves for a resume as often as is cheap, and the best weights with it."""

    def __init__(self, trainer: Trainer, prepared: Prepared, outputs: Outputs) -> None:
        self._trainer, self._prepared, self._outputs = trainer, prepared, outputs
        self._due = 0.0
        for path in (outputs.model, outputs.last):
            sweep(path)

    def save(self) -> None:
        """Save the last weights, and the best ones once there are any."""
        started = time.monotonic()
        runs.save_last(self._outputs.last, self._prepared, self._trainer)
        self.save_best()
        ended = time.monotonic()
        self._due = ended + (ended - started) / SAVE_SHARE

    def save_if_due(self) -> None:
        """Save unless that would take more than SAVE_SHARE of the time."""
        if time.monotonic() >= self._due:
            self.save()

    def save_best(self) -> None:
        """Save the best weights once there are any."""
        if self._trainer.progress.best_epoch:
            runs.save_best(self._outputs.model, self._prepared, self._trainer)


class _Interruption:
    """Remembers the first signal, so that the batch at hand is finished and saved.

    A second one ends the process at once; what is on the disk is whole at every instant.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> _Interruption:
        self._handlers = {number: signal.signal(number, self._remember) for number in SIGNALS}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)


def _write_log(path: Path | None, info: EpochInfo) -> None:
    if path is not None:
        append(path, json.dumps({"epoch": info.epoch, **info.scores, "best": info.is_best}))


def _resume_command() -> str:
    words = ["grucli", *(word for word in sys.argv[1:] if word not in ("--resume", "--force"))]
    return shlex.join([*words, "--resume"])
