r"""Predictions as records of text: tsv, csv, jsonl, conll, or the answer alone.

One record for each prediction, in order, each ended by LF. `<error>` stands for an answer where the
input could not be read; what goes with it is empty. Every record of a stream has equally many
fields, but for conll: there a line is one of the input, with a column more if it holds a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, cast

import numpy as np

from grucli.data.kept_columns import Kept, renamed
from grucli.data.records import Record, Source
from grucli.engine.packing import Floats
from grucli.errors import ConfigError
from grucli.prediction.window import Predictions
from grucli.report.cell_text import csv_line, escaped, json_line, without_formula
from grucli.report.window_names import NO_WINDOWS, WindowNames
from grucli.tasks.columns import (
    AnswerOptions,
    Columns,
    Lists,
    NamedNumbers,
    Numbers,
    Quantities,
    Texts,
)
from grucli.tasks.task import Scores, Task
from grucli.values import dataclass

ERROR: Final = "<error>"
DIGITS: Final = 6  # of a number, behind the point

_NUMBER = f"{{:.{DIGITS}f}}".format


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a record shows.

    Attributes:
        answers: gives the columns of (m, O) scores.
        names: of the columns that a table has for answers.
        kept: columns of the input that are repeated (csv, jsonl).
        windows: columns that name the window which a record is, none where it is none (likewise).
        steps: name of the field with a text for each step, None where there is none.
        excel_safe: whether no cell is one that a spreadsheet computes (csv, tsv).
    """

    answers: Callable[[Floats], Columns]
    names: Sequence[str]
    kept: Kept
    steps: str | None = None
    windows: WindowNames = NO_WINDOWS
    excel_safe: bool = False

    @classmethod
    def of(
        cls,
        task: Task,
        options: AnswerOptions,
        kept: Kept,
        nothing: Scores = None,
        data: Source | None = None,
    ) -> Layout:
        """Show what a task answers, columns of the input, and of `data` that are cut the windows.

        `nothing` has the scores of no input; None where a head gives a row an input.
        """
        answers = partial(task.answers, options=options)
        found = answers(np.zeros((0, task.num_outputs)) if nothing is None else nothing)
        names = tuple(found.table)
        windows = WindowNames.of(data, {*names, *kept})
        return cls(answers=answers, names=names, kept=kept, steps=found.steps, windows=windows)

    @property
    def renamed(self) -> dict[str, str]:
        """What csv calls the kept columns that would have the name of an answer's."""
        return renamed(self.names, self.kept)

    def cells(self, record: Record) -> list[str]:
        """Return the kept cells of a record, empty ones where its columns are not known."""
        return [cell(record) for cell in self.kept.values()]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A form of output.

    Attributes:
        header: the line before all records, "" for none.
        text: gives the lines of records.
        rest: gives what is written behind them of the lines behind the last record of the input.
    """

    header: str
    text: Callable[[Predictions], str]
    rest: Callable[[Sequence[str]], str] = lambda lines: ""


def tsv(layout: Layout) -> Writer:
    """Write the columns of a table with tabs between them, without a header."""

    def text(predictions: Predictions) -> str:
        table = layout.answers(predictions.scores).table
        columns = [_escaped(as_texts(column)) for column in table.values()]
        if layout.excel_safe:
            columns = [list(map(without_formula, column)) for column in columns]
        return _tabbed(predictions, columns)

    return Writer(header="", text=text)


def label(layout: Layout) -> Writer:
    """Write the answer alone; tabs between ranked ones."""

    def text(predictions: Predictions) -> str:
        found = layout.answers(predictions.scores)
        answers = [found.table[name] for name in found.answers]
        return _tabbed(predictions, [_escaped(as_texts(column)) for column in answers])

    return Writer(header="", text=text)


def csv(layout: Layout) -> Writer:
    """Write a header, then the kept columns and those of the answer."""
    renamed = layout.renamed
    kept_names = [*layout.windows.names, *(renamed.get(name, name) for name in layout.kept)]
    line = partial(csv_line, excel_safe=layout.excel_safe)

    def text(predictions: Predictions) -> str:
        table = layout.answers(predictions.scores).table
        rows = _rows(predictions, list(map(as_texts, table.values())))
        kept = [layout.windows.cells(one) + layout.cells(one) for one in predictions.records]
        return "".join([line([*cells, *row]) for cells, row in zip(kept, rows, strict=True)])

    return Writer(header=line([*kept_names, *layout.names]), text=text)


def jsonl(layout: Layout) -> Writer:
    """Write an object a line."""

    def text(predictions: Predictions) -> str:
        return "".join(map(json_line, _objects(layout, predictions)))

    return Writer(header="", text=text)


def conll(layout: Layout) -> Writer:
    """Write a line a token, with its answer in the last column, and a blank line after a record.

    Lines that were read as such stay as they are, with all that stands among them.

    Raises:
        ConfigError: the task gives no answer for each step.
    """
    name = layout.steps
    if name is None:
        raise ConfigError("--to conll: the model has no answer for each token; pass another --to")
    if layout.excel_safe:
        raise ConfigError("--excel-safe: is for csv and tsv, not for conll; pass --to csv")

    def text(predictions: Predictions) -> str:
        column = cast(Lists, layout.answers(predictions.scores).fields[name])
        answers = iter(cast(Sequence[Texts], column.values))
        lines: list[str] = []
        for record in predictions.records:
            tags = None if record.error is not None else _escaped(list(next(answers)))
            lines += _tagged(record, tags)
        return _ended(lines)

    return Writer(header="", text=text, rest=_ended)


WRITERS: Final = {"tsv": tsv, "csv": csv, "jsonl": jsonl, "label": label, "conll": conll}


def as_texts(column: Texts | Numbers) -> list[str]:
    """Return the values of a column as text."""
    if isinstance(column, Quantities):
        return column.texts()
    return [value if isinstance(value, str) else _NUMBER(value) for value in column]


def _escaped(column: list[str]) -> list[str]:
    """Return cells that hold neither tabs nor line ends."""
    found = {cell: escaped(cell) for cell in set(column)}
    return [found[cell] for cell in column]


def _rows(predictions: Predictions, columns: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Yield a row of cells for each record; columns have values for those that could be read."""
    answered = zip(*columns, strict=True)
    broken = (ERROR, *[""] * (len(columns) - 1))
    for record in predictions.records:
        yield next(answered) if record.error is None else broken


