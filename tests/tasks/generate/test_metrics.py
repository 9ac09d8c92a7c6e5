import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grucli.tasks.generate.metrics import (
    Compared,
    EditRate,
    compared,
    exact_match,
    given_symbols,
    units_of,
)
from grucli.tasks.intervals import wilson_interval


def one(answer, *truths):
    return Compared(source="s", answer=answer, truths=truths)


def test_rows_of_one_input_are_one():
    rows = compared(["x", "y", "x", "x"], ["p", "y", "x", "p"], ["a", "b", "a", "a"])
    assert rows == [
        Compared(source="a", answer="x", truths=("p", "x")),
        Compared(source="b", answer="y", truths=("y",)),
    ]


def test_any_listed_truth_is_right():
    rows = [one("x", "p", "x"), one("x", "p"), one("p", "p"), one("p", "p ")]
    assert exact_match(rows) == (0.5, wilson_interval(2, 4))


def test_units_are_given_symbols_or_characters():
    assert list(units_of("char")("a b")) == list(units_of("pairs")("a b")) == ["a", " ", "b"]
    assert units_of("space")("AA B  C") == ["AA", "B", "", "C"]
    assert given_symbols("") == []


def test_the_nearest_truth_counts_and_of_equally_near_ones_the_first():
    rows = [
        one("K AE T", "K AA T S", "K AE T S"),  # 1 edit of 4
        one("A", "B", "A B C"),  # 1 edit of 1, and not 2 of 3
        one("A", "A B", "B"),  # 1 edit of 2, the first
        one("A", "B C", "A"),  # 0 of 1
        one("", "A B"),  # 2 of 2
    ]
    rate = EditRate.of(rows, given_symbols)
    assert rate.edits.tolist() == [1, 1, 1, 0, 2]
    assert rate.sizes.tolist() == [4, 1, 2, 1, 2]
    assert rate.value == 5 / 10


def test_a_rate_may_be_above_one():
    rate = EditRate.of([one("abcd", "x"), one("ab", "y")], str)
    assert rate.value == 3.0
    low, high = rate.interval
    assert 1 < low < 3 < high


def test_the_rate_of_nothing_is_undefined():
    rate = EditRate.of([one("a", ""), one("", "")], str)
    assert rate.value is None
    assert rate.interval is None


def test_without_edits_each_input_tells_as_much_as_one_unit():
    rate = EditRate.of([one("abc", "abc")] * 10, str)
    assert rate.value == 0.0
    assert rate.interval == wilson_interval(0, 10)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        sizes = rng.integers(1, 12, 200)
        edits = rng.binomial(sizes, 0.2) * rng.integers(0, 3, 200)
        low, high = EditRate(edits=edits, sizes=sizes).interval
        held += low <= 0.2 <= high
    assert 0.92 <= held / 400 <= 0.98


@given(st.lists(st.tuples(st.text("ab", max_size=5), st.text("ab", max_size=5)), min_size=1))
def test_right_answers_have_no_edits(pairs):
    rows = [one(answer, truth) for answer, truth in pairs]
    rate = EditRate.of(rows, str)
    assert [row.is_right for row in rows] == (rate.edits == 0).tolist()
