"""How sure an answer is, as a number with a gradient."""

from __future__ import annotations

from typing import Any, Protocol

from grucli.engine.packing import Floats


class Scored(Protocol):
    """A number that says how sure an answer is: `tasks.explained` has more of it."""

    @property
    def faint(self) -> float:
        """Nearer to 0 an effect says nothing, in the unit of the margin."""

    @property
    def level_kind(self) -> str:
        """What the level is, for people."""

    def margin(self, scores: Any) -> Floats:
        """Return (n,) what parts have an effect on."""

    def d_margin(self, scores: Any) -> Any:
        """Return its gradient by the scores."""

    def level(self, scores: Any) -> Floats:
        """Return (n,) in [0, 1]."""
