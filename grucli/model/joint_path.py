"""Joint n-grams beside a decoder: n-grams of pairs of a step and what is written for it.

Where each step of an input is written as none, one or two symbols, as letters are spoken, what
stands around a pair tells much of it, and is learned by counting (Bisani & Ney 2008). Both
propose answers, and both say how probable these are:

    P(answer) ~ P(answer by the decoder)^a P(input and answer by joint n-grams)^b

among what is proposed. The factors a and b are those by which the right ones of held-out rows are
the most probable.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine.backoff import Backoff
from grucli.engine.beam import Found
from grucli.engine.joint_search import search
from grucli.engine.pair_alignment import MOST_PAIRS, Alignment
from grucli.engine.steps import Steps
from grucli.values import dataclass

MOST_PLACES = 1 << 25  # steps times symbols of all rows that are learned from
NEWTON_STEPS, SMALL = 25, 1e-7
LEAST = 0.01  # of a factor that counts
RIDGE = 1e-3  # on the factors, a row: they stay finite where all rows are right

Exact = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class JointPath:
    """What was counted, and how much it counts.

    Attributes:
        alignment: the pairs, and how inputs and answers are cut into them.
        ngrams: of pairs.
        recurrence, joint: a and b, above 0.
    """

    alignment: Alignment
    ngrams: Backoff
    recurrence: float = 0.5
    joint: float = 0.5

    @classmethod
    def learn(cls, sources: Steps, targets: Steps) -> JointPath | None:
        """Count the pairs of rows; None where none can be cut into pairs, or too many differ.

        Args:
            sources: (S,) ids of the steps of n inputs.
            targets: (T,) symbols of their targets, without ends.
        """
        places = int(sources.lengths @ (targets.lengths + 1))
        rows = np.arange(0, len(sources), max(1, -(-places // MOST_PLACES)))
        sources, targets = sources[rows], targets[rows]
        alignment = Alignment.fit(sources, targets)
        if not 0 < len(alignment.pairs) <= MOST_PAIRS:
            return None
        cut = alignment.cut(sources, targets)
        whole = np.flatnonzero(np.minimum.reduceat(cut.values, cut.starts) >= 0)
        if not len(whole):
            return None
        return cls(alignment=alignment, ngrams=Backoff.fit(cut[whole], len(alignment.pairs)))

    def weighed(self, factors: tuple[float, float]) -> JointPath:
        """Return the same with other factors."""
        return dataclasses.replace(self, recurrence=factors[0], joint=factors[1])

    def __str__(self) -> str:
        """Say what they are."""
        pairs, ngrams = len(self.alignment.pairs), self.ngrams
        return f"{ngrams.size:,} of 1 to {len(ngrams.orders)} of {pairs:,} pairs"

    def answers(self, sources: Steps) -> list[list[tuple[int, ...]]]:
        """Return of each of n sources the symbols of what joint n-grams alone would write."""
        return search(self.alignment, self.ngrams, sources)

    def costs(self, sources: Steps, found: Sequence[Sequence[Found]]) -> list[Exact]:
        """Return of each of n sources, for each answer that was found, -log P of both [nat]."""
        number = [len(own) for own in found]
        rows = np.repeat(np.arange(len(found)), number)
        symbols = [one.symbols for own in found for one in own]
        answers = Steps(
            values=np.array([symbol for own in symbols for symbol in own], np.int64),
            lengths=np.array([len(own) for own in symbols], np.int64),
        )
        costs = self.ngrams.costs(self.alignment.cut(sources[rows], answers))
        return np.split(costs, np.cumsum(number)[:-1]) if number else []

    def reweighed(self, sources: Steps, found: Sequence[Sequence[Found]]) -> list[list[Found]]:
        """Return the answers by both, the best first.

        The probability that the decoder gives to all of them together is dealt anew. As in a beam,
        they stand in the order of its logarithm, divided by their symbols.

        Args:
            sources: (S,) ids of the steps of n inputs.
            found: (n,) of each at least one.
        """
        return [
            _dealt(own, self.recurrence, self.joint * costs)
            for own, costs in zip(found, self.costs(sources, found), strict=True)
        ]


def log_p(found: Sequence[Found]) -> Exact:
    """Return (k,) log P [nat] of answers by the decoder."""
    return np.array([one.score * _size(one) for one in found])


def _dealt(found: Sequence[Found], factor: float, costs: Exact) -> list[Found]:
    own = log_p(found)
    both = factor * own - costs
    both += np.logaddexp.reduce(own) - np.logaddexp.reduce(both)
    scores = [min(0.0, value / _size(one)) for one, value in zip(found, both.tolist(), strict=True)]
    changed = map(lambda one, score: dataclasses.replace(one, score=score), found, scores)
    return sorted(changed, key=lambda one: -one.score)


def _size(one: Found) -> int:
    return max(1, len(one.symbols) + one.is_ended)


def fit_factors(values: Exact, right: npt.NDArray[np.int64]) -> tuple[float, float] | None:
    """Return the factors that make the right answers most probable, None if n-grams do not help.

    Newton's method on the likelihood of the right one among those that were found, which is
    concave (a conditional logit; McFadden 1974). A step that would lower it, as where the
    probabilities of all but one answer vanish, is halved until it does not.

    Args:
        values: (n, K, 2) log P of answers by both [nat]; -inf where fewer than K were found.
        right: (n,) which is right.
    """
    each, there = np.arange(len(values)), np.isfinite(values[:, :, 0])
    known = np.where(there[:, :, None], values, 0)
    factors, ridge = np.full(2, 0.5), RIDGE * max(1, len(values))

    def judged(factors: Exact) -> tuple[float, Exact]:
        scores = np.where(there, known @ factors, -np.inf)
        log_shares: Exact = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        total = log_shares[each, right].sum() - ridge / 2 * factors @ factors
        return float(total), np.exp(log_shares)

    likelihood, shares = judged(factors)
    for _ in range(NEWTON_STEPS):
        apart = known - np.einsum("nk,nkf->nf", shares, known)[:, None]
        gradient = apart[each, right].sum(axis=0) - ridge * factors
        curvature = np.einsum("nk,nkf,nkg->fg", shares, apart, apart) + ridge * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while (after := judged(factors + step))[0] < likelihood:
            step = step / 2
        factors, (likelihood, shares) = factors + step, after
        if np.abs(step).max() < SMALL:
            break
    recurrence, joint = (round(float(factor), 6) for factor in factors)
    return (max(recurrence, LEAST), joint) if joint >= LEAST else None
