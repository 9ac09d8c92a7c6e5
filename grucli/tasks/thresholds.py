"""Thresholds of labels for a wanted recall or precision, chosen on rows that were held out.

As a few rows promise more than they keep, a threshold has to do even if one row more went wrong: of
n rows with the label, recall is hits / (n + 1); of m answers with it, precision is hits / (m + 1).
So recall holds on average over new rows (split conformal prediction, Lei et al. 2018,
doi:10.1080/01621459.2017.1307116).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.errors import ConfigError, did_you_mean, excerpt, expect
from grucli.notices import Notice
from grucli.values import dataclass

Measured = Literal["recall", "precision"]
Booleans = npt.NDArray[np.bool_]
MEASURED: tuple[Measured, ...] = ("recall", "precision")
LABEL_WIDTH = 24
ROUNDING = 1e-9  # .95 x 20 rows are 19


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted of the answers with a label: at least so much, in (0, 1), of a measure."""

    label: str
    measure: Measured
    wanted: float

    @property
    def fewest_rows(self) -> int:
        """Rows with the label that it takes: all of them right, and one more wrong."""
        return math.ceil(self.wanted / (1 - self.wanted) - ROUNDING)


def wishes(settings: Mapping[str, Any]) -> tuple[Wish, ...]:
    """Return what the config's section `training` wishes: recall first, in the order given."""
    return tuple(
        Wish(label=label, measure=measure, wanted=wanted)
        for measure in MEASURED
        for label, wanted in (settings.get(measure) or {}).items()
    )


def check(wished: Sequence[Wish], labels: Sequence[str], rows: Mapping[str, int] | None) -> None:
    """Refuse wishes that no threshold can fulfil, all of them at once.

    Args:
        wished: at least one.
        labels: that can be answered.
        rows: of each label among those that are held out; None if none are.

    Raises:
        ConfigError: no rows are held out, or too few; a label is unknown, or has two wishes.
    """
    if rows is None:
        raise ConfigError(
            f"training.{wished[0].measure}: is chosen on rows that are held out, and there are "
            "none; set data.valid or training.folds"
        )
    problems = [line for one in wished for line in _problems(one, labels, rows)]
    both = {one.label for one in wished if one.measure == "recall"}
    problems += [
        f"training.precision: '{excerpt(one.label, LABEL_WIDTH)}' has a recall already; omit one"
        for one in wished
        if one.measure == "precision" and one.label in both
    ]
    if problems:
        raise ConfigError(*problems)


def refuse(wished: Sequence[Wish], task: str) -> None:
    """Refuse any wish: answers of the task are no labels.

    Raises:
        ConfigError: there is one.
    """
    if wished:
        raise ConfigError(f"training.{wished[0].measure}: task {task} has no thresholds; omit it")


def _problems(one: Wish, labels: Sequence[str], rows: Mapping[str, int]) -> Iterator[str]:
    place, name = f"training.{one.measure}", excerpt(one.label, LABEL_WIDTH)
    if one.label not in labels:
        known = f"; the labels are {excerpt(', '.join(labels), 60)}"
        yield f"{place}: no label '{name}'{did_you_mean(one.label, labels) or known}"
    elif (found := rows.get(one.label, 0)) < one.fewest_rows:
        most = f"at most {math.floor(1000 * found / (found + 1)) / 1000:g}" if found else "none"
        yield (
            f"{place}: {one.wanted:g} takes {one.fewest_rows:,} held-out rows with '{name}', there "
            f"are {found:,}; ask for {most}, or give more rows"
        )


