"""What rows that were not learned from say of a model: its scores, how much each path counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grucli.data.batches import Examples
from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.model.blend import calibrated_loss, recurrence_share, weigh
from grucli.tasks.metrics import Evaluation, evaluate


@dataclass(frozen=True, kw_only=True)
class Judge:
    """How held-out rows are scored.

    Attributes:
        labels: (C,) the names of the classes.
        keeps_wide: whether a wide path counts even where it does not pay.
    """

    labels: tuple[str, ...]
    keeps_wide: bool

    def scores(self, said: Floats, rows: Examples) -> dict[str, float]:
        """Return the scores of the recurrence alone.

        Args:
            said: (n, O) its logits.
            rows: n that it has not learned from.
        """
        alone = self.evaluation(losses.probabilities(said), rows)
        scores = {
            "valid_loss": alone.log_loss,
            "valid_accuracy": alone.accuracy,
            "valid_macro_f1": alone.macro_f1,
        }
        if rows.wide is not None:  # then a factor is found for its logits in any case
            scores["calibrated_loss"] = calibrated_loss(said, rows.targets)
        return scores

    def weighing(self, said: Floats, rows: Examples) -> dict[str, float]:
        """Return how much both paths count and what says so; nothing where there is one.

        Args:
            said: (n, O) logits of the recurrence.
            rows: n that neither path has learned from.
        """
        if rows.wide is None:
            return {}
        weighed = weigh(said, rows.wide, rows.targets)
        mix = weighed.mix if self.keeps_wide or weighed.pays else weighed.alone
        kept = self.evaluation(losses.probabilities(mix.logits(said, rows.wide)), rows)
        return {
            "mix_recurrence": mix.recurrence,
            "mix_wide": mix.wide,
            "wide_gain": weighed.gain,
            "wide_error": weighed.error,
            "recurrence_share": recurrence_share(mix, said, rows.wide),
            "kept_loss": kept.log_loss,
            "kept_accuracy": kept.accuracy,
            "kept_macro_f1": kept.macro_f1,
        }

    def evaluation(self, p: Floats, rows: Examples) -> Evaluation:
        """Score probabilities (n, C); a row whose label training lacks is always wrong."""
        unseen = int(np.sum(rows.targets < 0))
        other = max(self.labels, key=len) + "?"  # longer than any label, so none of them
        return evaluate(p, rows.targets, self.labels, {other: unseen} if unseen else None)
