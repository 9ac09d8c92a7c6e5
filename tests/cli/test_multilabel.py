"""Any number of labels a row, from training to answers, through real processes."""

import csv
import io
import json
import random

import pytest

import grucli as program
from tests.cli.helpers import BRIEF, grucli

WORDS = {
    "sport": ("match", "team", "goal", "coach"),
    "money": ("bank", "stocks", "price", "tax"),
    "tech": ("phone", "chip", "software", "robot"),
}
OTHERS = ("the", "of", "a", "new", "big", "old", "today", "city")
SETTINGS = (*BRIEF, "--set", "training.folds=off", "--set", "model.wide=true")


def rows(number, seed=0):
    """Return texts with the labels of which they have a word; a fourth of them with none."""
    draw = random.Random(seed)
    found = []
    for _ in range(number):
        labels = [label for label in WORDS if draw.random() < 0.4]
        words = [draw.choice(WORDS[label]) for label in labels for _ in range(2)]
        words += draw.sample(OTHERS, 4)
        draw.shuffle(words)
        found.append((" ".join(words), labels))
    return found


def table(some):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([("text", "topics"), *((text, "|".join(labels)) for text, labels in some)])
    return file.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with data, and a model that was trained on them."""
    path = tmp_path_factory.mktemp("multilabel")
    (path / "a.csv").write_text(table(rows(160)))
    (path / "b.csv").write_text(table(rows(60, seed=1)))
    ran = grucli("train", "a.csv", "-o", "m.npz", "--label-separator", "|", *SETTINGS, cwd=path)
    assert ran.code == 0, ran.err
    assert "3 labels, 1." in ran.err
    assert "thresholds of labels fitted to 16 held-out rows" in ran.err
    return path


def test_the_model_knows_how_labels_are_divided_and_finds_them_again(folder):
    ran = grucli("evaluate", "b.csv", "-m", "m.npz", "--json", cwd=folder)
    assert ran.code == 0, ran.err
    scores = json.loads(ran.out)
    assert scores["micro_f1"] > 0.9
    assert scores["per_class"].keys() == WORDS.keys()
    assert 0 < scores["per_class"]["tech"]["threshold"] < 1
    low, high = scores["micro_f1_interval"]
    assert low < scores["micro_f1"] <= high
    assert scores["above_baseline"]


def test_bounds_hold_for_all_figures_and_labels(folder):
    bounds = ("--min", "micro_f1=0.9", "--min", "per_class.tech.f1=0.8", "--max", "log_loss=0.5")
    assert grucli("evaluate", "b.csv", "-m", "m.npz", *bounds, cwd=folder).code == 0
    ran = grucli("evaluate", "b.csv", "-m", "m.npz", "--min", "subset_accuracy=1.01", cwd=folder)
    assert ran.code == 1


def test_answers_are_sets_in_each_form(folder):
    texts = b"team goal\nbank robot\nold city\n"
    ask = ("predict", "-m", "m.npz")
    ran = grucli(*ask, stdin=texts, cwd=folder)
    answers = [line.split("\t")[0] for line in ran.lines]
    assert answers == ["sport", "money|tech", ""]
    assert grucli(*ask, "--to", "label", stdin=texts, cwd=folder).lines == answers
    found = grucli(*ask, "--to", "csv", "--label-separator", ",", stdin=texts, cwd=folder).lines
    assert found[0] == "labels,probability"
    assert found[2].startswith('"money,tech",0.')
    objects = [json.loads(line) for line in grucli(*ask, "--json", stdin=texts, cwd=folder).lines]
    assert [one["labels"] for one in objects] == [["sport"], ["money", "tech"], []]
    assert all(one["probabilities"].keys() == WORDS.keys() for one in objects)
    ranked = grucli(*ask, "--top-k", "1", stdin=texts, cwd=folder).lines
    assert ranked[0].split("\t")[0] == "sport"


def test_a_bound_on_probabilities_takes_the_place_of_thresholds(folder):
    ask = ("predict", "-m", "m.npz", "--to", "label", "--min-prob")
    text = b"old city\nteam goal\n"
    assert grucli(*ask, "1", "--unknown", "none", stdin=text, cwd=folder).lines[0] == "none"
    assert grucli(*ask, "1e-9", stdin=text, cwd=folder).lines == ["money|sport|tech"] * 2


def test_a_separator_that_a_label_has_is_refused(folder):
    ran = grucli("predict", "-m", "m.npz", "--label-separator", "o", stdin=b"x\n", cwd=folder)
    assert ran.code == 2
    assert ran.complaints[-1] == (
        "grucli: --label-separator: the label 'money' has 'o' in it; give another sign, or pass "
        "--to jsonl"
    )


def test_wrong_answers_are_written(folder):
    ran = grucli("evaluate", "b.csv", "-m", "m.npz", "--errors", "e.csv", cwd=folder)
    assert ran.code == 0
    header = (folder / "e.csv").read_text().split("\n")[0]
    assert header == "row,line,label,predicted,probability,text"
    ran = grucli("evaluate", "b.csv", "-m", "m.npz", "--errors", "e.jsonl", cwd=folder)
    assert ran.code == 0
    for line in (folder / "e.jsonl").read_text().splitlines():
        found = json.loads(line)
        assert isinstance(found["label"], list)
        assert isinstance(found["predicted"], list)
        assert set(found["label"]) != set(found["predicted"])


def test_one_label_is_explained(folder):
    ask = ("inspect-gates", "-m", "m.npz", "--text", "bank robot", "--json")
    found = json.loads(grucli(*ask, "--target", "tech", cwd=folder).out)["data"]["examples"][0]
    assert found["target"] == "tech"
    assert found["predicted"] == ["money", "tech"]
    ran = grucli(*ask, "--target", "tec", cwd=folder)
    assert ran.code == 2
    assert "did you mean 'tech'?" in ran.err
    data = ("inspect-gates", "b.csv", "-m", "m.npz", "--example", "wrong,1")
    ran = grucli(*data, "--html", "p.html", "--npz", "g.npz", cwd=folder)
    assert ran.code == 0, ran.err
    assert "score of '" in ran.text


def test_a_program_gets_sets(folder):
    model = program.load(str(folder / "m.npz"))
    answer, nothing = model.predict(["bank robot", "old city"])
    assert isinstance(answer, program.LabelSet)
    assert answer.labels == ("money", "tech")
    assert nothing.labels == ()


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt"])
def test_the_data_choose_the_task(folder, name):
    lines = {
        "a.jsonl": lambda text, labels: json.dumps({"text": text, "labels": labels}),
        "a.txt": lambda text, labels: " ".join([*(f"__label__{one}" for one in labels), text]),
    }[name]
    (folder / name).write_text("".join(lines(*row) + "\n" for row in rows(120)))
    ran = grucli("train", name, "--dry-run", "--json", *SETTINGS, cwd=folder)
    assert ran.code == 0, ran.err
    assert set(json.loads(ran.out)["data"]["labels"]) == WORDS.keys()
    ran = grucli("train", name, "--dry-run", "--set", "task=classify", *SETTINGS, cwd=folder)
    assert ran.code == 3
    assert "train with task=multilabel" in ran.complaints[0]


def test_a_resumed_run_is_the_same_and_so_is_one_with_workers(folder):
    train = ("train", "b.csv", "--label-separator", "|", *SETTINGS, "--set", "training.shards=2")
    assert grucli(*train, "-o", "w0.npz", "--set", "training.workers=0", cwd=folder).code == 0
    assert grucli(*train, "-o", "w1.npz", "--set", "training.workers=1", cwd=folder).code == 0
    assert (folder / "w0.npz").read_bytes() == (folder / "w1.npz").read_bytes()
    short = ("--set", "training.epochs=1")
    workers = ("--set", "training.workers=0")
    assert grucli(*train, "-o", "r.npz", *workers, *short, cwd=folder).code == 0
    more = grucli(*train, "-o", "r.npz", *workers, "--resume", cwd=folder)
    assert more.code == 0, more.err
    assert (folder / "r.npz").read_bytes() == (folder / "w0.npz").read_bytes()


def test_series_have_sets_of_labels(folder):
    draw = random.Random(2)
    lines = []
    for _ in range(60):
        up, loud = draw.random() < 0.5, draw.random() < 0.5
        labels = ";".join(name for name, on in (("up", up), ("loud", loud)) if on)
        size = 3 if loud else 1
        values = [size * draw.gauss(0, 1) + (0.8 * k if up else -0.8 * k) for k in range(8)]
        lines.append(",".join([*(f"{value:.3f}" for value in values), labels]))
    header = ",".join([*(f"v{k}" for k in range(8)), "kinds"])
    (folder / "s.csv").write_text("\n".join([header, *lines]) + "\n")
    read = ("--values", "v*", "--label", "kinds", "--label-separator", ";")
    wide = ("--set", "model.wide=true")
    ran = grucli("train", "s.csv", "-o", "s.npz", *read, *wide, *BRIEF, cwd=folder)
    assert ran.code == 0, ran.err
    assert "kernels" in ran.err
    scores = json.loads(grucli("evaluate", "s.csv", "-m", "s.npz", "--json", cwd=folder).out)
    assert scores["micro_f1"] > scores["baseline"]
