"""Wrong answers, the file of `evaluate --errors`: a row or an object each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from grucli.data.kept_columns import renamed
from grucli.data.records import Record
from grucli.report.cell_text import csv_line, json_line
from grucli.report.predictions import as_texts, as_values
from grucli.report.targets import target_cell
from grucli.report.window_names import NO_WINDOWS, WindowNames
from grucli.tasks.columns import Mistakes, Quantities
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class MistakeList:
    """The wrong answers to the records of a file, the worst first.

    Attributes:
        records: all n that were scored, with their targets; their cells are those of `kept`.
        found: which answers are wrong.
        kept: names of what is told of each beside its place, truth, answer and text.
        windows: columns that name the window which a record is.
    """

    records: Sequence[Record]
    found: Mistakes
    kept: Sequence[str] = ()
    windows: WindowNames = NO_WINDOWS

    def csv(self, *, excel_safe: bool = False) -> str:
        """Return a table with a header, with `excel_safe` one that no spreadsheet computes."""
        line = partial(csv_line, excel_safe=excel_safe)
        answers = self.found.answers
        place, truth, text = self._names
        other = renamed([*place, *self.windows.names, *truth, *answers, *text], self.kept)
        kept = [*self.windows.names, *(other.get(name, name) for name in self.kept)]
        lines = [line([*place, *kept, *truth, *answers, *text])]
        answered = zip(*map(as_texts, answers.values()), strict=True)
        for (record, step), answer in zip(self._wrong(), answered, strict=True):
            facts = self._facts(record, step)
            before, true, end = ([str(facts[name]) for name in part] for part in self._names)
            cells = [*self.windows.cells(record), *record.cells]
            lines.append(line([*before, *cells, *true, *answer, *end]))
        return "".join(lines)

    def jsonl(self) -> str:
        """Return an object a line, what is kept under "keep"."""
        answers = self.found.fields or self.found.answers
        answered = zip(*map(as_values, answers.values()), strict=True)
        lines = []
        for (record, step), answer in zip(self._wrong(), answered, strict=True):
            facts = self._facts(record, step) | {"label": self._label(record)}
            place, truth, text = ({name: facts[name] for name in part} for part in self._names)
            for name, names, cells in (
                ("window", self.windows.names, self.windows.cells(record)),
                ("keep", self.kept, record.cells),
            ):
                if names:
                    text[name] = dict(zip(names, cells, strict=True))
            given = dict(zip(answers, answer, strict=True))
            lines.append(json_line(place | truth | given | text))
        return "".join(lines)

    @property
    def _names(self) -> tuple[list[str], list[str], list[str]]:
        """What is told of where a record stands, of its truth, and behind the answer."""
        place = ["row", "line"] if self.records[0].line else ["row"]
        truth = ["label"] if self.found.steps is None else ["step", "token", "tag"]
        return place, truth, [] if self.records[0].text is None else ["text"]

    def _wrong(self) -> Iterator[tuple[Record, int]]:
        """Yield the record of each answer, and the step where steps have answers."""
        steps = self.found.rows if self.found.steps is None else self.found.steps
        for row, step in zip(self.found.rows.tolist(), steps.tolist(), strict=True):
            yield self.records[row], step

    def _facts(self, record: Record, step: int) -> dict[str, Any]:
        """Return what is told of a record, and where steps have answers of one of them."""
        facts = {
            "row": record.number,
            "line": record.line,
            "label": target_cell(record, self.found.separator),
            "text": record.text or "",
        }
        if self.found.steps is not None:
            tokens, tags = record.tokens or (), record.tags or ()
            facts |= {"step": step + 1, "token": tokens[step], "tag": tags[step]}
        return facts

    def _label(self, record: Record) -> Any:
        """Return a truth as JSON has it: labels as a list, a number where numbers are answered."""
        if record.labels is not None:
            return list(record.labels)
        are_numbers = isinstance(next(iter(self.found.answers.values())), Quantities)
        return float(record.label or "nan") if are_numbers else record.label or ""
