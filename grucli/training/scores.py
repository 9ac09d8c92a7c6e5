"""The scores of an epoch as records; in logs and model files they are one flat JSON object.

What was learned from and what was held out have the same figures there, told apart by a prefix:
`accuracy`, `valid_accuracy` of the recurrence alone, `kept_accuracy` of what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grucli.errors import expect
from grucli.model.blend import CalibrationErrors, Mix
from grucli.tasks.task import FigureKind, HeldOut, Task
from grucli.values import dataclass

ALONE, KEPT, CALIBRATION = "valid", "kept", "calibration"
MOMENT = "moment_"
Flat = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class LinearScores:
    """Whether a linear path pays.

    Attributes:
        gain: by how much it lowers the mean loss of a row.
        error: standard error of the gain.
        recurrence_share: the recurrence's part of the answers, in [0, 1].
    """

    gain: float
    error: float
    recurrence_share: float

    def to_json(self) -> Flat:
        """Return them flat."""
        return {
            "wide_gain": self.gain,
            "wide_error": self.error,
            "recurrence_share": self.recurrence_share,
        }

    @classmethod
    def from_json(cls, flat: Mapping[str, Any]) -> LinearScores | None:
        """Return those among flat scores, None if there are none."""
        if "wide_gain" not in flat:
            return None
        return cls(
            gain=flat["wide_gain"],
            error=flat["wide_error"],
            recurrence_share=flat["recurrence_share"],
        )


@dataclass(frozen=True, kw_only=True)
class BlendScores:
    """How much each branch counts, and what says so.

    Attributes:
        mix: their factors.
        linear: what the linear path does; None without one.
        kept: scores of what these factors make of the branches.
        calibration: what they do to probabilities; None where there are none.
    """

    mix: Mix
    linear: LinearScores | None
    kept: HeldOut
    calibration: CalibrationErrors | None = None

    def to_json(self) -> Flat:
        """Return them flat."""
        errors = {} if self.calibration is None else vars(self.calibration)
        return {
            "mix_recurrence": self.mix.recurrence,
            "mix_wide": self.mix.linear,
            **({} if self.linear is None else self.linear.to_json()),
            **_flat(KEPT, self.kept),
            **{f"{CALIBRATION}_{name}": value for name, value in errors.items()},
        }

    @classmethod
    def from_json(cls, flat: Mapping[str, Any], task: Task) -> BlendScores | None:
        """Return those among flat scores, None if there are none."""
        if "mix_recurrence" not in flat:
            return None
        return cls(
            mix=Mix(recurrence=flat["mix_recurrence"], linear=flat["mix_wide"]),
            linear=LinearScores.from_json(flat),
            kept=_held_out(KEPT, flat, task),
            calibration=_calibration(flat),
        )


@dataclass(frozen=True, kw_only=True)
class ValidScores:
    """The scores of rows that a model has not learned from.

    Attributes:
        alone: of the recurrence alone.
        calibrated_loss: its loss after the best factor, where a branch beside it makes one be found
            in any case; None without.
        blend: of what factors make of the branches; None for an epoch that was not the best.
    """

    alone: HeldOut
    calibrated_loss: float | None = None
    blend: BlendScores | None = None

    @property
    def kept(self) -> HeldOut:
        """The scores of what would be kept."""
        return self.alone if self.blend is None else self.blend.kept

    @property
    def deciding_loss(self) -> float:
        """The loss by which epochs are compared."""
        return self.alone.loss if self.calibrated_loss is None else self.calibrated_loss

    def to_json(self) -> Flat:
        """Return them flat."""
        factor = {} if self.calibrated_loss is None else {"calibrated_loss": self.calibrated_loss}
        blend = {} if self.blend is None else self.blend.to_json()
        return _flat(ALONE, self.alone) | factor | blend

    @classmethod
    def from_json(cls, flat: Mapping[str, Any], task: Task) -> ValidScores | None:
        """Return those among flat scores, None if there are none."""
        if f"{ALONE}_loss" not in flat:
            return None
        return cls(
            alone=_held_out(ALONE, flat, task),
            calibrated_loss=flat.get("calibrated_loss"),
            blend=BlendScores.from_json(flat, task),
        )


@dataclass(frozen=True, kw_only=True)
class EpochScores:
    """The scores of one epoch.

    Attributes:
        loss: mean of the rows that were learned from, while they were.
        figures: the first of the task's kinds, by its name, of the same rows.
        gradient_norm: mean of the batches, before any clipping.
        clipped: share of the batches whose gradient was too long, in [0, 1].
        valid: of rows that were held out; None without any.
        moments: what it looks like from inside, as `moments.Probe` gives it; None if nobody asks.
    """

    loss: float
    figures: Mapping[str, float]
    gradient_norm: float
    clipped: float
    valid: ValidScores | None = None
    moments: Mapping[str, float] | None = None

    @property
    def was_best(self) -> bool:
        """Whether no epoch of its stage before it was better: only then branches are blended."""
        return self.valid is None or self.valid.blend is not None

    @property
    def deciding_loss(self) -> float:
        """The loss by which epochs are compared: on rows held out, if there are any."""
        return self.loss if self.valid is None else self.valid.deciding_loss

    def to_json(self) -> Flat:
        """Return them flat, as they stand in logs, model cards and runs to resume."""
        return {
            "loss": self.loss,
            **self.figures,
            "gradient_norm": self.gradient_norm,
            "clipped": self.clipped,
            **({} if self.valid is None else self.valid.to_json()),
            **{f"{MOMENT}{name}": value for name, value in (self.moments or {}).items()},
        }

    @classmethod
    def from_json(cls, flat: Mapping[str, Any], task: Task) -> EpochScores:
        """Return the scores that `to_json` has made flat.

        Raises:
            KeyError, ValueError: a part is missing, too much or out of its range.
        """
        kind = task.figures[0]
        scores = cls(
            loss=flat["loss"],
            figures={kind.name: _checked(flat[kind.name], kind)},
            gradient_norm=flat["gradient_norm"],
            clipped=flat["clipped"],
            valid=ValidScores.from_json(flat, task),
            moments={k.removeprefix(MOMENT): flat[k] for k in flat if k.startswith(MOMENT)} or None,
        )
        expect_same(scores.to_json(), flat)
        return scores


def without_moments(flat: Mapping[str, float]) -> Flat:
    """Return flat scores as a model card has them: its moments stand by themselves."""
    return {name: value for name, value in flat.items() if not name.startswith(MOMENT)}


def expect_same(own: Flat, flat: Mapping[str, Any]) -> None:
    """Refuse flat scores that are not wholly those that they were read as.

    Raises:
        ValueError: one is missing, too much or no number.
    """
    expect(own == flat and all(type(value) is float for value in flat.values()), "scores")


def _flat(prefix: str, scores: HeldOut) -> Flat:
    figures = {f"{prefix}_{name}": value for name, value in scores.figures.items()}
    return {f"{prefix}_loss": scores.loss, **figures}


def _held_out(prefix: str, flat: Mapping[str, Any], task: Task) -> HeldOut:
    kinds = {kind.name: kind for kind in task.figures}
    figures = {n: _checked(flat[f"{prefix}_{n}"], kind) for n, kind in kinds.items()}
    return HeldOut(loss=flat[f"{prefix}_loss"], figures=figures)


def _calibration(flat: Mapping[str, Any]) -> CalibrationErrors | None:
    if f"{CALIBRATION}_before" not in flat:
        return None
    return CalibrationErrors(
        before=flat[f"{CALIBRATION}_before"], after=flat[f"{CALIBRATION}_after"]
    )


def _checked(value: Any, kind: FigureKind) -> float:
    expect(type(value) is float and kind.low <= value <= kind.high, "scores")
    return float(value)
