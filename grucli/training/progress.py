"""What training reports, and where it stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from grucli.errors import expect
from grucli.modelfile.fields import built
from grucli.tasks.task import FigureKind, Task
from grucli.training.scores import EpochScores, ValidScores, expect_same
from grucli.values import dataclass

OWN_ENDS = ("patience", "epochs")
"""Why training, or a fold of it, ends by itself."""


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
        scores: of this epoch.
        is_best: whether its weights are now the best ones.
        ends_stage: whether nothing follows in this fold, or in the training on all rows.
        stopped: why training ends here ("patience", "epochs" or what `stop` was told), or None.
    """

    epoch: int
    fold: int
    scores: EpochScores
    is_best: bool
    ends_stage: bool
    stopped: str | None


@dataclass
class StepSums:
    """Sums over the steps of an epoch so far.

    Attributes:
        loss: of its rows.
        right: of its rows, as in `tasks.task.Loss`.
        rows: how many.
        gradient_norms: of its batches.
        clipped: batches whose gradient was too long.
    """

    loss: float = 0.0
    right: float = 0.0
    rows: float = 0.0
    gradient_norms: float = 0.0
    clipped: float = 0.0

    def add(
        self, loss: float, right: float, rows: int, gradient_norm: float, is_clipped: bool
    ) -> None:
        """Add those of a step."""
        self.loss += float(loss)
        self.right += float(right)
        self.rows += float(rows)
        self.gradient_norms += float(gradient_norm)
        self.clipped += float(is_clipped)

    def scores(self, batches: int, kind: FigureKind, valid: ValidScores | None) -> EpochScores:
        """Return the scores of an epoch of so many batches.

        Args:
            batches: at least 1.
            kind: of what `right` sums.
            valid: scores of rows that were held out, None without any.
        """
        return EpochScores(
            loss=self.loss / self.rows,
            figures={kind.name: kind.of_mean(self.right / self.rows)},
            gradient_norm=self.gradient_norms / batches,
            clipped=self.clipped / batches,
            valid=valid,
        )

    def to_json(self) -> list[float]:
        """Return them in this order."""
        return list(dataclasses.astuple(self))

    @classmethod
    def from_json(cls, numbers: Any) -> StepSums:
        """Return the sums of a list that `to_json` gave; raise ValueError for any other."""
        expect(isinstance(numbers, list) and len(numbers) == len(dataclasses.fields(cls)), "sums")
        expect(all(type(number) is float for number in numbers), "sums")
        return cls(*numbers)


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What came of one fold: its best epoch and the scores of each."""

    best_epoch: int
    history: list[EpochScores]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {**vars(self), "history": [scores.to_json() for scores in self.history]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], task: Task) -> Fold:
        """Return the fold that `to_json` has described; raise as `Progress.from_json`."""
        fold = built(cls, {**fields, "history": _history(fields["history"], task)})
        expect(0 <= fold.best_epoch <= len(fold.history), "best_epoch of a fold")
        return fold


@dataclass(frozen=True, kw_only=True)
class CrossValidation:
    """What came of all folds together.

    Attributes:
        epochs: mean of those that were best.
        valid: scores of all rows, each by the model that has not learned from it.
    """

    epochs: int
    valid: ValidScores

    def to_json(self) -> dict[str, float]:
        """Return the scores flat, the epochs among them."""
        return {"epochs": float(self.epochs), **self.valid.to_json()}

    @classmethod
    def from_json(cls, flat: Mapping[str, Any], task: Task) -> CrossValidation | None:
        """Return what `to_json` has described, None for nothing; raise as `Progress.from_json`."""
        if flat == {}:
            return None
        valid = ValidScores.from_json(flat, task)
        if valid is None:
            raise ValueError("scores of all folds do not fit")
        found = cls(epochs=int(flat["epochs"]), valid=valid)
        expect_same(found.to_json(), flat)
        return found


@dataclass(kw_only=True)
class Progress:
    """Where training stands; with `Trainer.arrays`, all that a resume needs.

    Attributes:
        epoch: the one that runs or ended last; 0 before the first.
        batch: batches of it done.
        step: optimizer steps done.
        sums: of this epoch.
        best_epoch: whose weights are the best; 0 before the first epoch ended.
        history: the scores of each epoch.
        stopped: why training ended, or None.
        folds: what came of each fold that is done; the counters above are of the one at hand, or of
            training on all rows after the last one.
        crossed: what came of all of them; None before the last one is done.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    sums: StepSums = dataclasses.field(default_factory=StepSums)
    best_epoch: int = 0
    history: list[EpochScores] = dataclasses.field(default_factory=list)
    stopped: str | None = None
    folds: list[Fold] = dataclasses.field(default_factory=list)
    crossed: CrossValidation | None = None

    @property
    def lowest_loss(self) -> float | None:
        """The deciding loss of the best epoch, None before the first has ended."""
        return self.history[self.best_epoch - 1].deciding_loss if self.best_epoch else None

    def step_info(self, num_batches: int) -> StepInfo:
        """Return what to report of the step just made, of an epoch of so many batches."""
        return StepInfo(
            epoch=self.epoch,
            batch=self.batch,
            num_batches=num_batches,
            loss=self.sums.loss / self.sums.rows,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {
            **vars(self),
            "sums": self.sums.to_json(),
            "history": [scores.to_json() for scores in self.history],
            "folds": [fold.to_json() for fold in self.folds],
            "crossed": {} if self.crossed is None else self.crossed.to_json(),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], task: Task) -> Progress:
        """Return the progress that `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: no training of this task can have come to it.
        """
        parts = {
            "sums": StepSums.from_json(fields["sums"]),
            "history": _history(fields["history"], task),
            "folds": [Fold.from_json(fold, task) for fold in fields.get("folds", [])],
            "crossed": CrossValidation.from_json(fields.get("crossed", {}), task),
        }
        progress = built(cls, {**fields, **parts})
        expect(min(progress.batch, progress.step, progress.best_epoch) >= 0, "batch, step, best")
        expect(0 <= progress.epoch - len(progress.history) <= 1, "epoch and history")
        expect(progress.best_epoch <= len(progress.history), "best_epoch and history")
        epochs = len(progress.history) + sum(len(fold.history) for fold in progress.folds)
        if progress.crossed is not None:
            expect(1 <= progress.crossed.epochs <= epochs, "epochs of all folds")
        return progress

    def kept(self, fold: int) -> Kept:
        """Return what to keep while `fold` is held out, 1 for the first, 0 for none.

        Until all rows have been learned from it is the first fold's best: the other folds tell how
        good that is, and of a training on all rows that was cut short nothing is known.
        """
        is_last = fold == 0 and self.stopped in OWN_ENDS
        if self.folds and not is_last:
            first = self.folds[0]
            history, best, is_present, fold = first.history, first.best_epoch, False, 1
        else:
            history, best, is_present = self.history, self.best_epoch, True
        return Kept(
            fold=fold,
            best_epoch=best,
            history=history,
            crossed=self.crossed if is_last else None,
            is_present=is_present,
            untrained=is_last and not self.history,
        )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The weights that a model file should have, and what is known of them.

    Attributes:
        fold: which they have not learned from, 1 for the first; 0 for none.
        best_epoch: theirs; 0 before the first epoch ended.
        history: scores of each epoch of that fold, or of training on all rows.
        crossed: what is known of weights that have learned from all rows; None else.
        is_present: whether they are `Trainer.best`, and not those of a fold that is done.
        untrained: whether they are those that came: there was no epoch.
    """

    fold: int
    best_epoch: int
    history: list[EpochScores]
    crossed: CrossValidation | None
    is_present: bool
    untrained: bool

    @property
    def are_there(self) -> bool:
        """Whether there are such weights already."""
        return self.best_epoch > 0 or self.untrained

    @property
    def scores(self) -> EpochScores:
        """The scores of the best epoch, of which there is one."""
        return self.history[self.best_epoch - 1]

    @property
    def valid(self) -> ValidScores | None:
        """Scores of rows that the weights have not learned from, None if there are none."""
        if self.crossed is not None:
            return self.crossed.valid
        return self.scores.valid if self.best_epoch else None

    def to_json(self) -> dict[str, float]:
        """Return both flat, as a model card has them; of weights that came nothing is known."""
        known = {} if self.untrained else self.scores.to_json()
        return known | ({} if self.crossed is None else self.crossed.to_json())


def _history(epochs: list[Mapping[str, Any]], task: Task) -> list[EpochScores]:
    return [EpochScores.from_json(scores, task) for scores in epochs]
