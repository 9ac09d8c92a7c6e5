"""The data doctor: each finding is said once, with its figures, and sound data has none."""

import time

import numpy as np
import pytest

from grucli import doctor
from grucli.config import resolve
from grucli.data.records import Record
from grucli.dataset import prepare

FEW = "points may be luck"
WORDS = ("red", "green", "blue", "black", "white", "pink", "grey", "brown")


def records(*rows):
    return [
        Record(number=k, line=k + 1, text=text, label=label)
        for k, (text, label) in enumerate(rows, 1)
    ]


def sound(count=40, labels=("neg", "pos")):
    return [(f"{WORDS[k % 8]} thing {k}", labels[k % len(labels)]) for k in range(count)]


def of_training(*rows, is_balanced=False):
    return list(doctor.of_training("t.csv", records(*rows), is_balanced))


def prepare_beside(tmp_path, rows, valid=None, assignments=()):
    for name, part in (("t.csv", rows), ("v.csv", valid)):
        if part is not None:
            lines = "\n".join(f'"{text}",{label}' for text, label in part)
            (tmp_path / name).write_text(f"text,label\n{lines}\n", encoding="utf-8")
    if valid is not None:
        assignments += (f"data.valid={tmp_path / 'v.csv'}",)
    config = resolve(assignments=list(assignments)).config
    return prepare(str(tmp_path / "t.csv"), config, "stop")


def warnings(tmp_path, rows, *assignments, valid=None):
    """Return what is said of whole files, but that they are small."""
    said = prepare_beside(tmp_path, rows, valid, assignments).warnings
    return [line.replace(f"{tmp_path}/", "") for line in said if FEW not in line]


def test_sound_data_gives_no_warning(tmp_path):
    assert of_training(*sound()) == []
    assert warnings(tmp_path, sound(), "data.valid=0") == []
    fresh = [(f"{word} thing", "neg") for word in WORDS]
    assert warnings(tmp_path, sound(), valid=fresh) == []


def test_rows_that_are_also_validated_on_are_a_leak(tmp_path):
    valid = [("fresh red thing", "pos"), *sound()[3:5]]
    assert warnings(tmp_path, sound(), valid=valid) == [
        "v.csv: 2 rows (66.7%) also in training, first line 3; they make its scores too good"
    ]


def test_series_are_compared_by_their_values():
    series = [
        Record(number=k, values=np.full((2, 1), value, np.float32), label="a")
        for k, value in enumerate((1, 2, 3, 2), 1)
    ]
    assert list(doctor.of_validation(series[:2], "v.npz", series[2:])) == [
        "v.npz: 1 row (50.0%) also in training, first row 4; they make its scores too good"
    ]


def test_one_input_with_two_labels_is_shown_by_line():
    rows = [*sound(), ("red thing 0", "pos"), ("green thing 1", "neg"), ("red thing 0", "pos")]
    assert of_training(*rows) == [
        "t.csv: 2 inputs have two labels, first 'red thing 0': neg in line 2, pos in line 42"
    ]


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
    assert of_training(*sound(40, ("1", "1.0", "-1", "c#", "c"))) == []


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


def test_labels_that_training_lacks_are_listed(tmp_path):
    valid = [("red 7", "meh"), ("red 5", "Pos"), ("3 red", "meh"), ("red 2", "pos")]
    assert warnings(tmp_path, sound(), valid=valid) == [
        "v.csv: 3 rows with a label that training lacks, always counted as wrong: "
        "'meh', 'Pos' (did you mean 'pos'?)"
    ]


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


def test_a_config_with_class_weights_knows_of_imbalance(tmp_path):
    rows = [*sound(40, ("ham",)), ("buy now", "spam"), ("buy this", "spam")]
    assert "--class-weight" in " ".join(warnings(tmp_path, rows, "data.valid=0"))
    assert warnings(tmp_path, rows, "data.valid=0", "training.class_weight=balanced") == []


def test_cut_sequences_are_said_beyond_one_percent(tmp_path):
    rows = [(f"{text} and {'so ' * 30}", label) for text, label in sound(4)] + sound(36)
    (line,) = warnings(tmp_path, rows, "data.valid=0", "data.max_length=10")
    assert line.startswith("10.0% of the training sequences are cut at 10 steps")
    assert "the longest has" in line
    assert "data.max_length" in line
    assert warnings(tmp_path, rows, "data.valid=0") == []


def test_unknown_tokens_in_validation_are_said_beyond_a_fifth(tmp_path):
    strange = [("aa bb thing", "neg"), ("dd red thing", "pos")]
    (line,) = warnings(tmp_path, sound(), valid=strange)
    assert line.startswith("50% of the validation tokens do not occur in training")


@pytest.mark.parametrize(("rows", "points"), [(1, "45"), (36, "16"), (92, "10"), (93, None)])
def test_a_validation_part_that_tells_nothing_apart_is_said_once(tmp_path, rows, points):
    data = prepare_beside(tmp_path, sound(), sound(rows))
    said = [line for line in data.warnings if FEW in line]
    assert len(said) == (points is not None)
    for line in said:
        assert line.startswith(f"validation: {rows} row")
        assert f"less than about {points} points may be luck" in line


def test_empty_texts_are_counted_in_both_parts(tmp_path):
    rows = [*sound(), ("", "neg"), (" ", "pos")]
    (line,) = warnings(tmp_path, rows, valid=[("\u3000", "pos"), ("red thing", "neg")])
    assert line == "3 texts are empty: nothing to read in them"


@pytest.mark.parametrize(("copies", "is_said"), [(4, False), (5, True)])
def test_repeated_rows_are_said_beyond_a_tenth(copies, is_said):
    rows = sound(40) + sound(40)[:copies]
    expected = (
        "t.csv: 11% of the rows repeat the input of an earlier one; drop them unless it is meant so"
    )
    assert of_training(*rows) == [expected] * is_said


def test_hostile_and_long_names_stay_harmless_and_short():
    label, text = "\x1b[31m" + "x" * 500, "\u202e" + "y" * 5000
    rows = [*sound(), (text, label), (text, label.upper()), (text, "z" * 300)]
    for line in of_training(*rows):
        assert line.isprintable()
        assert len(line) < 190


def test_examination_is_quick():
    rows = records(*[(f"some words of a text number {k}", str(k % 50)) for k in range(20_000)])
    started = time.perf_counter()
    assert list(doctor.of_training("t.csv", rows, False)) == []
    assert list(doctor.of_validation(rows, "v.csv", rows[:0])) == []
    assert time.perf_counter() - started < 0.5
