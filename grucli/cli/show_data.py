"""What `grucli train` shows of the data that it has read, and of the settings that follow."""

from __future__ import annotations

from grucli.cli.options import Common
from grucli.config.resolve import Settings
from grucli.data.labelled import Table
from grucli.preparation.data_facts import uses_of
from grucli.preparation.prepare import Prepared
from grucli.report import data_facts
from grucli.report.cost import setting_text


def show_data(prepared: Prepared, settings: Settings, common: Common, table: Table) -> None:
    """Say what was found, what is odd in it, and to --verbose where each setting comes from.

    Columns that are not read are named, unless a finding has them.
    """
    common.note_each(prepared.findings)
    rest = data_facts.left_out(table.columns, uses_of(prepared, table))
    if rest and not any("left out: " in line for line in table.findings):
        common.note(rest)
    common.note_each(prepared.warnings)
    show_origins(prepared, settings, common)


def show_origins(prepared: Prepared, settings: Settings, common: Common) -> None:
    """Say to --verbose where each setting comes from."""
    for key, reason in prepared.reasons.items():
        section, name = key.split(".")
        value = getattr(getattr(prepared.config, section), name)
        common.detail(f"{key}: {setting_text(value)} ({reason})")
    for key, origin in settings.origins.items():
        if origin != "default":
            common.detail(f"{key}: from {origin}")
