"""Which symbols suit the texts that a model is to write, and by which tokens it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final, Literal

from grucli.data.text.tokens import normalize, resolve
from grucli.errors import counted

Kind = Literal["char", "space", "pairs"]

MOST_GIVEN: Final = 1_000  # distinct symbols; words of a language are more
LEAST_OCCURRENCES: Final = 10  # of a symbol on average
LEAST_PARTS: Final = 2  # symbols in a text on average: one is a label
SHORT: Final = 32  # characters on average
LEAST_SHARED: Final = 0.5  # of the characters of targets that stand in their input
LOOKED_AT: Final = 2_000  # texts


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


def reading(kind: Kind, sources: Sequence[str], targets: Sequence[str]) -> str:
    """Return the mode of `tokens` by which inputs are read, of which a model writes targets.

    What is spelled alike on both sides is read as it is written: byte pairs as byte pairs, and
    characters as characters, in their case if it tells. Other inputs are read as they would be for
    any task.

    Args:
        kind: of the symbols that targets are written with.
        sources: the inputs.
        targets: what is to be written, of each input.
    """
    if kind == "pairs":
        return "pairs"
    if kind == "char" and _shared(sources, targets) >= LEAST_SHARED:
        return "char" if all(normalize(text) == text for text in targets) else "exact"
    return resolve("auto", sources)


def _shared(sources: Sequence[str], targets: Sequence[str]) -> float:
    """Return which share of the characters of targets stand in their inputs, whatever their case.

    Of many texts the first ones tell.
    """
    hits = total = 0
    for source, target in islice(zip(sources, targets, strict=True), LOOKED_AT):
        known, asked = set(normalize(source)), normalize(target)
        hits += sum(character in known for character in asked)
        total += len(asked)
    return hits / total if total else 0.0
