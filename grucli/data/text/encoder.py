"""Texts as the ids of their tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import starts_of
from grucli.data.encoded import UNLIMITED, Encoded
from grucli.data.records import Record
from grucli.data.spilled import array_of, spilled
from grucli.data.text import GIVEN, spelling
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.character_classes import CHARACTERS
from grucli.data.text.parts import TextParts
from grucli.data.text.subwords import Subwords
from grucli.data.text.tokenized import Tokenized, are_cut, tokens_of, tokens_of_each
from grucli.data.text.tokens import LATEST, MODES, Tokenizer, edition_of, tokenizer
from grucli.data.text.vocabulary import EMPTY, SPECIAL, UNKNOWN, Vocabulary
from grucli.engine.bags import NONE
from grucli.errors import counted, expect
from grucli.files.scratch import Scratch

BAG_SIZES = range(3, 6)  # characters of the n-grams that a token's vector is made of
TOKEN_CHARACTERS = 64  # of a token where all are listed
SPACES_INSIDE = frozenset({"char", "exact", "pairs"})  # modes whose tokens hold the spaces, too
_BETWEEN_CHARACTERS = f"(?<=[{CHARACTERS}]) (?=[{CHARACTERS}])"
MOST_BAG = 40  # n-grams of a token; those of 15 characters have as many
BAG_CHARACTERS = MOST_BAG + BAG_SIZES.start  # that so many of the shortest n-grams begin in


class TextEncoder:
    """Text -> tokens -> ids; a text without a token becomes the one token `<empty>`.

    Attributes:
        copies: as in `Examples`, from whoever knows what answers are written with; else None.
        end: the token that stands behind the last one of each text that has one; "" for none.

    Tokens that the vocabulary lacks are UNKNOWN, or with n-grams of characters each has an id of
    its own beyond the vocabulary: they differ in these n-grams.
    """

    kind = "text"
    unit = "token"
    input_size = 0  # the vectors of tokens are learned
    view_size = 0

    def __init__(
        self,
        vocabulary: Vocabulary,
        mode: str,
        max_length: int,
        buckets: int = 0,
        pairs: BytePairs | None = None,
        end: str = "",
    ) -> None:
        """Encode with the tokenizer of `mode`, keeping the first `max_length` tokens.

        `buckets` has the n-grams of each token's characters, 0 none; `pairs` are those of the mode
        of this name; `end` is the attribute.
        """
        self.vocabulary = vocabulary
        self.mode = mode
        self.buckets = buckets
        self.pairs = pairs
        self.max_length = max_length
        self.copies: npt.NDArray[np.int32] | None = None
        editions = (edition_of(mode, block) for block in vocabulary.blocks())
        self._edition = min(editions, default=LATEST)
        self.tokenize = tokenizer(mode, self._edition) if pairs is None else pairs.split
        self.end = end
        if end:
            self.tokenize = partial(_ended, self.tokenize, end)

    @classmethod
    def from_arrays(
        cls, fields: Mapping[str, Any], arrays: Mapping[str, Any], max_length: int, buckets: int
    ) -> TextEncoder:
        """Return the encoder that `fields` and `arrays` are of, from a file that may hold anything.

        Raises:
            LookupError, TypeError, ValueError: they do not fit together.
        """
        mode = fields["mode"]
        expect(mode in (*MODES, GIVEN), "tokens")
        pairs = BytePairs.from_bytes(arrays["pairs"]) if mode == "pairs" else None
        vocabulary, end = Vocabulary.from_bytes(arrays["vocabulary"]), fields.get("end", "")
        expect(type(end) is str, "end")
        return cls(vocabulary, mode, max_length, buckets, pairs, end)

    def settings(self) -> dict[str, Any]:
        """Return what of a config it was made by."""
        return {"data.tokens": self.mode}

    def to_json(self) -> dict[str, Any]:
        """Return what it reads, for reports."""
        return {"tokens": self.mode, "vocabulary_size": len(self.vocabulary)}

    def found(self, lengths: str) -> str:
        """Return for people what it was fitted on, and what is said of the lengths."""
        return f"tokens: {self.mode}, vocabulary {len(self.vocabulary):,}, {lengths}"

    def reads(self, columns: str) -> str:
        """Return for people what it reads, and where it stands in a table."""
        most = "all of them"
        if self.max_length < UNLIMITED:
            most = f"at most {counted(self.max_length, self.unit)}"
        return f"texts{columns}, tokens {self.mode}, vocabulary {len(self.vocabulary):,}, {most}"

    @property
    def form(self) -> str:
        """What records hold that it reads, for people."""
        return "text"

    def suits(self, record: Record) -> bool:
        """Tell whether a record holds a text, or tokens."""
        return record.values is None

    def record(self, number: int, value: Any) -> Record:
        """Return a value of a program as a record.

        Raises:
            TypeError: it is no text, and no list of tokens for a model that was given tokens.
        """
        if isinstance(value, str):
            return Record(number=number, text=value)
        kind, reads = type(value).__name__, "texts"
        if self.mode == GIVEN:
            if isinstance(value, list | tuple) and all(isinstance(token, str) for token in value):
                return Record(number=number, text=" ".join(value), tokens=tuple(value))
            reads = "lists of tokens"
        raise TypeError(f"record {number}: {kind}, but the model reads {reads}")

    def parts_of(self, record: Record, *, reads_on: bool) -> TextParts:
        """Return the tokens of a text: with `reads_on` also those that the recurrence skips."""
        text = Tokenized.of([record], self._split if reads_on else self.tokens)
        glue = "" if self.mode in SPACES_INSIDE else " "
        known = self.vocabulary.encode(text.tokens) != UNKNOWN
        return TextParts(text=text, known=known, glue=glue, encode=self.encode_tokens)

    def joined(self, parts: Sequence[str]) -> str:
        """Return tokens as people read them: a space between words, none between characters."""
        if self.mode in SPACES_INSIDE:
            return "".join(parts)
        text = " ".join(parts)
        return re.sub(_BETWEEN_CHARACTERS, "", text) if self.mode == "auto" else text

    def inputs(self, records: Sequence[Record], encoded: Encoded) -> dict[str, npt.NDArray[Any]]:
        """Return the (S,) tokens of encoded records, cut, and whether each is known."""
        empty = [self.vocabulary.token(EMPTY)]
        tokens = [token for record in records for token in self.tokens(record) or empty]
        known = ~self.vocabulary.is_unknown(encoded.steps)
        return {"tokens": np.array([t[:TOKEN_CHARACTERS] for t in tokens], np.str_), "known": known}

    def fields(self) -> dict[str, Any]:
        """Return what a model file says of it, beside its kind and the longest length."""
        return {"mode": self.mode} | ({"end": self.end} if self.end else {})

    def recipe(self) -> dict[str, Any]:
        """Return how a text becomes ids, and of which n-grams of tokens there are buckets."""
        from grucli.data.text.tokenizer_recipe import recipe

        spelled = "spelling" if self.mode == GIVEN else "characters"
        return {
            "kind": self.kind,
            "max_length": self.max_length,
            "tokenizer": recipe(self.mode, self._edition, self.pairs),
            "vocabulary": [*SPECIAL, *self.vocabulary.tokens],
            "subwords": spelled if self.buckets else None,
            "buckets": self.buckets,
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds of it."""
        held = {"vocabulary": self.vocabulary.to_bytes()}
        if self.pairs is not None:
            held["pairs"] = self.pairs.to_bytes()
        return {name: np.frombuffer(data, np.uint8) for name, data in held.items()}

    def tokens(self, record: Record) -> Sequence[str]:
        """Return the tokens that are read: none for an empty text, at most `max_length`."""
        return self._split(record)[: self.max_length]

    def _split(self, record: Record) -> Sequence[str]:
        return tokens_of(record, self.mode, self.tokenize)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Encode the texts of records, at least one; a record without a text counts as empty."""
        texts = tokens_of_each(records, self.mode, self.tokenize)
        encoded = self.encode_tokens(Tokenized.of_tokens(texts))
        return replace(encoded, truncated=encoded.truncated | are_cut(records, self.mode))

    def encode_tokens(self, texts: Tokenized) -> Encoded:
        """Encode texts, at least one, that were split by `tokenize`."""
        ids, bags = self.vocabulary.encode(texts.tokens), None
        if self.buckets:
            ids, bags = self._spelled(texts.tokens, ids)
        steps, known = Scratch(), Scratch()
        for places, lengths in texts.chunks():
            some = self._steps(ids[places], lengths)
            steps.append(some.data)
            known.append(self._known(some, np.clip(lengths, 1, self.max_length)).data)
        return Encoded(
            steps=array_of(steps, np.int32),
            lengths=spilled(np.clip(texts.lengths, 1, self.max_length)),
            known=array_of(known, np.float64),
            truncated=texts.lengths > self.max_length,
            bags=bags,
            copies=self.copies,
            texts=texts,
        )

    def _steps(
        self, ids: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int32]:
        """Return the ids that are kept of texts, one after the other."""
        kept = np.minimum(lengths, self.max_length)
        if (lengths > kept).any():
            ids = ids[_alternating(kept, lengths - kept)]
        if kept.all():
            return ids
        filled = np.maximum(kept, 1)
        steps = np.full(filled.sum(), EMPTY, np.int32)
        steps[np.repeat(kept > 0, filled)] = ids
        return steps

    def _known(
        self, steps: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return the share of each text's steps that the vocabulary knows."""
        foreign = np.flatnonzero(self.vocabulary.is_unknown(steps) | (steps == EMPTY))
        rows = np.searchsorted(starts_of(lengths), foreign, side="right") - 1
        shares: npt.NDArray[np.float64] = (
            lengths - np.bincount(rows, minlength=len(lengths))
        ) / lengths
        return shares

    def _spelled(
        self, tokens: list[str], ids: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Give unknown tokens ids of their own; return all ids, and the n-grams of each."""
        known = len(self.vocabulary)
        ids, unknown = ids[: len(tokens)].copy(), ids[: len(tokens)] == UNKNOWN
        ids[unknown] = np.arange(known, known + np.count_nonzero(unknown))
        if self.mode == GIVEN:
            found = spelling.bags(tokens, self.buckets)
        else:
            starts = [token[:BAG_CHARACTERS] for token in tokens]
            found = Subwords.of(starts, BAG_SIZES).bags(self.buckets, MOST_BAG)
        bags = np.full((known + np.count_nonzero(unknown), found.shape[1]), NONE, np.int32)
        bags[ids] = np.where(found == NONE, NONE, known + found)
        return ids, bags


def _ended(tokenize: Tokenizer, end: str, text: str) -> list[str]:
    """Return the tokens of a text, and `end` behind them; none of a text without any."""
    tokens = tokenize(text)
    return [*tokens, end] if tokens else tokens


def _alternating(
    true: npt.NDArray[np.int64], false: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Return true[0] times True, false[0] times False, true[1] times True, and so on."""
    counts = np.stack((true, false), axis=1)
    return np.repeat(np.resize((True, False), counts.size), counts.reshape(-1))
