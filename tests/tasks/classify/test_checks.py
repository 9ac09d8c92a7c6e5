"""What is odd in labels is said once, with its figures, and sound labels give no line."""

from collections import Counter

import pytest

from grucli.tasks.classify import checks


def sound(count=40, labels=("neg", "pos")):
    return [(f"thing {k}", labels[k % len(labels)]) for k in range(count)]


def of_training(*rows, is_balanced=False):
    counts = Counter(label for _, label in rows)
    said = checks.of_training("t.csv", counts, is_balanced)
    return [warning.text for warning in said]


@pytest.mark.parametrize(
    ("one", "other"),
    [("spam", "Spam"), ("new york", "newyork"), ("é", "e\u0301"), ("a", "a\u200b"), ("ß", "SS")],
)
def test_labels_that_differ_by_a_slip_are_shown_with_their_rows(one, other):
    rows = sound(30, ("ham", one)) + [(f"more {k}", other) for k in range(5)]
    (line,) = of_training(*rows)
    assert "labels differ only by case, spaces or Unicode form: " in line
    assert f"'{one}' 15" in line
    assert " 5" in line
    assert line.isprintable()


def test_labels_that_differ_for_good_are_left_alone():
    assert of_training(*sound(40, ("1", "01", "-1", "c#", "c"))) == []
    long = ("12345678901234567890", "12345678901234567891", "1_0", "10", "1,0")
    assert of_training(*sound(40, long)) == []


@pytest.mark.parametrize("other", ["0.0", " 0", "0e0", "-0", "+0", "0.", ".0", "０", "０.０"])
def test_labels_that_are_one_number_are_shown_with_their_rows(other):
    (line,) = of_training(*sound(30, ("1", "0")), *((f"more {k}", other) for k in range(5)))
    how = (
        "as one number is written"
        if other not in (" 0", "０")
        else "by case, spaces or Unicode form"
    )
    assert line.startswith(f"t.csv: labels differ only {how}: ")
    assert f"'{other}' 5" in line
    assert "'0' 15" in line


@pytest.mark.parametrize("label", ["nan", "NaN", "NA", "null", "<NA>", "?"])
def test_a_label_that_may_stand_for_none_is_named_with_its_rows(label):
    rows = [*sound(), *((f"text {i} of it", label) for i in range(3))]
    (line,) = of_training(*rows)
    assert line == (
        f"t.csv: 3 rows with {label}, a label like any other; "
        "drop them if it stands for a missing one"
    )


def test_labels_that_only_sound_like_none_are_left_alone():
    assert of_training(*sound(labels=("none", "nano")), ("a text", "nap"), ("b text", "nap")) == []


def test_a_label_of_one_row_is_named():
    assert of_training(*sound(8), ("one more", "odd")) == [
        "t.csv: one row only with odd; a label needs more examples"
    ]


@pytest.mark.parametrize(("rare", "is_said"), [(3, True), (4, False)])
def test_imbalance_beyond_ten_to_one_is_said_with_its_mend(rare, is_said):
    rows = sound(40, ("ham",)) + [(f"buy {k}", "spam") for k in range(rare)]
    expected = "t.csv: ham has 40 rows, spam 3; --class-weight balanced makes labels count alike"
    assert of_training(*rows) == [expected] * is_said
    assert of_training(*rows, is_balanced=True) == []
