"""What answering blindly reaches: the input itself, one text for all, or the first words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median_low
from typing import Self

from grucli.tasks.blind_share import BlindShare
from grucli.tasks.generate.metrics import Compared, EditRate, Units
from grucli.tasks.intervals import Interval, size_interval
from grucli.tasks.scorecard import Measure
from grucli.values import dataclass

EXACT_MATCH = Measure(name="exact_match", title="exact match", is_brief=True)
EDIT_RATE = Measure(
    name="edit_rate",
    title="edit rate",
    larger_is_better=False,
    undefined="all true texts are empty",
    is_brief=True,
)
COPY, FREQUENT = "giving back the input", "always answering"


def blind_text(rows: Sequence[Compared]) -> BlindShare:
    """Return the better exact match: of the input itself, or of what is true of most inputs."""
    copies = sum(row.source in row.truths for row in rows)
    most, hits = most_frequent(rows)
    is_copy = copies > hits
    return BlindShare(
        measure=EXACT_MATCH,
        rows=len(rows),
        value=max(copies, hits) / len(rows),
        trials=len(rows),
        owner="copy" if is_copy else "most frequent",
        meaning=COPY if is_copy else FREQUENT,
        subject=None if is_copy else most,
    )


@dataclass(frozen=True, kw_only=True)
class BlindEdits:
    """The edit rate of blind answers to some inputs.

    Attributes:
        rows: distinct inputs.
        value: the rate.
        error: its standard error, in parts of it.
        owner, meaning, subject: as of `BlindShare`.
    """

    rows: int
    value: float
    error: float
    owner: str
    meaning: str
    subject: str | None = None

    @classmethod
    def of(cls, rows: Sequence[Compared], units: Units) -> Self | None:
        """Return the better one of those of `blind_text`; None where true texts are empty."""
        most, _ = most_frequent(rows)
        copied = EditRate.of([replace(row, answer=row.source) for row in rows], units)
        frequent = EditRate.of([replace(row, answer=most) for row in rows], units)
        if copied.value is None or frequent.value is None:
            return None
        is_copy = copied.value <= frequent.value
        better = copied if is_copy else frequent
        return cls(
            rows=len(rows),
            value=min(copied.value, frequent.value),
            error=better.relative_error,
            owner="copy" if is_copy else "most frequent",
            meaning=COPY if is_copy else FREQUENT,
            subject=None if is_copy else most,
        )

    @property
    def measure(self) -> Measure:
        """What is measured."""
        return EDIT_RATE

    def interval(self, value: float) -> Interval:
        """Return the 95 % interval of a rate on these rows."""
        return size_interval(value, self.error)

    def is_passed_by(self, value: float) -> bool:
        """Whether a rate is below the baseline by more than chance explains."""
        return self.interval(value)[1] < self.value

    def is_missed_by(self, value: float) -> bool:
        """Whether a rate is above the baseline by more than chance explains."""
        return self.interval(value)[0] > self.value

    @property
    def limit(self) -> str:
        """Why no rate could be below it; nothing where some could."""
        return "" if self.value else f"{self.meaning} is right everywhere"


def most_frequent(rows: Sequence[Compared]) -> tuple[str, int]:
    """Return what is true of most inputs, of how many; of equals the lesser by code points."""
    counts = Counter(truth for row in rows for truth in row.truths)
    text = min(counts, key=lambda text: (-counts[text], text))
    return text, counts[text]


def lead_words(rows: Sequence[Compared]) -> tuple[list[Compared], int]:
    """Return the rows with the first words of the input as answer, and how many words.

    They are as many as the true texts have, of which half have more and half have fewer.
    """
    number = max(1, median_low(_sizes(rows)))
    answers = (" ".join(row.source.split(None, number)[:number]) for row in rows)
    return [replace(row, answer=text) for row, text in zip(rows, answers, strict=True)], number


def _sizes(rows: Sequence[Compared]) -> Iterable[int]:
    return [len(truth.split()) for row in rows for truth in row.truths]
