"""What is explained of a classifier's answer: the margin of one label over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from grucli.engine import losses
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, Integers
from grucli.errors import ConfigError, did_you_mean, excerpt

LABEL_WIDTH = 20
LISTED_CLASSES = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelMargin:
    """The margin of a label of one sequence over the label beside it [logit].

    Attributes:
        labels: the C classes.
        probabilities: (C,) of the whole sequence.
        target, other: the classes: predicted and runner-up, or the one that was asked for and the
            best other.
    """

    faint: ClassVar[float] = 0.1  # [logit]: it changes odds by less than a tenth
    legend: ClassVar[str] = (
        "▲ speaks for the class, ▼ against it: what the margin [logit] loses when it is deleted; "
        "· less than 0.1"
    )

    labels: tuple[str, ...]
    probabilities: Floats
    target: int
    other: int

    @classmethod
    def of(cls, labels: tuple[str, ...], scores: Floats, target: int | None) -> LabelMargin:
        """Return what to explain of the logits (1, O); the predicted label if `target` is None."""
        (logits,) = both_classes(scores)
        order = np.argsort(-logits, kind="stable")
        chosen = int(order[0]) if target is None else target
        return cls(
            labels=labels,
            probabilities=probabilities(scores)[0],
            target=chosen,
            other=int(order[1] if order[0] == chosen else order[0]),
        )

    @property
    def subject(self) -> str:
        """Which margin it is."""
        return f"margin of {self._name(self.target)} over {self._name(self.other)}"

    @property
    def level_name(self) -> str:
        """Of what the level is the probability."""
        return f"p({self._name(self.target)})"

    @property
    def answer(self) -> str:
        """The most probable classes."""
        p = self.probabilities
        order = sorted(range(len(self.labels)), key=lambda k: -p[k])
        first, *others = (f"{self._name(k)} {p[k]:.3f}" for k in order)
        return f"{first} ({', '.join(others[: LISTED_CLASSES - 1])})"

    def margin(self, scores: Floats) -> Floats:
        """Return (n,) the logit of `target` less that of `other`."""
        logits = both_classes(scores)
        difference: Floats = logits[:, self.target] - logits[:, self.other]
        return difference

    def level(self, scores: Floats) -> Floats:
        """Return (n,) the probability of `target`."""
        p: Floats = probabilities(scores)[:, self.target]
        return p

    def leading(self, scores: Floats) -> Sequence[str]:
        """Return the most probable label of each row."""
        return [self.labels[k] for k in answers(scores).tolist()]

    def to_json(self) -> dict[str, Any]:
        """Return the answer and which margin it is."""
        labels = self.labels
        return {
            "predicted": labels[int(self.probabilities.argmax())],
            "probabilities": dict(zip(labels, self.probabilities.tolist(), strict=True)),
            "target": labels[self.target],
            "other": labels[self.other],
        }

    def _name(self, k: int) -> str:
        return f"'{excerpt(self.labels[k], LABEL_WIDTH)}'"


def check_label(labels: Sequence[str], name: str) -> None:
    """Refuse what `--target` names if it is none of the labels.

    Raises:
        ConfigError: it is no label of the model.
    """
    if name not in labels:
        listed = excerpt(", ".join(labels), 80)
        mend = did_you_mean(name, labels) or f"; the labels are {listed}"
        raise ConfigError(f"--target: the model has no label '{excerpt(name)}'{mend}")


def answers(scores: Floats) -> Integers:
    """Return (n,) the class of the highest logit, the first of equals."""
    highest: Integers = both_classes(scores).argmax(axis=1)
    return highest


def probabilities(scores: Floats) -> Floats:
    """Return (n, C) as logits of all classes give them, which the arrays of gates hold, too."""
    return losses.probabilities(both_classes(scores))


def distance(scores: Floats, others: Floats) -> Floats:
    """Return (n,) the total variation between the probabilities, in [0, 1]."""
    moved: Floats = np.abs(probabilities(others) - probabilities(scores)).sum(axis=1) / 2
    return moved


def certainty(scores: Floats) -> Floats:
    """Return (n,) the margins of the answers over the runners-up [logit]."""
    ranked = np.sort(both_classes(scores), axis=1)
    margins: Floats = ranked[:, -1] - ranked[:, -2]
    return margins


def support(scores: Floats, targets: Integers) -> Floats:
    """Return (n,) the probability of the true class, 0 where training lacks its label."""
    p = probabilities(scores)
    truth: Floats = np.where(targets >= 0, p[np.arange(len(p)), targets], 0.0)
    return truth


def arrays(scores: Floats, targets: Integers) -> dict[str, npt.NDArray[Any]]:
    """Return true classes, answers and probabilities, as `inspect-gates --npz` has them."""
    p = probabilities(scores)
    return {"targets": targets, "predictions": p.argmax(axis=1), "probabilities": p}
