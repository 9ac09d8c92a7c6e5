"""From scores of steps to tags, probabilities and losses, with a chain of tags or without.

Letters: n sequences, S steps of all of them together, K tags. Without a chain each step has a
softmax of its own; with one the path of tags with the highest score is answered (Viterbi), and how
probable a tag is counts all paths.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from grucli.engine import chain, losses
from grucli.engine.packing import Floats, Integers, Packing, slices
from grucli.engine.steps import Steps
from grucli.values import dataclass

MOST_PAIRS = 1 << 21  # of tags that are looked at together: steps times K times K

FACTOR_RANGE = 0.05, 20.0
HALVINGS = 14
PRIOR_ROWS = 1.0  # a factor is held near 1 as if by so many rows
MOST_FITTED = 2000  # sequences that tell a factor


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoded:
    """What scores say of S steps.

    Attributes:
        tags: (S,) the answers; of equally good ones the first.
        p: (S, K) float64, how probable each tag is; the rows sum to 1.
        lengths: (n,) steps of each sequence.
    """

    tags: npt.NDArray[np.int64]
    p: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.int64]

    @property
    def certainty(self) -> npt.NDArray[np.float64]:
        """(S,) how probable each answer is."""
        own: npt.NDArray[np.float64] = self.p[np.arange(len(self.tags)), self.tags]
        return own


def tags_of(scores: Steps, barriers: Floats | None = None) -> npt.NDArray[np.int64]:
    """Return (S,) the tags that answer; the arguments are those of `decode`."""
    tags: npt.NDArray[np.int64] = scores.values.argmax(axis=1)
    for _, places, packing, chains in _laid_out(scores, barriers):
        tags[places] = chain.best_paths(scores.values[places], chains, packing)
    return tags


def decode(scores: Steps, barriers: Floats | None = None) -> Decoded:
    """Return tags and probabilities of all steps.

    Args:
        scores: of n sequences.
        barriers: (K + 2, K) what is added to their chains: a large negative number where one tag
            must not follow another, or begin or end a sequence.
    """
    if scores.chains is None:
        p = losses.probabilities(scores.values)
    else:
        p = np.empty(scores.values.shape)
        for _, places, packing, chains in _laid_out(scores, barriers):
            p[places] = chain.marginals(scores.values[places], chains, packing)
    return Decoded(tags=tags_of(scores, barriers), p=p, lengths=scores.lengths)


def loss(
    scores: Steps, targets: Steps, weights: Floats, smoothing: float = 0.0
) -> tuple[float, Steps]:
    """Return the sum of the losses of all sequences [nat], and its gradient by the scores.

    Args:
        scores: of n sequences.
        targets: their tags, all known.
        weights: (n,) how much each sequence counts.
        smoothing: as in `losses.cross_entropy`, for scores without a chain.
    """
    if scores.chains is None:
        own = np.repeat(weights, scores.lengths)
        total, d_values = losses.cross_entropy(scores.values, targets.values, own, smoothing)
        return total, Steps(values=d_values, lengths=scores.lengths)
    total, d_values, d_chains = 0.0, np.empty_like(scores.values), np.empty_like(scores.chains)
    for rows, places, packing, chains in _laid_out(scores):
        of_block, d_values[places], d_chains[rows] = chain.negative_log_likelihood(
            scores.values[places], chains, packing, targets.values[places], weights[rows]
        )
        total += of_block
    return total, Steps(values=d_values, lengths=scores.lengths, chains=d_chains)


def row_losses(scores: Steps, targets: Steps) -> Floats:
    """Return (n,) the loss of each sequence [nat], unknown tags left out.

    Of a chain, the loss of a sequence with an unknown tag is 0: its path has no score.
    """
    if scores.chains is None:
        log_p = losses.log_probabilities(scores.values)
        of_steps = log_p[np.arange(len(log_p)), targets.values]
        return -sums(np.where(targets.values >= 0, of_steps, 0.0), scores.lengths)
    found = np.zeros(len(scores))
    for rows, places, packing, chains in _laid_out(scores):
        emissions, path = scores.values[places], targets.values[places]
        log_z = chain.log_partition(emissions, chains, packing)
        found[rows] = log_z - chain.path_scores(emissions, chains, packing, np.maximum(path, 0))
    found[sums(targets.values < 0, scores.lengths) > 0] = 0
    return found


def factor(scores: Steps, targets: Steps) -> float:
    """Return what to multiply scores by so that they lose least on rows that were not learned from.

    The loss is convex in it, so halving the range where its slope changes sign finds it.

    Args:
        scores: of n sequences.
        targets: their tags; sequences with an unknown one do not count.
    """
    known = np.flatnonzero(sums(targets.values < 0, targets.lengths) == 0)
    rows = known[:: max(1, len(known) // MOST_FITTED)]
    own, truth, weights = scores[rows], targets[rows], np.ones(len(rows))
    low, high = np.log(FACTOR_RANGE)
    for _ in range(HALVINGS if len(rows) else 0):
        middle = float(np.exp((low + high) / 2))
        _, gradient = loss(middle * own, truth, weights)
        slope = PRIOR_ROWS * (middle - 1) + float(np.sum(gradient.values * own.values))
        if gradient.chains is not None and own.chains is not None:
            slope += float(np.sum(gradient.chains * own.chains))
        low, high = (low, np.log(middle)) if slope > 0 else (np.log(middle), high)
    return float(np.exp((low + high) / 2)) if len(rows) else 1.0


def sums(values: npt.NDArray[np.generic], lengths: Integers) -> npt.NDArray[np.float64]:
    """Return (n,) the sum over the steps of each sequence; a bool counts as 0 or 1."""
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return np.bincount(rows, values.astype(np.float64), len(lengths)).astype(np.float64)


def _laid_out(
    scores: Steps, barriers: Floats | None = None
) -> Iterator[tuple[Integers, Integers, Packing, Floats]]:
    """Yield blocks of sequences as a chain reads them; none without a chain.

    Yields:
        their rows, where each packed step of theirs stands, the packing, and their chains.
    """
    if scores.chains is None:
        return
    order = np.argsort(-scores.lengths, kind="stable")
    order = order[: np.count_nonzero(scores.lengths)]  # an input without a step has no path
    most = max(1, MOST_PAIRS // scores.values.shape[1] ** 2)
    for block in slices(scores.lengths[order], most):
        rows = order[block]
        packing = Packing(scores.lengths[rows])
        places = scores.starts[rows][packing.row] + packing.step
        chains = scores.chains[rows]
        yield rows, places, packing, chains if barriers is None else chains + barriers
