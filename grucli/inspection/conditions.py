"""Conditions on the figures of a report, such as `gates.dead_units>0`: what a build fails on.

A figure is a dotted path into the report's JSON. Where the path meets a list it goes on in every
element, or in one: by index from 0, name or side. A verdict's id stands for the verdict's value.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterator, Mapping
from typing import Any

from grucli.errors import ConfigError, did_you_mean, excerpt
from grucli.inspection.verdicts import IDS
from grucli.values import dataclass

OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
LIMITED = 80  # [characters] of a figure in a message
MEND = "; there are gates.dead_units, memory.h99, input.accuracy, …; --json prints all"

_FORM = re.compile(r"\s*(.+?)\s*(>=|<=|[<>])\s*([^<>=]+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A comparison that may hold in a report.

    Attributes:
        figure: a path into the report's JSON (`data.` and `meta.` may be left out), or the id of a
            verdict.
        sign: one of OPERATORS.
        limit: finite.
    """

    figure: str
    sign: str
    limit: float

    @classmethod
    def read(cls, given: str) -> Condition:
        """Read FIGURE>VALUE, or with another of the OPERATORS.

        Raises:
            ConfigError: it is none.
        """
        found = _FORM.fullmatch(given)
        try:
            limit = float(found[3]) if found else math.nan
        except ValueError:
            limit = math.nan
        if found is None or not math.isfinite(limit):
            raise ConfigError(
                f"--fail-if: must be FIGURE>VALUE, or with >=, < or <=, got '{excerpt(given)}'; "
                "write 'gates.dead_units>0'"
            )
        return cls(figure=found[1], sign=found[2], limit=limit)

    def offender(self, report: Mapping[str, Any]) -> float | None:
        """Return the number farthest beyond the limit, None if the condition does not hold.

        Args:
            report: the JSON object of a Report.

        Raises:
            ConfigError: there is no such figure, or it is undefined.
        """
        values = _values(report, self.figure)
        worst = max if self.sign.startswith(">") else min
        holding = [value for value in values if OPERATORS[self.sign](value, self.limit)]
        return worst(holding, default=None)


def _values(report: Mapping[str, Any], figure: str) -> list[float]:
    """Return the numbers at `figure`; none for a verdict that was not given."""
    is_looked_at, is_compared = report["meta"]["input"] is not None, "compare" in report["data"]
    judged = report["verdicts"] + report["data"].get("compare", {}).get("verdicts", [])
    of_two = figure.startswith("compare.")
    if figure in IDS and (is_looked_at or judged) and (is_compared or not of_two):
        return [one["value"] for one in judged if one["id"] == figure]
    roots = (report, report["data"], report["meta"])
    found = [number for root in roots for number in _reached(root, figure)]
    values = [float(number) for number in found if number is not None]
    if values:
        return values
    place = f"--fail-if: no figure '{excerpt(figure, LIMITED)}'"
    if found:
        raise ConfigError(f"--fail-if: '{excerpt(figure, LIMITED)}' is undefined here")
    if not is_looked_at and (figure in IDS or figure.startswith(("gates.", "memory."))):
        raise ConfigError(f"{place} without DATA; name a file, or - for stdin")
    if of_two and not is_compared:
        raise ConfigError(f"{place} without --compare; name a second model")
    names = {name for root in roots for name in _names(root)} | set(IDS)
    raise ConfigError(place + (did_you_mean(figure, sorted(names)) or MEND))


def _reached(node: Any, path: str) -> Iterator[float | None]:
    """Yield the numbers at `path` below `node`, None for an undefined one; keys may hold dots."""
    if node is None or (not path and isinstance(node, int | float)):
        yield node
    elif isinstance(node, Mapping):
        for key, child in node.items():
            if path == key or path.startswith(f"{key}."):
                yield from _reached(child, path[len(key) + 1 :])
    elif isinstance(node, list):
        first, _, rest = path.partition(".")
        for index, child in enumerate(node):
            yield from _reached(child, rest if first in _called(index, child) else path)


def _called(index: int, element: Any) -> tuple[Any, ...]:
    """Return how a path may call an element of a list."""
    named = element if isinstance(element, Mapping) else {}
    return str(index), named.get("name"), named.get("side")


def _names(node: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every figure, with no element of a list singled out."""
    if isinstance(node, int | float):
        yield path
    elif isinstance(node, list):
        for child in node:
            yield from _names(child, path)
    elif isinstance(node, Mapping):
        for key, child in node.items():
            yield from _names(child, f"{path}.{key}" if path else str(key))
