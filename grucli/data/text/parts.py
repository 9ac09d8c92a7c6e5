"""The tokens of one text, any of which can be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.text.tokenized import Tokenized


class TextParts:
    """The tokens of one text."""

    may_be_empty = True
    values = None

    def __init__(
        self,
        *,
        text: Tokenized,
        known: npt.NDArray[np.bool_],
        glue: str,
        encode: Callable[[Tokenized], Encoded],
    ) -> None:
        """Take the one text, which of its distinct tokens are known, and what stands between."""
        self._text, self._glue, self._encode = text, glue, encode
        self._place = text.places
        self._known = known[self._place]

    def __len__(self) -> int:
        return len(self._place)

    def shown(self, start: int, stop: int) -> str:
        """Return some tokens; those of an empty text are none."""
        return self._glue.join(self._text.tokens[k] for k in self._place[start:stop])

    def is_known(self, start: int, stop: int) -> bool:
        """Tell whether the vocabulary knows all of some tokens; of an empty text, it does."""
        return bool(self._known[start:stop].all())

    def remains(self, kept: Sequence[npt.NDArray[np.bool_]]) -> Encoded:
        """Return texts of what is left; of an empty one, the one step is left or not."""
        return self._encode(self._text.remains([mask[: len(self)] for mask in kept]))

    def held(self, channels: Sequence[int]) -> Encoded:
        """Tokens have no channels."""
        raise NotImplementedError
