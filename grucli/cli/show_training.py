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

from grucli.cli import output, show_test, show_tuning, train_outputs
from grucli.cli.interruption import Interruption
from grucli.cli.options import Common
from grucli.cli.show_data import show_data
from grucli.config.resolve import Settings
from grucli.errors import show, show_path
from grucli.model.linear_path import NAMES
from grucli.notices import Notice
from grucli.preparation.prepare import Prepared
from grucli.report import cost as cost_report
from grucli.report import training as report
from grucli.report import tuning as tuning_report
from grucli.report.scores import json_pieces
from grucli.training import cost
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.saver import RunFiles
from grucli.training.session import DataReady, RunRequest, Session, TrainerReady, WeightsTaken
from grucli.training.trainer import Trainer
from grucli.training.tuning.search import Budget, Search, num_judged, searched

Show = Callable[[StepInfo | EpochInfo], None]


def run(request: RunRequest, settings: Settings, common: Common, budget: Budget | None) -> int:
    """Run a request, or say what it would do if it names no files; return the exit code.

    Args:
        request: what is asked.
        settings: where its config comes from.
        common: how much is said.
        budget: of a search for settings before; None for none.
    """
    common.note_each(settings.notes)
    search, files = None if budget is None else Search(request, budget), request.files
    if files is None:
        dry_run(request, settings, common, budget)
        return 0
    with Session(request).locked():
        try:
            cut = None if search is None else show_tuning.search(search, files, settings, common)
            if cut is not None:
                _say(_to_go_on())
                return 128 + cut
            session = Session(request if search is None else search.best_request)
            _show_beginning(session, settings, common, is_known=search is not None)
            train_outputs.check_folds(files, session.prepared)
            if train_outputs.write_test(files, session.prepared):
                common.note(f"wrote {shlex.quote(str(files.test))}: the rows held out for the test")
        except KeyboardInterrupt:
            _say("interrupted before the first step; there is nothing to save")
            return 128 + signal.SIGINT
        signalled = _train(session, common)
    is_reached = True
    if session.trainer.kept.best_epoch:
        is_reached = _show_outcome(session, files, search, common)
    if signalled is not None:
        _say(f"interrupted and saved; {_to_go_on()}")
        return 128 + signalled
    return 0 if is_reached else 1


def _train(session: Session, common: Common) -> int | None:
    """Train, maybe on from where a run has ended; return as `_show_steps`."""
    if session.request.resume_from is not None:
        _resume(session, session.request.resume_from, common)
    return None if session.trainer.is_done else _show_steps(session, common)


def dry_run(request: RunRequest, settings: Settings, common: Common, budget: Budget | None) -> None:
    """Say what a run would do and cost; write nothing."""
    session = Session(request)
    _show_beginning(session, settings, common)
    space = None if budget is None else searched(request, session.prepared)
    trainer, prepared = session.trainer, session.prepared
    measured = cost.measure(trainer, prepared)
    if budget is not None and space is not None:
        common.note(tuning_report.plan_line(budget, num_judged(prepared)))
        common.note_each(tuning_report.space_lines(space))
    common.note_each(cost_report.lines(trainer, prepared, settings, measured))
    if common.json:
        result = cost_report.result(trainer, prepared, settings, measured)
        if budget is not None and space is not None:
            result["tune"] = tuning_report.plan(space, budget)
        output.write(json.dumps(result, ensure_ascii=False) + "\n")


def _show_beginning(
    session: Session, settings: Settings, common: Common, *, is_known: bool = False
) -> None:
    """Begin; of data that is known nothing is said."""
    for event in session.begin():
        if isinstance(event, DataReady):
            if not is_known:
                show_data(event.prepared, settings, common)
        elif isinstance(event, WeightsTaken):
            common.note(f"starting from {show_path(event.path)}: {', '.join(event.words)}")
        elif isinstance(event, TrainerReady):
            common.note(report.model_line(event.trainer.model, session.prepared.task))


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


def _show_outcome(session: Session, files: RunFiles, search: Search | None, common: Common) -> bool:
    """Tell what a run has reached; return whether that is all that was wished for."""
    trainer, prepared, seconds = session.trainer, session.prepared, session.elapsed_s
    is_told = train_outputs.write_out_of_fold(files, session)
    tested = show_test.tested(session, files)
    if common.json:
        result = report.result(trainer, prepared, str(files.model), seconds)
        result["test"] = None if tested is None else tested.scored.to_json()
        if search is not None:
            result["tune"] = tuning_report.result(search, session.request.config)
        for piece in json_pieces(result):
            output.write(piece)
    name = NAMES[prepared.encoder.unit]
    if (line := report.linear_line(trainer.kept, prepared.task, name)) is not None:
        common.note(line)
    common.note_each(report.outcome_lines(trainer, prepared, seconds))
    if (line := report.calibration_line(trainer.kept, prepared)) is not None:
        common.note(line)
    calibration = trainer.task.calibration
    common.note_each(calibration)
    if trainer.progress.stopped == "time":
        common.note(f"--max-time: where it ends depends on the clock; {_to_go_on()}")
    if is_told:
        common.note(f"wrote {shlex.quote(str(files.out_of_fold))}: each row as its fold answers it")
    quoted = shlex.quote(str(files.model))
    if tested is None:
        common.note(f"wrote {quoted}; next: grucli evaluate TEST -m {quoted}")
    else:
        show_test.show(tested, common)
        common.note(f"wrote {quoted}; next: grucli predict NEW -m {quoted}")
    return not any(isinstance(line, Notice) for line in calibration)


def _say(outcome: str) -> None:
    """Say why the exit code is none of success, as errors are said: with --quiet, too."""
    output.say(show(outcome))


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
