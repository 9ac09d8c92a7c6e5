"""What joint n-grams alone would write: a beam search over the steps of a source.

Each step is a pair with none, one or two symbols; of the pairs that a step may be, those are tried
that are the most probable wherever they stand.

Letters: R sources of at most S steps, K beginnings of each, C pairs of a step, N orders.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.engine.backoff import Backoff
from grucli.engine.pair_alignment import Alignment
from grucli.engine.steps import Steps

BEGINNINGS = 8
PAIRS = 12
MOST_NUMBERS = 1 << 17  # R x K x C that are looked up at a time
MOST_STEPS = 1 << 16  # R x S of the sources that are searched together
NONE = -2  # instead of a pair

Ids = npt.NDArray[np.int64]
Answer = tuple[int, ...]


def search(alignment: Alignment, ngrams: Backoff, sources: Steps) -> list[list[Answer]]:
    """Return of each of n sources the symbols of at most BEGINNINGS answers, the best first.

    Args:
        alignment: the pairs.
        ngrams: of them.
        sources: (S,) ids of steps; one that no pair has is written as nothing.
    """
    found: list[list[Answer]] = [[] for _ in range(len(sources))]
    order = np.argsort(-sources.lengths, kind="stable")
    while len(order):
        longest = int(sources.lengths[order[0]])
        most = max(1, min(MOST_NUMBERS // (BEGINNINGS * PAIRS), MOST_STEPS // longest))
        rows, order = order[:most], order[most:]
        paths = _best_paths(_candidates(alignment, sources[rows]), sources.lengths[rows], ngrams)
        for row, own in zip(rows.tolist(), paths, strict=True):
            answers = [_symbols(alignment, path[: sources.lengths[row]]) for path in own]
            found[row] = list(dict.fromkeys(answers))
    return found


def _best_paths(candidates: Ids, lengths: Ids, ngrams: Backoff) -> list[Ids]:
    """Return of each source (k, S) the pairs of its steps in the best ways, the best first.

    Args:
        candidates: (R, S, C) pairs of each step, NONE where there are fewer.
        lengths: (R,) falling.
        ngrams: of pairs.
    """
    (R, S, C), K = candidates.shape, BEGINNINGS
    totals, places = np.full((R, K), np.inf), ngrams.at_begin(R, K)
    totals[:, 0] = 0  # all begin alike: one of them will do
    paths = np.full((R, K, S), NONE)
    for step in range(S):
        active = int(np.searchsorted(-lengths, -step))
        each, pairs = np.arange(active)[:, None], candidates[:active, step]
        wanted = np.broadcast_to(pairs[:, None], (active, K, C))
        before = np.repeat(places[:active, :, None], C, axis=2)
        costs, after = ngrams.advance(before, wanted)
        sums = np.where(wanted == NONE, np.inf, totals[:active, :, None] + costs)
        best = np.argsort(sums.reshape(active, -1), axis=1, kind="stable")[:, :K]
        beam, taken = np.divmod(best, C)
        totals[:active] = np.take_along_axis(sums.reshape(active, -1), best, axis=1)
        places[:active] = after[each, beam, taken]
        paths[:active] = paths[each, beam]
        paths[:active, :, step] = pairs[each, taken]
    ends, _ = ngrams.advance(places, np.full((R, K), ngrams.end))
    ranks = np.argsort(totals + ends, axis=1, kind="stable")
    return [
        own[rank[: int(np.isfinite(total).sum())]]
        for own, rank, total in zip(paths, ranks, totals, strict=True)
    ]


def _candidates(alignment: Alignment, sources: Steps) -> Ids:
    """Return (R, S, C) the pairs that each step may be; NONE where there are fewer, and behind."""
    steps, each = alignment.pairs[:, 0].astype(np.int64), np.arange(len(alignment.pairs))
    by_step = np.lexsort((each, -alignment.log_p, steps))  # `steps` rise already
    first = np.searchsorted(steps, sources.values)
    behind = np.searchsorted(steps, sources.values, side="right")
    at = first[:, None] + np.arange(PAIRS)
    is_own = at < behind[:, None]
    own = np.where(is_own, by_step[np.minimum(at, len(by_step) - 1)], NONE)
    own[~is_own[:, 0], 0] = -1  # as if it were a pair that was never seen
    found = np.full((len(sources), int(sources.lengths.max()), PAIRS), NONE)
    found[np.arange(found.shape[1]) < sources.lengths[:, None]] = own
    return found


def _symbols(alignment: Alignment, path: Ids) -> Answer:
    parts = alignment.pairs[path[path >= 0], 1:].ravel()
    return tuple((parts[parts > 0].astype(np.int64) - 1).tolist())
