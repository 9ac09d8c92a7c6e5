"""The cells of a label column: one label each, or lists as programs write them."""

from collections import Counter
from collections.abc import Collection, Sequence

from grucli.data import label_lists
from grucli.data.forms.label_studio import (
    are_cells_of_labels,
    cell_labels,
    has_spans,
    is_short_export,
    spans_in_table,
)
from grucli.data.label_hints import lists
from grucli.data.label_lists import Divide
from grucli.data.record_labels import LeftOut
from grucli.data.records import Source
from grucli.data.request import Asked
from grucli.data.tables.sample import FirstRows
from grucli.errors import DataError, excerpt

_DOCCANO = frozenset(("id", "text", "label", "Comments"))
"""Columns of a table that doccano exports, beside those of the data."""
_JOINED = "#"
"""What stands between the labels in such a table."""


def find_lists(source: Source, asked: Asked, label: int | None, first_rows: FirstRows) -> None:
    """Divide the labels of a column whose cells hold lists.

    In tables of labelling tools, an empty cell is that of a row which nobody has labelled.

    Raises:
        DataError: what the lists hold are no labels.
    """
    is_asked = asked.needs_label or asked.options.targets is not None  # no matter to answers
    if label is None or asked.label_separator or not is_asked:
        return
    cells = [row[label] for row in first_rows() if len(row) > label]
    if fault := label_lists.fault_of_lists(cells):
        column = excerpt(source.columns[label], 24)
        raise DataError(f"{source.name}: label column '{column}' holds {fault}")
    if asked.needs_label and any(map(has_spans, cells)):
        raise spans_in_table(source.name, source.columns[label])
    if is_short_export(source.columns):
        source.left_out = LeftOut()
        _divide(source, asked, cell_labels if are_cells_of_labels(cells) else None, cells)
    elif _is_joined(source.columns, cells) and asked.allows_sets:
        source.targets, source.divide = "labels", label_lists.parts(_JOINED)
        source.label_separator = _JOINED
        said = f"labels of '{excerpt(source.columns[label], 24)}' are divided at {_JOINED}"
        source.findings += (f"{said} (pass --set task=classify if they are not)",)
    elif _DOCCANO.issubset(source.columns):
        source.left_out = LeftOut()
    elif label_lists.are_lists(cells):
        _divide(source, asked, label_lists.items, cells)


def _divide(source: Source, asked: Asked, divide: Divide | None, cells: Sequence[str]) -> None:
    """Divide the cells, if all hold one label where a row has one."""
    if divide is not None and asked.allows_sets:
        source.targets, source.divide = "labels", divide
    elif divide is not None and all(len(divide(cell)) <= 1 for cell in cells):
        source.divide = divide


def _is_joined(columns: Collection[str], cells: Sequence[str]) -> bool:
    """Whether a table of doccano holds several labels in its cells."""
    counts = Counter(cell for cell in cells if cell.strip())
    return _DOCCANO.issubset(columns) and lists(counts)[1] == _JOINED