def least_probability(
    one: Wish, probabilities: Floats, has_label: Booleans, rows: int
) -> float | None:
    """Return from which probability on a label has to be answered; None where none will do.

    It is the highest one for a recall, which has the fewest wrong alarms, and the lowest one for a
    precision, which finds most; half-way to the next lower probability of a row.

    Args:
        one: the wish.
        probabilities: (m,) of the label, of the rows that may be answered with it.
        has_label: (m,) which of these have it.
        rows: that have it, those that may not be answered with it, too.
    """
    order = np.argsort(-probabilities, kind="stable")
    levels, hits = probabilities[order], np.cumsum(has_label[order])
    ends = np.flatnonzero(np.append(levels[1:] != levels[:-1], True)) if len(levels) else order
    levels, hits = levels[ends], hits[ends]
    of = rows if one.measure == "recall" else ends + 1
    enough = np.flatnonzero(hits >= one.wanted * (of + 1) - ROUNDING)
    if not len(enough):
        return None
    k = int(enough[0] if one.measure == "recall" else enough[-1])
    here, lower = float(levels[k]), float(levels[k + 1]) if k + 1 < len(levels) else 0.0
    middle = (here + lower) / 2
    return middle if middle > lower else here


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How answers with a label fare.

    Attributes:
        recall: share of the rows with the label that are answered with it; None without rows.
        precision: share of the answers with the label that are right; None without answers.
        answered: share of all rows that are answered with it.
        accuracy: share of all rows whose answer is right.
    """

    recall: float | None
    precision: float | None
    answered: float
    accuracy: float

    @classmethod
    def of(cls, is_answered: Booleans, has_label: Booleans, right: Booleans) -> Rates:
        """Return those of n rows, at least one.

        Args:
            is_answered, has_label: (n,) which get the label, and which have it.
            right: (n,) which answers are right.
        """
        hits = int((is_answered & has_label).sum())
        rows, answers = int(has_label.sum()), int(is_answered.sum())
        return cls(
            recall=hits / rows if rows else None,
            precision=hits / answers if answers else None,
            answered=answers / len(has_label),
            accuracy=float(right.mean()),
        )

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Rates:
        """Return the rates of an object of their names; raises as `Threshold.from_json`."""
        shares = [value for value in meta.values() if value is not None]
        expect(all(type(value) is float and 0 <= value <= 1 for value in shares), "rates")
        rates = cls(**meta)
        expect(None not in (rates.answered, rates.accuracy), "rates")
        return rates


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """From which probability on a label is answered, and what that does to held-out rows.

    Attributes:
        wish: why.
        least: the probability; None where the wish cannot be fulfilled.
        rows: n that it was chosen on.
        before, after: without any threshold, and with all of them.
    """

    wish: Wish
    least: float | None
    rows: int
    before: Rates
    after: Rates

    @property
    def line(self) -> str | Notice:
        """What people should know of it."""
        wish, name = self.wish, excerpt(self.wish.label, LABEL_WIDTH)
        where = f"on {self.rows:,} rows that were held out"
        if self.least is None:
            text = f"'{name}': no threshold gives a {wish.measure} of {wish.wanted:g} {where}"
            return Notice("score.unreached", f"{text}; it is answered without one")
        return (
            f"'{name}' is answered from probability {self.least:.3f} on, for a {wish.measure} of "
            f"{wish.wanted:g}: {', '.join(self._changes())} {where}"
        )

    def _changes(self) -> Iterator[str]:
        before, after = asdict(self.before), asdict(self.after)
        for name, value in after.items():
            ends = ("–" if end is None else f"{end:.3f}" for end in (before[name], value))
            yield f"{name} {' -> '.join(ends)}"

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {
            **asdict(self.wish),
            "threshold": self.least,
            "rows": self.rows,
            "before": asdict(self.before),
            "after": asdict(self.after),
        }

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Threshold:
        """Return the threshold that `to_json` has described.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        fields = dict(meta)
        wish = Wish(**{name: fields.pop(name) for name in ("label", "measure", "wanted")})
        least = fields.pop("threshold")
        expect(type(wish.label) is str and wish.measure in MEASURED, "threshold")
        expect(type(wish.wanted) is float and 0 < wish.wanted < 1, "threshold")
        expect(least is None or (type(least) is float and 0 <= least <= 1), "threshold")
        before, after = (Rates.from_json(fields.pop(name)) for name in ("before", "after"))
        expect(type(fields.get("rows")) is int, "threshold")
        return cls(wish=wish, least=least, before=before, after=after, **fields)
