"""What answering blindly reaches: one tag for all steps, or each token's most frequent one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record
from grucli.tasks.intervals import Interval
from grucli.tasks.scorecard import Measure
from grucli.tasks.tag.metrics import Share, interval

MOST_TOKENS = 30_000  # whose most frequent tags a model keeps


@dataclass(frozen=True, kw_only=True)
class Blind:
    """The figure of blind answers to some sequences.

    Attributes:
        measure: what is measured.
        rows: sequences.
        value: the figure.
        trials: as in `Share`, of the figures that are compared with it.
        owner: whose figure it is.
        meaning, subject: what is always answered.
    """

    measure: Measure
    rows: int
    value: float
    trials: int
    owner: str
    meaning: str
    subject: str | None = None

    def interval(self, value: float) -> Interval:
        """Return the 95 % interval of a figure on these rows."""
        return interval(value, self.trials)

    def is_passed_by(self, value: float) -> bool:
        """Whether a figure is above the baseline by more than chance explains."""
        return self.interval(value)[0] > self.value

    def is_missed_by(self, value: float) -> bool:
        """Whether a figure is below the baseline by more than chance explains."""
        return self.interval(value)[1] < self.value

    @property
    def limit(self) -> str:
        """Why no figure could pass it; nothing where some could."""
        if self.value == 1:
            return f"{self.meaning} is right everywhere"
        if not self.is_passed_by(1.0):
            return f"no answers would be on {self.rows} rows; judge it on more"
        return ""


def of_one_tag(measure: Measure, share: Share, rows: int, tag: str | None) -> Blind:
    """Return what the most frequent tag reaches as the answer to every step."""
    return Blind(
        measure=measure,
        rows=rows,
        value=share.value or 0.0,
        trials=share.trials,
        owner="majority",
        meaning="always answering",
        subject=tag,
    )


def of_words(measure: Measure, share: Share, rows: int, answered: Share) -> Blind:
    """Return what each token's most frequent tag in training reaches, beside what is answered."""
    return Blind(
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
