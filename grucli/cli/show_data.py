"""What `grucli train` shows of the data that it has read, and of the settings that follow."""

from __future__ import annotations

from grucli.cli.options import Common
from grucli.config.resolve import Settings
from grucli.preparation.prepare import Prepared


def show_data(prepared: Prepared, settings: Settings, common: Common) -> None:
    """Say what was found, what is odd in it, and to --verbose where each setting comes from."""
    common.note_each(prepared.findings)
    common.note_each(prepared.warnings)
    for key, reason in prepared.reasons.items():
        section, name = key.split(".")
        value = getattr(getattr(prepared.config, section), name)
        common.detail(f"{key}: {value} ({reason})")
    for key, origin in settings.origins.items():
        if origin != "default":
            common.detail(f"{key}: from {origin}")
