"""How well a model answers: figures, what answering blindly reaches, and tables.

A task fills a scorecard; `report/` shows it and `--min`, `--max` look into it without knowing what
the task is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from grucli.tasks.confusion import Confusion
from grucli.tasks.intervals import Interval
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured, the same for every model of a task.

    Attributes:
        name: in JSON and of `--min` and `--max`.
        title: for people.
        larger_is_better: whether a model is better with a larger figure; None for a count, or what
            else is neither better nor worse.
        undefined: why there may be no figure.
        is_brief: whether it stands where there is room for a few figures only.
        has_unit: whether it is in the unit of the targets, of any size; else near 1.
    """

    name: str
    title: str
    larger_is_better: bool | None = True
    undefined: str = ""
    is_brief: bool = False
    has_unit: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured number.

    Attributes:
        measure: what was measured.
        value: None where it is undefined.
        meaning: what it says, in a few words.
        subject: the label, or what else of the data, that `meaning` ends with.
        interval: within which it lies with 95 % confidence.
    """

    measure: Measure
    value: float | None
    meaning: str = ""
    subject: str | None = None
    interval: Interval | None = None


class Baseline(Protocol):
    """What answering blindly reaches in the figure that counts most."""

    @property
    def measure(self) -> Measure:
        """What that figure measures."""

    @property
    def rows(self) -> int:
        """N that were answered, at least 1."""

    @property
    def value(self) -> float:
        """The figure of blind answers."""

    @property
    def owner(self) -> str:
        """Whose figure it is, in a word."""

    @property
    def meaning(self) -> str:
        """What is always answered, as in `Figure`."""

    @property
    def subject(self) -> str | None:
        """The label, or what else of the data, that `meaning` ends with."""

    @property
    def limit(self) -> str:
        """Why no answers could be better by more than chance; nothing where some could."""

    def interval(self, value: float) -> Interval:
        """Return the 95 % interval of a figure on these rows."""

    def is_passed_by(self, value: float) -> bool:
        """Whether a figure is better by more than chance explains."""

    def is_missed_by(self, value: float) -> bool:
        """Whether a figure is worse by more than chance explains."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureColumn:
    """A column of a table of figures.

    Attributes:
        measure: of its figures.
        values: one in each row; None where it is undefined.
        intervals: within which each lies with 95 % confidence; none where nobody knows.
        has_bars: whether each is drawn, too: a share.
        in_json: whether JSON has it.
    """

    measure: Measure
    values: Sequence[float | None]
    intervals: Sequence[Interval | None] = ()
    has_bars: bool = False
    in_json: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureTable:
    """Figures of each class, or of what else a model answers.

    Attributes:
        name: in JSON.
        title: of the first column, for people.
        rows: names of the rows.
        columns: figures.
        example: the path of one of them, for people.
    """

    name: str
    title: str
    rows: Sequence[str]
    columns: Sequence[FigureColumn]
    example: str

    def to_json(self) -> dict[str, Any]:
        """Return the figures of each row by their names."""
        columns = [column for column in self.columns if column.in_json]
        names = [column.measure.name for column in columns]
        values = zip(*[column.values for column in columns], strict=True)
        return {
            row: dict(zip(names, own, strict=True))
            for row, own in zip(self.rows, values, strict=True)
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class ConfusionTable:
    """Which classes are taken for which.

    Attributes:
        name: in JSON.
        labels: of the C classes.
        counts: (C, C), truth by answer.
    """

    name: str
    labels: Sequence[str]
    counts: Confusion

    def to_json(self) -> dict[str, Any]:
        """Return labels and matrix; its rows are made when they are asked for."""
        return {"labels": list(self.labels), "matrix": self.counts}


@dataclass(frozen=True, kw_only=True, eq=False)
class CountTable:
    """How many rows have what.

    Attributes:
        name: in JSON.
        title: for people.
        counts: rows of each.
        hint: what may help with one of them, or nothing.
        unit: what is counted, where it is not the rows.
    """

    name: str
    title: str
    counts: Mapping[str, int]
    hint: Callable[[str], str]
    unit: str = ""

    def to_json(self) -> dict[str, int]:
        """Return the counts."""
        return dict(self.counts)


ScoreTable = FigureTable | ConfusionTable | CountTable


@dataclass(frozen=True, kw_only=True, eq=False)
class Scorecard:
    """How well a model answers n rows.

    Attributes:
        rows: n.
        unknown: those of them whose target training lacks, so that no answer is right.
        figures: what is measured; the first counts most.
        baseline: what answering blindly reaches in it.
        further: figures that only some models of the task have.
        tables: in the order in which they are shown.
    """

    rows: int
    unknown: int
    figures: tuple[Figure, ...]
    baseline: Baseline
    further: tuple[Figure, ...] = ()
    tables: tuple[ScoreTable, ...] = ()

    @property
    def above_baseline(self) -> bool:
        """Whether the first figure is better than blind answers by more than chance explains."""
        value = self.figures[0].value
        return value is not None and self.baseline.is_passed_by(value)

    @property
    def measures(self) -> list[Measure]:
        """What its figures measure, those of its tables too."""
        found = [one.measure for one in (*self.figures, *self.further)]
        for table in self.tables:
            if isinstance(table, FigureTable):
                found += [column.measure for column in table.columns]
        return found

    @property
    def reasons(self) -> dict[str, str]:
        """Why a figure of each name may be undefined."""
        return {one.name: one.undefined for one in self.measures}

    @property
    def example(self) -> str:
        """The path of a figure in a table, nothing without one."""
        found = (table.example for table in self.tables if isinstance(table, FigureTable))
        return next(found, "")

    def brief(self) -> tuple[Figure, ...]:
        """Return the figures for where there is room for a few."""
        return tuple(one for one in (*self.figures, *self.further) if one.measure.is_brief)

    def to_json(self) -> dict[str, Any]:
        """Return all of it; an undefined number is None."""
        return {
            "rows": self.rows,
            **_json(self.figures),
            "baseline": self.baseline.value,
            "above_baseline": self.above_baseline,
            **_json(self.further),
            **{table.name: table.to_json() for table in self.tables},
        }


def _json(figures: Sequence[Figure]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in figures:
        found[one.measure.name] = one.value
        if one.interval is not None:
            found[f"{one.measure.name}_interval"] = list(one.interval)
    return found
