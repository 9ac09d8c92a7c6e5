"""What is explained of a tagger's answer: how far the tag of one step is before another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from grucli.engine.packing import Floats
from grucli.engine.steps import Steps
from grucli.errors import excerpt
from grucli.tasks.tag.decoding import Decoded
from grucli.values import dataclass

TAG_WIDTH = 20
LISTED_TAGS = 3
FLOOR = 1e-12  # of a probability whose logarithm is taken
GIVEN = -1e6  # [nat]: what all other tags of a step score where one is given


@dataclass(frozen=True, kw_only=True, eq=False)
class TagMargin:
    """How far a tag of one step is before the tag beside it [nat].

    Attributes:
        tags: the K tags.
        decode: gives tags and probabilities of scores.
        probabilities: (K,) of the step.
        step: which one, from 0.
        target, other: the tags: the answer and the most probable other one.
    """

    faint: ClassVar[float] = 0.1  # [nat]: it changes odds by less than a tenth
    level_kind: ClassVar[str] = "its probability"
    legend: ClassVar[str] = (
        "▲ speaks for the tag, ▼ against it: what the margin [nat] loses when it is not read; "
        "· less than 0.1"
    )

    tags: tuple[str, ...]
    decode: Callable[[Steps], Decoded]
    probabilities: Floats
    step: int
    target: int
    other: int

    @classmethod
    def of(
        cls,
        tags: tuple[str, ...],
        scores: Steps,
        decode: Callable[[Steps], Decoded],
        step: int | None,
    ) -> TagMargin:
        """Return what to explain of one sequence; of the least certain step if it is None."""
        found = decode(scores)
        at = int(found.certainty.argmin()) if step is None else step
        p, target = found.p[at], int(found.tags[at])
        other = int(np.where(np.arange(len(p)) == target, -1, p).argmax())
        return cls(tags=tags, decode=decode, probabilities=p, step=at, target=target, other=other)

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
        """The most probable tags of the step."""
        p = self.probabilities
        order = [self.target, *(k for k in np.argsort(-p, kind="stable") if k != self.target)]
        first, *others = (f"{self._name(k)} {p[k]:.3f}" for k in order)
        return f"{first} ({', '.join(others[: LISTED_TAGS - 1])})"

    def margin(self, scores: Steps) -> Floats:
        """Return (n,) the logarithm of the odds of `target` against `other` at the step."""
        log_p = np.log(np.maximum(self._at_step(scores), FLOOR))
        difference: Floats = log_p[:, self.target] - log_p[:, self.other]
        return difference

    def d_margin(self, scores: Steps) -> Steps:
        """Return the gradient of each margin by the scores, of their form.

        The logarithm of how probable a tag is at a step is log Z with the tag given less log Z, and
        the gradient of a log Z is how probable each tag is at each step. It is taken by the tags'
        own scores alone, not by those of the chain.
        """
        free, at = self.decode(scores).p, scores.starts + self.step
        gradient = np.zeros_like(free)
        for tag, sign in ((self.target, 1.0), (self.other, -1.0)):
            values = scores.values.astype(free.dtype)
            values[at[:, None], np.arange(len(self.tags)) != tag] = GIVEN
            given = self.decode(replace(scores, values=values)).p
            is_told = np.repeat(free[at, tag] > FLOOR, scores.lengths)[:, None]
            gradient += sign * np.where(is_told, given - free, 0.0)
        chains = None if scores.chains is None else np.zeros_like(scores.chains)
        return Steps(values=gradient, lengths=scores.lengths, chains=chains)

    def level(self, scores: Steps) -> Floats:
        """Return (n,) the probability of `target` at the step."""
        p: Floats = self._at_step(scores)[:, self.target]
        return p

    def leading(self, scores: Steps) -> Sequence[str]:
        """Return the tag of the step in each of n sequences."""
        tags = self.decode(scores).tags[scores.starts + self.step]
        return [self.tags[k] for k in tags.tolist()]

    def outcome(self, scores: Steps) -> Sequence[str]:
        """Return the answers."""
        return self.leading(scores)

    def to_json(self) -> dict[str, Any]:
        """Return the answer and which margin it is."""
        return {
            "step": self.step + 1,
            "predicted": self.tags[self.target],
            "probabilities": dict(zip(self.tags, self.probabilities.tolist(), strict=True)),
            "target": self.tags[self.target],
            "other": self.tags[self.other],
        }

    def _at_step(self, scores: Steps) -> Floats:
        p: Floats = self.decode(scores).p[scores.starts + self.step]
        return p

    def _name(self, k: int) -> str:
        return f"'{excerpt(self.tags[k], TAG_WIDTH)}'"
