"""Which units know the answer, and which are used, for people."""

from __future__ import annotations

from grucli.inspection.units import Units
from grucli.report.tables import field, number, table

SHOWN = 6  # units


def units_lines(found: Units) -> list[str]:
    """Return a legend, the units that are used most, and what groups of them do."""
    lines = field("UNITS", legend(found), indent=7)
    lines += table(unit_rows(found), "lrr")
    for name, sentence in units_facts(found):
        lines += field(name, sentence, indent=12)
    return lines


def legend(found: Units) -> str:
    """Return what encoded and used mean, and what chance reaches."""
    return (
        "encoded: how well a last state tells an answer (area under the curve; chance stays below "
        f"{found.chance:.2f} in 95 of 100 permutations); used: what p(truth) loses when the unit "
        "is held at its mean"
    )


def unit_rows(found: Units) -> list[tuple[str, str, str]]:
    """Return a heading, then the units that are used most."""
    most = sorted(found.uses, key=lambda one: -one.lost)[:SHOWN]
    return [
        ("used most", "encoded", "used"),
        *((one.unit.name, f"{one.encoded:.2f}", f"{one.lost:+.3f}") for one in most),
    ]


def units_facts(found: Units) -> list[tuple[str, str]]:
    """Return how many units are encoded, whether these are used, and what groups do."""
    return [
        (
            "encoded",
            f"{found.above_chance:,} of {len(found.uses):,} units more than chance; rank "
            f"correlation with used: {number(found.agreement)}",
        ),
        (
            "together",
            f"the {found.group:,} most encoded held: p(truth) {-found.lost_encoded:+.3f}; as many "
            f"random ones: {-found.lost_random:+.3f} ({found.sequences:,} sequences)",
        ),
    ]
