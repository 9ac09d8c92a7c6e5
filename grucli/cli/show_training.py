"""What `grucli train` shows of a session: its findings, epochs and outcome, and its exit code.

On a terminal a bar shows the time that is left.
"""

from __future__ import annotations

import json
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from grucli.cli import output, train_outputs
from grucli.cli.interruption import Interruption
from grucli.cli.options import Common
from grucli.config.resolve import Settings
from grucli.errors import ConfigError, show_path
from grucli.model.linear_path import NAMES
from grucli.notices import Notice
from grucli.preparation.prepare import Prepared
from grucli.report import cost as cost_report
from grucli.report import training as report
from grucli.training import cost
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.saver import RunFiles
from grucli.training.session import DataReady, RunRequest, Session, TrainerReady, WeightsTaken
from grucli.training.trainer import Trainer

Show = Callable[[StepInfo | EpochInfo], None]


def run(request: RunRequest, settings: Settings, common: Common) -> int:
    """Run a request, or say what it would do if it names no files; return the exit code."""
    if request.files is None:
        dry_run(request, settings, common)
        return 0
    return train(request, settings, request.files, common)


def train(request: RunRequest, settings: Settings, files: RunFiles, common: Common) -> int:
    """Run a request that writes `files`; return the exit code."""
    session = Session(request)
    with session.locked():
        try:
            _show_beginning(session, settings, common)
        except KeyboardInterrupt:
            common.note("interrupted before the first step; there is nothing to save")
            return 128 + signal.SIGINT
        if files.out_of_fold is not None:
            _check_folds(session)
        if request.resume_from is not None:
            _resume(session, request.resume_from, common)
        signalled = None
        if not session.trainer.is_done:
            signalled = _show_steps(session, common)
    if session.trainer.kept.best_epoch:
        _show_outcome(session, files, common)
    if signalled is not None:
        common.note(f"interrupted and saved; {_to_go_on()}")
        return 128 + signalled
    return 0


def dry_run(request: RunRequest, settings: Settings, common: Common) -> None:
    """Say what a run would do and cost; write nothing."""
    session = Session(request)
    _show_beginning(session, settings, common)
    trainer, prepared = session.trainer, session.prepared
    measured = cost.measure(trainer, prepared)
    common.note_each(cost_report.lines(trainer, prepared, settings, measured))
    if common.json:
        result = cost_report.result(trainer, prepared, settings, measured)
        output.write(json.dumps(result, ensure_ascii=False) + "\n")


def _show_beginning(session: Session, settings: Settings, common: Common) -> None:
    common.note_each(settings.notes)
    for event in session.begin():
        if isinstance(event, DataReady):
            _show_data(event.prepared, settings, common)
        elif isinstance(event, WeightsTaken):
            common.note(f"starting from {show_path(event.path)}: {', '.join(event.words)}")
        elif isinstance(event, TrainerReady):
            common.note(report.model_line(event.trainer.model, session.prepared.task))


def _show_data(prepared: Prepared, settings: Settings, common: Common) -> None:
    common.note_each(prepared.findings)
    common.note_each(prepared.warnings)
    for key, reason in prepared.reasons.items():
        section, name = key.split(".")
        value = getattr(getattr(prepared.config, section), name)
        common.detail(f"{key}: {value} ({reason})")
    for key, origin in settings.origins.items():
        if origin != "default":
            common.detail(f"{key}: from {origin}")


def _check_folds(session: Session) -> None:
    """Refuse to tell what folds answer where there are none.

    Raises:
        ConfigError: there are none.
    """
    if not session.trainer.num_folds:
        why = session.prepared.reasons.get("training.folds", "as was set")
        raise ConfigError(f"--out-of-fold: there are no folds ({why}); pass --folds 5")


def _resume(session: Session, last: Path, common: Common) -> None:
    for difference in session.resume():
        text = f"{difference}: the bytes may differ from an uninterrupted run"
        common.note(Notice("run.resumed_differently", text))
    common.note(f"resuming {show_path(last)} {report.moment(session.trainer)}")
    if session.trainer.is_done:
        common.note(f"{show_path(last)}: finished already, nothing to do")
        session.save_best()


def _show_steps(session: Session, common: Common) -> int | None:
    """Train; return the number of the signal that has cut it short, None if none has."""
    trainer = session.trainer
    with (
        _display(trainer, session.prepared, common) as show,
        Interruption(session.interrupt) as interruption,
        closing(session.train()) as steps,
    ):
        for info in steps:
            show(info)
    return None if trainer.is_done else interruption.number


@contextmanager
def _display(trainer: Trainer, prepared: Prepared, common: Common) -> Iterator[Show]:
    """Yield the function that shows a step or an epoch."""
    if common.quiet or not output.is_terminal():

        def show_epoch(info: StepInfo | EpochInfo) -> None:
            if isinstance(info, EpochInfo):
                common.note(report.epoch_line(info, prepared))

        yield show_epoch
    else:
        with _bar(trainer, prepared, common) as show:
            yield show


@contextmanager
def _bar(trainer: Trainer, prepared: Prepared, common: Common) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    console = Console(stderr=True, no_color=common.no_color or None, highlight=False)
    progress, done = trainer.progress, trainer.progress.step
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("epoch 1", total=trainer.num_batches * trainer.epochs, completed=done)

        def show(info: StepInfo | EpochInfo) -> None:
            if isinstance(info, EpochInfo):
                style = "bold" if info.is_best else ""
                bars.console.print(Text(report.epoch_line(info, prepared), style=style))
            else:
                text = f"epoch {info.epoch}/{trainer.epochs}  loss {info.loss:.4f}"
                bars.update(task, description=text)
            bars.update(task, completed=progress.step)

        yield show


def _show_outcome(session: Session, files: RunFiles, common: Common) -> None:
    trainer, prepared, seconds = session.trainer, session.prepared, session.elapsed_s
    is_told = train_outputs.write_out_of_fold(files, session)
    if common.json:
        result = report.result(trainer, prepared, str(files.model), seconds)
        output.write(json.dumps(result, ensure_ascii=False) + "\n")
    name = NAMES[prepared.encoder.unit]
    if (line := report.linear_line(trainer.kept, prepared.task, name)) is not None:
        common.note(line)
    common.note_each(report.outcome_lines(trainer, prepared, seconds))
    if (line := report.calibration_line(trainer.kept, prepared)) is not None:
        common.note(line)
    common.note_each(trainer.task.calibration)
    if trainer.progress.stopped == "time":
        common.note(f"--max-time: where it ends depends on the clock; {_to_go_on()}")
    if is_told:
        common.note(f"wrote {shlex.quote(str(files.out_of_fold))}: each row as its fold answers it")
    quoted = shlex.quote(str(files.model))
    common.note(f"wrote {quoted}; next: grucli evaluate TEST -m {quoted}")


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
