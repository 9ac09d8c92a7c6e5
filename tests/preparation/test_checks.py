"""The data doctor: each finding is said once, with its figures, and sound data has none."""

import time
from itertools import permutations

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.records import Record
from grucli.data.stored import Records
from grucli.errors import excerpt
from grucli.notices import Notice
from grucli.preparation import checks
from grucli.preparation.copies import keys
from grucli.preparation.prepare import prepare
from grucli.tasks.classify.task import Classify
from tests.messages import inside

FEW = "points may be luck"
WORDS = ("red", "green", "blue", "black", "white", "pink", "grey", "brown")


def records(*rows):
    return Records.of(
        Record(number=k, line=k + 1, text=text, label=label)
        for k, (text, label) in enumerate(rows, 1)
    )


def sound(count=40, labels=("neg", "pos")):
    return [(f"{WORDS[k % 8]} thing {k}", labels[k % len(labels)]) for k in range(count)]


def examined(name, rows, inputs, mode="auto", is_balanced=False):
    task = Classify(labels=tuple(sorted({row.label for row in rows})))
    settings = {"class_weight": "balanced" if is_balanced else "none"}
    said = checks.of_training(task, name, rows, inputs, mode=mode, settings=settings)
    return [warning.text for warning in said]


def of_training(*rows, is_balanced=False):
    rows = records(*rows)
    return examined("t.csv", rows, keys(rows, "auto"), is_balanced=is_balanced)


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
    return [inside(tmp_path, w.text) for w in said if FEW not in w.text]


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
    series = Records.of(
        Record(number=k, values=np.full((2, 1), value, np.float32), label="a")
        for k, value in enumerate((1, -0.0, 3, 0.0), 1)
    )
    inputs = keys(series, "auto")
    (leak,) = checks.of_validation(inputs[:2], "v.npz", series[2:], inputs[2:])
    where = "v.npz: 1 row (50.0%) also in training, first row 4"
    assert leak == Notice("data.leak", f"{where}; they make its scores too good")


def test_one_input_with_two_labels_is_shown_by_line():
    rows = [*sound(), ("red thing 0", "pos"), ("green thing 1", "neg"), ("red thing 0", "pos")]
    assert of_training(*rows) == [
        "t.csv: 2 inputs have two labels, first 'red thing 0': neg in line 2, pos in line 42"
    ]


@pytest.mark.parametrize(
    "spelled", ["RED thing 0", "Ｒed  thing 0", "red thing 0\u200b", "re\xadd thing 0"]
)
def test_inputs_that_are_read_alike_are_shown_in_both_spellings(spelled):
    assert of_training(*sound(), (spelled, "pos")) == [
        "t.csv: 1 input has two labels by spelling: 'red thing 0' neg in line 2, "
        f"'{excerpt(spelled, 20)}' pos in line 42; if case tells, --set data.tokens=byte"
    ]
    assert of_training(*sound(), (spelled, "neg")) == []


@pytest.mark.parametrize(("mode", "is_said"), [("char", True), ("byte", False)])
def test_symbols_whose_case_is_not_read_are_said(mode, is_said):
    symbols = [("CCNc1ccccc1", "a"), ("OC1CCCCC1Cl", "b"), ("COc1ccccc1", "a"), ("Nc1O", "b")]
    rows = records(*symbols)
    said = examined("t.csv", rows, keys(rows, mode), mode)
    assert said == is_said * [
        "t.csv: 100% of the texts have capitals among small letters, which are read as one; if "
        "case tells, --set data.tokens=byte"
    ]
    names = records(*[(name, "a") for name in ("Anna", "McDonald", "ROSE", "Jean-Luc", "li")])
    assert examined("t.csv", names, keys(names, mode), mode) == []


def test_labels_that_training_lacks_are_listed(tmp_path):
    valid = [("red 7", "meh"), ("red 5", "Pos"), ("3 red", "meh"), ("red 2", "pos")]
    assert warnings(tmp_path, sound(), valid=valid) == [
        "v.csv: 3 rows with a label that training lacks, always counted as wrong: "
        "'meh', 'Pos' (did you mean 'pos'?)"
    ]


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


