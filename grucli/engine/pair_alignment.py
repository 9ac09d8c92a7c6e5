"""Which symbols of a target each step of its source is written as: none, one or two of them.

A source of S steps and its target are cut into S pairs of a step and what is written for it, one
after the other (the letter-synchronous case of Bisani & Ney 2008, "Joint-sequence models for
grapheme-to-phoneme conversion"). How probable a pair is, wherever it stands, is learned from
sequences alone by expectation-maximisation over all ways to cut them; the most probable way is
that of an alignment.

Letters: n sequences; of a block of B, at most S steps and T symbols; P pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from grucli.engine.steps import Steps

MOST = 2  # symbols of a step
ROUNDS = 8  # the likelihood changes by less than .01 nat a target afterwards
LEAST_COUNT = 0.01  # of a pair that is kept, in expectation
UNSEEN = -20.0  # [nat] log P of a pair that was never seen
MOST_PAIRS = (1 << 16) - 2  # as many as 16 bits tell apart, beside two marks
BITS = 20  # of the id of a step or a symbol
NOWHERE = -1
TINY = 1e-100
BLOCK = 1 << 19  # places of a block
LARGEST = 1 << 20  # steps times symbols of what can be cut: beyond, memory would not stay flat
SAMPLE = 1 << 23  # places that pairs are learned from

Ids = npt.NDArray[np.int64]
Exact = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Alignment:
    """Pairs of a step and what is written for it.

    Attributes:
        pairs: (P, 3) uint32, rising: a step, and 1 + its first and second symbol, 0 for none.
        log_p: (P,) float32, log P [nat] of each among all pairs.
    """

    pairs: npt.NDArray[np.uint32]
    log_p: npt.NDArray[np.float32]

    @classmethod
    def fit(cls, sources: Steps, targets: Steps) -> Alignment:
        """Learn from n sources and their targets.

        Args:
            sources: (S,) ids of steps.
            targets: (T,) ids of symbols; those of more than MOST a step of their source teach
                nothing. There are no pairs where all have more.
        """
        blocks = list(_blocks(*_sample(sources, targets)))
        if not blocks:
            return cls(pairs=np.zeros((0, 3), np.uint32), log_p=np.zeros(0, np.float32))
        codes = np.unique(np.concatenate([np.unique(block.codes) for block in blocks]))
        codes = codes[codes != NOWHERE]
        share = np.full(len(codes) + 1, 1 / len(codes))
        share[-1] = 0  # of what is not there
        places = [_places(codes, block.codes) for block in blocks]
        for _ in range(ROUNDS):
            counts = np.zeros(len(share))
            for block, own in zip(blocks, places, strict=True):
                counts += np.bincount(own.ravel(), block.expected(share[own]).ravel(), len(share))
            counts[counts < LEAST_COUNT] = 0
            share = counts / (counts.sum() or 1)
        kept = share[:-1] > 0
        return cls(pairs=_decoded(codes[kept]), log_p=np.log(share[:-1][kept]).astype(np.float32))

    @cached_property
    def _codes(self) -> Ids:
        return codes_of(self.pairs)

    def cut(self, sources: Steps, targets: Steps) -> Steps:
        """Return of each step of n sources the pair that it is with its part of the target.

        Args:
            sources: (S,) ids of steps.
            targets: (T,) ids of symbols.

        Returns:
            (S,) places among the pairs, -1 for one that was never seen; all of them where a target
            has more symbols than can be written, or steps times symbols are more than LARGEST.
        """
        found = np.full(len(sources.values), -1)
        log_p = np.append(self.log_p.astype(np.float64), UNSEEN)
        for block in _blocks(sources, targets):
            own = _places(self._codes, block.codes)
            taken = block.most_probable(np.where(block.codes == NOWHERE, -np.inf, log_p[own]))
            pairs = own[taken]
            found[sources.places(block.rows)] = np.where(pairs < len(self.log_p), pairs, -1)
        return Steps(values=found, lengths=sources.lengths)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Block:
    """Some sources and targets, padded, that can be cut.

    Attributes:
        rows: (B,) which.
        steps, symbols: (B,) how many each has.
        codes: (B, S, T + 1, MOST + 1) of each step, behind each number of symbols, what it is with
            none, one or two of those that follow; NOWHERE where there are no such.
    """

    rows: Ids
    steps: Ids
    symbols: Ids
    codes: Ids

    def expected(self, shares: Exact) -> Exact:
        """Return how probable it is that a cut has each of `codes`, from how probable these are.

        Forward and backward over the steps, each scaled by what all ways up to there sum to that
        can still reach the end. What is less than TINY of that is none: so no number overflows,
        however long the sequences.
        """
        each, (B, S, J, _) = np.arange(len(self.rows)), shares.shape
        ahead, scale = np.zeros((S + 1, B, J)), np.ones((S + 1, B))
        ahead[0, :, 0] = 1
        left = self.symbols[:, None] - np.arange(J)
        for i in range(S):
            for k in range(MOST + 1):
                ahead[i + 1, :, k:] += ahead[i, :, : J - k] * shares[:, i, : J - k, k]
            ahead[i + 1][left > MOST * (self.steps - i - 1)[:, None]] = 0
            scale[i + 1] = ahead[i + 1].sum(axis=1)
            scale[i + 1][scale[i + 1] < TINY] = 1  # behind its last step, or where none is known
            ahead[i + 1] /= scale[i + 1][:, None]
            ahead[i + 1][ahead[i + 1] < TINY] = 0
        whole = ahead[self.steps, each, self.symbols]
        behind, found = np.zeros((B, J)), np.zeros(shares.shape)
        inverse = np.divide(1, whole, out=np.zeros(B), where=whole > 0)
        for i in reversed(range(S + 1)):
            ends = np.flatnonzero(self.steps == i)
            behind[ends, self.symbols[ends]] = inverse[ends]
            if i:
                after = behind / scale[i][:, None]
                behind = np.zeros((B, J))
                for k in range(MOST + 1):
                    part = shares[:, i - 1, : J - k, k] * after[:, k:]
                    found[:, i - 1, : J - k, k] = ahead[i - 1, :, : J - k] * part
                    behind[:, : J - k] += part
                behind[ahead[i - 1] == 0] = 0
        return found

    def most_probable(self, scores: Exact) -> tuple[Ids, Ids, Ids, Ids]:
        """Return the places among `codes` of the best cut, of each row those of its own steps.

        Args:
            scores: like `codes`, to be summed; -inf where there is none.
        """
        B, S, J, _ = scores.shape
        best, taken = np.full((B, J), -np.inf), np.zeros((S, B, J), np.int64)
        best[:, 0] = 0
        for i in range(S):
            sums = np.full((MOST + 1, B, J), -np.inf)
            for k in range(MOST + 1):
                sums[k, :, k:] = best[:, : J - k] + scores[:, i, : J - k, k]
            taken[i] = sums.argmax(axis=0)
            best = sums.max(axis=0)
        each, at = np.arange(B), self.symbols.copy()
        behind, numbers = np.zeros((B, S), np.int64), np.zeros((B, S), np.int64)
        for i in reversed(range(S)):
            is_own = self.steps > i
            numbers[is_own, i] = taken[i, each, at][is_own]
            at -= numbers[:, i]
            behind[:, i] = at
        rows, steps = np.nonzero(np.arange(S) < self.steps[:, None])
        return rows, steps, behind[rows, steps], numbers[rows, steps]


def _blocks(sources: Steps, targets: Steps) -> Iterator[_Block]:
    """Yield blocks of rows of similar length that can be cut."""
    can = (targets.lengths <= MOST * sources.lengths) & (sources.lengths > 0)
    can &= sources.lengths * targets.lengths <= LARGEST
    rows = np.flatnonzero(can)
    rows = rows[np.lexsort((targets.lengths[rows], sources.lengths[rows]))]
    while len(rows):
        steps, symbols = sources.lengths[rows], np.maximum.accumulate(targets.lengths[rows])
        places = np.arange(1, len(rows) + 1) * steps * (symbols + 1) * (MOST + 1)
        number = max(1, int(np.searchsorted(places, BLOCK, side="right")))
        yield _block(sources[rows[:number]], targets[rows[:number]], rows[:number])
        rows = rows[number:]


def _block(sources: Steps, targets: Steps, rows: Ids) -> _Block:
    steps = _padded(sources, 0)[:, :, None]
    symbols = _padded(targets, MOST) + 1
    first, second = symbols[:, None, :-1], symbols[:, None, 1:]
    behind = np.arange(symbols.shape[1] - 1)
    left = (targets.lengths[:, None] - behind)[:, None, :]  # symbols
    is_own = (np.arange(steps.shape[1]) < sources.lengths[:, None])[:, :, None]
    none = np.zeros_like(first)
    codes = np.stack(
        [
            np.where(is_own & (left >= k), _coded(steps, a, b), NOWHERE)
            for k, (a, b) in enumerate(((none, none), (first, none), (first, second)))
        ],
        axis=-1,
    )
    return _Block(rows=rows, steps=sources.lengths, symbols=targets.lengths, codes=codes)


def _padded(sequences: Steps, more: int) -> Ids:
    """Return (B, longest + more) ids, -1 behind the end."""
    longest = int(sequences.lengths.max()) + more
    found = np.full((len(sequences), longest), -1)
    found[np.arange(longest) < sequences.lengths[:, None]] = sequences.values
    return found


def codes_of(pairs: npt.NDArray[np.uint32]) -> Ids:
    """Return (P,) a number for each of (P, 3) pairs, by which they are sorted."""
    step, first, second = pairs.T.astype(np.int64)
    return _coded(step, first, second)


def _coded(step: Ids, first: Ids, second: Ids) -> Ids:
    return (step << 2 * BITS) | (first << BITS) | second


def _decoded(codes: Ids) -> npt.NDArray[np.uint32]:
    below = (1 << BITS) - 1
    parts = (codes >> 2 * BITS, (codes >> BITS) & below, codes & below)
    return np.stack(parts, axis=1).astype(np.uint32)


def _places(codes: Ids, wanted: Ids) -> Ids:
    """Return the place of each wanted one among rising codes; their number for others."""
    if not len(codes):
        return np.zeros(wanted.shape, np.int64)
    found = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return np.where(codes[found] == wanted, found, len(codes))


def _sample(sources: Steps, targets: Steps) -> tuple[Steps, Steps]:
    """Return every k-th row, so many that they have SAMPLE places."""
    places = int((sources.lengths * (targets.lengths + 1)).sum()) * (MOST + 1)
    rows = np.arange(0, len(sources), max(1, -(-places // SAMPLE)))
    return sources[rows], targets[rows]
