"""The n-grams that weigh most for each answer, by what the linear path of a text model learned.

A model knows its n-grams by their hashes alone, so they are found again in texts: those of the
data, or without data the tokens of the vocabulary, each as a text of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.ngram_parts import Ngram, ngrams_behind
from grucli.data.text.tokenized import Tokenized
from grucli.engine.packing import Floats
from grucli.engine.sparse_linear import Sparse
from grucli.model.ngram_path import NgramPath
from grucli.modelfile.checkpoint import SavedModel
from grucli.values import dataclass

Places = npt.NDArray[np.int64]

MOST = 20  # n-grams of a side
TRIED = 10 * MOST  # of which parts of others are left out
NEARLY = 0.9  # as heavy
SIDES_TOGETHER = 64  # whose weights are held at a time
MOST_TOKENS = 50_000  # of a vocabulary, the most frequent ones


@dataclass(frozen=True, kw_only=True)
class WeighedNgram:
    """An n-gram and how much it speaks for something.

    Attributes:
        ngram: itself.
        text: its parts, with what stands between them.
        weight: what was learned of it times its idf, above 0, in the unit of the scores.
        texts: how many of the texts have it.
        others: the parts of other n-grams with the same hash, whose weight so is the same.
    """

    ngram: Ngram
    text: str
    weight: float
    texts: int
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return all of it as one object."""
        return asdict(self.ngram) | {
            "text": self.text,
            "weight": self.weight,
            "texts": self.texts,
            "others": list(self.others),
        }


@dataclass(frozen=True, kw_only=True)
class Side:
    """What n-grams can speak for, as the task names it, and those that do so most.

    Attributes:
        name: of it.
        ngrams: the heaviest first; of an n-gram and its part that stand in the same texts, one.
    """

    name: str
    ngrams: tuple[WeighedNgram, ...]


@dataclass(frozen=True, kw_only=True)
class NgramWeights:
    """The n-grams that weigh most.

    Attributes:
        texts: in how many texts of the data they were looked for; None where there are no data,
            and each text is a token of the vocabulary.
        found: how many n-grams of the model these have, of `known`.
        known: K.
        sides: what they can speak for.
    """

    texts: int | None
    found: int
    known: int
    sides: tuple[Side, ...]

    def to_json(self) -> dict[str, Any]:
        """Return all of it, each n-gram as one object."""
        sides = [
            {"name": side.name, "ngrams": [one.to_json() for one in side.ngrams]}
            for side in self.sides
        ]
        return {"texts": self.texts, "found": self.found, "known": self.known, "sides": sides}


def ngram_weights(saved: SavedModel, records: Sequence[Record] = ()) -> NgramWeights | None:
    """Return the n-grams of texts, or without any of the vocabulary, that weigh most.

    None for a model without n-grams.
    """
    path, encoder = saved.model.linear, saved.encoder
    if not isinstance(path, NgramPath) or not isinstance(encoder, TextEncoder):
        return None
    texts = _texts(encoder, records)
    rows = path.ngrams.encode(texts)
    present = np.unique(rows.ids).astype(np.int64)
    names, pulls = saved.task.sides()
    heaviest = list(_heaviest(path, present, np.asarray(pulls, np.float32)))
    chosen = np.unique(np.concatenate([features for features, _ in heaviest]))
    behind = ngrams_behind(path.ngrams.keys[chosen], texts, path.ngrams.pattern)
    having = _texts_with(chosen, rows)

    def side(name: str, features: Places, weights: Floats) -> Side:
        found: dict[bytes, list[WeighedNgram]] = {}  # by the texts that have them
        for feature, weight in zip(features.tolist(), weights.tolist(), strict=True):
            own = having[feature]
            one = _weighed(encoder, behind[int(path.ngrams.keys[feature])], weight, len(own))
            _add(one, found.setdefault(own.tobytes(), []))
        apart = sorted(chain(*found.values()), key=lambda one: -one.weight)
        return Side(name=name, ngrams=tuple(apart[:MOST]))

    return NgramWeights(
        texts=len(records) or None,
        found=len(present),
        known=len(path.ngrams),
        sides=tuple(side(name, *own) for name, own in zip(names, heaviest, strict=True)),
    )


def _texts(encoder: TextEncoder, records: Sequence[Record]) -> Tokenized:
    """Return the texts of records; without any, each token of the vocabulary."""
    if records:
        texts = encoder.encode(records).texts
        assert texts is not None  # an encoder of texts gives them
        return texts
    tokens = encoder.vocabulary.tokens[:MOST_TOKENS]
    return Tokenized.of([(token,) for token in tokens] or [()], tuple[str, ...])


def _heaviest(path: NgramPath, present: Places, pulls: Floats) -> Iterator[tuple[Places, Floats]]:
    """Yield the features with the greatest weights above 0 for each side, and these weights.

    Args:
        path: has learned them.
        present: the features that come into question.
        pulls: (O, S) how much each output does for each side; of many some at a time.
    """
    own, idf = path.weight[present], path.ngrams.idf[present, None]
    for start in range(0, pulls.shape[1], SIDES_TOGETHER):
        for weights in ((own @ pulls[:, start : start + SIDES_TOGETHER]) * idf).T:
            order = np.argsort(-weights, kind="stable")[:TRIED]
            order = order[weights[order] > 0]
            yield present[order], weights[order]


def _texts_with(features: Places, rows: Sparse) -> dict[int, Places]:
    """Return which rows have each of some features, which rise."""
    order = np.argsort(rows.ids, kind="stable")
    ids = rows.ids[order]
    row = np.repeat(np.arange(len(rows.lengths)), rows.lengths)[order]
    starts, stops = (np.searchsorted(ids, features, side) for side in ("left", "right"))
    places = zip(features.tolist(), starts.tolist(), stops.tolist(), strict=True)
    return {feature: row[start:stop] for feature, start, stop in places}


def _weighed(
    encoder: TextEncoder, found: Sequence[Ngram], weight: float, texts: int
) -> WeighedNgram:
    text, *others = (
        "".join(one.parts) if one.kind == "characters" else encoder.joined(one.parts)
        for one in found
    )
    return WeighedNgram(ngram=found[0], text=text, weight=weight, texts=texts, others=tuple(others))


def _add(one: WeighedNgram, others: list[WeighedNgram]) -> None:
    """Add an n-gram to others of the same texts, unless one is a part of the other: then one stays.

    The longer of both, if it weighs nearly as much; else the heavier, which is there already.
    """
    for k, other in enumerate(others):
        if one.text in other.text or other.text in one.text:
            if len(one.text) > len(other.text) and one.weight >= NEARLY * other.weight:
                others[k] = one
            return
    others.append(one)
