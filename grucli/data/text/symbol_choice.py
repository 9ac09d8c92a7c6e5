"""Which symbols suit the texts that a model is to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from grucli.errors import counted

Kind = Literal["char", "space", "pairs"]

MOST_GIVEN: Final = 1_000  # distinct symbols; words of a language are more
LEAST_OCCURRENCES: Final = 10  # of a symbol on average
LEAST_PARTS: Final = 2  # symbols in a text on average: one is a label
SHORT: Final = 32  # characters on average


def choose(texts: Sequence[str]) -> tuple[Kind, str]:
    """Return the kind of symbols that suits texts, and why, for people."""
    parts = Counter(part for text in texts if text for part in text.split(" "))
    total, characters = parts.total(), sum(map(len, texts))
    is_few = len(parts) <= MOST_GIVEN and LEAST_OCCURRENCES * len(parts) <= total
    if is_few and "" not in parts and LEAST_PARTS * len(texts) <= total:
        return "space", f"all targets are written with {counted(len(parts), 'symbol')}"
    mean = characters / max(len(texts), 1)
    size = f"targets have {counted(round(mean), 'character')} on average"
    return ("char" if mean <= SHORT else "pairs"), size
