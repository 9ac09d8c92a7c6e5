"""What training reports, and where it stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from grucli.modelfile.fields import expect

OWN_ENDS = ("patience", "epochs")
"""Why training, or a fold of it, ends by itself."""
ALWAYS = {"loss", "accuracy", "gradient_norm", "clipped"}
"""Scores that each epoch has."""
TOGETHER = {"valid_loss", "valid_accuracy", "valid_macro_f1"}, {"mix_recurrence", "mix_wide"}
"""Scores of which an epoch has all or none."""


@dataclass(frozen=True, kw_only=True)
class StepInfo:
    """One optimizer step was made.

    Attributes:
        epoch: 1 for the first.
        batch: batches of this epoch done.
        num_batches: batches of an epoch.
        loss: mean over this epoch's rows so far [nat].
    """

    epoch: int
    batch: int
    num_batches: int
    loss: float


@dataclass(frozen=True, kw_only=True)
class EpochInfo:
    """One epoch is done.

    Attributes:
        epoch: 1 for the first.
        fold: which one is held out, 1 for the first; 0 where none is.
        scores: of this epoch, as kept in `Progress.history`.
        is_best: whether its weights are now the best ones.
        stopped: why training ends here ("patience", "epochs" or what `stop` was told), or None.
    """

    epoch: int
    fold: int
    scores: dict[str, float]
    is_best: bool
    stopped: str | None


@dataclass(kw_only=True)
class Progress:
    """Where training stands; with `Trainer.arrays`, all that a resume needs.

    Attributes:
        epoch: the one that runs or ended last; 0 before the first.
        batch: batches of it done.
        step: optimizer steps done.
        sums: of this epoch: loss, right answers, rows, gradient norms, clipped steps.
        best_epoch: whose weights are the best; 0 before the first epoch ended.
        history: the scores of each epoch.
        stopped: why training ended, or None.
        folds: what came of each fold that is done; the counters above are of the one at hand, or of
            training on all rows after the last one.
        crossed: the scores of all rows, each by the model that has not learned from it, and the
            mean `epochs` that were best; empty before the last fold is done.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    sums: list[float] = dataclasses.field(default_factory=lambda: [0.0] * 5)
    best_epoch: int = 0
    history: list[dict[str, float]] = dataclasses.field(default_factory=list)
    stopped: str | None = None
    folds: list[Fold] = dataclasses.field(default_factory=list)
    crossed: dict[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no training can have come to, for it may be read from a file."""
        expect(min(self.batch, self.step, self.best_epoch) >= 0, "batch, step, best_epoch")
        expect(0 <= self.epoch - len(self.history) <= 1, "epoch and history")
        expect(self.best_epoch <= len(self.history), "best_epoch and history")
        expect(len(self.sums) == 5, "sums")
        for fold in self.folds:
            expect(0 <= fold["best_epoch"] <= len(fold["history"]), "best_epoch of a fold")
        epochs = [*self.history, *(scores for fold in self.folds for scores in fold["history"])]
        expect(all(scores.keys() >= ALWAYS for scores in epochs), "scores")
        if self.crossed:
            expect(self.crossed.keys() >= {"epochs", "valid_loss"}, "scores of all folds")
            expect(1 <= self.crossed["epochs"] <= len(epochs), "epochs of all folds")
        expect(all(map(_are_sound, (*epochs, self.crossed))), "scores")

    def kept(self, fold: int) -> Kept:
        """Return what to keep: until all rows have been learned from, the first fold's best.

        The other folds tell how good it is; and of a training on all rows that was cut short
        nothing is known.

        Args:
            fold: that is held out now, 1 for the first; 0 for none.
        """
        is_last = fold == 0 and self.stopped in OWN_ENDS
        if self.folds and not is_last:
            first = self.folds[0]
            history, best, is_present, fold = first["history"], first["best_epoch"], False, 1
        else:
            history, best, is_present = self.history, self.best_epoch, True
        scores = history[best - 1] if best else {}
        return Kept(
            fold=fold,
            best_epoch=best,
            history=history,
            scores=self.crossed or scores if is_last else scores,
            is_present=is_present,
        )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The weights that a model file should have, and what is known of them.

    Attributes:
        fold: which they have not learned from, 1 for the first; 0 for none.
        best_epoch: theirs; 0 before the first epoch ended.
        history: the scores of each epoch of that fold, or of training on all rows.
        scores: on rows that they have not learned from, if there are any; else those of the epoch.
        is_present: whether they are `Trainer.best`, and not those of a fold that is done.
    """

    fold: int
    best_epoch: int
    history: list[dict[str, float]]
    scores: dict[str, float]
    is_present: bool


def _are_sound(scores: Mapping[str, float]) -> bool:
    """Tell whether scores that come together are there together, and shares are shares."""
    whole = all(len(scores.keys() & group) in (0, len(group)) for group in TOGETHER)
    shares = (scores.get(name, 0) for name in ("accuracy", "valid_accuracy", "valid_macro_f1"))
    return whole and all(0 <= share <= 1 for share in shares)


def deciding_loss(scores: Mapping[str, float]) -> float:
    """Return the loss by which epochs are compared: on rows held out, if there are any."""
    held_out = scores.get("valid_loss", scores["loss"])
    return scores.get("calibrated_loss", held_out)


class Fold(TypedDict):
    """What came of one fold: its best epoch and the scores of each."""

    best_epoch: int
    history: list[dict[str, float]]
