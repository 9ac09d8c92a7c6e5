"""What stands beside the inputs of a file, counted: what a task tells of it before it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from grucli.data.records import Record
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetCounts:
    """How often each of several things stands in a file.

    Attributes:
        name: in JSON.
        title: what one of them is, for people.
        counts: of each, in an order that means something if `is_ordered`.
        unit: what is counted, "row".
        total: of which the counts are shares.
        is_ordered: whether they stand in their own order, as ranges of numbers do.
    """

    name: str
    title: str
    counts: Mapping[str, int]
    unit: str
    total: int
    is_ordered: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetFacts:
    """All that is told of the targets of a file.

    Attributes:
        counts: in the order in which they are shown.
        figures: by their names in JSON, where `_` is a blank for people.
    """

    counts: tuple[TargetCounts, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the counts and figures by their names."""
        return {**self.figures, **{each.name: dict(each.counts) for each in self.counts}}


class Told(Protocol):
    """A task that tells of targets."""

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return what is told of the targets of records, at least one."""
