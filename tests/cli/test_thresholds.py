"""Thresholds through real processes: chosen in training, used by all that answers."""

import json
from pathlib import Path

import numpy as np
import pytest

import grucli as api

from .helpers import grucli

ROWS = 240
QUICK = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=2", "data.valid=0.4")
SETTINGS = tuple(word for one in QUICK for word in ("--set", one))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts whose words tell the label not often, and a model that finds more alarms."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("alarms")
    lines, numbers = ["text,label"], rng.permutation(ROWS)
    for row in range(ROWS):
        words = [f"{'xy'[row % 2 if rng.random() < 0.7 else 1 - row % 2]}{k}" for k in range(3)]
        lines.append(f"{' '.join(words)} w{numbers[row]},{('静', '警报')[row % 2]}")
    (path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = grucli(
        *("train", "rows.csv", "-o", "m.npz", "--recall", "警报=0.9", "--json", *SETTINGS), cwd=path
    )
    assert done.code == 0, done.err
    (path / "train.json").write_bytes(done.out)
    (path / "train.err").write_text(done.err, encoding="utf-8")
    return path


def test_train_says_what_a_threshold_costs(folder: Path) -> None:
    result = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    (one,) = result["wishes"]
    assert (one["label"], one["measure"], one["wanted"]) == ("警报", "recall", 0.9)
    assert one["rows"] == result["valid"]["rows"] == 96
    assert one["after"]["recall"] >= 0.9 > one["before"]["recall"]
    assert one["after"]["accuracy"] <= one["before"]["accuracy"] == result["valid"]["accuracy"]
    said = (folder / "train.err").read_text(encoding="utf-8")
    assert "'警报' is answered from probability 0." in said
    assert f"recall {one['before']['recall']:.3f} -> {one['after']['recall']:.3f}" in said
    inside = grucli("inspect-gates", "-m", "m.npz", cwd=folder)
    assert "'警报' is answered from probability" in inside.text


def test_every_command_and_python_answer_alike(folder: Path) -> None:
    result = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    least = result["wishes"][0]["threshold"]
    rows = (folder / "rows.csv").read_text(encoding="utf-8").splitlines()[1:]
    texts, truth = zip(*(row.split(",") for row in rows), strict=True)
    answers = api.load(str(folder / "m.npz")).predict(list(texts))
    labels = ["警报" if one.probabilities["警报"] >= least else "静" for one in answers]
    assert [one.label for one in answers] == labels
    assert all(one.probability == one.probabilities[one.label] for one in answers)
    assert any(one.probability < 0.5 for one in answers)
    words = ("predict", "rows.csv", "-m", "m.npz", "--to")
    told = {to: grucli(*words, to, cwd=folder) for to in ("label", "tsv", "csv", "jsonl")}
    assert told["label"].lines == labels
    assert [line.split("\t")[0] for line in told["tsv"].lines] == labels
    assert [line.split(",")[0] for line in told["csv"].lines[1:]] == labels
    assert [json.loads(line)["label"] for line in told["jsonl"].lines] == labels
    scores = json.loads(grucli("evaluate", "rows.csv", "-m", "m.npz", "--json", cwd=folder).text)
    right = [label == wanted for label, wanted in zip(labels, truth, strict=True)]
    assert scores["accuracy"] == sum(right) / len(right)
    seen = grucli("inspect-gates", "rows.csv", "-m", "m.npz", "--json", cwd=folder)
    assert seen.code == 0
    ranked = grucli(*words, "label", "--top-k", "2", cwd=folder)
    assert [line.split("\t")[0] for line in ranked.lines] == labels


def test_abstaining_goes_by_the_probability_of_the_answer(folder: Path) -> None:
    words = ("predict", "rows.csv", "-m", "m.npz", "--to", "jsonl", "--min-prob", "0.5")
    told = grucli(*words, "--unknown", "不知道", cwd=folder)
    rows = [json.loads(line) for line in told.lines]
    assert {row["label"] for row in rows if row["probability"] < 0.5} == {"不知道"}
    assert {row["label"] for row in rows if row["probability"] >= 0.5} == {"静", "警报"}


def test_evaluate_says_what_abstaining_leaves(folder: Path) -> None:
    words = ("evaluate", "rows.csv", "-m", "m.npz", "--min-prob")
    scores = json.loads(grucli(*words, "0.6", "--json", cwd=folder).text)
    told = grucli("predict", "rows.csv", "-m", "m.npz", "--min-prob", "0.6", cwd=folder).lines
    rows = (folder / "rows.csv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = [(line.split("\t")[0], row.split(",")[1]) for line, row in zip(told, rows, strict=True)]
    answered = [label == truth for label, truth in pairs if label != "<unknown>"]
    found = scores["answered"]
    assert (found["min_prob"], found["rows"]) == (0.6, len(answered))
    assert found["share"] == len(answered) / ROWS < 1
    assert found["accuracy"] == sum(answered) / len(answered)
    shown = grucli(*words, "0.6", cwd=folder).text
    assert f"answered with --min-prob 0.6: {len(answered)} rows, " in shown
    assert "answered with --min-prob 1: 0 rows, 0.0 %\n" in grucli(*words, "1", cwd=folder).text
    least = ("--min", "answered.accuracy=0.99")
    assert grucli(*words, "0.6", *least, cwd=folder).code == 1
    assert grucli(*words, "1", *least, cwd=folder).code == 2


def test_the_price_of_a_threshold_is_no_sign_of_strange_rows(folder: Path) -> None:
    header, *rows = (folder / "rows.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    quiet = [row for row in rows if row.endswith(",静\n")]
    alarms = [row for row in rows if row not in quiet][:9]
    (folder / "few.csv").write_text("".join([header, *quiet, *alarms]), encoding="utf-8")
    (said,) = grucli("evaluate", "few.csv", "-m", "m.npz", cwd=folder).complaints
    assert "is not above the majority's 0.930: thresholds decide for a recall" in said
    assert "are their columns" not in said


def test_a_resumed_run_chooses_the_same(folder: Path) -> None:
    whole = (folder / "m.npz").read_bytes()
    words = ("train", "rows.csv", "-o", "r.npz", "--recall", "警报=0.9", *SETTINGS)
    assert grucli(*words, "--max-time", "0s", cwd=folder).code == 0
    assert grucli(*words, "--resume", cwd=folder).code == 0
    assert (folder / "r.npz").read_bytes() == whole


def test_what_cannot_be_reached_ends_with_one_and_keeps_the_model(folder: Path) -> None:
    words = ("train", "rows.csv", "-o", "p.npz", "--json", *SETTINGS)
    done = grucli(*words, "--precision", "警报=0.97", cwd=folder)
    assert done.code == 1
    assert "no threshold gives a precision of 0.97 on 96 rows" in done.err
    assert json.loads(done.text)["wishes"][0]["threshold"] is None
    assert grucli("predict", "rows.csv", "-m", "p.npz", cwd=folder).code == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--recall", "警=0.9"], "training.recall: no label '警'"),
        (["--recall", "警报"], "--recall: must be LABEL=SHARE"),
        (["--recall", "警报=1"], "--recall: must be LABEL=SHARE"),
        (["--precision", "警报=95%"], "--precision: must be LABEL=SHARE"),
        (["--recall", "警报=0.9", "--recall", "警报=0.8"], "is given twice"),
        (["--recall", "警报=0.9", "--precision", "警报=0.8"], "has a recall already"),
        (["--recall", "警报=0.9", "--recall", "静=0.8"], "every label has a threshold"),
        (["--recall", "警报=0.99"], "takes 99 held-out rows with '警报', there are 48"),
        (["--recall", "警报=0.9", "--valid", "0"], "on rows that are held out, and there are none"),
        (
            ["--set", "training.recall={警报: 1.5}"],
            "a mapping of label to a share above 0",
        ),
    ],
)
def test_what_makes_no_sense_is_said_before_training(
    folder: Path, words: list[str], problem: str
) -> None:
    done = grucli("train", "rows.csv", "-o", "x.npz", *SETTINGS, *words, cwd=folder)
    assert done.code == 2
    assert problem in done.err
    assert not (folder / "x.npz").exists()
    assert len(done.complaints) == 1 or done.complaints[-1].startswith("grucli: ")


def test_numbers_have_no_thresholds(folder: Path) -> None:
    lines = (folder / "rows.csv").read_text(encoding="utf-8")
    lines = lines.replace("静", "1").replace("警报", "2")
    (folder / "numbers.csv").write_text(lines, encoding="utf-8")
    words = ("--set", "task=regress", "--recall", "2=0.9")
    done = grucli("train", "numbers.csv", "-o", "x.npz", *SETTINGS, *words, cwd=folder)
    assert (done.code, done.complaints[-1]) == (
        2,
        "grucli: training.recall: task regress has no thresholds; omit it",
    )
