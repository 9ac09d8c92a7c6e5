"""Labels of records: told apart, one kept where a record has one; records without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grucli.data.label_hints import SEVERAL
from grucli.errors import counted, excerpt

if TYPE_CHECKING:
    from grucli.data.records import Record, Source


def tell_labels_apart(source: Source, record: Record) -> None:
    """Divide the label of a record, or give it an error if its labels cannot be told."""
    separator, problem = source.label_separator, ""
    if record.labels is None and source.divide is not None:
        try:
            record.labels = source.divide(record.label or "")
        except ValueError as error:
            problem = f"label {error}"
    elif separator and any(separator in label for label in record.labels or ()):
        label = next(label for label in record.labels or () if separator in label)
        problem = (
            f"label list: '{excerpt(label, 24)}' has '{separator}' in it; name another "
            "--label-separator"
        )
    if record.labels is not None and not source.allows_sets:
        problem = problem or _keep_one(source, record)
    if problem:
        record.error = f"{source.place(record)}: {problem}"


def _keep_one(source: Source, record: Record) -> str:
    """Take the label out of a list of one; return what is wrong with another list."""
    labels = record.labels or ()
    if len(labels) == 1:
        record.label, record.labels = labels[0], None
    elif not labels:  # nobody has labelled it
        record.label = record.labels = None
        source.left_out = source.left_out or LeftOut()
    elif source.needs_label:
        return f"{len(labels)} labels ({excerpt(', '.join(labels))}); keep one, {SEVERAL}"
    return ""


class LeftOut:
    """Records that nobody has labelled: how many, and the first."""

    def __init__(self) -> None:
        self._count = 0
        self._first: Record | None = None

    def add(self, record: Record) -> None:
        """Count a record."""
        self._count += 1
        self._first = self._first or record

    def findings(self) -> tuple[str, ...]:
        """Return how many there were so far, for people."""
        if self._first is None:
            return ()
        line = f" (line {self._first.line:,})" if self._first.line else ""
        first = f"the first is row {self._first.number:,}{line}"
        return (f"left out {counted(self._count, 'row')} without a label, {first}",)
