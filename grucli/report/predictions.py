r"""Predictions as records of text: tsv, csv, jsonl, or the label alone.

One record for each prediction, in order, each ended by LF. `<error>` stands for a label where the
input could not be read; its probability is empty. Every record of a stream has equally many fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.prediction.stream import Predictions, Probabilities

ERROR: Final = "<error>"
DIGITS: Final = 6  # of a probability, behind the point
KEPT: Final = "keep."  # as in jsonl, where "keep" holds what is kept

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_NUMBER = f"{{:.{DIGITS}f}}".format
_NEEDS_QUOTES = re.compile('[",\r\n]')
_BREAKS_LINES = re.compile("[\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a record shows.

    Attributes:
        labels: (C,) the classes.
        top_k: how many labels, the most probable first; None for one (in jsonl: the probabilities
            of all, in the order of `labels`).
        min_probability: an answer less probable than that is not given,
        unknown: but this instead.
        kept: columns of the input that are repeated (csv, jsonl): name -> place in its rows.
    """

    labels: tuple[str, ...]
    top_k: int | None = None
    min_probability: float = 0.0
    unknown: str = "<unknown>"
    kept: dict[str, int]

    @property
    def num_ranked(self) -> int:
        """How many labels a record ranks."""
        return min(self.top_k or 1, len(self.labels))

    @property
    def names(self) -> list[str]:
        """What csv calls the answer and its probability; numbered if labels are ranked."""
        names = ["label", "probability"]
        if self.top_k is None:
            return names
        return [f"{name}_{k}" for k in range(1, self.num_ranked + 1) for name in names]

    @property
    def renamed(self) -> dict[str, str]:
        """What csv calls the kept columns that would have the name of an answer's."""
        taken = {*self.names, *self.kept}
        found = {}
        for name in [name for name in self.names if name in self.kept]:
            found[name] = f"{KEPT}{name}"
            while found[name] in taken:
                found[name] = f"{KEPT}{found[name]}"
        return found

    def ranked(self, probabilities: Probabilities) -> tuple[list[list[str]], list[list[float]]]:
        """Rank the labels of each row of (n, C) probabilities; ties go to the first label.

        Returns:
            A column of n labels for each rank, and a column of their probabilities.
        """
        if self.num_ranked == 1:
            order = probabilities.argmax(axis=1)[:, None]
        else:
            order = np.argsort(-probabilities, axis=1, kind="stable")[:, : self.num_ranked]
        values = np.take_along_axis(probabilities, order, axis=1)
        names = [[self.labels[k] for k in column] for column in order.T.tolist()]
        return names, values.T.tolist()

    def answer(self, label: str, probability: float) -> str:
        """Return the label, or `unknown` if it is not probable enough."""
        return label if round(probability, DIGITS) >= self.min_probability else self.unknown

    def columns(self, predictions: Predictions) -> list[list[str]]:
        """Return columns of n fields: the answer, its probability, those ranked below alike."""
        names, values = self.ranked(predictions.probabilities)
        if self.min_probability:
            names[0] = list(map(self.answer, names[0], values[0]))
        texts = [list(map(_NUMBER, column)) for column in values]
        columns = list(chain.from_iterable(zip(names, texts, strict=True)))
        for row, record in enumerate(predictions.records):
            if record.error is not None:
                for column in columns:
                    column[row] = ""
                names[0][row] = ERROR
        return columns

    def cells(self, record: Record) -> list[str]:
        """Return the kept cells of a record, empty ones where its columns are not known."""
        return [record.cells[k] if record.cells else "" for k in self.kept.values()]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A form of output: the line before all records ("" for none), and the lines of records."""

    header: str
    text: Callable[[Predictions], str]


def tsv(layout: Layout) -> Writer:
    """Write `label<TAB>probability`, a pair for each ranked label."""
    layout = _escaped(layout)
    return Writer(header="", text=lambda predictions: _tabbed(layout.columns(predictions)))


def label(layout: Layout) -> Writer:
    """Write the label alone; tabs between ranked ones."""
    layout = _escaped(layout)
    return Writer(header="", text=lambda predictions: _tabbed(layout.columns(predictions)[::2]))


def csv(layout: Layout) -> Writer:
    """Write a header, then the kept columns, label and probability (numbered if ranked)."""
    renamed = layout.renamed
    kept_names = [renamed.get(name, name) for name in layout.kept]

    def text(predictions: Predictions) -> str:
        rows = zip(*layout.columns(predictions), strict=True)
        kept = map(layout.cells, predictions.records)
        return "".join([csv_line([*cells, *row]) for cells, row in zip(kept, rows, strict=True)])

    return Writer(header=csv_line([*kept_names, *layout.names]), text=text)


def jsonl(layout: Layout) -> Writer:
    """Write an object a line; with `top_k` its probabilities are in falling order."""

    def text(predictions: Predictions) -> str:
        return "".join(map(json_line, _objects(layout, predictions)))

    return Writer(header="", text=text)


WRITERS: Final = {"tsv": tsv, "csv": csv, "jsonl": jsonl, "label": label}


def csv_line(cells: Iterable[str]) -> str:
    """Return a row of RFC 4180, ended by LF; Python's csv would leave a bare CR unquoted."""
    return ",".join([_quoted(cell) for cell in cells]) + "\n"


