import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.tasks.generate.edit_distance import edit_distance

texts = st.text("ab好", max_size=12)


def literal(first, second):
    """Fill the table of distances, an entry at a time."""
    above = list(range(len(second) + 1))
    for i, item in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (item != other)))
        above = row
    return above[-1]


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("ab", "ba", 2),
        (["K", "AE", "T"], ["K", "AA", "T", "S"], 2),
        ("a" * 1000, "b" + "a" * 999, 1),
    ],
)
def test_edits(first, second, edits):
    assert edit_distance(first, second) == edits


@given(texts, texts)
def test_it_is_that_of_the_table(first, second):
    assert edit_distance(first, second) == literal(first, second)


@given(st.text("ab", min_size=60, max_size=140), st.text("abc", min_size=60, max_size=140))
def test_it_is_that_of_the_table_beyond_a_machine_word(first, second):
    assert edit_distance(first, second) == literal(first, second)


@given(texts, texts, texts)
def test_it_is_a_metric(a, b, c):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
