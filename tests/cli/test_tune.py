"""`grucli train --tune` as a process: what it says and writes, and how it goes on.

Covers: cli/show_data, cli/show_tuning, report/tuning.
"""

import json
import re
import shlex
import signal
import subprocess
import sys

import numpy as np
import pytest

from grucli.modelfile.archive import read_archive
from tests.cli.helpers import assert_one_error, command, environment, grucli, sha256

SMALL = ("--set", "model.hidden_size=4", "--set", "model.embedding_size=4")
SMALL += ("--set", "training.epochs=3", "--valid", "0.3")
WORDS = {"好评": "很好 真棒", "差评": "太差 退货"}


@pytest.fixture
def data(tmp_path):
    """Chinese reviews: a few words and a number, so that no two are alike."""
    rows = [f"{text} 第{k}次,{label}\n" for k in range(40) for label, text in WORDS.items()]
    (tmp_path / "评论.csv").write_text("text,label\n" + "".join(rows), encoding="utf-8")
    return tmp_path


STOPPED_BEHIND_THE_SEARCH = """
import os, signal
from grucli.__main__ import main
from grucli.cli import show_training
show_training._show_beginning = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)
main()
"""


def test_the_trials_of_a_search_are_kept_before_the_training_has_begun(data):
    words = ["train", "评论.csv", "-o", "m.npz", "--tune", "2", *SMALL]
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_BEHIND_THE_SEARCH, *words],
        cwd=data,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 130
    said = f"the trials are kept; to go on: grucli {shlex.join([*words, '--resume'])}"
    assert done.stderr.decode().splitlines()[-1].endswith(said)
    assert sorted(path.name for path in data.iterdir()) == ["m.tune.jsonl", "评论.csv"]
    assert grucli(*words, "--resume", cwd=data).code == 0


def test_a_search_says_its_trials_and_trains_with_the_best(data):
    done = grucli("train", "评论.csv", "-o", "m.npz", "--tune", "4", "--json", *SMALL, cwd=data)
    assert done.code == 0, done.err
    lines = done.err.splitlines()
    plan = "tune: 4 trials, the first with the defaults; judged by 24 rows held out of the training"
    assert lines.count("评论.csv: 80 rows") == 1
    assert plan in lines
    trials = [line for line in lines if line.startswith("trial ")]
    assert [line[:11] for line in trials] == [f"trial   {k}/4" for k in range(1, 5)]
    assert not any("…" in line for line in trials)
    assert re.fullmatch(r"trial   1/4  loss \d\.\d{4}  3 epochs    the defaults", trials[0])
    assert {path.name for path in data.iterdir()} == {
        "评论.csv",
        "m.npz",
        "m.last.npz",
        "m.tune.jsonl",
    }
    told = json.loads(done.text)["tune"]
    log = [json.loads(line) for line in (data / "m.tune.jsonl").read_text().splitlines()]
    assert told["trials"] == len(log) - 2 == 4
    assert log[-1] == {"winner": told["winner"]}
    won = log[told["winner"]]
    assert (won["changes"], won["loss"]) == (told["settings"], told["loss"])
    assert told["config"]["model"]["hidden_size"] == 4
    card = read_archive(data / "m.npz").meta["card"]
    for key, value in won["changes"].items():
        section, name = key.split(".")
        assert card["config"][section][name] == told["config"][section][name] == value
        assert card["reasons"][key] == f"trial {told['winner']} of 4 in a search"


def test_the_config_that_is_printed_trains_the_same_weights(data):
    (data / "given.yaml").write_text("data:\n  label: label\nseed: 3\n")
    options = ("-c", "given.yaml", "--set", "model.wide=false", *SMALL)
    done = grucli("train", "评论.csv", "-o", "m.npz", "--tune", "6", *options, cwd=data)
    assert done.code == 0, done.err
    assert re.search(r"^tune: trial \d wins: its loss is 0\.\d{4} lower", done.err, re.MULTILINE)
    block = re.search(r"^tune: as a file for -c:\n((?:  .*\n)+)", done.err, re.MULTILINE)
    (data / "best.yaml").write_text(block[1])
    again = grucli("train", "-c", "best.yaml", "-o", "n.npz", "-q", cwd=data)
    assert again.code == 0, again.err
    one, other = (read_archive(data / name).arrays for name in ("m.npz", "n.npz"))
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