def json_line(value: Any) -> str:
    """Return JSON on one line for every reader, even one that takes U+2028 for a line's end.

    Raises:
        ValueError: a number in it is not finite.
    """
    return json_text(value) + "\n"


def json_text(value: Any) -> str:
    """Return `json_line` without the end of the line."""
    return _BREAKS_LINES.sub(lambda match: f"\\u{ord(match[0]):04x}", _JSON(value))


def mistakes(
    records: Sequence[Record],
    probabilities: Probabilities,
    targets: npt.NDArray[np.int64],
    labels: Sequence[str],
) -> str:
    """Return the wrong answers as CSV, the most confident first.

    Args:
        records: n, with their labels.
        probabilities: (n, C).
        targets: (n,) true classes, -1 for none of the C.
        labels: the C classes.
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != targets)
    has_text = records[0].text is not None
    lines = [csv_line(["row", "label", "predicted", "probability"] + ["text"] * has_text)]
    for k in wrong[np.argsort(-confidence[wrong], kind="stable")].tolist():
        record = records[k]
        cells = [str(record.number), record.label or "", labels[answers[k]]]
        probability = f"{confidence[k]:.{DIGITS}f}"
        lines.append(csv_line([*cells, probability] + [record.text or ""] * has_text))
    return "".join(lines)


def _objects(layout: Layout, predictions: Predictions) -> Iterator[dict[str, Any]]:
    names, values = layout.ranked(predictions.probabilities)
    rounded = [[round(value, DIGITS) for value in column] for column in values]
    whole = np.round(predictions.probabilities, DIGITS).tolist()
    for row, record in enumerate(predictions.records):
        if record.error is not None:
            fields = _unanswered(record)
        else:
            shown: Iterable[tuple[str, float]] = zip(layout.labels, whole[row], strict=True)
            if layout.top_k is not None:
                shown = ((names[k][row], rounded[k][row]) for k in range(layout.num_ranked))
            fields = {
                "row": record.number,
                "label": layout.answer(names[0][row], rounded[0][row]),
                "probability": rounded[0][row],
                "probabilities": dict(shown),
                "known": round(float(predictions.known[row]), DIGITS),
                "truncated": bool(predictions.truncated[row]),
            }
        if layout.kept:
            fields["keep"] = dict(zip(layout.kept, layout.cells(record), strict=True))
        yield fields


def _unanswered(record: Record) -> dict[str, Any]:
    return {
        "row": record.number,
        "label": ERROR,
        "probability": None,
        "probabilities": {},
        "known": None,
        "truncated": False,
        "error": record.error,
    }


def _tabbed(columns: Sequence[Sequence[str]]) -> str:
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _escaped(layout: Layout) -> Layout:
    """Return the layout with labels that hold neither tabs nor line ends."""
    labels = tuple(name.translate(_ESCAPES) for name in layout.labels)
    return replace(layout, labels=labels, unknown=layout.unknown.translate(_ESCAPES))


def _quoted(cell: str) -> str:
    if _NEEDS_QUOTES.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
