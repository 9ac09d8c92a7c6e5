"""`grucli train` as a process: warnings, weights, joined texts, first weights, limits, dry runs.

Covers: report/cost.
"""

import json
import random
import re

import numpy as np
import pytest

from grucli.cli.train import _seconds
from grucli.config.schema import KEYS
from grucli.errors import ConfigError
from grucli.modelfile.archive import read_archive
from tests.cli.helpers import BRIEF, QUICK, SAMPLES, assert_one_error, grucli, sha256

REVIEWS = SAMPLES / "reviews_train.csv"
NAMES = SAMPLES / "names_train.csv"
ONE_EPOCH = (*QUICK, "--set", "training.epochs=1")


def articles(path, rows=40):
    """Write a table whose labels stand in the body; column w weighs."""
    rng = random.Random(0)
    lines = ["title,body,label,w,author"]
    for k in range(rows):
        label = rng.choice(["good", "bad"])
        lines.append(f"film {k},truly {label} it was,{label},{1 + k % 3},a{k // 4}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_warnings_come_before_training_and_not_with_quiet(tmp_path):
    lines = ["text,label", "fine,pos", "fine,neg", *(f"film {k},pos" for k in range(30))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    options = (*ONE_EPOCH, "--valid", "0")
    said = grucli("train", "t.csv", "-o", "m.npz", *options, cwd=tmp_path).complaints
    warnings = [line for line in said if line.startswith("warning: ")]
    assert [re.split("; | \\[", w)[0] for w in warnings] == [
        "warning: t.csv: 1 input has two labels, first 'fine': pos in line 2, neg in line 3",
        "warning: t.csv: one row only with neg",
        "warning: t.csv: pos has 31 rows, neg 1",
    ]
    assert warnings[0].endswith(" [data.contradiction]")
    first_epoch = next(k for k, line in enumerate(said) if line.startswith("epoch"))
    assert max(map(said.index, warnings)) < first_epoch
    quiet = grucli("train", "t.csv", "-o", "m.npz", "--force", "-q", *options, cwd=tmp_path)
    assert (quiet.code, quiet.err) == (0, "")


def test_copies_in_another_spelling_are_said_and_do_not_judge(tmp_path):
    colours = ("red", "green", "blue", "black")
    rows = [
        f"{form(f'{one} and {two}')},{k % 2}"
        for one in colours
        for k, two in enumerate(colours)
        for form in (str, str.upper)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    said = grucli("train", "t.csv", "--dry-run", "--valid", "0.25", cwd=tmp_path).lines
    assert "validation: 8 rows held out (25% of each label)" in said
    mend = "drop them unless it is meant so [data.repeated_rows]"
    warning = f"warning: t.csv: 50% of the rows repeat the input of an earlier one; {mend}"
    assert warning in said
    (tmp_path / "v.csv").write_text("text,label\nRed  AND red,0\nred or red,0\n")
    said = grucli("train", "t.csv", "--dry-run", "--valid", "v.csv", cwd=tmp_path).lines
    where = "v.csv: 1 row (50.0%) also in training, first line 2"
    assert f"warning: {where}; they make its scores too good [data.leak]" in said


def test_thai_is_read_by_cluster(tmp_path):
    rows = [f"{'แดงเขียว' if k % 2 else 'เขียวแดง'}ในวัน {'ดี' * (k % 3)},{k % 2}" for k in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    said = grucli("train", "t.csv", "--dry-run", cwd=tmp_path).lines
    (tokens,) = (line for line in said if line.startswith("tokens: "))
    assert tokens.startswith("tokens: auto, vocabulary 13, median length 12, longest 13")
    assert "n-grams: " in "\n".join(said)
    assert "1 to 4 tokens" in "\n".join(said)


def test_what_chance_explains_is_said_at_the_start_and_at_the_end(tmp_path):
    rng = random.Random(1)
    texts = [" ".join(rng.choices("abcdefgh", k=9)) for _ in range(400)]
    rows = [f"{text},{rng.choice(['x', 'y'])}" for text in texts]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    for valid, warnings in (("0.2", 2), ("0.3", 1)):
        options = (*ONE_EPOCH, "--valid", valid, "--json", "--force")
        ran = grucli("train", "t.csv", "-o", "m.npz", *options, cwd=tmp_path)
        said, result = ran.complaints, json.loads(ran.text)["valid"]
        low, high = result["accuracy_interval"]
        shown = f"accuracy {result['accuracy']:.3f} ({low:.3f} to {high:.3f}"
        (epoch,) = (line for line in said if line.startswith("epoch"))
        assert f"{shown})" in epoch
        (outcome,) = (line for line in said if line.startswith("best epoch"))
        assert f"{shown}, majority {result['baseline']:.3f}, {result['rows']} rows)" in outcome
        assert result["above_baseline"] is False
        *first, last = (line for line in said if line.startswith("warning"))
        assert len(first) == warnings - 1
        assert all("80 rows only" in line and "about 11 points" in line for line in first)
        assert f"validation {shown}) is not above the majority's" in last


def test_several_texts_and_weights_are_learnt_from_and_remembered(tmp_path):
    articles(tmp_path / "t.csv")
    options = ("--text", "title,body", "--weight", "w", "--set", "data.group=author", *BRIEF)
    done = grucli("train", "t.csv", "-o", "m.npz", *options, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "text columns 'title' + 'body'" in done.err
    (tmp_path / "new.csv").write_text("id,body,title\n1,truly good it was,film\n")
    table = grucli("predict", "new.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    answer = json.loads(table.text)
    assert answer["known"] == 1.0
    piped = grucli(
        "predict", "-m", "m.npz", "--json", cwd=tmp_path, stdin=(tmp_path / "new.csv").read_bytes()
    )
    assert piped.text == table.text
    scored = grucli("evaluate", "t.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    assert json.loads(scored.text)["rows"] == 40
    (tmp_path / "less.csv").write_text("id,body\n1,truly good it was\n")
    assert_one_error(grucli("predict", "less.csv", "-m", "m.npz", cwd=tmp_path), 3, "'title'")
    plain = grucli("train", "t.csv", "-o", "p.npz", *options[:2], *options[4:], cwd=tmp_path)
    assert plain.code == 0
    assert sha256(tmp_path / "p.npz") != sha256(tmp_path / "m.npz")


def test_training_starts_from_another_model_and_says_what_it_took(tmp_path):
    base = ("--set", "model.hidden_size=12", "--set", "training.epochs=3")
    assert grucli("train", REVIEWS, "-o", "base.npz", "-q", *base, cwd=tmp_path).code == 0
    (tmp_path / "few.csv").write_bytes(b"".join(REVIEWS.read_bytes().splitlines(True)[:41]))
    start = ("--init-from", "base.npz", "--set", "training.epochs=2")
    done = grucli("train", "few.csv", "-o", "m.npz", *start, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "starting from base.npz: " in done.err
    assert " token vectors kept and " in done.err
    assert " n-grams kept and " in done.err
    assert " added, head with 2 labels" in done.err
    card = read_archive(tmp_path / "m.npz").meta["card"]
    assert card["config"]["model"]["hidden_size"] == 12
    assert card["init_from"] == sha256(tmp_path / "base.npz")[:12]
    assert "base.npz" not in json.dumps(card)
    unfit = grucli(
        "train", "few.csv", "-o", "x.npz", *start, "--set", "model.num_layers=2", cwd=tmp_path
    )
    assert unfit.code == 4
    assert "base.npz: unfit to start from: num_layers 1, here 2" in unfit.err
    assert not (tmp_path / "x.npz").exists()

    limited = ("--max-time", "0", "-o", "r.npz")
    cut = grucli("train", "few.csv", *start, *limited, cwd=tmp_path)
    assert "--init-from" not in cut.err.split("to go on: ")[1]
    more = ("--resume", "-o", "r.npz", "--set", "training.epochs=2", "-q")
    resumed = grucli("train", "few.csv", *more, cwd=tmp_path)
    assert resumed.code == 0, resumed.err
    for name in ("npz", "last.npz"):
        assert sha256(tmp_path / f"r.{name}") == sha256(tmp_path / f"m.{name}")


def test_time_that_is_up_ends_training_with_a_model_that_can_be_resumed(tmp_path):
    lines = NAMES.read_text().splitlines(keepends=True)
    (tmp_path / "names.csv").write_text("".join(lines[:2001]))
    options = [*QUICK, "--set", "training.epochs=2"]
    assert grucli("train", "names.csv", "-o", "whole.npz", "-q", *options, cwd=tmp_path).code == 0
    done = grucli(
        "train", "names.csv", "-o", "m.npz", "--max-time", "0", "--json", *options, cwd=tmp_path
    )
    assert done.code == 0
    result = json.loads(done.text)
    assert (result["stopped"], result["epochs"], result["best_epoch"]) == ("time", 1, 1)
    assert "depends on the clock; to go on: grucli train" in done.err
    assert grucli("predict", "-m", "m.npz", cwd=tmp_path, stdin=b"Anna\n").code == 0
    assert (
        grucli("train", "names.csv", "-o", "m.npz", "--resume", "-q", *options, cwd=tmp_path).code
        == 0
    )
    for name in ("npz", "last.npz"):
        assert sha256(tmp_path / f"m.{name}") == sha256(tmp_path / f"whole.{name}")


def test_a_dry_run_decides_and_measures_everything_and_writes_nothing(tmp_path):
    (tmp_path / "c.yaml").write_text("model: {hidden_size: 24}\n")
    options = ("-c", "c.yaml", "--set", "training.epochs=3", "--seed", "5", "--dry-run", "--json")
    done = grucli("train", REVIEWS, *options, cwd=tmp_path, GRUCLI_MODEL__NUM_LAYERS="2")
    assert done.code == 0, done.err
    assert {path.name for path in tmp_path.iterdir()} == {"c.yaml"}
    result = json.loads(done.text)
    assert result["schema"] == "grucli.dry-run/1"
    config = result["config"]
    assert set(config) == {".".join(path) for path in KEYS}
    assert config["seed"] == {"value": 5, "origin": "--seed"}
    assert config["training.epochs"] == {"value": 3, "origin": "--set"}
    assert config["model.hidden_size"] == {"value": 24, "origin": "c.yaml:1"}
    assert config["model.num_layers"]["origin"] == "environment GRUCLI_MODEL__NUM_LAYERS"
    assert config["data.train"]["origin"] == "DATA"
    assert config["training.optimizer"] == {"value": "adam", "origin": "default"}
    assert config["training.batch_size"]["origin"].startswith("data: ")
    for key, value in (("text", "text"), ("label", "label"), ("delimiter", ",")):
        assert config[f"data.{key}"] == {"value": value, "origin": "data: found"}
    assert config["data.id"] == {"value": None, "origin": "default"}
    assert result["data"]["rows"] + result["data"]["valid_rows"] == 240
    assert result["data"]["labels"] == {"negative": 120, "positive": 120}
    (small,) = result["data"]["warnings"]
    assert small.startswith("validation: 24 rows only")
    assert small.endswith("; compare settings on more rows")
    assert any("240 rows" in line for line in result["data"]["findings"])
    sizes = [int(np.prod(shape)) for shape in result["shapes"].values()]
    assert result["parameters"] == sum(sizes)
    assert result["memory_bytes"] > 4 * 4 * result["parameters"]
    assert 0 < result["seconds_per_epoch"] < result["seconds"]
    for part in ("model.hidden_size: 24 (c.yaml:1)", "memory: about", "nothing was written"):
        assert part in done.err


REFUSED = {
    "no duration": (["--max-time", "10x"], 2, "must be a time such as 90s, 10m or 1h30m"),
    "no model": (["--init-from", "nope.npz"], 5, "nope.npz"),
    "no such model file": (["--init-from", str(REVIEWS)], 4, "reviews_train.csv"),
    "resumed and begun": (["--resume", "--init-from", "m.npz"], 2, "--init-from begins one"),
    "dry and twice the same": (
        ["--dry-run", "--log", "m.npz"],
        2,
        "--log: ",
    ),
    "resumed and dry": (["--resume", "--dry-run"], 2, "--dry-run begins one"),
    "no weight column": (["--weight", "scor"], 3, "did you mean 'score'?; pass --weight COL"),
    "no text column": (["--text", "text,titel"], 3, "'titel'"),
    "label as text": (["--text", "text,label", "--label", "label"], 3, "same column"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_one_line_with_their_exit_code(tmp_path, name):
    arguments, code, part = REFUSED[name]
    done = grucli("train", REVIEWS, "-o", "m.npz", *arguments, cwd=tmp_path)
    assert_one_error(done, code, part)
    assert not any(path.suffix == ".npz" for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("1h30m5s", 5405), ("0.5m", 30)],
)
def test_durations(given, seconds):
    assert _seconds("--max-time", given) == seconds


@pytest.mark.parametrize("given", ["", " ", "-5", "10s5m", "1h1h", "١٠", "1e3", "inf", "5 m", "m"])
def test_what_is_no_duration(given):
    with pytest.raises(ConfigError, match="--max-time: must be a time such as 90s, 10m or 1h30m"):
        _seconds("--max-time", given)
