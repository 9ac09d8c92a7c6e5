"""What texts are written with that a model gives: ids, and back to exactly the same text.

    char    each character as it stands
    space   what single spaces separate, such as phonemes
    pairs   byte pairs (byte_pairs)

Id 0 ends a sequence. Id 1 stands for what the vocabulary lacks and the source has: it is filled in
by copying. The next 16 are hexadecimal digits: what else the vocabulary lacks is spelled by the
bytes of its UTF-8 form, so that every text can be written. Symbols begin behind them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import chain, groupby, repeat
from typing import Any, Final, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.symbol_choice import Kind, choose
from grucli.data.text.vocabulary import MOST_TOKENS, Vocabulary
from grucli.engine.beam import END
from grucli.engine.steps import Steps
from grucli.errors import expect
from grucli.values import dataclass

UNKNOWN: Final = 1
DIGITS: Final = range(2, 18)
FIRST: Final = DIGITS.stop
MISSING: Final = "\ufffd"
"""What stands where nothing could be copied, or where bytes are those of no character."""


@dataclass(frozen=True, kw_only=True)
class Symbols:
    """The symbols that texts are written with.

    Attributes:
        kind: of them.
        texts: of each; `texts[i]` has the id FIRST + i.
        pairs: how texts of the kind `pairs` are cut; None of others.
        reason: why the kind was chosen, for people; nothing where it was given.
    """

    kind: Kind
    texts: tuple[str, ...]
    pairs: BytePairs | None = None
    reason: str = field(default="", compare=False)

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        kind: Kind | Literal["auto"] = "auto",
        *,
        sources: Sequence[str] = (),
        min_count: int = 1,
        max_size: int = MOST_TOKENS,
    ) -> Self:
        """Take the symbols of texts.

        Args:
            texts: all that is to be written.
            kind: of the symbols; `auto` goes by the texts.
            sources: the inputs, from which byte pairs are learned, too: a word that stands on both
                sides is the same pieces on both.
            min_count: what is rarer is left out.
            max_size: symbols at most, the most frequent ones; of equally frequent ones the lesser
                by code points.
        """
        reason, pairs = "", None
        if kind == "auto":
            kind, reason = choose(texts)
        if kind == "pairs":
            pairs = BytePairs.learn(chain(texts, sources))
        known = ("",) if kind == "space" else ()  # between two spaces
        empty = cls(kind=kind, texts=known, pairs=pairs, reason=reason)
        return empty.grown(texts, min_count=min_count, max_size=max_size)

    def grown(
        self, texts: Sequence[str], *, min_count: int = 1, max_size: int = MOST_TOKENS
    ) -> Self:
        """Return these symbols, and behind them what else texts are written with, as for `fit`."""
        counts = Counter(piece for text in texts for piece in self.split(text))
        known = self.texts
        if self.kind == "pairs":  # characters spell what is a piece in inputs alone
            single = Counter(character for text in texts for character in text)
            known = Vocabulary.fit(single, min_count, max_size, known).tokens
        found = Vocabulary.fit(counts, min_count, max_size, known).tokens
        return type(self)(kind=self.kind, texts=found, pairs=self.pairs, reason=self.reason)

    def __len__(self) -> int:
        """Return V, the number of ids."""
        return FIRST + len(self.texts)

    def split(self, text: str) -> list[str]:
        """Return the symbols of a text, whether they are known or not."""
        if self.pairs is not None:
            return self.pairs.split(text)
        if self.kind == "char":
            return list(text)
        return text.split(" ") if text else []

    def encode(
        self, texts: Sequence[str], sources: Iterable[Container[str]] | None = None
    ) -> Steps:
        """Return texts as ids, each with END behind it.

        Args:
            texts: n, of any characters.
            sources: what can be copied of each one's input; None for nothing.

        Returns:
            n sequences of int32 in [0, V).
        """
        known = repeat(()) if sources is None else sources
        rows = [
            [*self._ids_of(self.split(text), source), END]
            for text, source in zip(texts, known, strict=sources is not None)
        ]
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        values = np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum()))
        return Steps(values=values, lengths=lengths)

    def decode(self, ids: Iterable[int], copied: Iterable[str] = ()) -> str:
        """Return the text that ids are written with.

        Args:
            ids: in [0, V), without END.
            copied: what stands for each UNKNOWN among them; MISSING where it is too short.
        """
        parts, left = list[str](), iter(copied)
        for are_digits, run in groupby(ids, DIGITS.__contains__):
            if are_digits:
                parts.append(_of_digits(run))
            else:
                parts += (next(left, MISSING) if i == UNKNOWN else self._text_of(i) for i in run)
        return BytePairs.text(parts) if self.kind == "pairs" else self._glue.join(parts)

    def pieces(self, ids: Iterable[int], copied: Iterable[str] = ()) -> list[str]:
        """Return the text of each of ids for people; the arguments are as for `decode`."""
        left = iter(copied)
        return [
            f"<{i - DIGITS.start:x}>"
            if i in DIGITS
            else next(left, MISSING)
            if i == UNKNOWN
            else self._text_of(i)
            for i in ids
        ]

    def of_tokens(self, tokens: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return (n,) the id of the symbol that each of n tokens is, UNKNOWN where it is none."""
        ids = self._ids
        return np.fromiter((ids.get(token, UNKNOWN) for token in tokens), np.int32, len(tokens))

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of them."""
        found = {"kind": self.kind, "symbols": list(self.texts)}
        return found if self.pairs is None else {**found, "pairs": self.pairs.to_json()}

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return what `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        kind, texts = meta["kind"], meta["symbols"]
        expect(kind in get_args(Kind) and type(texts) is list, "symbols")
        expect(all(type(text) is str for text in texts), "symbols")
        expect(len(set(texts)) == len(texts) <= MOST_TOKENS, "symbols")
        if kind == "space":
            expect("" in texts and not any(" " in text for text in texts), "symbols")
        else:
            expect(all(texts) and (kind == "pairs" or set(map(len, texts)) <= {1}), "symbols")
        pairs = BytePairs.from_json(meta["pairs"]) if kind == "pairs" else None
        return cls(kind=kind, texts=tuple(texts), pairs=pairs)

    @property
    def _glue(self) -> str:
        """What stands between symbols."""
        return " " if self.kind == "space" else ""

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {text: i for i, text in enumerate(self.texts, FIRST)}

    def _text_of(self, symbol: int) -> str:
        return self.texts[symbol - FIRST]

    def _ids_of(self, pieces: Sequence[str], source: Container[str]) -> Iterator[int]:
        ids = self._ids
        if self.pairs is not None:
            pieces = [
                part
                for piece in pieces
                for part in ((piece,) if piece in ids or piece in source else piece)
            ]
        for has_id, run in groupby(pieces, lambda piece: piece in ids or piece in source):
            if has_id:
                yield from (ids.get(piece, UNKNOWN) for piece in run)
            else:
                data = self._glue.join(run).encode("utf-8", "surrogatepass")
                yield from (DIGITS[int(digit, 16)] for digit in data.hex())


def _of_digits(ids: Iterable[int]) -> str:
    """Return the text whose bytes are spelled by ids of digits, as far as they are of one."""
    digits = "".join(f"{i - DIGITS.start:x}" for i in ids)
    whole = len(digits) // 2 * 2
    data = bytes.fromhex(digits[:whole])
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    return text + MISSING * (len(digits) - whole)
