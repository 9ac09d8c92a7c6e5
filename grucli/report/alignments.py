"""What each symbol of a written answer has looked at, and what the answer rests on, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grucli.errors import excerpt
from grucli.inspection.alignment import Alignment
from grucli.report.tables import field, table

LOOKED_AT = 3  # steps of the input, for each symbol
LEAST = 0.05  # of what it looks at in all
LEFT_OUT = 8  # steps of the input at most
LEAST_LOST = 0.01  # nat of the score, of what is listed
SAME, NOTHING = "the same", "·"
TEXT_WIDTH, TOKEN_WIDTH = 60, 16


def alignments(found: Sequence[Alignment]) -> list[list[str]]:
    """Return the lines of each."""
    return [list(_lines(one)) for one in found]


def _lines(one: Alignment) -> Iterator[str]:
    said = f"{excerpt(one.text, TEXT_WIDTH)} -> {excerpt(one.answer, TEXT_WIDTH)}"
    yield from field(one.name, f"{said}  (score {one.score:.4f})")
    looks = one.weights.shape[1] > 0
    rows: list[tuple[str, ...]] = [("SYMBOL", "probability", "looks at" if looks else "rests on")]
    seen = one.weights if looks else one.effects
    for symbol, probability, own in zip(one.symbols, one.probabilities.tolist(), seen, strict=True):
        rows.append((shown(symbol), f"{probability:.3f}", _looked_at(one.source, own)))
    if one.symbols:
        yield from table(rows, "lrl", limit=TEXT_WIDTH)
    for name, line in joint_lines(one):
        yield from field(name, line)
    rows = left_out(one)
    if rows:
        yield from table([("LEFT OUT", "score", "writes"), *rows], "lrl", limit=TEXT_WIDTH)


def joint_lines(one: Alignment) -> list[tuple[str, str]]:
    """Return what joint n-grams see in an answer, and what the network writes without them."""
    if one.joint is None:
        return []
    cut = "  ".join(f"{shown(step)}:{shown(text or NOTHING)}" for step, text in one.joint.pairs)
    alone = one.joint.alone
    same = SAME if alone == one.answer else excerpt(alone, TEXT_WIDTH)
    return [
        ("pairs", cut or "none: it cannot be cut along its input"),
        ("alone", f"the network writes {same} (score {one.joint.score:.4f})"),
        ("figures", "of symbols and of what is left out: the network's; the score: of both"),
    ]


def left_out(one: Alignment) -> list[tuple[str, ...]]:
    """Return the steps without which the answer loses most, what it loses, what is written then.

    Steps that matter to neither are not among them.
    """
    rows: list[tuple[str, ...]] = []
    lost = one.losses if one.instead else np.zeros(0)
    for step in np.argsort(-lost, kind="stable").tolist():
        instead = one.instead[step]
        answer = None if instead is None else instead[0]
        stays = answer in (None, one.answer)
        if not stays or lost[step] >= LEAST_LOST:
            name = f"{shown(one.source[step])} ({step + 1})"
            writes = SAME if stays else excerpt(answer, TEXT_WIDTH)
            rows.append((name, f"{-lost[step]:+.3f}", writes))
    return rows[:LEFT_OUT]


def _looked_at(source: Sequence[str], weights: np.ndarray) -> str:
    """Return the steps that count most, if there are any, each with its place, counted from 1."""
    most = np.argsort(-weights, kind="stable")[:LOOKED_AT].tolist()
    told = [k for k in most if weights[k] >= LEAST] or most[:1]
    return "  ".join(f"{shown(source[k])} ({k + 1}) {weights[k]:.2f}" for k in told)


def shown(token: str) -> str:
    """Return a token or symbol as people see it: a blank is one that can be seen."""
    return excerpt(token.replace(" ", "␣"), TOKEN_WIDTH)
