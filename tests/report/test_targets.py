"""What the data say stands beside answers in their own form."""

import pytest

from grucli.data.records import Record
from grucli.report.targets import target_cell, target_value

LABELS = Record(number=1, label='["a, b", "c"]', labels=("a, b", "c"))
TAGS = Record(number=2, tokens=("2", "eggs"), tags=("B-QTY", "B-NAME"))


@pytest.mark.parametrize(
    ("record", "separator", "cell", "value"),
    [
        (LABELS, "|", "a, b|c", ["a, b", "c"]),
        (Record(number=1, label="[]", labels=()), "|", "", []),
        (TAGS, None, "B-QTY B-NAME", ["B-QTY", "B-NAME"]),
        (Record(number=3, label="a|b"), None, "a|b", "a|b"),
        (Record(number=4, label="-1.50"), None, "-1.50", "-1.50"),
        (Record(number=5), None, "", ""),
    ],
)
def test_a_target_is_written_as_an_answer_is(record, separator, cell, value):
    assert target_cell(record, separator) == cell
    assert target_value(record) == value
