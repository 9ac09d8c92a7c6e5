"""A linear chain over the steps of sequences: a score for each path of classes (a linear CRF).

A class has a score at each step (emission), after each class (transition), at the first step
(start) and at the last one (end). All rows of a step are computed at once.

    score(y) = start[y_1] + sum_t e_t[y_t] + sum_t trans[y_t-1, y_t] + end[y_T]             (1)
    alpha_1 = start + e_1,  alpha_t[j] = e_t[j] + log sum_i exp(alpha_t-1[i] + trans[i, j]) (2)
    log Z = log sum_j exp(alpha_T[j] + end[j]), of all paths together                       (3)
    beta_T = end,  beta_t[i] = log sum_j exp(trans[i, j] + e_t+1[j] + beta_t+1[j])          (4)
    p(y_t = j) = exp(alpha_t[j] + beta_t[j] - log Z)                                        (5)
    p(y_t = i, y_t+1 = j) = exp(alpha_t[i] + trans[i, j] + e_t+1[j] + beta_t+1[j] - log Z)  (6)
    best_1 = start + e_1,  best_t[j] = e_t[j] + max_i (best_t-1[i] + trans[i, j])           (7)

Everything is computed in float64, as losses are: sums over long sequences need the digits.

Arrays: emissions (N, C) packed; chains (B, C + 2, C), of each row the transitions from class i in
row i, start scores in row C, end scores in row C + 1. They may be one array that is broadcast.

Source: Lafferty et al. 2001; Rabiner 1989 (doi:10.1109/5.18626) for (2), (4) and (7).
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats, Integers, Packing

Exact = npt.NDArray[np.float64]


def log_partition(emissions: Floats, chains: Floats, packing: Packing) -> Exact:
    """Return (B,) log Z, the logarithm of the sum of exp(score) over all paths of each row."""
    return _log_z(_alpha(_exact(emissions), chains, packing), chains, packing)


def path_scores(emissions: Floats, chains: Floats, packing: Packing, path: Integers) -> Exact:
    """Return (B,) the score of one path of each row, whose classes are `path` (N,)."""
    num_classes, steps = emissions.shape[1], np.arange(packing.size)
    own = _exact(emissions)[steps, path]
    onward = packing.slices[0].stop
    rows, before = packing.row[onward:], _before(packing)
    own[onward:] += chains[rows, path[before], path[onward:]]
    scores: Exact = np.bincount(packing.row, own, packing.batch_size).astype(np.float64)
    every = np.arange(packing.batch_size)
    scores += chains[every, num_classes, path[:onward]]
    scores += chains[every, num_classes + 1, path[packing.last]]
    return scores


def marginals(emissions: Floats, chains: Floats, packing: Packing) -> Exact:
    """Return (N, C) how probable each class is at each step, over all paths of its row."""
    emissions = _exact(emissions)
    alpha = _alpha(emissions, chains, packing)
    return _marginals(alpha, _beta(emissions, chains, packing), chains, packing)


def negative_log_likelihood(
    emissions: Floats,
    chains: Floats,
    packing: Packing,
    targets: Integers,
    weights: Floats | None = None,
) -> tuple[float, Floats, Floats]:
    """Return the sum over rows of weight (log Z - score of the targets), and its gradients.

    Args:
        emissions: (N, C) packed.
        chains: (B, C + 2, C).
        packing: of the rows.
        targets: (N,) classes, each within 0 to C - 1.
        weights: (B,) how much each row counts, ones if None.

    Returns:
        the loss [nat], and of the dtype of the emissions d_emissions (N, C) and d_chains
        (B, C + 2, C), each row's own.
    """
    exact, num_classes = _exact(emissions), emissions.shape[1]
    alpha, beta = _alpha(exact, chains, packing), _beta(exact, chains, packing)
    log_z = _log_z(alpha, chains, packing)
    weights = np.ones(packing.batch_size) if weights is None else weights
    loss = float(weights @ (log_z - path_scores(exact, chains, packing, targets)))
    d_emissions = _marginals(alpha, beta, chains, packing)  # (5)
    d_chains = np.zeros((packing.batch_size, num_classes + 2, num_classes))
    for at, after in pairwise(packing.slices):
        k = after.stop - after.start
        joint = chains[:k, :num_classes] + alpha[at][:k, :, None]
        joint += (exact[after] + beta[after] - log_z[:k, None])[:, None]
        d_chains[:k, :num_classes] += np.exp(joint)  # (6)
    d_emissions[np.arange(packing.size), targets] -= 1
    onward, before = packing.slices[0].stop, _before(packing)
    np.subtract.at(d_chains, (packing.row[onward:], targets[before], targets[onward:]), 1)
    d_chains[:, num_classes] = d_emissions[:onward]
    d_chains[:, num_classes + 1] = d_emissions[packing.last]
    d_emissions *= weights[packing.row, None]
    d_chains *= weights[:, None, None]
    return loss, d_emissions.astype(emissions.dtype), d_chains.astype(emissions.dtype)


def best_paths(emissions: Floats, chains: Floats, packing: Packing) -> npt.NDArray[np.int64]:
    """Return (N,) the classes of the path of each row with the highest score (Viterbi 1967).

    Of equal paths it is the one whose last class comes first, then the one before it, and so on.
    """
    emissions, num_classes = _exact(emissions), emissions.shape[1]
    best = np.empty_like(emissions)
    came_from = np.empty(emissions.shape, np.int64)
    path = np.empty(packing.size, np.int64)
    first = packing.slices[0]
    best[first] = emissions[first] + chains[:, num_classes]
    for before, at in pairwise(packing.slices):  # (7)
        k = at.stop - at.start
        scores = best[before][:k, :, None] + chains[:k, :num_classes]
        came_from[at] = scores.argmax(axis=1)
        best[at] = emissions[at] + scores.max(axis=1)
    path[packing.last] = (best[packing.last] + chains[:, num_classes + 1]).argmax(axis=1)
    for before, at in reversed(list(pairwise(packing.slices))):
        k = at.stop - at.start
        path[before.start : before.start + k] = came_from[at][np.arange(k), path[at]]
    return path


def _alpha(emissions: Exact, chains: Floats, packing: Packing) -> Exact:
    num_classes, alpha = emissions.shape[1], np.empty_like(emissions)
    first = packing.slices[0]
    alpha[first] = emissions[first] + chains[:, num_classes]
    for before, at in pairwise(packing.slices):  # (2)
        k = at.stop - at.start
        paths = alpha[before][:k, :, None] + chains[:k, :num_classes]
        alpha[at] = emissions[at] + _log_sum(paths, axis=1)
    return alpha


def _beta(emissions: Exact, chains: Floats, packing: Packing) -> Exact:
    num_classes, beta = emissions.shape[1], np.empty_like(emissions)
    beta[packing.last] = chains[:, num_classes + 1]
    for at, after in reversed(list(pairwise(packing.slices))):  # (4)
        k = after.stop - after.start
        paths = (emissions[after] + beta[after])[:, None] + chains[:k, :num_classes]
        beta[at.start : at.start + k] = _log_sum(paths, axis=2)
    return beta


def _log_z(alpha: Exact, chains: Floats, packing: Packing) -> Exact:
    return _log_sum(alpha[packing.last] + chains[:, alpha.shape[1] + 1], axis=1)  # (3)


def _marginals(alpha: Exact, beta: Exact, chains: Floats, packing: Packing) -> Exact:
    log_p = alpha + beta
    log_p -= _log_z(alpha, chains, packing)[packing.row, None]
    p: Exact = np.exp(np.minimum(log_p, 0))  # rounding alone lifts it above 0
    return p


def _before(packing: Packing) -> Integers:
    """Return the packed row of the step before, of each that is no first one."""
    onward = packing.slices[0].stop
    index: Integers = packing.offsets[packing.step[onward:] - 1] + packing.row[onward:]
    return index


def _log_sum(values: Exact, axis: int) -> Exact:
    """Return log sum exp along an axis, exact for values of any size."""
    highest = values.max(axis=axis, keepdims=True)
    total = np.log(np.exp(values - highest).sum(axis=axis))
    summed: Exact = total + highest.squeeze(axis)
    return summed


def _exact(values: Floats) -> Exact:
    return values.astype(np.float64)
