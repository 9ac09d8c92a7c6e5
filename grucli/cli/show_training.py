"""What `grucli train` shows of a session: its findings, epochs and outcome, and its exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from grucli.cli import memory, output, run_status, show_test, train_outputs
from grucli.cli.interruption import Interruption, Stopped, exit_code
from grucli.cli.options import Common
from grucli.cli.run_status import Status
from grucli.cli.show_data import show_data
from grucli.cli.show_epochs import EpochLines, show_curve
from grucli.config.resolve import Settings
from grucli.errors import show, show_path
from grucli.notices import Notice
from grucli.report import training as report
from grucli.report.epochs import step_words
from grucli.report.scores import json_pieces
from grucli.training.forecast import Forecast
from grucli.training.held_out_scores import held_out_scores
from grucli.training.new_run import idle_ranks
from grucli.training.saver import RunFiles
from grucli.training.session import DataReady, RunRequest, Session, TrainerReady, WeightsTaken

if TYPE_CHECKING:
    from grucli.training.tuning.search import Budget, Search


def run(request: RunRequest, settings: Settings, common: Common, budget: Budget | None) -> int:
    """Run a request, or say what it would do if it names no files; return the exit code.

    Args:
        request: what is asked.
        settings: where its config comes from.
        common: how much is said.
        budget: of a search for settings before; None for none.
    """
    common.note_each(settings.notes)
    with run_status.shown(common) as status:
        if request.files is not None:
            search = None if budget is None else _search(request, budget)
            return _run(Session(request), request.files, search, settings, common, status)
        from grucli.cli.dry_run import dry_run  # late, as all that few runs need

        report_of_data = dry_run(request, settings, common, budget)
    output.write(report_of_data)
    return 0


def _search(request: RunRequest, budget: Budget) -> Search:
    from grucli.training.tuning.search import Search

    return Search(request, budget)


def _run(
    session: Session,
    files: RunFiles,
    search: Search | None,
    settings: Settings,
    common: Common,
    status: Status,
) -> int:
    """Search, if that is asked for, and train; return the exit code."""
    with session.locked(), memory.of_training(session):
        try:
            if search is not None:
                from grucli.cli import show_tuning

                cut = show_tuning.search(search, files, settings, common, status)
                if cut is not None:
                    _say_how_to_go_on("")
                    return 128 + cut
                session = Session(search.best_request)
            _show_beginning(session, settings, common, is_known=search is not None)
            train_outputs.check_folds(files, session.prepared)
            if train_outputs.write_test(files, session.prepared):
                common.note(f"wrote {shlex.quote(str(files.test))}: the rows held out for the test")
        except (KeyboardInterrupt, Stopped) as end:
            if search is not None and search.trials:
                _say_how_to_go_on("interrupted before the first step; the trials are kept; ")
            else:
                _say("interrupted before the first step; there is nothing to save")
            return exit_code(end)
        signalled = _train(session, common, status)
    is_reached = True
    if session.trainer.kept.are_there and not session.lacks_model:
        is_reached = _show_outcome(session, files, search, common, is_cut=signalled is not None)
    if signalled is not None:
        saved = "; all but the model is saved" if session.lacks_model else " and saved"
        _say_how_to_go_on(f"interrupted{saved}; ")
        return 128 + signalled
    return 0 if is_reached else 1


def _train(session: Session, common: Common, status: Status) -> int | None:
    """Train, maybe on from where a run has ended; return as `_show_steps`."""
    if session.request.resume_from is not None:
        _resume(session, session.request.resume_from, common)
    return None if session.trainer.is_done else _show_steps(session, common, status)


def _show_beginning(
    session: Session, settings: Settings, common: Common, *, is_known: bool = False
) -> None:
    """Begin; of data that is known nothing is said."""
    for event in session.begin():
        if isinstance(event, DataReady):
            if not is_known:
                show_data(event.prepared, settings, common, event.table)
        elif isinstance(event, WeightsTaken):
            common.note(f"starting from {show_path(event.path)}: {', '.join(event.words)}")
            common.note_each(event.notes)
        elif isinstance(event, TrainerReady):
            common.note(report.model_line(event.trainer.model, session.prepared.task))
            common.note_each(idle_ranks(session.prepared, session.request.ranks))


def _resume(session: Session, last: Path, common: Common) -> None:
    for difference in session.resume():
        text = f"{difference}: the bytes may differ from an uninterrupted run"
        common.note(Notice("run.resumed_differently", text))
    common.note(f"resuming {show_path(last)} {report.moment(session.trainer)}")
    if session.trainer.is_done:
        common.note(f"{show_path(last)}: finished already; the model is written as it was")
        session.rewrite()


def _show_steps(session: Session, common: Common, status: Status) -> int | None:
    """Train; return the number of the signal that has cut it short, None if none has."""
    trainer, prepared = session.trainer, session.prepared
    lines = EpochLines(trainer, prepared, common, is_terminal=status.is_shown)
    forecast = Forecast(prepared)
    with (
        Interruption(session.interrupt) as interruption,
        closing(lines),
        closing(session.train()) as steps,
    ):
        for info in steps:
            lines.show(info)
            if status.is_shown:
                words = step_words(trainer.progress, prepared, trainer.num_folds, trainer.epochs)
                work = forecast.of(trainer.progress, trainer.counts_ahead)
                status.step(words, work, most_s=session.left_s)
    return None if trainer.is_done and not session.lacks_model else interruption.number


def _show_outcome(
    session: Session, files: RunFiles, search: Search | None, common: Common, *, is_cut: bool
) -> bool:
    """Tell what a run has reached; return whether that is all that was wished for.

    Of one that a signal has cut short, what takes time to find is not told.
    """
    trainer, prepared, seconds = session.trainer, session.prepared, session.elapsed_s
    is_told = train_outputs.write_out_of_fold(files, session)
    tested = show_test.tested(session, files)
    held = None if is_cut else held_out_scores(trainer, prepared)
    if common.json:
        result = report.result(trainer, prepared, held, str(files.model), seconds)
        result["test"] = None if tested is None else tested.scored.to_json()
        if search is not None:
            from grucli.report import tuning

            result["tune"] = tuning.result(search, session.request.config)
        for piece in json_pieces(result):
            output.write(piece)
    common.note_each(report.paths_lines(trainer, prepared))
    common.note_each(report.outcome_lines(trainer, prepared, seconds))
    if (line := report.calibration_line(trainer.kept, prepared)) is not None:
        common.note(line)
    calibration = trainer.task.calibration
    common.note_each(calibration)
    if held is not None and tested is None:
        common.note_each(report.held_out_lines(held, trainer, prepared))
    if trainer.progress.stopped == "time" and not common.quiet:
        _say_how_to_go_on("--max-time: where it ends depends on the clock; ")
    if is_told:
        common.note(f"wrote {shlex.quote(str(files.out_of_fold))}: each row as its fold answers it")
    show_curve(trainer, prepared, common)
    train_outputs.write_page(files, session, held, tested, common)
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


def _say_how_to_go_on(outcome: str) -> None:
    """Say an outcome with the command that follows; on a terminal it has a line, to be copied."""
    words = ["grucli", *_without_init_from(sys.argv[1:])]
    words = [word for word in words if word not in ("--resume", "--force")]
    command = shlex.join([*words, "--resume"])
    if output.is_terminal():
        _say(f"{outcome}to go on:")
        output.say(show(f"  {command}"), as_it_is=True)
    else:
        _say(f"{outcome}to go on: {command}")


def _without_init_from(words: Sequence[str]) -> list[str]:
    """Leave out what has been done already."""
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("--init-from") and before != "--init-from"
    ]
