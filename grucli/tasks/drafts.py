"""What a decoder has written: of each input some sequences of symbols, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Integers
from grucli.values import dataclass

END_SHOWN = "<end>"
"""What the end of a sequence is called."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A sequence.

    Attributes:
        symbols: without its end.
        copied: the texts of the symbols that are copies, in their order.
        score: mean log-probability of its symbols and its end [nat].
        is_ended: whether it has an end, or was cut because it must not grow any longer.
    """

    symbols: tuple[int, ...] = ()
    copied: tuple[str, ...] = ()
    score: float = 0.0
    is_ended: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Drafts:
    """Those of n inputs, in the place of scores.

    Attributes:
        rows: (n,) of each input at least one.
    """

    rows: Sequence[Sequence[Draft]] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sequence[Draft]]:
        return iter(self.rows)

    def __getitem__(self, rows: Integers | npt.NDArray[np.bool_]) -> Drafts:
        """Return those of some inputs, in the order in which they are named, or by a mask."""
        return Drafts(rows=[self.rows[k] for k in np.arange(len(self.rows))[rows].tolist()])

    @property
    def best(self) -> list[Draft]:
        """The first of each input."""
        return [own[0] for own in self.rows]
