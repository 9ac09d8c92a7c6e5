"""Any number of labels in one cell: parts between separators, and lists as programs write them.

Covers: data/tables/delimiter_names.
"""

import pytest

from grucli.data import label_lists


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("a|b", ("a", "b")),
        (" a | b c |", ("a", "b c")),
        ("b|a|b", ("b", "a")),
        ("", ()),
        (" | ", ()),
        ("科技|财经", ("科技", "财经")),
    ],
)
def test_parts_are_trimmed_and_count_once(cell, labels):
    assert label_lists.parts("|")(cell) == labels


def test_a_separator_may_be_a_blank():
    assert label_lists.parts(" ")("a  b") == ("a", "b")


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ('["a", "b"]', ("a", "b")),
        ("['a', 'b']", ("a", "b")),
        ("['it\\'s', \"it's\"]", ("it's",)),
        ('["a, b", "\\u6587", "[x]"]', ("a, b", "文", "[x]")),
        ("['a' 'b'\n 'c']", ("a", "b", "c")),
        ("[3, 17]", ("3", "17")),
        ("[0.5 1]", ("0.5", "1")),
        (' {"choices": ["a", "b"]} ', ("a", "b")),
        ('["a", "a", ""]', ("a",)),
        ("[]", ()),
        ("", ()),
    ],
)
def test_lists_are_read_as_programs_write_them(cell, labels):
    assert label_lists.items(cell) == labels


@pytest.mark.parametrize(
    "cell", ["a", "[1 2 ... 9]", '["a", ["b"]]', '["a"', '[{"a": 1}]', "a, b", '["a" "b]']
)
def test_what_is_no_list_is_refused(cell):
    with pytest.raises(ValueError, match="is no list"):
        label_lists.items(cell)


def test_a_column_of_lists_is_told_from_labels_in_brackets():
    assert label_lists.are_lists(['["a"]', "", "[]"])
    assert label_lists.are_lists(["[1, 2]", "[3]"])
    assert not label_lists.are_lists(["[a]", "[b]"])
    assert not label_lists.are_lists(["[]", ""])
    assert not label_lists.are_lists(['["a"]', "b"])


def test_one_label_is_what_the_cell_holds():
    assert label_lists.one(" a ") == (" a ",)
    assert label_lists.one(" ") == ()
