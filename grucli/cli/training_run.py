"""The work of `grucli train`: say what was found, train, save, survive interruptions."""

from __future__ import annotations

import json
import math
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from grucli.cli import output
from grucli.cli.options import Common
from grucli.cli.progress_display import Show, display
from grucli.cli.training_start import Order, begin
from grucli.config.resolve import Settings
from grucli.errors import AccessError, ConfigError, TrainingError, show_path
from grucli.files.locking import lock
from grucli.files.writing import append, check_place, sweep, write_atomic
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import last_path
from grucli.preparation.prepare import Prepared
from grucli.report import training as report
from grucli.training import run_files
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.trainer import Trainer

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAVE_SHARE = 0.05
"""Saving for a resume takes at most this share of the time; epochs can be very short."""
MOST_LOG_LINE = 1 << 16


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
        paths = [path for path in (outputs.model, outputs.last, outputs.log) if path is not None]
        for path in paths:
            check_place(path)
        if resume and not outputs.last.exists():
            raise AccessError(
                f"{show_path(outputs.last)}: no such file, nothing to resume; omit --resume"
            )
        for path in paths:
            if path.exists() and not (resume or force):
                raise AccessError(
                    f"{show_path(path)}: exists; pass --force to replace it, --resume to go on"
                )
        return outputs

    def check_apart(self, inputs: Mapping[str, str | None]) -> None:
        """Refuse to replace what is read, by what it is; None is nothing.

        Raises:
            ConfigError: an output is an input, or the log is a model file.
        """
        own = {"model": self.model, "file to resume from": self.last}
        for path in own.values():
            output.check_apart("--output", path, inputs)
        if self.log is not None:
            output.check_apart("--log", self.log, {**inputs, **own})


def run(settings: Settings, outputs: Outputs, order: Order, common: Common) -> int:
    """Train as the settings say; return the exit code."""
    started = time.monotonic()
    ends = math.inf if order.max_seconds is None else started + order.max_seconds
    with lock(outputs.model):
        try:
            old = outputs.last if outputs.resume else None
            prepared, trainer = begin(settings, order, common, old)
        except KeyboardInterrupt:
            common.note("interrupted before the first step; there is nothing to save")
            return 128 + signal.SIGINT
        if outputs.resume:
            _resume(trainer, prepared, outputs, common)
        interrupted_by = None
        if not trainer.is_done:
            with display(trainer, prepared, common) as show_progress:
                interrupted_by = _train(trainer, prepared, outputs, show_progress, ends)
        else:
            common.note(f"{show_path(outputs.last)}: finished already, nothing to do")
            run_files.save_best(outputs.model, prepared, trainer)  # killed before, it may be older
    seconds = time.monotonic() - started
    kept = trainer.kept
    if kept.best_epoch:
        if common.json:
            result = report.result(trainer, prepared, str(outputs.model), seconds)
            output.write(json.dumps(result, ensure_ascii=False) + "\n")
        if (line := report.wide_line(kept.scores, NAMES[prepared.encoder.kind])) is not None:
            common.note(line)
        for line in report.outcome_lines(trainer, prepared, seconds):
            common.note(line)
        model = shlex.quote(str(outputs.model))
        if trainer.progress.stopped == "time":
            common.note(f"--max-time: where it ends depends on the clock; {_to_go_on()}")
        common.note(f"wrote {model}; next: grucli evaluate TEST -m {model}")
    if interrupted_by is not None:
        common.note(f"interrupted and saved; {_to_go_on()}")
        return 128 + interrupted_by
    return 0


def _resume(trainer: Trainer, prepared: Prepared, outputs: Outputs, common: Common) -> None:
    """Put the trainer where its run has ended, and say so."""
    for difference in run_files.resume(trainer, prepared, outputs.last):
        common.note(f"warning: {difference}: the bytes may differ from an uninterrupted run")
    if outputs.log is not None:
        _check_log(outputs.log, trainer)
    common.note(f"resuming {show_path(outputs.last)} {_moment(trainer)}")


