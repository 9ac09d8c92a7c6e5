"""`grucli train --dry-run`: a report on the data and on what would be trained, on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import PurePath

from grucli.cli import output
from grucli.cli.options import Common
from grucli.cli.show_data import show_origins
from grucli.config.resolve import Settings
from grucli.data.labelled import Table
from grucli.data.unclear import command_line
from grucli.errors import show, show_path
from grucli.preparation.data_facts import DataFacts, facts_of
from grucli.report import cost as cost_report
from grucli.report import data_facts
from grucli.report import training as report
from grucli.report import tuning as tuning_report
from grucli.report.cell_text import json_line
from grucli.training.new_run import idle_ranks
from grucli.training.outlook import look_ahead
from grucli.training.session import DataReady, RunRequest, Session, WeightsTaken
from grucli.training.tuning.search import Budget, num_judged, searched
from grucli.values import dataclass

ONLY_HERE = frozenset({"--dry-run", "--json", "-q", "--quiet", "-v", "--verbose"})
"""Words that the command which trains has no use for."""


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A run that is ready to train, what was read, and what it has taken from a model."""

    session: Session
    table: Table
    taken: tuple[str, ...]


def dry_run(request: RunRequest, settings: Settings, common: Common, budget: Budget | None) -> str:
    """Return what a run would do and cost; write no file.

    It is a report for people, or an object as JSON, beside which the report stands on stderr.
    """
    begun = _begun(request)
    prepared, trainer = begun.session.prepared, begun.session.trainer
    outlook = look_ahead(trainer, prepared, begun.session.elapsed_s)
    facts = facts_of(prepared, begun.table)  # afterwards: training needs neither time nor memory
    result = cost_report.result(trainer, prepared, settings, outlook)
    result["data"] |= data_facts.result(facts)
    planned: list[str] = []
    if budget is not None:
        space = searched(request, prepared)
        result["tune"] = tuning_report.plan(space, budget)
        planned = [
            tuning_report.plan_line(budget, num_judged(prepared)),
            *tuning_report.space_lines(space),
        ]
    result["command"] = _command(request)
    *costs, end = cost_report.lines(trainer, prepared, settings, outlook)
    lines = [*_of_data(begun, facts), *planned, *costs, f"next: {result['command']}", end]
    show_origins(prepared, settings, common)
    if not common.json:
        return "".join(f"{show(line)}\n" for line in lines)
    common.note_each(line for line in lines if line)
    return json_line(result)


def _begun(request: RunRequest) -> _Begun:
    session = Session(request)
    table = None
    taken: tuple[str, ...] = ()
    for event in session.begin():
        if isinstance(event, DataReady):
            table = event.table
        elif isinstance(event, WeightsTaken):
            words = f"starting from {show_path(event.path)}: {', '.join(event.words)}"
            taken = (words, *event.notes)
    assert table is not None
    return _Begun(session=session, table=table, taken=taken)


def _of_data(begun: _Begun, facts: DataFacts) -> Iterator[str]:
    """Yield what was found, what is odd, and what is in the data; then the model."""
    prepared, trainer = begun.session.prepared, begun.session.trainer
    yield from prepared.findings
    yield from map(output.warning_line, prepared.warnings)
    for section in data_facts.sections(prepared.name, facts):
        yield from ("", *section)
    yield ""
    yield from begun.taken
    yield report.model_line(trainer.model, prepared.task)
    yield from map(output.warning_line, idle_ranks(prepared, begun.session.request.ranks))


def _command(request: RunRequest) -> str:
    """Return the command that trains as was asked, with a name for the model if it has none."""
    words = [word for word in sys.argv[1:] if word not in ONLY_HERE]
    if not any(word[:2] == "-o" or word.partition("=")[0] == "--output" for word in words):
        name = PurePath(request.config.data.train or "-").name.removesuffix(".gz")
        words += ["-o", f"{PurePath(name).stem if name != '-' else 'model'}.npz"]
    return command_line(["grucli", *words])
