"""What the recurrence and the wide path of a model each say alone, and how much each decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grucli.engine import losses
from grucli.engine.packing import Floats, Integers
from grucli.model.blend import Mix, recurrence_share
from grucli.tasks.metrics import Evaluation, evaluate

ALONE = ("accuracy", "macro_f1", "log_loss")


@dataclass(frozen=True, kw_only=True, eq=False)
class PathScores:
    """The scores of both paths of one model on one set of rows.

    Attributes:
        recurrence, wide: each as if there were no other.
        recurrence_share: the recurrence's part of the margins, in [0, 1].
    """

    recurrence: Evaluation
    wide: Evaluation
    recurrence_share: float

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the scores of the model."""
        parts = {"recurrence": self.recurrence, "wide": self.wide}
        return {
            "parts": {
                name: {score: getattr(part, score) for score in ALONE}
                for name, part in parts.items()
            },
            "recurrence_share": self.recurrence_share,
        }


def score_paths(
    mix: Mix,
    recurrence: Floats,
    wide: Floats,
    targets: Integers,
    labels: tuple[str, ...],
    unseen: Mapping[str, int] | None = None,
) -> PathScores:
    """Score the logits (n, O) of both paths; the other arguments are those of `evaluate`."""
    ours, theirs = (
        evaluate(losses.probabilities(part), targets, labels, unseen) for part in (recurrence, wide)
    )
    return PathScores(
        recurrence=ours, wide=theirs, recurrence_share=recurrence_share(mix, recurrence, wide)
    )
