"""What `grucli train --tune` shows of its search: a line a trial, then the winner."""

from __future__ import annotations

from contextlib import closing

from grucli.cli import train_outputs
from grucli.cli.interruption import Interruption
from grucli.cli.options import Common
from grucli.cli.run_status import Status
from grucli.cli.show_data import show_data
from grucli.config.resolve import Settings
from grucli.errors import counted, show_path
from grucli.report import tuning as report
from grucli.training.forecast import Forecast
from grucli.training.saver import RunFiles
from grucli.training.tuning.search import Search
from grucli.training.tuning.trial import Trial


def search(
    found: Search, files: RunFiles, settings: Settings, common: Common, status: Status
) -> int | None:
    """Search; return the number of the signal that has cut it short, None if none has.

    Raises:
        GrucliError: as `Search.begin` and `Search.run`.
        KeyboardInterrupt: before the first trial.
    """
    for ready in found.begin():
        show_data(ready.prepared, settings, common, ready.table)
        train_outputs.check_folds(files, ready.prepared)
    common.note(report.plan_line(found.budget, found.num_judged))
    with Interruption(found.interrupt) as interruption, closing(found.events()) as events:
        for event in events:
            if isinstance(event, Trial):
                common.note(report.trial_line(event, found.budget))
            elif status.is_shown:
                _show_step(found, status)
    if not found.is_done:
        done = counted(len(found.trials), "trial")
        common.note(f"interrupted; {done} stand in {show_path(files.tune)}")
        return interruption.number
    status.go_on()
    common.note_each(report.outcome_lines(found, found.best_request.config))
    return None


def _show_step(found: Search, status: Status) -> None:
    trials, progress, number = found.trials, found.progress, found.budget.trials
    work = Forecast(found.prepared).of_search(trials, progress, number)
    words = report.step_words(len(trials) + 1, found.budget, progress)
    status.step(words, work, further_s=found.left_s)
