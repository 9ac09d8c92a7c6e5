"""What the data say of a record, beside its answer: in a cell of a table and in JSON."""

from __future__ import annotations

from grucli.data.records import Record


def target_cell(record: Record, separator: str | None) -> str:
    """Return it as one text; several labels as answers have them, so that both can be compared.

    Args:
        record: with a target.
        separator: between several labels of an answer; None where an answer is one.
    """
    if record.labels is not None and separator is not None:
        return separator.join(record.labels)
    return " ".join(record.tags or ()) if record.label is None else record.label


def target_value(record: Record) -> str | list[str]:
    """Return it as JSON has it: a text, or several in a list."""
    several = record.tags if record.labels is None else record.labels
    return list(several) if several is not None else record.label or ""
