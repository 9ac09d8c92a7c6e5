"""Labels of records as arrays, with those that training lacks."""

import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.tasks.multilabel import label_sets


def rows(*sets: tuple[str, ...] | str | None) -> list[Record]:
    """Return records with these labels: a tuple, or one label of data with one a row."""
    return [
        Record(number=k, text="x", label=one, labels=None)
        if not isinstance(one, tuple)
        else Record(number=k, text="x", label="|".join(one), labels=one)
        for k, one in enumerate(sets, 1)
    ]


def test_a_row_has_each_of_its_labels_and_a_count_of_the_unknown_ones():
    records = rows(("b", "a"), (), ("c", "z", "y"), "b", None)
    found = label_sets.encode(records, ("a", "b", "c"))
    assert found.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 2], [0, 1, 0, 0], [0, 0, 0, 0]]
    truth, lacking = label_sets.divided(found)
    assert truth.tolist() == [row[:3] for row in found.tolist()]
    assert lacking.tolist() == [0, 0, 2, 0, 0]


def test_so_many_unknown_labels_that_no_byte_counts_them():
    (row,) = label_sets.encode(rows(tuple(map(str, range(300)))), ("a",))
    assert row.tolist() == [0, 255]


def test_rows_of_each_label_count_one_label_a_row_alike():
    counts = label_sets.rows_of_each(rows(("a", "b"), "a", (), None))
    assert counts == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("labels", "asked", "sign"),
    [
        (("a", "b"), None, "|"),
        (("a|b", "b"), None, ";"),
        (("|;", ",#", "/"), None, "\x1f"),
        (("a", "b"), ",", ","),
    ],
)
def test_what_stands_between_labels_is_in_none_of_them(labels, asked, sign):
    assert label_sets.separator_for(labels, asked) == sign


def test_a_separator_that_a_label_has_is_refused():
    with pytest.raises(ConfigError, match=r"the label 'a,b' has ',' in it; give another sign"):
        label_sets.separator_for(("a,b", "c"), ",")
    with pytest.raises(ConfigError, match=r"has '\|' in it"):
        label_sets.separator_for(("|;,#/\x1f",), None)
