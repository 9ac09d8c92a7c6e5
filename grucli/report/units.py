"""Which units know the answer, and which are used, for people."""

from __future__ import annotations

from grucli.errors import excerpt
from grucli.inspection.units import Units, UnitUse, Unmeasured
from grucli.report.tables import field, number, table

SHOWN = 6  # units
ANSWER_WIDTH = 20


def units_lines(found: Units | Unmeasured) -> list[str]:
    """Return a legend, the units that are used most, and what groups of them do."""
    if isinstance(found, Unmeasured):
        return field("UNITS", unmeasured(found), indent=7)
    lines = field("UNITS", legend(found), indent=7)
    lines += table(unit_rows(found), "lrlr")
    for name, sentence in units_facts(found):
        lines += field(name, sentence, indent=12)
    return lines


def unmeasured(found: Unmeasured) -> str:
    """Return why nothing is known of units."""
    return f"what they know and do is not measured: {found.reason}"


def legend(found: Units) -> str:
    """Return what encoded and used mean, and what chance reaches."""
    alone = len(found.telling) < len(found.uses)
    beside = "; units of the encoder stand beside no symbol" if alone else ""
    return f"{_encoded(found)}{beside}; {_used(found)}"


def unit_rows(found: Units) -> list[tuple[str, str, str, str]]:
    """Return a heading, then the units that are used most."""
    most = sorted(found.uses, key=lambda one: -one.lost)[:SHOWN]
    return [
        ("used most", "encoded", "tells", "used"),
        *((one.unit.name, *told(one), f"{one.lost:+.3f}") for one in most),
    ]


def units_facts(found: Units) -> list[tuple[str, str]]:
    """Return how many units are encoded, whether these are used, and what groups do."""
    telling, sign = len(found.telling), 1 if found.truth.is_error else -1
    whose = "units" if telling == len(found.uses) else "units of the decoder"
    return [
        (
            "encoded",
            f"{found.above_chance:,} of {telling:,} {whose} more than chance; rank correlation "
            f"with used: {number(found.agreement)}",
        ),
        (
            "together",
            f"the {found.group:,} most encoded held: {found.truth.name} "
            f"{sign * found.lost_encoded:+.3f}; as many random ones: "
            f"{sign * found.lost_random:+.3f} ({found.sequences:,} sequences)",
        ),
    ]


def told(one: UnitUse) -> tuple[str, str]:
    """Return how much a unit encodes, and of which answer."""
    if one.encoded is None:
        return "–", ""
    shown = f"{one.encoded:.2f}"
    if one.answer is None:
        return shown, "larger" if one.rises else "smaller"
    return shown, f"{'' if one.rises else 'not '}{excerpt(one.answer, ANSWER_WIDTH)}"


def _encoded(found: Units) -> str:
    below = f"chance stays below {found.chance:.2f} in 95 of 100 permutations"
    if not found.blind:
        measure = f"rank correlation of a last state with the {found.noun}"
        return f"encoded: {measure}, whatever its sign ({below})"
    states = f"how well a last state tells a {found.noun}"
    if found.of_steps:
        states = f"how well a state tells the {found.noun} of its step"
    return f"encoded: {states} (area under the curve; {below})"


def _used(found: Units) -> str:
    change = "gains" if found.truth.is_error else "loses"
    return f"used: what {found.truth.meaning} {change} when the unit is held at its mean"
