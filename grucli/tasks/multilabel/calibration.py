"""What held-out rows say of scores: which probabilities they stand for, and which to answer.

Letters: n rows, C labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.tasks.multilabel.decision import Booleans, Decision
from grucli.tasks.multilabel.metrics import likely_error
from grucli.tasks.thresholds import Rates, Threshold, Wish, least_probability
from grucli.values import dataclass

Numbers = npt.NDArray[np.float64]

NEWTON_STEPS = 30
HALVINGS = 20
PRIOR_ROWS = 1.0  # factor and bias are held near 1 and 0 as if by so many rows
PARTS = 5  # of the rows: each is judged by what the others say
LEAST_FACTOR = 0.05
PRIOR_POSITIVES = 100.0  # rows that speak for the threshold of all labels together


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrated:
    """What rows that were not learned from speak for.

    Attributes:
        decision: as all of them speak for it.
        probabilities: (n, C) of their labels, as the other rows speak for it.
    """

    decision: Decision
    probabilities: Numbers

    def lines(self, scores: Floats, truth: Booleans) -> Iterator[str]:
        """Yield for people how true probabilities are, as scores (n, C) say them, and now."""
        before = likely_error(losses.sigmoid(scores), truth)
        after = likely_error(self.probabilities, truth)
        if before is not None and after is not None:
            yield f"calibration of labels likelier than not: error {before:.3f} -> {after:.3f}"


def fit(scores: Floats, truth: Booleans) -> Calibrated:
    """Fit a decision to rows.

    A label gets a factor and a bias if both together lower the loss of rows that they were not
    fitted to. Its threshold is the one with the highest F1 of the label; the fewer rows have the
    label, the nearer it is drawn to the threshold with the highest F1 of all labels together.

    Args:
        scores: (n, C), n at least 1.
        truth: (n, C) which labels the rows have.

    Sources: Platt 1999 for factor and bias; Lipton et al. 2014 (arXiv:1402.1892) for the threshold
    that is best for F1, which is half of the F1 that it reaches, if probabilities are true.
    """
    exact = scores.astype(np.float64)
    factors, biases = _lines(exact, truth)
    held_out = _held_out_logits(exact, truth)
    pays = _losses(held_out, truth) < _losses(exact, truth)
    pays &= factors >= LEAST_FACTOR
    factors, biases = np.where(pays, factors, 1.0), np.where(pays, biases, 0.0)
    p = losses.sigmoid(factors * exact + biases)
    decision = Decision(
        factors=tuple(factors.tolist()),
        biases=tuple(biases.tolist()),
        thresholds=tuple(_thresholds(p, truth).tolist()),
    )
    return Calibrated(
        decision=decision, probabilities=losses.sigmoid(np.where(pays, held_out, exact))
    )


def fulfilled(
    wished: Sequence[Wish],
    labels: Sequence[str],
    decision: Decision,
    scores: Floats,
    truth: Booleans,
) -> tuple[Decision, tuple[Threshold, ...]]:
    """Return the decision with the thresholds that are wished for, and what each of them does.

    Args:
        wished: of labels, each for itself.
        labels: C.
        decision: that is right most often.
        scores: (n, C) of rows that were held out, n at least 1.
        truth: (n, C) which labels the rows have.
    """
    p = decision.probabilities(scores)
    levels, found = list(decision.thresholds), list[tuple[int, float | None]]()
    for wish in wished:
        k = labels.index(wish.label)
        least = least_probability(wish, p[:, k], truth[:, k], int(truth[:, k].sum()))
        found.append((k, least))
        levels[k] = levels[k] if least is None else least
    decided = replace(decision, thresholds=tuple(levels))
    both = [one.chosen(p) for one in (decision, decided)]

    def measured(wish: Wish, k: int, least: float | None) -> Threshold:
        before, after = (
            Rates.of(sets[:, k], truth[:, k], (sets == truth).all(axis=1)) for sets in both
        )
        return Threshold(wish=wish, least=least, rows=len(p), before=before, after=after)

    return decided, tuple(measured(wish, *one) for wish, one in zip(wished, found, strict=True))


def best_threshold(p: Numbers, truth: Booleans) -> float:
    """Return the probability from which on to say yes for the highest F1, 0.5 without a yes.

    Args:
        p: (n,) probabilities.
        truth: (n,) where yes is right.
    """
    if not truth.any():
        return 0.5
    order = np.argsort(-p, kind="stable")
    ranked, hits = p[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(p) + 1) + hits[-1])
    f1[:-1][ranked[:-1] == ranked[1:]] = -1.0  # no threshold divides equal ones
    last = int(f1.argmax())
    following = ranked[last + 1] if last + 1 < len(p) else 0.0
    return float((ranked[last] + following) / 2)


def _thresholds(p: Numbers, truth: Booleans) -> Numbers:
    """Return (C,) those of each label, drawn to that of all together in the logit."""
    common = _logit(best_threshold(p.ravel(), truth.ravel()))
    own = np.array([_logit(best_threshold(*pair)) for pair in zip(p.T, truth.T, strict=True)])
    positives = truth.sum(axis=0)
    share = positives / (positives + PRIOR_POSITIVES)
    return losses.sigmoid(share * own + (1 - share) * common)


def _logit(p: float) -> float:
    inside = min(max(p, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))


def _held_out_logits(scores: Numbers, truth: Booleans) -> Numbers:
    """Return (n, C) the logits of each row by lines that were fitted to other rows."""
    part = np.arange(len(scores)) % PARTS
    logits = np.empty_like(scores)
    for held in np.unique(part):
        inside = part == held
        factors, biases = _lines(scores[~inside], truth[~inside])
        logits[inside] = factors * scores[inside] + biases
    return logits


def _losses(logits: Numbers, truth: Booleans) -> Numbers:
    """Return (C,) the sum of the losses of each label over rows [nat]."""
    found: Numbers = (np.logaddexp(0.0, logits) - truth * logits).sum(axis=0)
    return found


def _lines(scores: Numbers, truth: Booleans) -> tuple[Numbers, Numbers]:
    """Return (C,) the factors and (C,) the biases of lowest loss, by Newton's method."""
    prior = np.stack((np.ones(scores.shape[1]), np.zeros(scores.shape[1])), axis=1)
    line = prior.copy()

    def loss(line: Numbers) -> Numbers:
        total = _losses(scores * line[:, 0] + line[:, 1], truth)
        total += PRIOR_ROWS / 2 * ((line - prior) ** 2).sum(axis=1)
        return total

    for _ in range(NEWTON_STEPS):
        p = losses.sigmoid(scores * line[:, 0] + line[:, 1])
        excess, spread = p - truth, p * (1 - p)
        slope = np.stack(((excess * scores).sum(axis=0), excess.sum(axis=0)), axis=1)
        slope += PRIOR_ROWS * (line - prior)
        crossed = (spread * scores).sum(axis=0)
        curvature = np.stack(
            ((spread * scores**2).sum(axis=0), crossed, crossed, spread.sum(axis=0)), axis=1
        ).reshape(-1, 2, 2) + PRIOR_ROWS * np.eye(2)
        step = np.linalg.solve(curvature, slope[..., None])[..., 0]
        before, size = loss(line), np.ones(len(line))
        for _ in range(HALVINGS):
            worse = loss(line - size[:, None] * step) > before
            if not worse.any():
                break
            size[worse] /= 2
        line -= np.where(worse, 0.0, size)[:, None] * step
        if np.abs(step).max() < 1e-9:
            break
    found: Numbers = line.T
    return found[0], found[1]
