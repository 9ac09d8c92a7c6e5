"""The audit of reasons on the page."""

from __future__ import annotations

from grucli.inspection.audit import Audit
from grucli.inspection.faithfulness import SHARES
from grucli.inspection.units import Units
from grucli.report import units
from grucli.report.audit import curve_rows, facts_of, legend
from grucli.report.page.document import facts, table
from grucli.report.page.markup import Markup, joined, tag


def audited(found: Audit) -> Markup:
    """Return how far three methods agree, and what the parts that they name do."""
    heading, *rows = curve_rows(found)
    return joined(
        tag("p", f"An audit {legend(found)}."),
        table(heading, rows, "l" + "r" * (2 * len(SHARES) + 1)),
        facts(facts_of(found)),
    )


def of_units(found: Units) -> Markup:
    """Return which units know the answer, and which are used."""
    heading, *rows = units.unit_rows(found)
    return joined(
        tag("p", f"{units.legend(found).capitalize()}."),
        table(heading, rows, "lrr"),
        facts(units.units_facts(found)),
    )
