"""The audit of reasons for people: do methods agree, and does the model follow them?"""

from __future__ import annotations

import math

from grucli.errors import counted
from grucli.inspection.audit import METHODS, Audit, SequenceAudit
from grucli.inspection.faithfulness import SHARES, Curve
from grucli.report.tables import field, number, percent, table
from grucli.tasks.intervals import Interval

TAKEN, KEPT = "taken away", "kept alone"
Row = tuple[str, ...]


def audit_lines(found: Audit) -> list[str]:
    """Return the legend, agreement, a line a method, and a line for each explained sequence."""
    lines = field("AUDIT", legend(found), indent=7)
    heading, *rows = table(curve_rows(found), "l" + "r" * (2 * len(SHARES) + 1))
    first, second = (find(f"{SHARES[0]:.0%}") for find in (heading.find, heading.rfind))
    lines += [f"{'':<{first}}{TAKEN}".ljust(second) + KEPT, heading, *rows]
    for name, sentence in facts_of(found):
        lines += field(name, sentence, indent=12)
    return lines


def legend(found: Audit) -> str:
    """Return what was done."""
    answers, level = counted(len(found.sequences), found.noun), found.sequences[0].level_kind
    part = f", of the recurrence alone ({percent(found.share, 0)} of the margins)" * (
        found.share < 1
    )
    return (
        f"of the reasons of {answers} by three methods{part}: how far {level} falls where the "
        f"strongest {100 * SHARES[0]:.0f} to {100 * SHARES[-1]:.0f} % of the parts are {TAKEN} "
        f"(more is better), and where they are {KEPT} (less is better); ahead: how much better "
        "both are than with random parts"
    )


def curve_rows(found: Audit) -> list[Row]:
    """Return a heading, then what the top parts of each method, and random ones, do."""
    shares = [f"{share:.0%}" for share in SHARES]
    rows: list[Row] = [("", *shares, *shares, "ahead")]
    for method in METHODS:
        rows.append((method, *_cells(found.curves[method]), f"{found.ahead(method)[0]:+.3f}"))
    rows.append(("random", *_cells(found.chance), ""))
    return rows


def facts_of(found: Audit) -> list[tuple[str, str]]:
    """Return agreement, completeness and, where there are several, each explained sequence."""
    pairs = ", ".join(f"{pair} {number(value)}" for pair, value in found.agreement.items())
    each = [(method, interval_words(found.ahead(method)[1])) for method in METHODS]
    ahead = ", ".join(f"{method} {words}" for method, words in each if words)
    facts = [("agreement", f"median rank correlation: {pairs}"), ("sums", sums_sentence(found))]
    if ahead:
        facts.insert(1, ("ahead", f"of chance, 95 % interval of the mean: {ahead}"))
    return facts + [
        (one.name, sequence_sentence(one)) for one in found.sequences[: found.explained]
    ]


def interval_words(interval: Interval) -> str:
    """Return an interval of a difference; nothing of one that a single sequence cannot give."""
    low, high = interval
    return f"{low:+.3f} to {high:+.3f}" if math.isfinite(low) else ""


def sums_sentence(found: Audit) -> str:
    """Return for how many sequences integrated gradients add up."""
    return (
        f"integrated gradients add up to within 1 % in {found.reached:,} of "
        f"{len(found.sequences):,} (largest error {found.worst_error:.2%})"
    )


def sequence_sentence(one: SequenceAudit) -> str:
    """Return what the audit found of one sequence."""
    found, missing = one.faithfulness, one.integrated
    pairs = ", ".join(f"{pair} {number(value)}" for pair, value in found.agreement.items())
    ahead = max(own.ahead_of(found.chance) for own in found.curves.values())
    reached = "" if missing.is_reached else ", not reached"
    return (
        f"{pairs}; sums within {missing.error:.2%} at {missing.points:,} points{reached}; "
        f"{ahead:+.3f} ahead of chance"
    )


def _cells(curve: Curve) -> Row:
    drops = (*curve.comprehensiveness.tolist(), *curve.sufficiency.tolist())
    return tuple(f"{drop:.2f}" for drop in drops)
