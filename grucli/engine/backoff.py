"""N-grams of symbols: how probable each symbol of a sequence is after those before it.

Interpolated modified Kneser-Ney (Chen & Goodman 1998, TR-10-98, section 3.1): with counts c of an
order, and below the highest order of how many symbols stand before an n-gram,

    P(w | h) = (c(h w) - D(c(h w))) / c(h .) + gamma(h) P(w | h without its first symbol)

where gamma(h) gives what the discounts D have taken. Of the lowest order all symbols are equal.

Symbols are 0 to V - 1; END ends each sequence and BEGIN stands before it, so that an n-gram knows
where a sequence begins and ends. Costs, -log P, are kept in a byte in steps of STEP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.steps import Steps

STEP = 1 / 16  # [nat]
MOST_COST = 255
UNSEEN = 20.0  # [nat] that a symbol without any n-gram costs
LONGEST = 6
MOST_NGRAMS = 1 << 20

Ids = npt.NDArray[np.int64]
Exact = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Order:
    """The n-grams of one length, sorted by what comes first.

    Attributes:
        symbols: (G,) uint16, the last symbol of each.
        is_last: (G,) whether it is the last of those that differ in that alone. What they have in
            common is an n-gram of the order before: the next one that does not end in END.
        costs: (G,) uint8, -log P [STEP].
        backoffs: (G,) uint8, -log gamma [STEP] of what follows it; of the highest order none.
    """

    symbols: npt.NDArray[np.uint16]
    is_last: npt.NDArray[np.bool_]
    costs: npt.NDArray[np.uint8]
    backoffs: npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Backoff:
    """The n-grams of all lengths.

    Attributes:
        num_symbols: V.
        orders: of single symbols, of pairs, and so on; the first has BEGIN, too.
    """

    num_symbols: int
    orders: Sequence[Order]

    @property
    def end(self) -> int:
        """The symbol that ends a sequence."""
        return self.num_symbols

    @property
    def begin(self) -> int:
        """The symbol before a sequence."""
        return self.num_symbols + 1

    @property
    def size(self) -> int:
        """How many n-grams there are."""
        return sum(len(order.symbols) for order in self.orders)

    @classmethod
    def fit(cls, sequences: Steps, num_symbols: int) -> Backoff:
        """Learn from sequences: as long n-grams as MOST_NGRAMS and LONGEST allow.

        Args:
            sequences: (S,) symbols of n sequences, at least one.
            num_symbols: V, at most 65,534.
        """
        return cls(num_symbols=num_symbols, orders=_orders(_levels(sequences, num_symbols)))

    @cached_property
    def _keys(self) -> list[Ids]:
        """Of each order, rising: the place of what comes before in its order, and the symbol."""
        base, keys = self.num_symbols + 2, [self.orders[0].symbols.astype(np.int64)]
        for before, order in zip(self.orders, self.orders[1:], strict=False):
            followed = np.flatnonzero(before.symbols != self.end)
            group: Ids = np.cumsum(order.is_last) - order.is_last
            keys.append(followed[group] * base + order.symbols)
        return keys

    def at_begin(self, *shape: int) -> Ids:
        """Return (..., N) where sequences stand that have no symbol yet, of N orders."""
        places = np.full((*shape, len(self.orders)), -1)
        places[..., 0] = np.searchsorted(self._keys[0], self.begin)
        return places

    def advance(self, places: Ids, symbols: Ids) -> tuple[Exact, Ids]:
        """Go on by a symbol.

        Args:
            places: (..., N) of each order the n-gram at the end of a sequence, -1 for none.
            symbols: (...) what follows: a symbol, END, or -1 for one that was never seen.

        Returns:
            (...) -log P [nat] of the symbols, and (..., N) the n-grams that now stand at the end.
        """
        costs, found = np.full(symbols.shape, UNSEEN), np.empty_like(places)
        for n, (order, keys) in enumerate(zip(self.orders, self._keys, strict=True)):
            wanted, is_possible = symbols, np.ones(symbols.shape, bool)
            if n:
                before = places[..., n - 1]
                is_possible = before >= 0
                wanted = before * (self.num_symbols + 2) + symbols
                costs += np.where(is_possible, STEP * self.orders[n - 1].backoffs[before], 0)
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            is_there = is_possible & (keys[place] == wanted)
            found[..., n] = np.where(is_there, place, -1)
            costs = np.where(is_there, STEP * order.costs[place], costs)
        return costs, found

    def costs(self, sequences: Steps) -> Exact:
        """Return (n,) -log P [nat] of sequences, their ends included.

        Args:
            sequences: (S,) of n sequences; -1 is a symbol that was never seen.
        """
        costs, places = np.zeros(len(sequences)), self.at_begin(len(sequences))
        for step in range(int(sequences.lengths.max(initial=0)) + 1):
            goes_on = np.flatnonzero(sequences.lengths >= step)
            at_end = sequences.lengths[goes_on] == step
            symbols = np.full(len(goes_on), self.end)
            symbols[~at_end] = sequences.values[sequences.starts[goes_on[~at_end]] + step]
            cost, places[goes_on] = self.advance(places[goes_on], symbols)
            costs[goes_on] += cost
        return costs


def with_ends(sequences: Steps, num_symbols: int) -> tuple[Ids, Ids]:
    """Return all symbols with BEGIN before and END behind each sequence, and (n,) its start."""
    lengths = sequences.lengths + 2
    starts = np.cumsum(lengths) - lengths
    symbols = np.full(int(lengths.sum()), num_symbols, np.int64)
    symbols[starts] = num_symbols + 1
    inner = np.ones(len(symbols), bool)
    inner[starts] = inner[starts + lengths - 1] = False
    symbols[inner] = sequences.values
    return symbols, starts


@dataclass(frozen=True, kw_only=True, eq=False)
class _Level:
    """The n-grams of one length as they are counted.

    Attributes:
        parents: (G,) the place in the level before of all but the last symbol.
        symbols: (G,) the last one.
        suffixes: (G,) the place in the level before of all but the first symbol.
        counts: (G,) how often each stands there.
        begins: (G,) whether BEGIN is its first symbol.
    """

    parents: Ids
    symbols: Ids
    suffixes: Ids
    counts: Ids
    begins: npt.NDArray[np.bool_]


def _levels(sequences: Steps, num_symbols: int) -> list[_Level]:
    symbols, starts = with_ends(sequences, num_symbols)
    depth = np.arange(len(symbols)) - np.repeat(starts, np.diff([*starts, len(symbols)]))
    single, place, counts = np.unique(symbols, return_inverse=True, return_counts=True)
    nowhere = np.zeros(len(single), np.int64)
    is_begin = single == num_symbols + 1
    first = _Level(
        parents=nowhere,
        symbols=single,
        suffixes=nowhere,
        counts=np.where(is_begin, 0, counts),
        begins=is_begin,
    )
    levels, size = [first], len(single)
    for n in range(2, LONGEST + 1):
        at = np.flatnonzero(depth >= n - 1)
        keys = place[at - 1] * (num_symbols + 2) + symbols[at]
        keys, where, own, counts = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        size += len(keys)
        if not len(keys) or size > MOST_NGRAMS:  # no sequence is as long, or too many
            break
        parents, last = np.divmod(keys, num_symbols + 2)
        levels.append(
            _Level(
                parents=parents,
                symbols=last,
                suffixes=place[at[where]],
                counts=counts,
                begins=depth[at[where]] == n - 1,
            )
        )
        place = np.full(len(symbols), -1)
        place[at] = own
    return levels


def _orders(levels: list[_Level]) -> list[Order]:
    """Return what the counts say, discounted and interpolated from the lowest order up."""
    orders: list[Order] = []
    shares: Exact = np.full(1, 1 / max(1, int((levels[0].counts > 0).sum())))
    for n, level in enumerate(levels):
        above = levels[n + 1] if n + 1 < len(levels) else None
        counts = level.counts
        if above is not None:
            kinds = np.bincount(above.suffixes, minlength=len(counts))
            counts = np.where(level.begins, counts, kinds)
        taken = np.minimum(discounts(counts)[np.minimum(counts, 3)], counts)
        size = int(level.parents.max()) + 1
        total = np.bincount(level.parents, counts, size)
        left = np.bincount(level.parents, taken, size)[level.parents] / total[level.parents]
        shares = (counts - taken) / total[level.parents] + left * shares[level.suffixes]
        if orders:
            gamma = np.ones(len(orders[-1].symbols))
            gamma[level.parents] = left
            orders[-1].backoffs[...] = _bytes(gamma)
        orders.append(
            Order(
                symbols=level.symbols.astype(np.uint16),
                is_last=np.append(level.parents[1:] != level.parents[:-1], True),
                costs=_bytes(np.where(counts > 0, shares, 1)),
                backoffs=np.zeros(0 if above is None else len(counts), np.uint8),
            )
        )
    return orders


def discounts(counts: Ids) -> Exact:
    """Return (4,) what is taken from counts of 0, 1, 2 and more: Chen & Goodman's estimate."""
    number = np.bincount(counts, minlength=5)[:5].astype(np.float64)
    if not (number[1] and number[2]):  # too few to tell
        return np.array([0, 0.5, 0.5, 0.5])
    common = number[1] / (number[1] + 2 * number[2])
    found = [k - (k + 1) * common * number[k + 1] / max(number[k], 1) for k in (1, 2, 3)]
    taken: Exact = np.clip([0, *found], 0, [0, 1, 2, 3])
    return taken


def _bytes(shares: Exact) -> npt.NDArray[np.uint8]:
    """Return the costs of probabilities [STEP]."""
    with np.errstate(divide="ignore"):
        steps: Any = np.rint(-np.log(shares) / STEP)
    found: npt.NDArray[np.uint8] = np.clip(steps, 0, MOST_COST).astype(np.uint8)
    return found
