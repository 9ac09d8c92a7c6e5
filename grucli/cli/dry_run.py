"""The work of `grucli train --dry-run`: decide everything, measure, write nothing."""

from __future__ import annotations

import json

from grucli.cli import output
from grucli.cli.options import Common
from grucli.cli.training_start import Order, begin
from grucli.config.resolve import Settings
from grucli.report import cost as report
from grucli.training import cost as run_cost


def dry_run(settings: Settings, order: Order, common: Common) -> None:
    """Say what a run with these settings would do and cost."""
    prepared, trainer = begin(settings, order, common)
    cost = run_cost.measure(trainer, prepared)
    for line in report.lines(trainer, prepared, settings, cost):
        common.note(line)
    if common.json:
        result = report.result(trainer, prepared, settings, cost)
        output.write(json.dumps(result, ensure_ascii=False) + "\n")
