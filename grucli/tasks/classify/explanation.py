"""What is explained of a classifier's answer: the margin of one label over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from grucli.engine import losses
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, Integers
from grucli.errors import excerpt
from grucli.tasks.classify.deciding import Levels, classes
from grucli.tasks.explained import linear_gradient
from grucli.values import dataclass

LABEL_WIDTH = 20
LISTED_CLASSES = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelMargin:
    """The margin of a label of one sequence over the label beside it [logit].

    Attributes:
        labels: the C classes.
        probabilities: (C,) of the whole sequence.
        levels: thresholds of the answer.
        target, other: the classes: predicted and the best other, or the one that was asked for.
    """

    faint: ClassVar[float] = 0.1  # [logit]: it changes odds by less than a tenth
    level_kind: ClassVar[str] = "the probability"
    legend: ClassVar[str] = (
        "▲ speaks for the class, ▼ against it: what the margin [logit] loses when it is deleted; "
        "· less than 0.1"
    )

    step: ClassVar[None] = None
    labels: tuple[str, ...]
    probabilities: Floats
    levels: Levels
    target: int
    other: int

    @classmethod
    def of(
        cls, labels: tuple[str, ...], scores: Floats, target: int | None, levels: Levels = ()
    ) -> LabelMargin:
        """Return what to explain of the logits (1, O); the predicted label if `target` is None."""
        (logits,) = both_classes(scores)
        order = np.argsort(-logits, kind="stable")
        chosen = int(answers(scores, levels)[0]) if target is None else target
        return cls(
            labels=labels,
            probabilities=probabilities(scores)[0],
            levels=levels,
            target=chosen,
            other=int(order[1] if order[0] == chosen else order[0]),
        )

    @property
    def subject(self) -> str:
        """Which margin it is."""
        return f"margin of {self._name(self.target)} over {self._name(self.other)}"

    @property
    def sides(self) -> tuple[str, str]:
        """What a part does that raises the margin, and one that lowers it."""
        return f"for {self._name(self.target)}", f"for {self._name(self.other)}"

    @property
    def level_name(self) -> str:
        """Of what the level is the probability."""
        return f"p({self._name(self.target)})"

    @property
    def answer(self) -> str:
        """The predicted class, and the most probable others."""
        p, answered = self.probabilities, self._answered
        order = sorted(range(len(self.labels)), key=lambda k: (k != answered, -p[k]))
        first, *others = (f"{self._name(k)} {p[k]:.3f}" for k in order)
        return f"{first} ({', '.join(others[: LISTED_CLASSES - 1])})"

    def margin(self, scores: Floats) -> Floats:
        """Return (n,) the logit of `target` less that of `other`."""
        logits = both_classes(scores)
        difference: Floats = logits[:, self.target] - logits[:, self.other]
        return difference

    def d_margin(self, scores: Floats) -> Floats:
        """Return (n, O) the gradient of each margin."""
        return linear_gradient(self.margin, scores)

    def level(self, scores: Floats) -> Floats:
        """Return (n,) the probability of `target`."""
        p: Floats = probabilities(scores)[:, self.target]
        return p

    def leading(self, scores: Floats) -> Sequence[str]:
        """Return the predicted label of each row."""
        return [self.labels[k] for k in answers(scores, self.levels).tolist()]

    def outcome(self, scores: Floats) -> Sequence[str]:
        """Return the answers."""
        return self.leading(scores)

    def to_json(self) -> dict[str, Any]:
        """Return the answer and which margin it is."""
        labels = self.labels
        return {
            "predicted": labels[self._answered],
            "probabilities": dict(zip(labels, self.probabilities.tolist(), strict=True)),
            "target": labels[self.target],
            "other": labels[self.other],
        }

    @property
    def _answered(self) -> int:
        return int(classes(self.levels, self.probabilities[None])[0])

    def _name(self, k: int) -> str:
        return f"'{excerpt(self.labels[k], LABEL_WIDTH)}'"


def answers(scores: Floats, levels: Levels = ()) -> Integers:
    """Return (n,) the class of the highest logit, the first of equals, if no threshold decides."""
    if levels:
        return classes(levels, probabilities(scores))
    highest: Integers = both_classes(scores).argmax(axis=1)
    return highest


def probabilities(scores: Floats) -> Floats:
    """Return (n, C) as logits of all classes give them, which the arrays of gates hold, too."""
    return losses.probabilities(both_classes(scores))
