"""`grucli train --folds` and `--out-of-fold` as processes.

Covers: report/folds, report/out_of_fold.
"""

import csv
import io
import json
import os
import re
import signal
import statistics
import subprocess

import pytest

from tests.cli.helpers import (
    BRIEF,
    QUICK,
    SAMPLES,
    Ran,
    assert_one_error,
    command,
    environment,
    grucli,
    sha256,
)
from tests.cli.test_workers import children, is_running, on_linux, wait_until

REVIEWS = SAMPLES / "reviews_train.csv"
SAID = {"好评": "很好吃，服务也好", "差评": "太差了，再也不来"}
SETS = ("乙", "甲", "", "甲|乙", "", "甲")  # by the rests of 2 and 3
CHINESE = "text,label\n" + "".join(
    f"{text}{'一二三四五六七八'[k % 8]}{k},{label}\n"
    for k in range(20)
    for label, text in SAID.items()
)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[Ran, str]:
    """A run in four folds with its answers."""
    folder = tmp_path_factory.mktemp("folds")
    options = ("--folds", "4", "--out-of-fold", "told.csv", "--json")
    done = grucli("train", REVIEWS, "-o", "m.npz", *BRIEF, *options, cwd=folder)
    assert done.code == 0, done.err
    return done, (folder / "told.csv").read_text()


def test_each_row_is_told_once_with_its_target_and_fold(told):
    rows = table(told[1])
    given = table(REVIEWS.read_text())
    assert list(rows[0]) == ["row", "target", "label", "probability", "fold"]
    assert [row["row"] for row in rows] == [str(k) for k in range(1, 241)]
    assert [row["target"] for row in rows] == [row["label"] for row in given]
    assert {row["fold"] for row in rows} == {"1", "2", "3", "4"}


def test_figures_of_folds_are_those_of_the_answers_in_the_file(told):
    result, rows = json.loads(told[0].text), table(told[1])
    assert result["valid"]["folds"] == len(result["folds"]) == 4
    reached = []
    for fold in result["folds"]:
        own = [row for row in rows if row["fold"] == str(fold["fold"])]
        assert fold["rows"] == len(own)
        right = sum(row["label"] == row["target"] for row in own)
        assert fold["accuracy"] == pytest.approx(right / len(own))
        reached.append(fold["accuracy"])
    assert result["mean"]["accuracy"] == pytest.approx(statistics.mean(reached))
    assert result["spread"]["accuracy"] == pytest.approx(statistics.stdev(reached))
    right = sum(row["label"] == row["target"] for row in rows)
    assert result["valid"]["accuracy"] == pytest.approx(right / 240)
    mean, spread = statistics.mean(reached), statistics.stdev(reached)
    assert f"\n4 folds: accuracy {mean:.3f} ± {spread:.3f}, macro-F1 " in told[0].err
    assert "\nwrote told.csv: each row as its fold answers it\n" in told[0].err


