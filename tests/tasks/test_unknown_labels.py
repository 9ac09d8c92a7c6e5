"""Labels that are not known: what is near to them, and when that is an error."""

import pytest

from grucli.data.records import Record
from grucli.errors import DataError
from grucli.tasks.unknown_labels import check_known, hint, listed, warnings


@pytest.mark.parametrize(
    ("label", "known", "near"),
    [
        ("0.0", ("0", "1"), "0"),
        ("1", ("0.0", "1.0"), "1.0"),
        (" 1", ("0", "1"), "1"),
        ("1e0", ("0", "1"), "1"),
        ("01", ("1", "11"), "1"),
        ("-0", ("0", "1"), "0"),
        ("Spam", ("ham", "spam"), "spam"),
        ("not  spam", ("not spam", "spam"), "not spam"),
        ("ｓｐａｍ", ("ham", "spam"), "spam"),
        ("e\u0301t\u00e9", ("ham", "\u00e9t\u00e9"), "\u00e9t\u00e9"),
        ("postive", ("negative", "positive"), "positive"),
    ],
)
def test_what_is_near(label, known, near):
    assert hint(label, known) == f"did you mean '{near}'?"


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("10", ("1", "100")),
        ("1.5", ("1", "5")),
        ("nan", ("0", "1")),
        ("inf", ("0", "1")),
        ("", ("0", "1")),
        ("bird", ("ham", "spam")),
        ("中性", ("负面", "正面")),
    ],
)
def test_what_is_near_to_nothing(label, known):
    assert hint(label, known) == ""


def test_data_without_a_known_label_is_refused():
    with pytest.raises(DataError) as caught:
        check_known("t.csv", {"1.0": 3, "0.0": 5, "x": 1}, ("0", "1"), "the model")
    assert str(caught.value) == (
        "t.csv: no row has a label of the model (0, 1): '0.0' (did you mean '0'?), "
        "'1.0' (did you mean '1'?) and 1 more; rename them, or name another file or column"
    )


def test_one_row_with_a_known_label_is_enough():
    check_known("t.csv", {"1.0": 99, "1": 1}, ("0", "1"), "the model")


def test_the_most_frequent_are_listed_first_and_the_rest_counted():
    counts = {f"new {k}": k for k in range(6)}
    assert listed(counts, ("0", "1")) == "'new 5', 'new 4' and 4 more"


def test_rows_of_unknown_labels_are_warned_of_and_those_without_any_are_not():
    records = [Record(number=k, text="t", label=label) for k, label in enumerate(("x", "a", None))]
    (warning,) = warnings("t.csv", records, ("a", "b"))
    assert warning.text == (
        "t.csv: 1 row with a label that training lacks, always counted as wrong: 'x'"
    )
    assert not list(warnings("t.csv", records[1:], ("a", "b")))


def test_labels_are_data():
    counts = {"\x1b[31m" + "a" * 1000: 2, "two\nlines": 1}
    with pytest.raises(DataError) as caught:
        check_known("t.csv" * 100, counts, ("b" * 1000, "c\n"), "the model")
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 400
