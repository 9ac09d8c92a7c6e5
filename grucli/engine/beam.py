"""Beam search: the most probable sequences that a decoder finds step by step.

Of each of R rows the K best unfinished sequences are kept; each is continued by every symbol, and
the best 2 K continuations are looked at: those among the first K that end are finished, the first K
others are kept. A row is done when K are finished, or where it must not grow any longer. With a
beam of 1 each step takes the most probable symbol.

Finished sequences are compared by their mean log-probability a symbol, their end included, for the
sum would prefer short ones. Of equals the one that was found first counts: of a step, that with
the better beginning, then the lower symbol. So an answer depends on its own row alone.

Letters: R rows, K sequences of each, V symbols, at least 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Integers

END = 0
"""The symbol that ends a sequence, which is also what the first step reads."""

Exact = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Decoder(Protocol):
    """What says how sequences go on: it remembers where each of (R, K) of them stands."""

    def advance(self, symbols: Indices) -> tuple[Exact, Indices]:
        """Read a symbol more of each sequence.

        Args:
            symbols: (R, K) what each has taken last, END at the beginning.

        Returns:
            log P (R, K, V) of what follows, and (R, K) the place of the source that it would be
            copied from if it is a symbol that has no text of its own.
        """

    def keep(self, rows: Indices, beams: Indices) -> None:
        """Go on with some of the sequences.

        Args:
            rows: (r,) which of the R rows remain.
            beams: (r, K) which of the K sequences of these rows each one continues.
        """


@dataclass(frozen=True, kw_only=True)
class Found:
    """A sequence that was found.

    Attributes:
        symbols: without its end.
        places: of each, what it would be copied from.
        score: mean log-probability of its symbols and, if it has one, its end [nat].
        is_ended: whether it has an end, or was cut because it must not grow any longer.
    """

    symbols: tuple[int, ...]
    places: tuple[int, ...]
    score: float
    is_ended: bool


def search(decoder: Decoder, limits: Integers, width: int) -> list[list[Found]]:
    """Return of each row at most `width` sequences, the best first, and at least one.

    Args:
        decoder: at the beginning of R rows, of `width` sequences each.
        limits: (R,) how many symbols a sequence may have, its end included; at least 1.
        width: K, at least 1.
    """
    found: list[list[Found]] = [[] for _ in limits]
    rows = np.arange(len(limits))  # those that are not done
    totals = np.full((len(limits), width), -np.inf)
    totals[:, 0] = 0  # all begin alike: one of them will do
    symbols = np.zeros((*totals.shape, 0), np.int64)
    places, last, step = symbols, np.full(totals.shape, END), 0
    while len(rows):
        step += 1
        log_p, copied = decoder.advance(last)
        R, _, V = log_p.shape
        sums, index = best((totals[:, :, None] + log_p).reshape(R, -1), 2 * width)
        beams, taken = np.divmod(index, V)
        _finish(found, rows, (symbols, places), (sums, beams, taken), width)
        is_full = limits[rows] <= step
        for k in np.flatnonzero(is_full).tolist():  # the end is all that these had room for
            if not found[rows[k]]:
                found[rows[k]] = _cut(symbols[k], places[k], totals[k] / max(step - 1, 1))
        totals, beams, last = _unfinished(sums, beams, taken, width)
        every = np.arange(R)[:, None]
        symbols = np.concatenate((symbols[every, beams], last[:, :, None]), axis=2)
        places = np.concatenate((places[every, beams], copied[every, beams][:, :, None]), axis=2)
        goes_on = ~is_full & np.array([len(found[row]) < width for row in rows.tolist()])
        goes_on &= totals[:, 0] > -np.inf
        decoder.keep(np.flatnonzero(goes_on), beams[goes_on])
        rows, totals, last = rows[goes_on], totals[goes_on], last[goes_on]
        symbols, places = symbols[goes_on], places[goes_on]
    return [sorted(each, key=lambda one: -one.score)[:width] for each in found]


def best(values: Exact, number: int) -> tuple[Exact, Indices]:
    """Return the (R, number) largest of (R, n) values, falling, and where they stand.

    Of equal ones that which comes first does so here, too.
    """
    left, every = values.copy(), np.arange(len(values))
    found, index = np.empty((len(values), number)), np.empty((len(values), number), np.int64)
    for k in range(number):
        index[:, k] = left.argmax(axis=1)
        found[:, k] = left[every, index[:, k]]
        left[every, index[:, k]] = -np.inf
    return found, index


def _finish(
    found: list[list[Found]],
    rows: Indices,
    so_far: tuple[Indices, Indices],
    continued: tuple[Exact, Indices, Indices],
    width: int,
) -> None:
    """Note which of the best `width` continuations have ended."""
    (symbols, places), (sums, beams, taken) = so_far, continued
    ends = (taken[:, :width] == END) & (sums[:, :width] > -np.inf)
    for k, place in np.argwhere(ends).tolist():
        beam = beams[k, place]
        one = Found(
            symbols=tuple(symbols[k, beam].tolist()),
            places=tuple(places[k, beam].tolist()),
            score=float(sums[k, place]) / (symbols.shape[2] + 1),
            is_ended=True,
        )
        found[rows[k]].append(one)


def _unfinished(
    sums: Exact, beams: Indices, taken: Indices, width: int
) -> tuple[Exact, Indices, Indices]:
    """Return (R, K) of the best continuations that have not ended, in their order."""
    order = np.argsort(taken == END, axis=1, kind="stable")[:, :width]
    every = np.arange(len(order))[:, None]
    after = taken[every, order]
    return np.where(after == END, -np.inf, sums[every, order]), beams[every, order], after


def _cut(symbols: Indices, places: Indices, scores: Exact) -> list[Found]:
    """Return sequences that did not end in time."""
    each = zip(symbols.tolist(), places.tolist(), scores.tolist(), strict=True)
    return [
        Found(symbols=tuple(own), places=tuple(of), score=score, is_ended=False)
        for own, of, score in each
        if score > -np.inf
    ]
