"""Verdicts for people: what fixed rules find, each with the id by which docs/messages.md tells."""

from __future__ import annotations

from collections.abc import Sequence

from grucli.inspection.report import Verdict
from grucli.report.tables import field


def verdict_lines(found: Sequence[Verdict], head: str = "!") -> list[str]:
    """Return the lines of verdicts, each begun with `head`, a mark and whose it is, if of one."""
    indent = len(head) + 1
    return [line for one in found for line in field(head, f"{one.text} [{one.id}]", indent)]
