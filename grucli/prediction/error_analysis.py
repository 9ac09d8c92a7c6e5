"""Where the wrong answers are: by length, by script, and what their rows have in common.

Nothing here is an error's cause. It is what wrong answers have more often than right ones, by more
than chance explains even where many things were looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.data.text import scripts
from grucli.data.text.scripts import NO_LETTERS
from grucli.data.text.tokenized import Tokenized
from grucli.engine.packing import Floats, Integers
from grucli.tasks.intervals import Interval, rank_interval
from grucli.tasks.pictures import Booleans, Pictures, RowErrors
from grucli.tasks.regress.metrics import rank_correlation
from grucli.values import dataclass

MOST_GROUPS = 6
LEAST_ROWS = 10  # in a group of rows of about one length
LEAST_WITH = 5  # rows that have a token, for it to be looked at
MOST_TOKENS = 10
LEVEL = 0.05  # chance of naming anything where there is nothing to name


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some rows, and how wrong the answers to them are.

    Attributes:
        name: what they have in common.
        rows: how many.
        value, interval: as of `RowErrors.of`.
    """

    name: str
    rows: int
    value: float
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Trend:
    """How errors go with something.

    Attributes:
        correlation: of the ranks, in [-1, 1].
        interval: its 95 % interval.
    """

    correlation: float
    interval: Interval

    @property
    def is_chance(self) -> bool:
        """Whether there may be none."""
        return self.interval[0] <= 0 <= self.interval[1]


@dataclass(frozen=True, kw_only=True)
class TellingToken:
    """A token that rows with wrong answers have more often than the others.

    Attributes:
        text: the token.
        wrong, right: rows that have it, of both kinds.
        odds: how many times greater the odds of a wrong answer are with it.
    """

    text: str
    wrong: int
    right: int
    odds: float


@dataclass(frozen=True, kw_only=True)
class ErrorAnalysis:
    """What was found.

    Attributes:
        rows, wrong: how many there are, and with wrong answers (or those that are farthest off).
        lengths, scripts: groups of rows; none where they are all alike.
        length_trend, unknown_trend: whether errors go with the length, and with the share of tokens
            that the vocabulary lacks; None where all are alike.
        cut: the rows of which the model has read a part only, and the others; none without both.
        tokens: the most telling ones.
    """

    rows: int
    wrong: int
    lengths: tuple[Group, ...]
    scripts: tuple[Group, ...]
    length_trend: Trend | None
    unknown_trend: Trend | None
    cut: tuple[Group, ...]
    tokens: tuple[TellingToken, ...]


def analyse(pictures: Pictures, records: Sequence[Record], encoded: Encoded) -> ErrorAnalysis:
    """Compare rows with wrong answers to the others.

    Args:
        pictures: of the answers to n rows.
        records, encoded: the n rows.
    """
    errors, texts = pictures.errors, encoded.texts
    lengths = encoded.lengths if texts is None else np.maximum(texts.lengths, 1)
    wrong = errors.are_wrong
    cut = {"cut": encoded.truncated, "read to the end": ~encoded.truncated}
    has_text = records[0].text is not None
    return ErrorAnalysis(
        rows=len(wrong),
        wrong=int(wrong.sum()),
        lengths=by_length(errors, lengths),
        scripts=_by_script(errors, records) if has_text else (),
        length_trend=trend(errors, lengths),
        unknown_trend=trend(errors, 1 - encoded.known),
        cut=_groups(errors, cut),
        tokens=() if texts is None else telling_tokens(texts, wrong),
    )


def by_length(errors: RowErrors, lengths: Integers) -> tuple[Group, ...]:
    """Return groups of about as many rows each, by their (n,) lengths; none of one length."""
    number = min(MOST_GROUPS, len(lengths) // LEAST_ROWS)
    if number < 2:
        return ()
    quantiles = np.quantile(lengths, np.arange(1, number) / number, method="lower")
    place = np.searchsorted(np.unique(quantiles), lengths, side="left")
    found: dict[str, Booleans] = {}
    for part in np.unique(place):
        own = lengths[place == part]
        low, high = f"{own.min():,}", f"{own.max():,}"
        found[low if low == high else f"{low} to {high}"] = place == part
    return _groups(errors, found)


def trend(errors: RowErrors, values: Floats | Integers) -> Trend | None:
    """Return how errors go with (n,) values; None where either are all alike, or too few."""
    correlation = rank_correlation(errors.sizes / errors.parts, values.astype(np.float64))
    interval = None if correlation is None else rank_interval(correlation, len(values))
    if correlation is None or interval is None:
        return None
    return Trend(correlation=correlation, interval=interval)


def telling_tokens(texts: Tokenized, wrong: Booleans) -> tuple[TellingToken, ...]:
    """Return tokens that rows with wrong answers have by more than chance, the surest first.

    The odds have half a row added to each count (Haldane 1956, Anscombe 1956); of all tokens that
    are looked at, the chance to name any without reason is at most `LEVEL` (Bonferroni).
    """
    with_wrong, with_right = (_rows_with(texts, rows) for rows in (wrong, ~wrong))
    looked_at = np.flatnonzero(with_wrong + with_right >= LEAST_WITH)
    a, b = with_wrong[looked_at] + 0.5, with_right[looked_at] + 0.5
    c, d = wrong.sum() + 1 - a, (~wrong).sum() + 1 - b
    odds = a * d / (b * c)
    z = np.log(odds) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    found = list[TellingToken]()
    for k in np.argsort(-z, kind="stable").tolist():
        if math.erfc(z[k] / math.sqrt(2)) * len(looked_at) >= LEVEL or len(found) == MOST_TOKENS:
            break
        place = int(looked_at[k])
        counts = {"wrong": int(with_wrong[place]), "right": int(with_right[place])}
        if texts.tokens[place].strip():
            found.append(TellingToken(text=texts.tokens[place], odds=float(odds[k]), **counts))
    return tuple(found)


def _rows_with(texts: Tokenized, rows: Booleans) -> npt.NDArray[np.int64]:
    """Return how many of some rows have each distinct token."""
    size = len(texts.tokens)
    found, first = np.zeros(size, np.int64), 0
    for part, lengths in texts.chunks():
        kept = np.repeat(rows[first : first + len(lengths)], lengths)
        owner = np.repeat(np.arange(len(lengths)), lengths)[kept]
        pairs = np.unique(owner * size + part[kept])
        found += np.bincount(pairs % size, minlength=size) if len(pairs) else 0
        first += len(lengths)
    return found


def _by_script(errors: RowErrors, records: Sequence[Record]) -> tuple[Group, ...]:
    """Return groups of rows by the script of most of their letters."""
    every = np.array([scripts.of_text(record.text or "") for record in records])
    counts = Counter(every.tolist()).most_common(MOST_GROUPS)
    common = [name for name, count in counts if name != NO_LETTERS and count >= LEAST_ROWS]
    return _groups(errors, {name: every == name for name in common})


def _groups(errors: RowErrors, masks: dict[str, Booleans]) -> tuple[Group, ...]:
    """Return a group for each mask (n,) that has a row; none where there is only one."""
    found = []
    for name, mask in masks.items():
        rows = np.flatnonzero(mask)
        if len(rows):
            value, interval = errors.of(rows)
            found.append(Group(name=name, rows=len(rows), value=value, interval=interval))
    return tuple(found) if len(found) > 1 else ()
