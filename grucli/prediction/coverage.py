"""How much of its inputs a model has read: what was cut, and which tokens it knows."""

from __future__ import annotations

from typing import Any

from grucli.data.encoded import Encoded
from grucli.data.encoder import Encoder
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Counts over inputs that could be read; counts of parts of the data add up.

    Attributes:
        rows: inputs.
        truncated: those of them with steps beyond the longest allowed.
        tokens: tokens within it; an empty text has one, numeric sequences have none.
        known_tokens: those of them that the vocabulary knows.
        none_known: inputs with tokens of which none is known.
    """

    rows: int = 0
    truncated: int = 0
    tokens: int = 0
    known_tokens: int = 0
    none_known: int = 0

    @classmethod
    def of(cls, encoder: Encoder, encoded: Encoded) -> Coverage:
        """Count inputs that `encoder` has encoded."""
        counts = {"rows": len(encoded.lengths), "truncated": int(encoded.truncated.sum())}
        if encoder.vocabulary is not None:
            counts |= {
                "tokens": int(encoded.lengths.sum()),
                "known_tokens": round(float((encoded.known * encoded.lengths).sum())),
                "none_known": int((encoded.known == 0).sum()),
            }
        return cls(**counts)

    def __add__(self, other: Coverage) -> Coverage:
        ours, theirs = vars(self), vars(other)
        return Coverage(**{name: ours[name] + theirs[name] for name in ours})

    @property
    def known(self) -> float | None:
        """Share of the tokens that are known; None where there are no tokens."""
        return self.known_tokens / self.tokens if self.tokens else None

    def to_json(self) -> dict[str, Any]:
        """Return what stands beside the scores, named as beside each prediction."""
        return {
            "truncated": self.truncated,
            "known": self.known,
            "none_known": self.none_known if self.tokens else None,
        }