def test_a_search_that_a_signal_ends_goes_on_to_the_same_bytes(data):
    options = ("train", "评论.csv", "--tune", "3", *SMALL)
    whole = grucli(*options, "-o", "whole.npz", "-q", cwd=data)
    assert (whole.code, whole.err) == (0, "")
    words = command(*options, "-o", "m.npz")
    with subprocess.Popen(words, cwd=data, env=environment(), stderr=subprocess.PIPE) as process:
        said = []
        for line in process.stderr:
            said.append(line.decode())
            if line.startswith(b"trial   1"):
                process.send_signal(signal.SIGINT)
        code = process.wait()
    assert code == 130, said
    assert re.fullmatch(r"interrupted; [12] trials? stands? in m\.tune\.jsonl\n", said[-2])
    assert said[-1].startswith("to go on: grucli train ")
    assert said[-1].endswith("--tune 3 --resume\n") or "--resume" in said[-1]
    assert not (data / "m.npz").exists()
    later = grucli(*options, "-o", "m.npz", "--resume", cwd=data)
    assert later.code == 0, later.err
    assert sha256(data / "m.npz") == sha256(data / "whole.npz")
    assert sha256(data / "m.last.npz") == sha256(data / "whole.last.npz")
    again = grucli(*options, "-o", "m.npz", "--resume", cwd=data)
    assert again.code == 0, again.err
    assert "m.last.npz: finished already; the model is written as it was" in again.err
    assert sha256(data / "m.npz") == sha256(data / "whole.npz")


def test_a_dry_run_says_what_would_be_searched_and_writes_nothing(data):
    asked = ("--tune", "10m", "--dry-run", "--json", "--set", "model.dropout=0.2")
    done = grucli("train", "评论.csv", *asked, *SMALL, cwd=data)
    assert done.code == 0, done.err
    assert "tune: trials begin for 600 s, so the clock decides how many, the first " in done.err
    assert "\ntune: training.learning_rate: 0.002, 0.0005, 0.001, 0.004, 0.008\n" in done.err
    plan = json.loads(done.text)["tune"]
    assert (plan["trials"], plan["seconds"]) == (None, 600)
    assert plan["space"]["training.learning_rate"] == [0.002, 0.0005, 0.001, 0.004, 0.008]
    assert "model.dropout" not in plan["space"]
    assert [path.name for path in data.iterdir()] == ["评论.csv"]


def test_series_are_searched_as_texts_are(tmp_path):
    rows = [f"{k % 2 * 3 + k % 5},{k % 3},{k % 2},{'ud'[k % 2]}\n" for k in range(36)]
    (tmp_path / "d.csv").write_text("v1,v2,v3,label\n" + "".join(rows))
    options = ("--folds", "3", "--set", "model.hidden_size=4", "--set", "training.epochs=2")
    options += ("--out-of-fold", "o.csv")
    done = grucli("train", "d.csv", "-o", "m.npz", "--tune", "3", *options, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "judged by 12 rows held out" in done.err
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 37


@pytest.mark.parametrize(
    ("options", "code", "parts"),
    [
        (("--tune", "1"), 2, ["--tune: must be 2 to 10,000 trials, got 1"]),
        (("--tune", "soon"), 2, ["--tune: must be a number of trials such as 20, or a time"]),
        (("--tune", "4", "--valid", "0"), 2, ["no row is held out", "--folds 3"]),
        (("--tune", "4", "--init-from", "x.npz"), 2, ["--init-from does not"]),
        (("--tune", "4", "--out-of-fold", "o.csv"), 2, ["there are no folds"]),
        (("--tune", "4", "--log", "m.tune.jsonl"), 2, ["is the log of a search"]),
        (("--tune", "4", "--resume"), 5, ["m.tune.jsonl: no such file", "omit --resume"]),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(data, options, code, parts):
    done = grucli("train", "评论.csv", "-o", "m.npz", "-q", *SMALL, *options, cwd=data)
    assert_one_error(done, code, *parts)
    assert [path.name for path in data.iterdir()] == ["评论.csv"]


def test_trials_that_stand_there_are_replaced_only_by_force(data):
    log = data / "m.tune.jsonl"
    log.write_text("mine\n")
    options = ("train", "评论.csv", "-o", "m.npz", "--tune", "2", "-q", *SMALL)
    assert_one_error(grucli(*options, cwd=data), 5, "m.tune.jsonl: exists", "--force")
    refused = grucli(*options, "--resume", cwd=data)
    assert_one_error(refused, 4, "m.tune.jsonl: is no whole log of a search")
    assert log.read_text() == "mine\n"
    assert grucli(*options, "--force", cwd=data).code == 0
    other = grucli(*options, "--resume", "--seed", "1", cwd=data)
    assert other.code == 2
    assert "grucli: seed: was 0 in the run to resume, is 1" in other.err
    longer = grucli(*options[:4], "--tune", "90s", "-q", *SMALL, "--resume", cwd=data)
    assert_one_error(longer, 2, "--tune: was 2 in the run to resume, is 90s", "--force")
