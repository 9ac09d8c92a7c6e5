"""What each symbol of a written answer has looked at, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grucli.errors import excerpt
from grucli.inspection.alignment import Alignment
from grucli.report.tables import field, table

LOOKED_AT = 3  # steps of the input, for each symbol
LEAST = 0.05  # of what it looks at in all
TEXT_WIDTH, TOKEN_WIDTH = 60, 16


def alignments(found: Sequence[Alignment]) -> list[list[str]]:
    """Return the lines of each."""
    return [list(_lines(one)) for one in found]


def _lines(one: Alignment) -> Iterator[str]:
    said = f"{excerpt(one.text, TEXT_WIDTH)} -> {excerpt(one.answer, TEXT_WIDTH)}"
    yield from field(one.name, f"{said}  (score {one.score:.4f})")
    rows: list[tuple[str, ...]] = [("SYMBOL", "probability", "looks at")]
    for symbol, probability, weights in zip(
        one.symbols, one.probabilities.tolist(), one.weights, strict=True
    ):
        rows.append((shown(symbol), f"{probability:.3f}", _looked_at(one.source, weights)))
    if one.symbols:
        yield from table(rows, "lrl", limit=TEXT_WIDTH)


def _looked_at(source: Sequence[str], weights: np.ndarray) -> str:
    """Return the steps that count most, each with its place, counted from 1."""
    most = np.argsort(-weights, kind="stable")[:LOOKED_AT].tolist()
    told = [k for k in most if weights[k] >= LEAST] or most[:1]
    return "  ".join(f"{shown(source[k])} ({k + 1}) {weights[k]:.2f}" for k in told)


def shown(token: str) -> str:
    """Return a token or symbol as people see it: a blank is one that can be seen."""
    return excerpt(token.replace(" ", "␣"), TOKEN_WIDTH)
