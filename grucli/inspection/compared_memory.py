"""Which of two models looks back less, by a fixed rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grucli.errors import counted
from grucli.inspection.memory import AGREEMENT, Horizon
from grucli.inspection.report import Input, Report, Verdict
from grucli.inspection.verdicts import reads_the_end, verdict
from grucli.tasks.intervals import wilson_interval

SHORTER = 0.6  # horizon over the other's: next to each other on the grid of k they are 0.5 to 0.67
NO_MEMORY = {
    "trust.unlearned": "has not learned",
    "trust.idle_recurrence": "has a recurrence without a say",
}
"""Why the horizon of a model is none of a memory, by the verdict that says so."""


def of_memories(first: Report, second: Report) -> Iterator[Verdict]:
    """Say which of A and B looks back clearly less; nothing where they do not read the same steps.

    That is where its H99 is at most SHORTER of the other's, and where of so many steps, or of the
    next more that were measured, the other needs more even by its 95 % interval.

    Args:
        first, second: of A and B, on the same data or on none.
    """
    if first.input is None or second.input is None or not _same_steps(first.input, second.input):
        return
    each = {name: _back(one) for name, one in (("A", first), ("B", second))}
    (short, less), (long, more) = sorted(each.items(), key=lambda item: item[1].h99)
    if less.h99 > SHORTER * more.h99 or not _needs_more(more, less.h99, first.input.sequences):
        return
    reports = {"A": first, "B": second}
    ratio = each["B"].h99 / each["A"].h99
    judged = ("h99 from the end of B / that of A", ratio, SHORTER if short == "B" else 1 / SHORTER)
    near, far = f"{short} looks back {counted(less.h99, 'step')}", f"{long} {more.h99:,}"
    doubts = [f"{name} {why}" for name, one in reports.items() if (why := _no_memory(one))]
    if doubts:
        whose = "its memory" if len(doubts) == 1 else "their memories"
        yield verdict(
            "compare.unlearned",
            f"{' and '.join(doubts)}: that {near} and {far} says little of {whose}",
            judged,
            "warning",
        )
    elif all(one.input is not None and one.input.answers > 1 for one in reports.values()):
        only_end = reads_the_end(reports[short].saved.model.architecture)
        what = f"forgets what {long} keeps" if only_end else f"passes over what {long} uses"
        yield verdict("compare.looks_back", f"{near}, {far}: {short} {what}", judged)


def _same_steps(first: Input, second: Input) -> bool:
    return (first.steps, first.longest) == (second.steps, second.longest)


def _back(report: Report) -> Horizon:
    return next(one for one in report.horizons if one.side == "end")


def _needs_more(one: Horizon, steps: int, sequences: int) -> bool:
    """Return whether so many steps change more than 1 % of the decisions, chance allowed for."""
    share = one.agreement[int(np.searchsorted(one.steps, steps))]
    return wilson_interval(share * sequences, sequences)[1] < AGREEMENT


def _no_memory(report: Report) -> str | None:
    """Return why what a model needs is no memory of its recurrence; None where it may be one."""
    found = (one.id for one in report.verdicts if one.id in NO_MEMORY)
    return next((f"{NO_MEMORY[name]} ({name})" for name in found), None)