def _tagged(record: Record, tags: Sequence[str] | None) -> list[str]:
    """Return the lines of a record with these tags, None if it could not be read."""
    from grucli.data.forms.conll import TokenLines  # late: few models tag

    if isinstance(record.cells, TokenLines):
        return record.cells.tagged([ERROR] * len(record.cells.places) if tags is None else tags)
    if tags is None:
        return [f"\t{ERROR}", ""]
    tokens = _escaped(list(record.tokens or ()))
    return [*map("\t".join, zip(tokens, tags, strict=True)), ""]


def _ended(lines: Sequence[str]) -> str:
    """Return lines, each with its end."""
    return "".join([f"{line}\n" for line in lines])


def _objects(layout: Layout, predictions: Predictions) -> Iterator[dict[str, Any]]:
    fields = layout.answers(predictions.scores).fields
    first = next(iter(fields.values()))
    answered = zip(
        *map(as_values, fields.values()),
        np.round(predictions.known, DIGITS).tolist(),
        predictions.truncated.tolist(),
        strict=True,
    )
    for record in predictions.records:
        if record.error is None:
            *values, known, truncated = next(answered)
            end = {"known": known, "truncated": truncated}
        else:
            values = list(map(_nothing, fields.values()))
            if values[0] is None and not isinstance(first, Quantities):
                values[0] = ERROR
            end = {"known": None, "truncated": False, "error": record.error}
        found: dict[str, Any] = {"row": record.number}
        if layout.windows.names:
            named = zip(layout.windows.names, layout.windows.cells(record), strict=True)
            found["window"] = None if record.window is None else dict(named)
        found |= dict(zip(fields, values, strict=True))
        if record.places and layout.steps is not None:
            from grucli.data.forms.spans import joined

            found["spans"] = joined(record.places, found[layout.steps])
        found |= end
        if layout.kept:
            found["keep"] = dict(zip(layout.kept, layout.cells(record), strict=True))
        yield found


def as_values(column: Texts | Numbers | NamedNumbers | Lists) -> Iterable[Any]:
    """Return the values of a column as an object shows them."""
    if isinstance(column, NamedNumbers):
        values = np.round(column.values, DIGITS).tolist()
        return map(dict, map(zip, column.names, values))
    if isinstance(column, Quantities):
        return map(float, column.texts())
    if isinstance(column, Lists):
        return map(list, map(as_values, column.values))
    return [value if isinstance(value, str) else round(value, DIGITS) for value in column]


def _nothing(column: Texts | Numbers | NamedNumbers | Lists) -> Any:
    """Return what stands in a column where there is no answer."""
    if isinstance(column, Lists):
        return []
    return {} if isinstance(column, NamedNumbers) else None


def _tabbed(predictions: Predictions, columns: Sequence[Sequence[str]]) -> str:
    return "\n".join(map("\t".join, _rows(predictions, columns))) + "\n"
