"""What each training row is answered by the model of its fold, which has not learned from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy.typing as npt

from grucli.data.records import Record
from grucli.report.cell_text import csv_line, json_line
from grucli.report.predictions import as_texts, as_values
from grucli.report.targets import target_cell, target_value
from grucli.report.window_names import NO_WINDOWS, WindowNames
from grucli.tasks.columns import Columns
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True, eq=False)
class OutOfFold:
    """Rows that were held out once each, in the order of their file.

    Attributes:
        records: n of them.
        answers: to all of them.
        folds: (n,) by which fold each was held out, from 0 on.
        windows: columns that name the window which a record is.
    """

    records: Sequence[Record]
    answers: Columns
    folds: npt.NDArray[Any]
    windows: WindowNames = NO_WINDOWS

    def csv(self, *, excel_safe: bool = False) -> str:
        """Return a table: row, target, the columns that `predict` gives, fold.

        Args:
            excel_safe: whether no cell is one that a spreadsheet computes.
        """
        line = partial(csv_line, excel_safe=excel_safe)
        table = self.answers.table
        answered = zip(*map(as_texts, table.values()), strict=True)
        lines = [line(["row", *self.windows.names, "target", *table, "fold"])]
        for record, answer, fold in self._rows(answered):
            target = target_cell(record, self.answers.separator)
            place = [str(record.number), *self.windows.cells(record)]
            lines.append(line([*place, target, *answer, str(fold)]))
        return "".join(lines)

    def jsonl(self) -> str:
        """Return an object a line: row, target, the fields that `predict` gives, fold."""
        fields = self.answers.fields
        answered = zip(*map(as_values, fields.values()), strict=True)
        return "".join(
            json_line(
                {
                    "row": record.number,
                    **self._window(record),
                    "target": target_value(record),
                    **dict(zip(fields, answer, strict=True)),
                    "fold": fold,
                }
            )
            for record, answer, fold in self._rows(answered)
        )

    def _window(self, record: Record) -> dict[str, dict[str, str]]:
        names, cells = self.windows.names, self.windows.cells(record)
        return {"window": dict(zip(names, cells, strict=True))} if names else {}

    def _rows(self, answered: Iterable[Any]) -> Iterable[tuple[Record, Any, int]]:
        """Return each record with its answer and the number of its fold."""
        return zip(self.records, answered, (self.folds + 1).tolist(), strict=True)
