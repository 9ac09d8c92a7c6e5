r"""Predictions as records of text: tsv, csv, jsonl, or the label alone.

One record for each prediction, in order, each ended by LF. `<error>` stands for a label where the
input could not be read; its probability is empty. Every record of a stream has equally many fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.inference import Prediction, Probabilities

ERROR: Final = "<error>"
DIGITS: Final = 6  # of a probability, behind the point

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})
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

    def ranked(self, probabilities: Probabilities) -> list[tuple[str, float]]:
        """Return the most probable labels and their printed probabilities; ties in label order."""
        if self.num_ranked == 1:
            order = [int(probabilities.argmax())]
        else:
            order = np.argsort(-probabilities, kind="stable")[: self.num_ranked].tolist()
        return [(self.labels[k], round(float(probabilities[k]), DIGITS)) for k in order]

    def answer(self, best: tuple[str, float]) -> str:
        """Return the label, or `unknown` if it is not probable enough."""
        label, probability = best
        return label if probability >= self.min_probability else self.unknown

    def pairs(self, prediction: Prediction) -> list[tuple[str, str]]:
        """Return the answer and the labels ranked below it, each with its probability as text."""
        if prediction.probabilities is None:
            return [(ERROR, "")] + [("", "")] * (self.num_ranked - 1)
        ranked = self.ranked(prediction.probabilities)
        pairs = [(label, f"{probability:.{DIGITS}f}") for label, probability in ranked]
        pairs[0] = (self.answer(ranked[0]), pairs[0][1])
        return pairs

    def cells(self, record: Record) -> list[str]:
        """Return the kept cells of a record, empty ones if it could not be read."""
        return [record.cells[k] if record.cells else "" for k in self.kept.values()]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A form of output: the line before all records ("" for none), and the line of a record."""

    header: str
    line: Callable[[Prediction], str]

    def text(self, predictions: Iterable[Prediction]) -> str:
        """Return the lines of these predictions."""
        return "".join([self.line(prediction) for prediction in predictions])


def tsv(layout: Layout) -> Writer:
    """Write `label<TAB>probability`, a pair for each ranked label."""

    def line(prediction: Prediction) -> str:
        fields = [f"{_escaped(label)}\t{text}" for label, text in layout.pairs(prediction)]
        return "\t".join(fields) + "\n"

    return Writer(header="", line=line)


def label(layout: Layout) -> Writer:
    """Write the label alone; tabs between ranked ones."""

    def line(prediction: Prediction) -> str:
        return "\t".join([_escaped(label) for label, _ in layout.pairs(prediction)]) + "\n"

    return Writer(header="", line=line)


def csv(layout: Layout) -> Writer:
    """Write a header, then the kept columns, label and probability (numbered if ranked)."""
    names = ["label", "probability"]
    if layout.top_k is not None:
        names = [f"{name}_{k}" for k in range(1, layout.num_ranked + 1) for name in names]

    def line(prediction: Prediction) -> str:
        fields = [field for pair in layout.pairs(prediction) for field in pair]
        return csv_line([*layout.cells(prediction.record), *fields])

    return Writer(header=csv_line([*layout.kept, *names]), line=line)


def jsonl(layout: Layout) -> Writer:
    """Write an object a line; with `top_k` its probabilities are in falling order."""

    def line(prediction: Prediction) -> str:
        record = prediction.record
        fields = _answered(layout, prediction) if record.error is None else _unanswered(record)
        if layout.kept:
            cells = layout.cells(record)
            fields["keep"] = dict(zip(layout.kept, cells, strict=True))
        return json_line(fields)

    return Writer(header="", line=line)


WRITERS: Final = {"tsv": tsv, "csv": csv, "jsonl": jsonl, "label": label}


def csv_line(cells: Iterable[str]) -> str:
    """Return a row of RFC 4180, ended by LF; Python's csv would leave a bare CR unquoted."""
    return ",".join([_quoted(cell) for cell in cells]) + "\n"


def json_line(value: Any) -> str:
    """Return JSON on one line for every reader, even one that takes U+2028 for a line's end.

    Raises:
        ValueError: a number in it is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _BREAKS_LINES.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


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


def _answered(layout: Layout, prediction: Prediction) -> dict[str, Any]:
    probabilities = prediction.probabilities
    assert probabilities is not None  # the record has no error
    ranked = layout.ranked(probabilities)
    shown = ranked
    if layout.top_k is None:
        rounded = np.round(probabilities, DIGITS).tolist()
        shown = list(zip(layout.labels, rounded, strict=True))
    return {
        "row": prediction.record.number,
        "label": layout.answer(ranked[0]),
        "probability": ranked[0][1],
        "probabilities": dict(shown),
        "known": round(prediction.known, DIGITS),
        "truncated": prediction.truncated,
    }


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


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _quoted(cell: str) -> str:
    if _NEEDS_QUOTES.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