def _check_log(path: Path, trainer: Trainer) -> None:
    """Refuse to go on in a file that is no log of this run: it would be replaced."""
    lines = report.log_lines(trainer.progress)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline(MOST_LOG_LINE)
    except OSError:
        return  # there is none; what else is wrong with it is found when it is written
    if first and not _is_epoch(first, lines):
        raise AccessError(f"{show_path(path)}: is no log of this run; name another file for --log")


def _is_epoch(first: str, lines: Sequence[str]) -> bool:
    """Tell whether this is the first of the lines; of none, whether it could be."""
    try:
        entry = json.loads(first)
    except ValueError:
        return False
    return entry == json.loads(lines[0]) if lines else isinstance(entry, dict) and "epoch" in entry


def _moment(trainer: Trainer) -> str:
    """Return where a run has ended: "in fold 2 after epoch 3", "in epoch 1"."""
    progress = trainer.progress
    fold = f"in fold {trainer.fold} " if trainer.fold else ""
    place = "after" if progress.batch in (0, trainer.num_batches) else "in"
    return f"{fold}{place} epoch {progress.epoch}"


def _train(
    trainer: Trainer, prepared: Prepared, outputs: Outputs, show_progress: Show, ends: float
) -> int | None:
    """Train to the end, to `ends` [s], or to the first signal, whose number is returned."""
    saver = _Saver(trainer, prepared, outputs)
    saver.save()  # also finds out, before the first epoch, whether the folder can be written
    if outputs.log is not None:
        _begin_log(outputs.log, trainer)
    workers = prepared.config.training.workers or 0
    with _Interruption() as interruption, trainer.crew(workers):
        try:
            for info in _steps(trainer, saver):
                show_progress(info)
                if isinstance(info, EpochInfo):
                    if outputs.log is not None:
                        append(outputs.log, report.log_line(info))
                    saver.save_if_due()
                if interruption.number is not None:
                    break
                if time.monotonic() >= ends:
                    trainer.stop("time")
            saver.save()
        except TrainingError as error:
            saver.save_best()
            kept = trainer.kept
            epoch = f"epoch {kept.best_epoch}{f' of fold {kept.fold}' if kept.fold else ''}"
            mend = f"{show_path(outputs.model)} keeps {epoch}"
            mend = mend if kept.best_epoch else "no model was kept"
            raise TrainingError(*error.problems, mend) from None
    return None if trainer.is_done else interruption.number


def _steps(trainer: Trainer, saver: _Saver) -> Iterator[StepInfo | EpochInfo]:
    """Train; what stands before a step that a lost worker made impossible is saved."""
    try:
        yield from trainer.run()
    except AccessError:
        saver.save()
        raise


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
        run_files.save_last(self._outputs.last, self._prepared, self._trainer)
        self.save_best()
        ended = time.monotonic()
        self._due = ended + (ended - started) / SAVE_SHARE

    def save_if_due(self) -> None:
        """Save at the end of a fold and of training, else as SAVE_SHARE allows."""
        if self._trainer.progress.stopped is not None or time.monotonic() >= self._due:
            self.save()

    def save_best(self) -> None:
        """Save the best weights once there are any, and while they are what is kept."""
        kept = self._trainer.kept
        if kept.best_epoch and kept.is_present:
            run_files.save_best(self._outputs.model, self._prepared, self._trainer)


class _Interruption:
    """Remembers the first signal, so that the batch at hand is finished and saved.

    A second one ends the process at once; what is on the disk is whole at every instant. A signal
    that whoever started the process has it ignore (`nohup`, a shell's background) stays ignored.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> _Interruption:
        heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        self._handlers = {number: signal.signal(number, self._remember) for number in heard}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        for each in self._handlers:
            signal.signal(each, signal.SIG_DFL)


def _begin_log(path: Path, trainer: Trainer) -> None:
    """Write what a resumed run has behind it, nothing for a new one."""
    lines = report.log_lines(trainer.progress)
    write_atomic(path, "".join(f"{line}\n" for line in lines).encode())


def _to_go_on() -> str:
    words = ["grucli", *_without_init_from(sys.argv[1:])]
    words = [word for word in words if word not in ("--resume", "--force")]
    return f"to go on: {shlex.join([*words, '--resume'])}"


def _without_init_from(words: Sequence[str]) -> list[str]:
    """Leave out what has been done already."""
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("--init-from") and before != "--init-from"
    ]
