"""`grucli train --init-from` as a process: a model keeps what it knew and learns new answers."""

import json
import re

import numpy as np
import pytest

from grucli.modelfile.archive import read_archive
from tests.cli.helpers import QUICK, assert_one_error, grucli, sha256

PLAIN = (*QUICK, "--set", "model.wide=false", "--valid", "0.2")
STILL = ("--set", "training.learning_rate=1e-20", "--set", "training.epochs=1")
"""Settings by which nothing is learned: what a model says is what it began with."""
COLOURS = ("red", "green", "blue", "black")
EATING = ("the rice was good", "rice with fish", "soup and rice", "a bowl of soup")
FOOD = ("米饭很香", "鱼汤很鲜", "面条太咸", "汤是凉的")
ROOM = ("房间很大", "床太硬", "窗户很亮", "空调太吵")


def table(path, rows):
    lines = [f"{text},{label}\n" for text, label in rows]
    path.write_text("".join(["text,label\n", *lines]), encoding="utf-8")
    return path.name


def colours(labels, number=40):
    """Return rows whose label stands in the colour."""
    names = [labels[k % 4 % len(labels)] for k in range(number)]
    return [(f"a {COLOURS[k % 4]} car number {k}", name) for k, name in enumerate(names)]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with a model of two labels, and what it has learned from."""
    folder = tmp_path_factory.mktemp("growth")
    table(folder / "old.csv", colours(["no", "yes"]))
    options = (*PLAIN, "--set", "training.epochs=4")
    done = grucli("train", "old.csv", "-o", "base.npz", "-q", *options, cwd=folder)
    assert done.code == 0, done.err
    return folder


def vocabulary(path):
    """Return the tokens of a model."""
    return bytes(read_archive(path).arrays["vocabulary"]).decode().splitlines()


def answers(folder, data, model):
    """Return (n, C) probabilities and the names of their labels."""
    done = grucli("predict", data, "-m", model, "--json", cwd=folder)
    assert done.code == 0, done.err
    found = [json.loads(line)["probabilities"] for line in done.lines]
    return np.array([list(one.values()) for one in found]), list(found[0])


def test_new_labels_and_words_are_added_and_nothing_is_lost(base):
    eating = [(f"{EATING[k % 4]} {k % 5}", "food") for k in range(20)]
    table(base / "new.csv", [*eating, *colours(["no", "yes"], 20)])
    start = ("new.csv", "--init-from", "base.npz", *PLAIN[-4:], *STILL)
    said = grucli("train", *start, "-o", "new.npz", cwd=base)
    assert said.code == 0, said.err
    (line,) = [line for line in said.complaints if line.startswith("starting from base.npz: ")]
    known, grown = (vocabulary(base / name) for name in ("base.npz", "new.npz"))
    assert grown[: len(known)] == known
    assert {"rice", "soup", "fish"} <= {*grown[len(known) :]}
    kept, added = len(known) + 2, len(grown) - len(known)  # unknown and empty have vectors, too
    tokens = f"{kept} token vectors kept and {added} added"
    assert line.endswith(f": {tokens}, recurrent weights, head with 2 labels kept and 1 added")
    assert not any(line.startswith("warning: new.csv: no row") for line in said.complaints)
    before, names = answers(base, "old.csv", "base.npz")
    after, more_names = answers(base, "old.csv", "new.npz")
    assert (names, more_names) == (["no", "yes"], ["no", "yes", "food"])
    said, says = (np.log(p[:, 0] / p[:, 1]) for p in (before, after))
    assert np.ptp(said) > 0.1
    factor = says @ said / (said @ said)  # by which held-out rows calibrate what is said
    assert factor > 0.1
    np.testing.assert_allclose(says, factor * said, atol=1e-5)  # six digits are printed
    dry = grucli("train", *start, "--dry-run", cwd=base)
    assert line in dry.lines


def test_the_label_column_of_the_model_is_the_one_to_learn_from(tmp_path):
    rows = [
        (text, "a" if k % 2 else "b", label)
        for k, (text, label) in enumerate(colours(["no", "yes"], 20))
    ]
    lines = ["said,mood,verdict", *(",".join(row) for row in rows)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    quick = (*QUICK, "--set", "training.epochs=1", "--valid", "0.2")
    assert grucli("train", "t.csv", "-o", "u.npz", *quick, cwd=tmp_path).code == 3
    base = ("--text", "said", "--label", "verdict")
    assert grucli("train", "t.csv", "-o", "base.npz", *quick, *base, cwd=tmp_path).code == 0
    start = ("train", "t.csv", "--init-from", "base.npz", "--dry-run")
    told = grucli(*start, "--json", cwd=tmp_path)
    assert told.code == 0, told.err
    assert json.loads(told.text)["data"]["labels"] == {"no": 10, "yes": 10}
    other = grucli(*start, "--label", "mood", cwd=tmp_path)
    assert "columns left out" not in other.text
    assert any(line.startswith("mood ") and line.endswith(" label") for line in other.lines)


def test_ngrams_are_kept_and_added_and_go_where_the_model_goes(tmp_path):
    table(tmp_path / "old.csv", colours(["no", "yes"], 80))
    table(tmp_path / "new.csv", [("rice with fish", "food"), ("fish soup", "food")] * 8)
    wide = (*QUICK, "--set", "model.wide=true", "--set", "training.epochs=3", "--valid", "0.2")
    done = grucli("train", "old.csv", "-o", "base.npz", "-q", *wide, cwd=tmp_path)
    assert done.code == 0, done.err
    start = ("new.csv", "--init-from", "base.npz", *STILL)
    for folder, valid in (("held", "0.2"), ("all", "0")):  # also where nothing tells if they pay
        (tmp_path / folder).mkdir()
        model = f"{folder}/m.npz"
        done = grucli("train", *start, "--valid", valid, "-o", model, cwd=tmp_path)
        assert done.code == 0, done.err
        assert re.search(r"recurrent weights, \d+ n-grams kept and \d+ added, head", done.err)
        before, after = (read_archive(tmp_path / name).arrays for name in ("base.npz", model))
        places = np.searchsorted(after["wide_keys"], before["wide_keys"])
        np.testing.assert_array_equal(after["wide_keys"][places], before["wide_keys"])
        assert after["wide_weight"].shape[1] == 3
        last = grucli("predict", "-m", f"{folder}/m.last.npz", cwd=tmp_path, stdin=b"rice\n")
        assert "last weights, and the linear path that it started from" in last.err
        again = grucli(
            "train", "new.csv", *STILL, "--valid", valid, "-o", model, "--resume", cwd=tmp_path
        )
        assert "finished already" in again.err
    none = grucli("train", *start, "-o", "x.npz", "--set", "model.wide=false", cwd=tmp_path)
    assert "recurrent weights, no n-grams, head" in none.err
    assert "wide_keys" not in read_archive(tmp_path / "x.npz").arrays


def test_labels_without_rows_can_still_be_answered_weighed_and_scored(base):
    table(base / "later.csv", [*colours(["yes", "maybe"], 30), ("a red car", "no")])
    weighed = ("--class-weight", "balanced", "--set", "training.epochs=2")
    start = ("--init-from", "base.npz", *weighed, *PLAIN)
    table(base / "one.csv", [(text, "maybe") for text, _ in colours(["x"], 20)])
    for data, absent in (("later.csv", None), ("one.csv", "no, yes")):
        done = grucli("train", data, "-o", "later.npz", "--force", *start, cwd=base)
        assert done.code == 0, done.err
        odd = [one for one in done.complaints if one.endswith("[data.absent_label]")]
        assert len(odd) == (absent is not None)
        assert absent is None or f"{data}: no row with {absent}, known to the model" in odd[0]
        scored = grucli("evaluate", data, "-m", "later.npz", "--json", cwd=base)
        assert scored.code == 0, scored.err
        rows = {label: one["rows"] for label, one in json.loads(scored.text)["per_class"].items()}
        assert list(rows) == ["no", "yes", "maybe"]
        card = read_archive(base / "later.npz").meta["card"]
        assert len(card["data"]["label_rows"]) == 3
        assert (0 in card["data"]["label_rows"]) == (absent is not None)
        assert grucli("inspect-gates", data, "-m", "later.npz", cwd=base).code == 0


@pytest.mark.parametrize("wide", ["false", "true"])
def test_a_model_of_several_scripts_grows_and_resumes_with_the_same_bytes(tmp_path, wide):
    table(tmp_path / "old.csv", colours(["no", "yes"]))
    brief = (*QUICK, "--set", "training.epochs=3", "--valid", "0.2")
    options = (*brief, "--set", f"model.wide={wide}")
    assert grucli("train", "old.csv", "-o", "base.npz", "-q", *options, cwd=tmp_path).code == 0
    rows = [(f"{text}{k}", "food") for text in FOOD for k in range(4)]
    rows += [(f"{text}{k}", "room") for text in ROOM for k in range(4)]
    rows += [("red " * 30 + str(k), "yes") for k in range(9)]  # longer than what base.npz reads
    table(tmp_path / "zh.csv", [*rows, *colours(["no", "yes"], 12)])
    start = ("zh.csv", *brief, "--init-from", "base.npz")
    whole = grucli("train", *start, "-o", "zh.npz", cwd=tmp_path)
    assert whole.code == 0, whole.err
    assert "head with 2 labels kept and 2 added" in whole.err
    assert ("wide_keys" in read_archive(tmp_path / "zh.npz").arrays) == (wide == "true")
    cut = grucli("train", *start, "-o", "cut.npz", "--max-time", "0", cwd=tmp_path)
    assert cut.code == 0, cut.err
    (tmp_path / "base.npz").unlink()  # all that is needed of it stands in cut.last.npz
    resumed = grucli("train", "zh.csv", *brief, "-o", "cut.npz", "--resume", cwd=tmp_path)
    assert resumed.code == 0, resumed.err
    assert "starting from" not in resumed.err
    for name in ("npz", "last.npz"):
        assert sha256(tmp_path / f"cut.{name}") == sha256(tmp_path / f"zh.{name}")
    table(tmp_path / "zh.csv", [*rows, *colours(["no", "yes"], 16)])
    other = grucli("train", "zh.csv", *brief, "-o", "cut.npz", "--resume", cwd=tmp_path)
    assert_one_error(other, 2, "the data is not that of")


def test_series_grow_on_the_scale_that_they_had(tmp_path):
    rng = np.random.default_rng(0)

    def write(name, labels, scale):
        x = (scale * rng.normal(size=(24, 8, 1))).astype(np.float32)
        np.savez(tmp_path / name, X=x, y=np.resize(labels, 24))

    write("old.npz", ["up", "down"], 1)
    write("new.npz", ["flat", "up"], 50)
    quick = ("--set", "model.hidden_size=8", "--set", "training.epochs=2")
    assert grucli("train", "old.npz", "-o", "base.npz", "-q", *quick, cwd=tmp_path).code == 0
    start = ("new.npz", "--init-from", "base.npz", "-o", "m.npz", *STILL)
    done = grucli("train", *start, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "recurrent weights, head with 2 labels kept and 1 added" in done.err
    for name in ("scaling", "units"):
        ours, theirs = (read_archive(tmp_path / m).arrays[name] for m in ("m.npz", "base.npz"))
        np.testing.assert_array_equal(ours, theirs)
    assert grucli("evaluate", "old.npz", "-m", "m.npz", cwd=tmp_path).code == 0


def test_numbers_stay_in_the_unit_that_they_were_learned_in(tmp_path):
    def write(name, words, unit):
        rows = [(f"{words[k % 3]} {k % 7}", f"{unit * (k % 3 + k % 7 / 10):g}") for k in range(42)]
        return table(tmp_path / name, rows)

    numbers = ("--set", "task=regress", "--valid", "0.2")
    write("old.csv", ("少", "中", "多"), 1)
    write("new.csv", ("few", "some", "many"), 1000)
    brief = (*QUICK, "--set", "training.epochs=8", "--set", "model.wide=true")
    done = grucli("train", "old.csv", "-o", "base.npz", "-q", *numbers, *brief, cwd=tmp_path)
    assert done.code == 0, done.err
    start = ("new.csv", "--init-from", "base.npz", *STILL)
    for wide in ("false", "auto"):  # the task is that of the model
        options = ("--valid", "0.2", "--set", f"model.wide={wide}", "-o", f"{wide}.npz")
        done = grucli("train", *start, *options, cwd=tmp_path)
        assert done.code == 0, done.err
        assert done.complaints[-1].endswith(f"evaluate TEST -m {wide}.npz")
        assert re.search(r"n-grams( kept and \d+ added)?, head$", done.err, re.MULTILINE)
    numbers = [read_archive(tmp_path / name).meta["numbers"] for name in ("base.npz", "auto.npz")]
    assert len({one["mean"] for one in numbers}) == len({one["scale"] for one in numbers}) == 1
    assert numbers[0]["high"] < 10 < 1000 < numbers[1]["high"]
    other = grucli("train", *start, "--set", "task=classify", "-o", "x.npz", cwd=tmp_path)
    assert_one_error(other, 2, "task: is classify, but the model of --init-from has regress")


def test_sets_of_labels_are_divided_as_they_were(tmp_path):
    table(
        tmp_path / "old.csv",
        [(f"{k % 4} {k % 3}", ("a;b", "b", "a;c", "")[k % 4]) for k in range(40)],
    )
    table(tmp_path / "new.csv", [(f"米 {k % 3}", ("d", "b;d", "")[k % 3]) for k in range(24)])
    brief = (*PLAIN, "--set", "training.epochs=2")
    base = ("old.csv", "-o", "base.npz", "-q", "--label-separator", ";", *brief)
    assert grucli("train", *base, cwd=tmp_path).code == 0
    start = ("new.csv", "--init-from", "base.npz", "-o", "m.npz", *brief)
    done = grucli("train", *start, "--max-time", "0", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "head with 3 labels kept and 1 added" in done.err
    assert "new.csv: no row with a, c, known to the model" in done.err
    resumed = grucli("train", "new.csv", "-o", "m.npz", *brief, "--resume", cwd=tmp_path)
    assert resumed.code == 0, resumed.err
    whole = grucli("train", *start, "--force", "--json", cwd=tmp_path)
    assert json.loads(whole.text)["labels"] == ["a", "b", "c", "d"]
    scored = grucli("evaluate", "old.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    assert scored.code == 0, scored.err


def test_tags_grow_and_say_which_types_are_not_there(tmp_path):
    old = [("2\tB-QTY\n", "cups\tB-UNIT\n", "rice\tB-NAME\n", "noodles\tI-NAME\n")] * 12
    new = [("两\tB-QTY\n", "米饭\tB-NAME\n", "切\tB-HOW\n", "丁\tI-HOW\n")] * 12
    for name, rows in (("old.conll", old), ("new.conll", new)):
        text = "\n".join("".join(row) for row in rows)
        (tmp_path / name).write_text(text, encoding="utf-8")
    brief = (*QUICK, "--set", "training.epochs=2", "--set", "model.subwords=64", "--valid", "0")
    done = grucli("train", "old.conll", "-o", "base.npz", "-q", *brief, cwd=tmp_path)
    assert done.code == 0, done.err
    start = ("new.conll", "--init-from", "base.npz", "-o", "m.npz", *brief)
    done = grucli("train", *start, cwd=tmp_path)
    assert done.code == 0, done.err
    assert re.search(r"head with \d tags kept and 2 added$", done.err, re.MULTILINE)
    assert "new.conll: no row with UNIT, known to the model" in done.err
    scored = grucli("evaluate", "old.conll", "-m", "m.npz", "--json", cwd=tmp_path)
    assert scored.code == 0, scored.err
    answered = grucli("predict", "new.conll", "-m", "m.npz", cwd=tmp_path)
    assert len(answered.lines) == 12 * 5 - 1
    (tmp_path / "plain.conll").write_text("米饭\tNOUN\n切\tVERB\n")
    other = grucli("train", "plain.conll", *start[1:], "--force", cwd=tmp_path)
    assert_one_error(other, 3, "not all tags are parts of chunks, as in the model")


REFUSED = {
    "series for a model of texts": ("series.npz", (), 4, "base.npz: reads text, the data are num"),
    "other sizes": ("old.csv", ("--set", "model.hidden_size=9"), 4, "hidden_size 8, here 9"),
    "other tokens": ("old.csv", ("--set", "data.tokens=byte"), 4, "data.tokens auto, here byte"),
    "folds": ("old.csv", ("--set", "training.folds=3"), 2, "each fold starts anew"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(base, name):
    data, options, code, part = REFUSED[name]
    np.savez(base / "series.npz", X=np.zeros((9, 4, 1)), y=np.arange(9) % 2)
    done = grucli("train", data, "-o", "x.npz", "--init-from", "base.npz", *options, cwd=base)
    assert_one_error(done, code, part)
    assert not (base / "x.npz").exists()