def test_a_fold_is_answered_by_a_model_that_has_not_learned_from_it(tmp_path):
    """Labels at random can be learned by heart, and told only of rows that were learned from."""
    lines = [f"w{k} x{k * 7 % 31},{('=a', 'b')[k * k % 7 % 2]}\n" for k in range(60)]
    (tmp_path / "d.csv").write_text("text,label\n" + "".join(lines))
    options = ("--folds", "3", "--out-of-fold", "o.csv", "--excel-safe")
    options += ("--set", "training.epochs=40")
    options += ("--set", "training.patience=off", "--set", "model.token_dropout=0")
    done = grucli("train", "d.csv", "-o", "m.npz", *QUICK, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    known = grucli("evaluate", "d.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    rows = table((tmp_path / "o.csv").read_text())
    assert {row["target"] for row in rows} == {"'=a", "b"} >= {row["label"] for row in rows}
    unknown = sum(row["label"] == row["target"] for row in rows) / 60
    assert json.loads(known.text)["accuracy"] > unknown + 0.15


def test_chinese_answers_as_json_lines(tmp_path):
    (tmp_path / "评论.csv").write_text(CHINESE, encoding="utf-8")
    options = ("--folds", "2", "--out-of-fold", "折.jsonl")
    done = grucli("train", "评论.csv", "-o", "m.npz", *BRIEF, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    found = [json.loads(line) for line in (tmp_path / "折.jsonl").read_text().splitlines()]
    assert [each["row"] for each in found] == list(range(1, 41))
    assert list(found[0]) == ["row", "target", "label", "probability", "probabilities", "fold"]
    assert {each["target"] for each in found} == {"好评", "差评"}
    for each in found:
        assert each["label"] == max(each["probabilities"], key=each["probabilities"].get)


def test_rows_of_a_group_and_copies_share_a_fold(tmp_path):
    lines = [f"word{k // 2} of {k % 5},{'ab'[k // 8 % 2]},g{k // 4}\n" for k in range(48)]
    lines += ["twice said,a,\n", "Twice  SAID,a,\n"]
    (tmp_path / "d.csv").write_text("text,label,who\n" + "".join(lines))
    options = ("--folds", "4", "--out-of-fold", "o.csv", "--set", "data.group=who")
    done = grucli("train", "d.csv", "-o", "m.npz", *BRIEF, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    folds = [row["fold"] for row in table((tmp_path / "o.csv").read_text())]
    assert all(len(set(folds[k : k + 4])) == 1 for k in range(0, 48, 4))
    assert folds[48] == folds[49]


def test_series_are_told_as_texts_are(tmp_path):
    rows = [f"{k % 2 * 3 + k % 5},{k % 3},{k % 2},{'ud'[k % 2]}\n" for k in range(36)]
    (tmp_path / "d.csv").write_text("v1,v2,v3,label\n" + "".join(rows))
    options = ("--folds", "3", "--out-of-fold", "o.csv", "--json")
    done = grucli("train", "d.csv", "-o", "m.npz", *BRIEF, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    assert len(table((tmp_path / "o.csv").read_text())) == 36
    assert [fold["rows"] for fold in json.loads(done.text)["folds"]] == [12, 12, 12]


def test_a_resumed_run_tells_the_same(tmp_path):
    options = ["train", REVIEWS, *BRIEF, "--folds", "3", "--set", "training.batch_size=4"]
    whole = grucli(*options, "-o", "whole.npz", "--out-of-fold", "whole.csv", cwd=tmp_path)
    assert whole.code == 0, whole.err
    words = [*options, "-o", "m.npz", "--out-of-fold", "m.csv"]
    with subprocess.Popen(
        command(*map(str, words), "-v"), cwd=tmp_path, env=environment(), stderr=subprocess.PIPE
    ) as process:
        for line in process.stderr:
            if line.startswith(b"fold 2  epoch   1 "):
                process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert not (tmp_path / "m.csv").exists()
    for _ in ("it goes on", "it has ended, and tells again"):
        assert grucli(*words, "--resume", cwd=tmp_path).code == 0
        assert sha256(tmp_path / "m.csv") == sha256(tmp_path / "whole.csv")


FOLDED = ("train", REVIEWS, *QUICK, "--folds", "3", "--set", "training.epochs=9")


def of_workers(count):
    return ("-o", "m.npz", "--log", "l.jsonl", "--set", f"training.workers={count}", "-v")


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory):
    """The folder of a run whose folds follow each other, and its lines."""
    folder = tmp_path_factory.mktemp("one")
    done = grucli(*FOLDED, *of_workers(0), cwd=folder)
    assert done.code == 0, done.err
    return folder, lines_of(done)


def lines_of(done):
    """The lines on stderr of the stages and what follows, without times."""
    return [
        re.sub(r"\d+(\.\d+)? s\b", "T s", line)
        for line in done.err.splitlines()
        if "training.workers" not in line
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_folds_side_by_side_give_the_same_files_and_lines(tmp_path, one_by_one, count):
    folder, lines = one_by_one
    done = grucli(*FOLDED, *of_workers(count), cwd=tmp_path)
    assert (done.code, lines_of(done)) == (0, lines)
    for name in ("m.npz", "m.last.npz", "l.jsonl"):
        assert sha256(tmp_path / name) == sha256(folder / name)


@on_linux
@pytest.mark.parametrize("stage", ["fold 1", "fold 2", "fold 3", "all rows"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_in_any_stage_leaves_no_process_and_goes_on(
    tmp_path, one_by_one, stage, how
):
    words = command(*map(str, FOLDED), *of_workers(1))
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        found, is_ended = [], False
        for line in process.stderr:
            found = found or children(process.pid)
            if line.startswith(stage.encode()) and not is_ended:
                process.send_signal(how)
                is_ended = True
        assert process.wait() in (0, 130, -9)  # it may have been over
    assert found
    wait_until(lambda: not any(map(is_running, found)), 2)
    done = grucli(*FOLDED, *of_workers(2), "--resume", cwd=tmp_path)
    assert done.code == 0, done.err
    for name in ("m.npz", "m.last.npz", "l.jsonl"):
        assert sha256(tmp_path / name) == sha256(one_by_one[0] / name)


@on_linux
def test_a_killed_worker_ends_the_run_with_one_line_and_it_goes_on(tmp_path, one_by_one):
    words = command(*map(str, FOLDED), *of_workers(1))
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        errors = []
        for line in process.stderr:
            errors.append(line.decode())
            if line.startswith(b"fold 1") and len(children(process.pid)) == 1:
                os.kill(children(process.pid)[0], signal.SIGKILL)
        assert process.wait() == 5, errors
    assert errors[-1] == (
        "grucli: training: worker 1 of 1 was ended by signal 9 (out of memory?); "
        "go on with --resume, or set training.workers=0\n"
    )
    done = grucli(*FOLDED, *of_workers(0), "--resume", cwd=tmp_path)
    assert done.code == 0, done.err
    assert sha256(tmp_path / "m.npz") == sha256(one_by_one[0] / "m.npz")


@pytest.mark.parametrize(
    ("options", "code", "parts"),
    [
        (("--out-of-fold", "o.csv", "--valid", "0.2"), 2, ["there are no folds", "--folds 5"]),
        (("--out-of-fold", "o.csv", "--folds", "off"), 2, ["there are no folds", "--folds 5"]),
        (("--out-of-fold", "m.npz"), 2, ["--out-of-fold: m.npz is the model"]),
        (("--out-of-fold", "l", "--log", "l"), 2, ["--out-of-fold: l is the log"]),
        (("--out-of-fold", "here.csv"), 5, ["here.csv: exists", "--force"]),
        (("--excel-safe",), 2, ["--excel-safe: is about the file of --out-of-fold"]),
        (("--out-of-fold", "o.NDJSON", "--excel-safe"), 2, ["--excel-safe: is for CSV", ".NDJSON"]),
        (("--folds", "21"), 2, ["--folds", "2 to 20", "21"]),
        (("--folds", "3", "--valid", "0.2"), 2, ["training.folds: data.valid"]),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, options, code, parts):
    (tmp_path / "here.csv").write_text("mine")
    done = grucli("train", REVIEWS, "-o", "m.npz", "-q", *options, cwd=tmp_path)
    assert_one_error(done, code, *parts)
    assert [path.name for path in tmp_path.iterdir()] == ["here.csv"]
    assert (tmp_path / "here.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "rows", "flags", "columns"),
    [
        (
            "sets.csv",
            [(f"w{k} {'甲' * (k % 2)} {'乙' * (k % 3 == 0)}", SETS[k % 6]) for k in range(36)],
            ("--set", "task=multilabel", "--label-separator", "pipe"),
            ["labels", "probability"],
        ),
        (
            "numbers.csv",
            [(f"{'good ' * (k % 9)}bad {k}", f"{k % 9 / 2:.1f}") for k in range(36)],
            ("--set", "task=regress"),
            ["value", "low", "high"],
        ),
        (
            "tags.conll",
            [(f"{k} 杯{' 糖' * (k % 3)}", f"QTY UNIT{' O' * (k % 3)}") for k in range(36)],
            (),
            ["tags", "probability"],
        ),
    ],
)
def test_every_task_has_columns_of_its_own(tmp_path, name, rows, flags, columns):
    text = "text,label\n" + "".join(f"{text},{target}\n" for text, target in rows)
    if name == "tags.conll":
        pairs = (zip(text.split(), tags.split(), strict=True) for text, tags in rows)
        text = "\n".join("".join(f"{token}\t{tag}\n" for token, tag in pair) for pair in pairs)
    (tmp_path / name).write_text(text, encoding="utf-8")
    options = ("--folds", "3", "--out-of-fold", "o.csv", "--json", *flags)
    done = grucli("train", name, "-o", "m.npz", *BRIEF, *options, cwd=tmp_path)
    assert done.code == 0, done.err
    told = table((tmp_path / "o.csv").read_text(encoding="utf-8"))
    assert list(told[0]) == ["row", "target", *columns, "fold"]
    assert [row["target"] for row in told] == [target for _, target in rows]
    result = json.loads(done.text)
    assert [fold["rows"] for fold in result["folds"]] == [
        sum(row["fold"] == str(k) for row in told) for k in (1, 2, 3)
    ]
    assert result["mean"].keys() == result["spread"].keys() >= {"loss"}
