"""What is explained of an answer with any number of labels: the score of one label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import excerpt
from grucli.tasks.explained import linear_gradient
from grucli.tasks.multilabel.answers import names_of
from grucli.tasks.multilabel.decision import Decision
from grucli.values import dataclass

LABEL_WIDTH = 20
LISTED_LABELS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelScore:
    """How much speaks for a label of one sequence [logit].

    Attributes:
        labels: the C labels.
        decision: how each is decided.
        scores: (1, C) of the whole sequence.
        target: the label: the most probable one, or the one that was asked for.
    """

    faint: ClassVar[float] = 0.1  # [logit]: it changes odds by less than a tenth
    level_kind: ClassVar[str] = "the probability"
    legend: ClassVar[str] = (
        "▲ speaks for the label, ▼ against it: what its score [logit] loses when it is deleted; "
        "· less than 0.1"
    )

    step: ClassVar[None] = None
    labels: tuple[str, ...]
    decision: Decision
    scores: Floats
    target: int

    @classmethod
    def of(
        cls, labels: tuple[str, ...], decision: Decision, scores: Floats, target: int | None
    ) -> LabelScore:
        """Return what to explain of scores (1, C); the most probable label if `target` is None."""
        chosen = int(decision.logits(scores)[0].argmax()) if target is None else target
        return cls(labels=labels, decision=decision, scores=scores, target=chosen)

    @property
    def subject(self) -> str:
        """Whose score it is."""
        return f"score of {self._name(self.target)}"

    @property
    def sides(self) -> tuple[str, str]:
        """What a part does that raises the margin, and one that lowers it."""
        return f"for {self._name(self.target)}", f"against {self._name(self.target)}"

    @property
    def level_name(self) -> str:
        """Of what the level is the probability."""
        return f"p({self._name(self.target)})"

    @property
    def answer(self) -> str:
        """The labels that are answered, with their probabilities."""
        (p,) = self.decision.probabilities(self.scores)
        own = np.flatnonzero(self.decision.sets(self.scores)[0])
        listed = [f"{self._name(k)} {p[k]:.3f}" for k in own[np.argsort(-p[own])][:LISTED_LABELS]]
        more = f" and {len(own) - LISTED_LABELS} more" if len(own) > LISTED_LABELS else ""
        return f"{', '.join(listed)}{more}" if listed else "no label"

    def margin(self, scores: Floats) -> Floats:
        """Return (n,) the score of `target`, in the logit of its probability but for its bias."""
        own: Floats = scores[:, self.target] * self.decision.factors[self.target]
        return own

    def d_margin(self, scores: Floats) -> Floats:
        """Return (n, O) the gradient of each margin."""
        return linear_gradient(self.margin, scores)

    def level(self, scores: Floats) -> Floats:
        """Return (n,) the probability of `target`."""
        p: Floats = self.decision.probabilities(scores)[:, self.target]
        return p

    def leading(self, scores: Floats) -> Sequence[str]:
        """Return the labels that are answered to each row, in a line."""
        sets = self.decision.sets(scores)
        return [", ".join(own) or "no label" for own in names_of(self.labels, sets)]

    def outcome(self, scores: Floats) -> Sequence[str]:
        """Return `target` where it is answered, nothing where it is not."""
        own = self.decision.sets(scores)[:, self.target]
        return [self.labels[self.target] if given else "" for given in own.tolist()]

    def to_json(self) -> dict[str, Any]:
        """Return the answer and whose score is explained."""
        (p,), sets = self.decision.probabilities(self.scores), self.decision.sets(self.scores)
        return {
            "predicted": list(next(names_of(self.labels, sets))),
            "probabilities": dict(zip(self.labels, p.tolist(), strict=True)),
            "target": self.labels[self.target],
        }

    def _name(self, k: int) -> str:
        return f"'{excerpt(self.labels[k], LABEL_WIDTH)}'"
