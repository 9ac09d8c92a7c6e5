"""What answering blindly reaches: one tag for all steps, or each token's most frequent one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.tasks.blind_share import BlindShare
from grucli.tasks.scorecard import Measure
from grucli.tasks.tag.metrics import Share
from grucli.values import dataclass

MOST_TOKENS = 30_000  # whose most frequent tags a model keeps


def of_one_tag(measure: Measure, share: Share, rows: int, tag: str | None) -> BlindShare:
    """Return what the most frequent tag reaches as the answer to every step."""
    return BlindShare(
        measure=measure,
        rows=rows,
        value=share.value or 0.0,
        trials=share.trials,
        owner="majority",
        meaning="always answering",
        subject=tag,
    )


def of_words(measure: Measure, share: Share, rows: int, answered: Share) -> BlindShare:
    """Return what each token's most frequent tag in training reaches, beside what is answered."""
    return BlindShare(
        measure=measure,
        rows=rows,
        value=share.value or 0.0,
        trials=answered.trials,
        owner="lexicon",
        meaning=WordTags.meaning,
    )


@dataclass(frozen=True, kw_only=True)
class WordTags:
    """The most frequent tag of each token of the training file.

    Attributes:
        default: that of all of them, and of tokens that are not kept.
        tokens: by tag, the most frequent tokens that have another one than the default.
    """

    meaning: ClassVar[str] = "giving each token its most frequent tag"

    default: int
    tokens: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, records: Sequence[Record], tags: Sequence[int], num_tags: int) -> WordTags:
        """Count the tokens of all records, each of which has a tag of `tags`; at least one."""
        counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        tokens = (token for record in records for token in record.tokens or ())
        for token, tag in zip(tokens, tags, strict=True):
            counts[token][tag] += 1
        default = _most(Counter(tags))
        usual = {token: _most(own) for token, own in counts.items()}
        others = [token for token, tag in usual.items() if tag != default]
        others.sort(key=lambda token: (-counts[token].total(), token))
        by_tag: list[list[str]] = [[] for _ in range(num_tags)]
        for token in others[:MOST_TOKENS]:
            by_tag[usual[token]].append(token)
        return cls(default=default, tokens=tuple(map(tuple, by_tag)))

    def answers(self, records: Sequence[Record]) -> npt.NDArray[np.int64]:
        """Return (S,) the tag of each step of all records; one without tokens has one step."""
        tag_of: dict[str | None, int] = {
            token: tag for tag, own in enumerate(self.tokens) for token in own
        }
        every = [
            tag_of.get(token, self.default)
            for record in records
            for token in record.tokens or (None,)
        ]
        return np.array(every, np.int64)


def _most(counts: Mapping[int, int]) -> int:
    """Return what was counted most often, the first of equals."""
    return min(counts, key=lambda tag: (-counts[tag], tag))
