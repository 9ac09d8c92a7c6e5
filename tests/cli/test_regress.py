"""Numbers as answers, through real processes: every form of data and of output."""

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from . import helpers
from .helpers import Ran, grucli

TINY = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=3")
WORDS = ("bad", "poor", "fine", "good", "great")


def train(folder: Path, data: object, model: str, *settings: str, flags: tuple = ()) -> Ran:
    return helpers.train(folder, data, model, (*TINY, *settings), flags)


def reviews(rows: int, seed: int = 0) -> list[tuple[str, str]]:
    """Return texts of some words, and the sum of what each is worth."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(rows):
        drawn = rng.integers(0, len(WORDS), 3)
        text = " ".join([*(WORDS[k] for k in drawn), f"n{seed}{number}"])
        found.append((text, f"{(int(drawn.sum()) + 1) / 4:.4f}"))
    return found


def write(path: Path, rows: list[tuple[str, str]], header: str = "text,label") -> Path:
    path.write_text(header + "\n" + "".join(f"{text},{label}\n" for text, label in rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers")
    write(folder / "r.csv", reviews(80))
    write(folder / "new.csv", reviews(60, seed=1))
    ran = train(folder, "r.csv", "m.npz", "task=regress", "training.folds=3", flags=("--json",))
    assert ran.code == 0, ran.err
    result = json.loads(ran.text)
    assert result["task"] == "regress"
    assert result["valid"]["rmse"] < 0.7 * result["valid"]["baseline"]
    assert result["wide"]["chosen"]
    assert "targets: numbers from 0.250" in ran.err
    assert "interval: 90 % of answers are within" in ran.err
    assert result["numbers"]["interval"]["rows"] == 80
    assert " nat " not in ran.err
    return folder


def predicted(folder: Path, *flags: str, stdin: bytes = b"great\nbad bad\n\n") -> Ran:
    return grucli("predict", "-m", folder / "m.npz", *flags, stdin=stdin)


def test_every_output_has_the_value_and_its_interval(folder: Path):
    rows = [line.split("\t") for line in predicted(folder).lines]
    assert [len(row) for row in rows] == [3, 3, 3]
    for value, low, high in rows:
        assert float(low) < float(value) < float(high)
        assert len(value.split(".")[1]) == 4  # of a standard deviation of about 0.6
    assert predicted(folder, "--to", "label").lines == [row[0] for row in rows]
    table = list(csv.DictReader(io.StringIO(predicted(folder, "--to", "csv").text)))
    assert [list(row.values()) for row in table] == rows
    assert list(table[0]) == ["value", "low", "high"]
    for line, row in zip(predicted(folder, "--json").lines, rows, strict=True):
        found = json.loads(line)
        assert [found["value"], found["low"], found["high"]] == list(map(float, row))


def test_what_cannot_be_read_has_no_number(folder: Path):
    broken = b'{"text": "great"}\n{"text": \n'
    ran = predicted(folder, "--json", stdin=broken)
    first, second = map(json.loads, ran.lines)
    assert ran.code == 3
    assert first["value"] > 0
    assert (second["value"], second["low"]) == (None, None)
    assert "no JSON" in second["error"]
    assert predicted(folder, stdin=broken).lines[1] == "<error>\t\t"


@pytest.mark.parametrize("flags", [("--top-k", "2"), ("--min-prob", "0.5")])
def test_what_only_labels_have_is_refused(folder: Path, flags: tuple[str, str]):
    ran = predicted(folder, *flags)
    assert ran.code == 2
    assert "the model answers with numbers" in ran.err


def test_evaluate_and_its_bounds(folder: Path):
    flags = ("--json", "--errors", folder / "e.csv", "--force")
    ran = grucli("evaluate", folder / "new.csv", "-m", folder / "m.npz", *flags, "--max", "rmse=9")
    found = json.loads(ran.text)
    assert ran.code == 0
    assert found["above_baseline"]
    assert found["spearman"] > 0.8
    assert found["interval"] == 0.9
    assert 0.8 < found["coverage"] <= 1
    assert found["parts"].keys() == {"recurrence", "wide"}
    errors = [
        float(row["error"]) for row in csv.DictReader(io.StringIO((folder / "e.csv").read_text()))
    ]
    assert len(errors) == 60
    assert sorted(errors, key=abs, reverse=True) == errors
    flags = ("--errors", folder / "e.jsonl", "-q")
    assert grucli("evaluate", folder / "new.csv", "-m", folder / "m.npz", *flags).code == 0
    for line in (folder / "e.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert row["error"] == pytest.approx(row["predicted"] - row["label"], abs=0.02)
    unmet = grucli("evaluate", folder / "new.csv", "-m", folder / "m.npz", "--min", "r2=0.9999")
    assert unmet.code == 1
    assert "mean baseline" in unmet.text
    wrong = grucli("evaluate", folder / "new.csv", "-m", folder / "m.npz", "--min", "mae=1")
    assert (wrong.code, wrong.complaints) == (
        2,
        [
            "grucli: --min: of mae less is better, a minimum would refuse the good models; write "
            "--max mae=1"
        ],
    )


def test_inspecting_explains_the_number(folder: Path):
    command = ("inspect-gates", folder / "new.csv", "-m", folder / "m.npz", "--example", "wrong")
    found = json.loads(grucli(*command, "--json").text)["data"]["examples"]
    assert len(found) == 3
    shown = grucli(*command, "--html", folder / "i.html", "--npz", folder / "i.npz", "--force")
    assert shown.code == 0, shown.err
    assert "above the mean" in shown.text
    with np.load(folder / "i.npz") as arrays:
        assert arrays["predictions"].shape == arrays["targets"].shape == (60,)
    refused = grucli("inspect-gates", "-m", folder / "m.npz", "--text", "a", "--target", "3")
    assert refused.code == 2


def test_more_rows_are_learned_in_the_same_unit(folder: Path):
    write(folder / "more.csv", [("great great great", "3.75"), *reviews(40, seed=2)])
    ran = train(folder, "more.csv", "g.npz", flags=("--init-from", "m.npz", "--json"))
    assert ran.code == 0, ran.err
    before, after = (
        json.loads(grucli("evaluate", folder / "new.csv", "-m", folder / name, "--json").text)
        for name in ("m.npz", "g.npz")
    )
    assert json.loads(ran.text)["numbers"]["high"] == 3.75
    assert after["rmse"] < before["baseline"]


def test_a_resumed_training_gives_the_same_bytes(folder: Path):
    settings = ("task=regress", "data.valid=0.2", "training.patience=off")
    assert train(folder, "r.csv", "whole.npz", *settings, "training.epochs=4").code == 0
    assert train(folder, "r.csv", "part.npz", *settings, "training.epochs=2").code == 0
    ran = train(folder, "r.csv", "part.npz", *settings, "training.epochs=4", flags=("--resume",))
    assert ran.code == 0, ran.err
    assert helpers.sha256(folder / "part.npz") == helpers.sha256(folder / "whole.npz")


def test_workers_change_no_byte(folder: Path):
    settings = ("task=regress", "training.folds=3", "training.shards=2")
    assert train(folder, "r.csv", "a.npz", *settings, "training.workers=0").code == 0
    assert train(folder, "r.csv", "b.npz", *settings, "training.workers=1").code == 0
    assert helpers.sha256(folder / "a.npz") == helpers.sha256(folder / "b.npz")


def test_a_ts_file_with_targets_chooses_the_task(tmp_path: Path):
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(40, 9)).cumsum(axis=1)
    cases = [f"{','.join(f'{x:.4f}' for x in row)}:{row.mean():.5f}" for row in steps]
    head = "@problemName P\n@univariate true\n@classLabel false\n@targetLabel true\n@data\n"
    (tmp_path / "t.ts").write_text(head + "\n".join(cases) + "\n")
    ran = train(tmp_path, "t.ts", "m.npz", "training.folds=2", "training.loss=squared")
    assert ran.code == 0, ran.err
    found = json.loads(
        grucli("evaluate", tmp_path / "t.ts", "-m", tmp_path / "m.npz", "--json").text
    )
    assert found["r2"] > 0.8
    refused = train(tmp_path, "t.ts", "c.npz", "task=classify")
    assert refused.code == 3
    assert "holds a number an input, which task classify does not learn" in refused.err
    (tmp_path / "bad.ts").write_text(head + cases[0] + "\n1,2:x\n1,2:?\n")
    bad = grucli("evaluate", tmp_path / "bad.ts", "-m", tmp_path / "m.npz")
    assert bad.code == 3
    assert "bad.ts:8: no target after the last colon; add it or drop the line" in bad.err


@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_arrays_and_any_unit(tmp_path: Path, unit: float):
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(40, 6))
    np.savez(tmp_path / "a.npz", X=steps, y=unit * (5 + steps.mean(axis=1)))
    ran = train(tmp_path, "a.npz", "m.npz", "task=regress", "training.folds=2")
    assert ran.code == 0, ran.err
    answers = grucli("predict", tmp_path / "a.npz", "-m", tmp_path / "m.npz", "--to", "label").lines
    errors = np.array(list(map(float, answers))) / unit - 5 - steps.mean(axis=1)
    assert np.sqrt(np.mean(errors**2)) < steps.mean(axis=1).std()


def test_targets_that_are_none_are_named(tmp_path: Path):
    rows = reviews(30)
    rows[4] = (rows[4][0], "cheap")
    write(tmp_path / "r.csv", rows)
    ran = train(tmp_path, "r.csv", "m.npz", "task=regress")
    assert (ran.code, ran.complaints[-1]) == (
        3,
        "grucli: r.csv:6: target 'cheap' is no number; write one, or name its column with --label",
    )
    skipped = train(
        tmp_path, "r.csv", "m.npz", "task=regress", flags=("--on-bad-row", "skip", "--dry-run")
    )
    assert (skipped.code, skipped.lines[0]) == (0, "r.csv: 29 rows")
    assert "skipped 1 row that cannot be read: r.csv:6: target 'cheap' is no number" in skipped.text
    same = write(tmp_path / "s.csv", [(text, "2") for text, _ in rows])
    ran = train(tmp_path, same, "m.npz", "task=regress")
    assert ran.code == 3
    assert "all targets are 2: nothing to learn" in ran.err


def test_figures_of_large_targets_have_no_decimals(tmp_path: Path):
    large = [(text, f"{10_000_000 * float(label):.0f}") for text, label in reviews(40)]
    write(tmp_path / "r.csv", large)
    flags = ("--folds", "2")
    ran = train(tmp_path, "r.csv", "m.npz", "task=regress", "training.epochs=1", flags=flags)
    assert ran.code == 0, ran.err
    assert re.search(r"\n2 folds: RMSE \d{7,} ± \d{5,}, R2 -?\d\.\d{3} ± ", ran.err)
    told = grucli("inspect-gates", "-m", tmp_path / "m.npz").text
    assert re.search(r"cross-validated RMSE \d{7,}, R2 -?\d\.\d{3}, Spearman", told)


def test_settings_of_the_other_task_are_refused(tmp_path: Path):
    data = write(tmp_path / "r.csv", reviews(30))
    ran = train(tmp_path, data, "m.npz", "task=regress", "training.class_weight=balanced")
    assert ran.code == 2
    assert "the task regress has no classes" in ran.err
    labelled = write(tmp_path / "l.csv", [(text, label[:1]) for text, label in reviews(30)])
    ran = train(tmp_path, labelled, "m.npz", "training.loss=huber")
    assert ran.code == 2
    assert "training.loss: is of the task regress" in ran.err


def test_a_number_from_a_program(folder: Path):
    code = (
        "import grucli; m = grucli.load('m.npz'); (a, b) = m.predict(['great great', 'bad']);"
        "print(a.value > b.value, a.low < a.value < a.high, m.labels)"
    )
    ran = subprocess.run(
        [helpers.GRUCLI[0], "-c", code],
        cwd=folder,
        env=helpers.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "True True ()\n"