def test_tokens_that_stand_in_one_fold_only_are_said(tmp_path):
    rows = [(f"w{k} x{k}", "ab"[k % 2]) for k in range(40)]
    assert warnings(tmp_path, rows, "data.tokens=word") == [
        "100% of the tokens of a fold do not occur in the others; more rows or --set "
        "data.tokens=char would let more be known"
    ]
    assert warnings(tmp_path, rows, "data.tokens=char") == []
    orders = [" ".join(order) for order in permutations(WORDS[:4])]
    rows = [(text, "ab"[k % 2]) for k, order in enumerate(orders) for text in (order, "")]
    assert warnings(tmp_path, rows) == ["24 texts are empty: nothing to read in them"]


def test_copies_stay_in_one_fold_whatever_their_spelling(tmp_path):
    ways = (str, str.upper, str.title, lambda text: f" {text.replace(' ', '  ')} ")
    rows = [
        (way(f"{word} thing {word}"), "ab"[k % 2]) for k, word in enumerate(WORDS) for way in ways
    ]
    folds = prepare_beside(tmp_path, rows).folds.reshape(len(WORDS), len(ways))
    assert (folds == folds[:, :1]).all()
    assert len(np.unique(folds)) == 3


def test_rows_that_are_read_alike_are_a_leak(tmp_path):
    valid = [("fresh red thing", "pos"), ("RED  Thing 0", "neg")]
    assert warnings(tmp_path, sound(), valid=valid) == [
        "v.csv: 1 row (50.0%) also in training, first line 3; they make its scores too good"
    ]


@pytest.mark.parametrize(("rows", "points"), [(1, "45"), (36, "16"), (92, "10"), (93, None)])
def test_a_validation_part_that_tells_nothing_apart_is_said_once(tmp_path, rows, points):
    data = prepare_beside(tmp_path, sound(), sound(rows))
    said = [warning.text for warning in data.warnings if FEW in warning.text]
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
    rows = [*sound(), (text, label), (text, label.upper()), (text, "z" * 300), (text.upper(), "")]
    rows += [(text.upper(), label.lower()), (f"A{text}", label), (f"a{text}", "z" * 300)]
    rows += [("list", f"{'l' * 300};{'m' * 300}"), ("list", f"{'m' * 300};{'l' * 300}")]
    for line in of_training(*rows):
        assert line.isprintable()
        assert len(line) < 190


def test_examination_takes_no_time_for_each_pair_of_rows():
    rows = records(*[(f"some words of a text number {k}", str(k % 50)) for k in range(20_000)])
    started = time.process_time()
    inputs = keys(rows, "auto")
    assert examined("t.csv", rows, inputs, "auto") == []
    assert list(checks.of_validation(inputs, "v.csv", rows[:0], inputs[:0])) == []
    assert time.process_time() - started < 5  # what is quadratic takes minutes


@pytest.mark.parametrize(
    ("shape", "is_said"), [((1, 40), True), ((3, 24), True), ((24, 3), False), ((3, 23), False)]
)
def test_few_steps_of_many_channels_may_be_axes_in_another_order(shape, is_said):
    values = np.random.default_rng(0).normal(size=(10, *shape))
    rows = Records.of(
        Record(number=k + 1, line=0, values=steps, label="ab"[k % 2])
        for k, steps in enumerate(values)
    )
    said = examined("t.npz", rows, keys(rows, "auto"), "auto")
    steps = f"{shape[0]} step{'s' if shape[0] > 1 else ''}"
    line = (
        f"t.npz: {steps} of {shape[1]} channels each; if it is the other way round, as aeon and "
        "sktime keep series, swap the two axes (X.swapaxes(1, 2))"
    )
    assert said == [line] * is_said
    longer = Record(number=0, line=0, values=np.zeros((shape[0] + 1, shape[1])), label="a")
    other = Records.of([longer, *rows])
    assert examined("t.npz", other, keys(other, "auto"), "auto") == []
