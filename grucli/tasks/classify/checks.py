"""What is odd in the labels of data and worth a look before training: one line each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from grucli.data import label_hints
from grucli.errors import counted, excerpt
from grucli.notices import Notice
from grucli.tasks import unknown_labels
from grucli.tasks.classify.baseline import Majority

MOST_IMBALANCE = 10
LEAST_RESOLUTION = 0.1  # of accuracy: coarser, and most changes of a setting do not show
NO_LABELS = frozenset({"nan", "na", "n/a", "null", "<na>", "nat", "?"})  # in any case
LISTED = 4

_DIGITS = r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)"
_NUMBER = re.compile(rf"\s*[+-]?{_DIGITS}(?:[eE][+-]?[0-9]{{1,4}})?\s*")


def of_training(name: str, counts: Mapping[str, int], is_balanced: bool) -> Iterator[Notice]:
    """Yield what is odd in the labels of the training file.

    Args:
        name: of the file.
        counts: rows of each label.
        is_balanced: whether class weights are set, so that imbalance is known.
    """
    yield from label_hints.hints(name, counts)
    yield from of_names(name, counts)
    by_rows = sorted(counts.items(), key=lambda item: (item[1], item[0]))
    (least, bottom), (most, top) = by_rows[0], by_rows[-1]
    if top > MOST_IMBALANCE * bottom and not is_balanced:
        yield Notice(
            "data.imbalance",
            f"{name}: {excerpt(most)} has {top:,} rows, {excerpt(least)} {bottom:,}; "
            "--class-weight balanced makes labels count alike",
        )


def of_names(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield what is odd in names of labels, and which stand in one row only; arguments as above."""
    yield from _alike(name, counts)
    unsaid = {label: rows for label, rows in counts.items() if label.strip().lower() in NO_LABELS}
    if unsaid:
        yield Notice(
            "data.missing_labels",
            f"{name}: {counted(sum(unsaid.values()), 'row')} with {_listed(unsaid)}, a label like "
            "any other; drop them if it stands for a missing one",
        )
    single = [label for label, count in counts.items() if count == 1]
    if single:
        yield Notice(
            "data.rare_label",
            f"{name}: one row only with {_listed(single)}; a label needs more examples",
        )


def of_absent(name: str, labels: Sequence[str]) -> Iterator[Notice]:
    """Yield that labels of the model which training starts from have no rows in a file."""
    if labels:
        yield Notice(
            "data.absent_label",
            f"{name}: no row with {_listed(labels)}, known to the model of --init-from: add some, "
            "or it forgets",
        )


def of_number(classes: npt.NDArray[np.int64]) -> Iterator[Notice]:
    """Yield that rows to validate on, of which (n,) are the classes, are too few to compare by."""
    valid = Majority.of(classes)
    return of_resolution(valid.rows, valid.resolution, "accuracy")


def of_resolution(rows: int, resolution: float, figure: str) -> Iterator[Notice]:
    """Yield that rows to validate on are too few to tell apart what differs by less than this."""
    if resolution > LEAST_RESOLUTION:
        yield Notice(
            "data.small_validation",
            f"validation: {counted(rows, 'row')} only: a difference in {figure} of less than "
            f"about {100 * resolution:.0f} points may be luck; compare settings on more rows",
        )


def _alike(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield labels that a slip of the pen, or a program, may have made two of one."""
    by_form: dict[str | Decimal, list[str]] = defaultdict(list)
    for label in sorted(counts):
        form = unknown_labels.form(label)
        number = _exact_value(form)
        by_form[form if number is None else number].append(label)
    for alike in by_form.values():
        if len(alike) > 1:
            spelled = ", ".join(f"'{excerpt(s, 24)}' {counts[s]:,}" for s in alike[:LISTED])
            is_form = len({unknown_labels.form(label) for label in alike}) == 1
            how = "by case, spaces or Unicode form" if is_form else "as one number is written"
            yield Notice("data.similar_labels", f"{name}: labels differ only {how}: {spelled}")


def _exact_value(label: str) -> Decimal | None:
    """Return the number that a label is, None for any other, and for a code such as `01`.

    Unlike a float it tells numbers of any length apart.
    """
    return Decimal(label.strip()) if _NUMBER.fullmatch(label) else None


def _listed(names: Sequence[str] | Mapping[str, int]) -> str:
    shown = ", ".join(excerpt(name, 24) for name in list(names)[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown
