"""What rows that were not learned from say of a model: its scores, how much each path counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.model.blend import calibrated_loss, recurrence_share, weigh
from grucli.model.logits import BranchLogits
from grucli.tasks.metrics import Evaluation, evaluate


@dataclass(frozen=True, kw_only=True)
class Judge:
    """How held-out rows are scored.

    Attributes:
        labels: (C,) the names of the classes.
        keeps_linear: whether a linear path counts even where it does not pay.
    """

    labels: tuple[str, ...]
    keeps_linear: bool

    def scores(self, logits: BranchLogits, targets: Integers) -> dict[str, float]:
        """Return the scores of the recurrence alone.

        Args:
            logits: of n rows that it has not learned from.
            targets: (n,) their classes, -1 for a label that training lacks.
        """
        alone = self.evaluation(losses.probabilities(logits.recurrence), targets)
        scores = {
            "valid_loss": alone.log_loss,
            "valid_accuracy": alone.accuracy,
            "valid_macro_f1": alone.macro_f1,
        }
        if logits.linear is not None:  # then a factor is found for its logits in any case
            scores["calibrated_loss"] = calibrated_loss(logits.recurrence, targets)
        return scores

    def weighing(self, logits: BranchLogits, targets: Integers) -> dict[str, float]:
        """Return how much both paths count and what says so; nothing where there is one.

        Args:
            logits: of n rows that neither path has learned from.
            targets: (n,) their classes, -1 for a label that training lacks.
        """
        if logits.linear is None:
            return {}
        weighed = weigh(logits.recurrence, logits.linear, targets)
        mix = weighed.mix if self.keeps_linear or weighed.pays else weighed.alone
        kept = self.evaluation(losses.probabilities(logits.blended(mix)), targets)
        return {
            "mix_recurrence": mix.recurrence,
            "mix_wide": mix.linear,
            "wide_gain": weighed.gain,
            "wide_error": weighed.error,
            "recurrence_share": recurrence_share(mix, logits.recurrence, logits.linear),
            "kept_loss": kept.log_loss,
            "kept_accuracy": kept.accuracy,
            "kept_macro_f1": kept.macro_f1,
        }

    def evaluation(self, p: Floats, targets: Integers) -> Evaluation:
        """Score probabilities (n, C); a row whose label training lacks is always wrong."""
        unseen = int(np.sum(targets < 0))
        other = max(self.labels, key=len) + "?"  # longer than any label, so none of them
        return evaluate(p, targets, self.labels, {other: unseen} if unseen else None)
