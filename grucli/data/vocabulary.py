"""Tokens and their ids: 0 is any unknown token, 1 stands for an input without tokens."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt

UNKNOWN: Final = 0
EMPTY: Final = 1
SPECIAL: Final = ("<unknown>", "<empty>")
"""What people are shown for the ids that are no token; a token spelled so has its own id."""

_NEEDS_ESCAPE = re.compile(r"[\\\n]")
_ESCAPED = re.compile(r"\\(\\|n|ud[89a-f][0-9a-f]{2}|)")


@dataclass(frozen=True)
class Vocabulary:
    """The known tokens, frozen.

    Attributes:
        tokens: distinct; `tokens[i]` has the id i + 2.
    """

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self._ids) < len(self.tokens):
            raise ValueError("a token occurs twice")

    def __len__(self) -> int:
        """Return the number of ids, UNKNOWN and EMPTY among them."""
        return len(SPECIAL) + len(self.tokens)

    @classmethod
    def fit(cls, counts: Mapping[str, int], min_count: int, max_size: int) -> "Vocabulary":
        """Take the most frequent tokens; of equally frequent ones the lesser by code points.

        Args:
            counts: how often each token occurs in the training texts.
            min_count: rarer tokens are left out.
            max_size: at most so many tokens, UNKNOWN and EMPTY not counted.
        """
        frequent = sorted(token for token, count in counts.items() if count >= min_count)
        frequent.sort(key=counts.__getitem__, reverse=True)  # leaves equal ones in their order
        return cls(tuple(frequent[:max_size]))

    def encode(self, tokens: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the ids of `tokens`, (len(tokens),) int32; of no tokens [EMPTY]."""
        if not tokens:
            return np.array([EMPTY], np.int32)
        ids = map(self._ids.get, tokens, repeat(UNKNOWN))
        return np.fromiter(ids, np.int32, len(tokens))

    def token(self, index: int) -> str:
        """Return the token with this id; SPECIAL's name for UNKNOWN and EMPTY."""
        return SPECIAL[index] if index < len(SPECIAL) else self.tokens[index - len(SPECIAL)]

    def to_bytes(self) -> bytes:
        r"""Return UTF-8, one token a line, each line ended.

        Newline, backslash and lone surrogates are written `\n`, `\\` and `\udXXX`.
        """
        tokens: Sequence[str] = self.tokens
        if _NEEDS_ESCAPE.search("".join(tokens)):
            tokens = [token.replace("\\", "\\\\").replace("\n", "\\n") for token in tokens]
        return "".join([f"{token}\n" for token in tokens]).encode("utf-8", "backslashreplace")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Vocabulary":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: no vocabulary was written so.
        """
        text = data.decode()
        if text and not text.endswith("\n"):
            raise ValueError("the last token is cut off")
        lines = text.split("\n")[:-1]
        vocabulary = cls(tuple(map(_unescaped, lines) if "\\" in text else lines))
        if vocabulary.to_bytes() != data:
            raise ValueError("an escape is malformed")
        return vocabulary

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: i for i, token in enumerate(self.tokens, len(SPECIAL))}


def _unescaped(line: str) -> str:
    if "\\" not in line:
        return line
    return _ESCAPED.sub(_character, line)


def _character(escape: re.Match[str]) -> str:
    kind = escape[1]
    if kind == "n":
        return "\n"
    return chr(int(kind[1:], 16)) if kind.startswith("u") else kind
