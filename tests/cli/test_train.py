"""`grucli train` as a process: what it says, what it writes, what it refuses, what it survives.

Covers: cli/show_training, cli/train_outputs, report/training.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from grucli.modelfile.archive import read_archive
from tests.cli.helpers import (
    BRIEF,
    QUICK,
    SAMPLES,
    assert_one_error,
    command,
    environment,
    grucli,
    sha256,
    started_training,
)

REVIEWS = SAMPLES / "reviews_train.csv"
NAMES = SAMPLES / "names_train.csv"


def test_a_run_says_what_it_found_and_writes_model_state_and_log(tmp_path):
    options = ["--json", "--log", "run.jsonl", "--valid", "0.1", *QUICK]
    done = grucli("train", REVIEWS, "-o", "m.npz", *options, cwd=tmp_path)
    assert done.code == 0
    result = json.loads(done.text)
    assert result["schema"] == "grucli.train/1"
    assert result["labels"] == ["negative", "positive"]
    assert result["model"] == "m.npz"
    assert result["stopped"] in ("patience", "epochs")
    valid = result["valid"]
    low, high = valid["accuracy_interval"]
    assert low < valid["accuracy"] < high
    assert valid["baseline"] == 0.5
    assert valid["above_baseline"] == (low > 0.5)
    assert valid.keys() >= {"rows", "macro_f1", "loss"}
    assert result["train"]["rows"] + result["valid"]["rows"] == 240
    for part in (
        "240 rows",
        "text column 'text'",
        "negative 120, positive 120",
        "24 rows held out",
        f"{result['parameters']:,} parameters",
        "epoch   1",
        "best epoch",
        "next: grucli evaluate TEST -m m.npz",
    ):
        assert part in done.err
    assert "\x1b" not in done.err
    log = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [entry["epoch"] for entry in log] == list(range(1, result["epochs"] + 1))
    best = log[result["best_epoch"] - 1]
    assert best["calibrated_loss"] == min(entry["calibrated_loss"] for entry in log)
    assert best["kept_accuracy"] == result["valid"]["accuracy"]
    files = {"m.npz", "m.last.npz", "run.jsonl"}
    assert {path.name for path in tmp_path.iterdir()} == files
    card = read_archive(tmp_path / "m.npz").meta["card"]
    assert card["epoch"] == result["best_epoch"]
    assert card["data"]["name"] == "reviews_train.csv"


def test_few_rows_are_each_held_out_once_and_all_are_learned_from(tmp_path):
    options = ["--json", "--log", "run.jsonl", "-v", *QUICK]
    done = grucli("train", REVIEWS, "-o", "m.npz", *options, cwd=tmp_path)
    assert done.code == 0
    assert "validation: 3 folds, each held out once; then all rows count" in done.err
    result = json.loads(done.text)
    assert result["train"]["rows"] == result["valid"]["rows"] == 240
    assert result["valid"]["folds"] == 3
    log = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert {entry.get("fold") for entry in log} == {1, 2, 3, None}
    last = [entry["epoch"] for entry in log if "fold" not in entry]
    assert last == list(range(1, result["epochs"] + 1))
    best = [max(e["epoch"] for e in log if e.get("fold") == k and e["best"]) for k in (1, 2, 3)]
    assert result["epochs"] == round(sum(best) / 3)
    assert any(line.startswith("fold 2  epoch   1  ") for line in done.complaints)
    assert "cross-validated (3 folds) accuracy" in done.err
    card = read_archive(tmp_path / "m.npz").meta["card"]
    assert card["config"]["training"]["folds"] == 3
    assert card["scores"]["kept_accuracy"] == result["valid"]["accuracy"]


def test_a_folded_run_that_a_signal_ends_goes_on_to_the_same_bytes(tmp_path):
    options = ["train", REVIEWS, *QUICK, "--set", "training.batch_size=4"]
    options += ["--set", "training.folds=3", "--set", "training.epochs=6"]
    whole = grucli(*options, "-o", "whole.npz", "-q", cwd=tmp_path)
    assert whole.code == 0
    with subprocess.Popen(
        command(*options, "-v", "-o", "m.npz"),
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
    ) as process:
        said = []
        for line in process.stderr:
            said.append(line.decode())
            if line.startswith(b"fold 2  epoch   1 "):
                process.send_signal(signal.SIGTERM)
        assert process.wait() == 143
    outcome = next(x for x in said if "(ended by signal)" in x)
    assert re.match(r"fold 1 of 3: best epoch \d+ of \d+ .*: validation accuracy ", outcome)
    assert (
        "warning: cut short: the model has learned from 160 of 240 rows [run.cut_short]\n" in said
    )
    accuracy = float(re.search(r"accuracy (\d\.\d{3}) \(", outcome)[1])
    card = read_archive(tmp_path / "m.npz").meta["card"]
    assert card["scores"]["kept_accuracy"] == pytest.approx(accuracy, abs=5e-4)
    first = [x for x in said if x.startswith("fold 1  epoch") and x.endswith("best\n")][-1]
    assert first.startswith(f"fold 1  epoch {card['epoch']:>3}  ")
    saved = read_archive(tmp_path / "m.last.npz").meta["progress"]
    assert len(saved["folds"]) in (1, 2)
    assert grucli(*options, "-o", "m.npz", "--resume", "-q", cwd=tmp_path).code == 0
    assert sha256(tmp_path / "m.npz") == sha256(tmp_path / "whole.npz")
    assert sha256(tmp_path / "m.last.npz") == sha256(tmp_path / "whole.last.npz")


def test_a_signal_before_the_first_step_is_named(tmp_path):
    os.mkfifo(tmp_path / "data.csv")
    process = subprocess.Popen(
        command("train", "data.csv", "-o", "m.npz"),
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
    )
    with process, (tmp_path / "data.csv").open("w"):  # it waits for the first line
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        said = process.stderr.read().decode()
    assert said == "interrupted before the first step; there is nothing to save\n"
    assert os.listdir(tmp_path) == ["data.csv"]


def series_csv(path, rows=36):
    rng = np.random.default_rng(0)
    lines = [",".join(f"{v:.2f}" for v in rng.normal(k % 2, 1, 9)) for k in range(rows)]
    path.write_text(
        ",".join(f"v{k}" for k in range(9))
        + ",label\n"
        + "".join(f"{line},{'ab'[k % 2]}\n" for k, line in enumerate(lines))
    )


def test_time_that_runs_out_within_a_fold_of_series_leaves_its_model(tmp_path):
    series_csv(tmp_path / "s.csv")
    options = ["train", "s.csv", "-o", "m.npz", "--set", "model.hidden_size=4"]
    cut = grucli(*options, "--max-time", "0s", "--json", cwd=tmp_path)
    assert cut.code == 0
    assert re.search(r"fold 1 of 3: best epoch 1 of 1 \(ended by time\): training loss", cut.err)
    assert (
        "warning: cut short: the model has learned from 24 of 36 rows [run.cut_short]"
        in cut.complaints
    )
    result = json.loads(cut.text)
    assert (result["valid"], result["train"]["rows"]) == (None, 24)
    again = grucli(*options, "--max-time", "0s", "--resume", cwd=tmp_path)
    assert again.code == 0
    assert "resuming m.last.npz in fold 1 " in again.err
    assert grucli("evaluate", "s.csv", "-m", "m.npz", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "rows", [["same,a", "same,b"], ["yes,a", "no,b"]], ids=["one input", "an input a label"]
)
def test_rows_that_cannot_be_dealt_are_all_learned_from(tmp_path, rows):
    (tmp_path / "t.csv").write_text("text,label\n" + "\n".join(rows * 20) + "\n")
    options = ["train", "t.csv", "-o", "m.npz", "--set", "training.epochs=1"]
    folded = [*options, "--set", "training.folds=2"]
    done = grucli(*options, cwd=tmp_path)
    assert done.code == 0
    bound = "rows with equal inputs, or of one group, stay together"
    assert f"validation: none ({bound}), all rows are trained on" in done.err
    refused = grucli(*folded, "--force", cwd=tmp_path)
    assert refused.code == 2
    assert refused.complaints[-1].startswith(f"grucli: training.folds: {bound}; ")
    plain = grucli("train", "t.csv", "--dry-run", "--json", cwd=tmp_path)
    assert json.loads(plain.text)["config"]["training.folds"]["value"] == "off"


def test_fewer_groups_than_folds_are_as_many_folds(tmp_path):
    rows = [f"film {k},{'np'[k % 2]}os,g{k // 20}\n" for k in range(40)]
    (tmp_path / "t.csv").write_text("text,label,author\n" + "".join(rows))
    options = ("--set", "data.group=author", "--set", "model.hidden_size=4", "-o", "m.npz")
    done = grucli("train", "t.csv", *options, cwd=tmp_path)
    assert done.code == 0
    assert "validation: 2 folds, each held out once" in done.err
    assert "cross-validated (2 folds)" in done.err


def test_a_run_is_not_resumed_with_other_folds(tmp_path):
    def write(groups):
        rows = [f"film {k},{'np'[k % 2]}os,{group}\n" for k, group in enumerate(groups)]
        (tmp_path / "t.csv").write_text("text,label,author\n" + "".join(rows))

    write(k // 2 for k in range(40))
    options = ("--set", "data.group=author", "--set", "model.hidden_size=4", "-o", "m.npz")
    assert grucli("train", "t.csv", *options, "--max-time", "0s", cwd=tmp_path).code == 0
    write(k // 4 for k in range(40))
    other = grucli("train", "t.csv", *options, "--resume", cwd=tmp_path)
    assert other.code == 2
    assert "the data is not that of m.last.npz" in other.err


def test_what_is_no_log_of_the_run_is_not_replaced(tmp_path):
    (tmp_path / "data.csv").write_bytes(REVIEWS.read_bytes())
    options = ["train", "data.csv", "-o", "m.npz", *QUICK, "--set", "training.epochs=2"]
    assert grucli(*options, "-q", "--log", "log.jsonl", cwd=tmp_path).code == 0
    (tmp_path / "other.jsonl").write_text('{"epoch": 1, "loss": 0.5, "best": true}\n')
    (tmp_path / "notes.txt").write_text("seed 1 was fine\n")
    for name in ("notes.txt", "other.jsonl"):
        before = (tmp_path / name).read_bytes()
        ran = grucli(*options, "--resume", "--log", name, cwd=tmp_path)
        assert ran.code == 5
        assert f"{name}: is no log of this run" in ran.complaints[-1]
        assert (tmp_path / name).read_bytes() == before
    before = (tmp_path / "log.jsonl").read_bytes()
    assert grucli(*options, "--resume", "--log", "log.jsonl", cwd=tmp_path).code == 0
    assert (tmp_path / "log.jsonl").read_bytes() == before
    fewer = grucli(*options, "--resume", "--set", "training.epochs=1", cwd=tmp_path)
    assert fewer.code == 2
    assert "training.epochs: is 1, but 2 are done" in fewer.complaints[-1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "d.npz"), "--output: d.npz is the data"),
        (("-o", "m.npz", "--log", "c.yaml"), "--log: c.yaml is the config"),
        (("-o", "m.npz", "--log", "d.npz"), "--log: d.npz is the data"),
        (("-o", "m.npz", "--log", "m.npz"), "--log: m.npz is the model"),
        (("-o", "m.npz", "--log", "m.last.npz"), "--log: m.last.npz is the file to resume from"),
        (("-o", "v.npz", "--valid", "v.npz"), "--output: v.npz is the validation file"),
    ],
)
def test_what_is_read_is_never_replaced(tmp_path, options, message):
    for name in ("d.npz", "v.npz"):
        np.savez(tmp_path / name, X=np.zeros((4, 3, 1)), y=np.array([0, 1, 0, 1]))
    (tmp_path / "c.yaml").write_text("seed: 1\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ran = grucli("train", "d.npz", "-c", "c.yaml", *options, "--force", cwd=tmp_path)
    assert_one_error(ran, 2, message, "name another file")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_whoever_asks_the_file_to_resume_from_is_told_so(tmp_path):
    options = [*QUICK, "--set", "training.epochs=1", "-q", "-o", "m.npz"]
    assert grucli("train", REVIEWS, *options, cwd=tmp_path).code == 0
    for command_line in (
        ("evaluate", REVIEWS, "-m", "m.last.npz"),
        ("predict", "-m", "m.last.npz"),
        ("inspect-gates", "-m", "m.last.npz"),
    ):
        ran = grucli(*command_line, cwd=tmp_path)
        assert ran.code == 0
        assert any(
            line.startswith("warning: m.last.npz is for --resume: ")
            and line.endswith(" m.npz [model.last_weights]")
            for line in ran.complaints
        )


def test_more_epochs_are_refused_where_folds_have_found_them(tmp_path):
    options = ["train", REVIEWS, *QUICK, "--set", "training.folds=2", "-o", "m.npz"]
    assert grucli(*options, "--set", "training.epochs=2", "-q", cwd=tmp_path).code == 0
    more = grucli(*options, "--set", "training.epochs=3", "--resume", cwd=tmp_path)
    assert more.code == 2
    assert "training.epochs" in more.complaints[-1]


def test_stdout_is_empty_and_quiet_is_silent(tmp_path):
    done = grucli("train", REVIEWS, "-o", "m.npz", "-q", *BRIEF, "--seed", 1, cwd=tmp_path)
    assert (done.code, done.text, done.err) == (0, "", "")


def test_a_log_is_begun_anew_and_continued_without_repeats(tmp_path):
    options = [*QUICK, "-q", "--log", "run.jsonl", "--set", "training.batch_size=64"]
    two, four = (["--set", f"training.epochs={n}"] for n in (2, 4))
    assert grucli("train", REVIEWS, "-o", "m.npz", *options, *two, cwd=tmp_path).code == 0
    first = (tmp_path / "run.jsonl").read_text()
    assert (
        grucli("train", REVIEWS, "-o", "m.npz", "--force", *options, *two, cwd=tmp_path).code == 0
    )
    assert (tmp_path / "run.jsonl").read_text() == first
    with (tmp_path / "run.jsonl").open("a") as log:
        log.write('{"epoch": 3, "half": "an epoch that was not saved"}\n')
    resumed = ["train", REVIEWS, "-o", "m.npz", "--resume", *options, *four]
    assert grucli(*resumed, cwd=tmp_path).code == 0
    entries = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [entry["epoch"] for entry in entries] == [1, 2, 3, 4]
    assert "half" not in entries[2]
    lowest = float("inf")
    for entry in entries:
        assert entry["best"] == (entry["valid_loss"] < lowest)
        lowest = min(lowest, entry["valid_loss"])


def test_the_same_seed_gives_the_same_bytes_wherever_it_runs(tmp_path):
    hashes = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        options = ["-o", "x.npz" if folder == "a" else "y.npz", "-q", *BRIEF]
        assert grucli("train", REVIEWS, *options, cwd=tmp_path / folder).code == 0
        hashes.add(frozenset(sha256(p) for p in (tmp_path / folder).glob("*.npz")))
    assert len(hashes) == 1
    grucli("train", REVIEWS, "-o", "z.npz", "-q", *BRIEF, "--seed", 1, cwd=tmp_path)
    assert sha256(tmp_path / "z.npz") not in next(iter(hashes))


def test_data_may_come_from_stdin_and_gzip(tmp_path):
    import gzip

    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(REVIEWS.read_bytes()))
    packed = grucli("train", "r.csv.gz", "-o", "a.npz", *BRIEF, cwd=tmp_path)
    piped = grucli(
        "train",
        "-",
        "-o",
        "b.npz",
        *BRIEF,
        "--format",
        "csv",
        cwd=tmp_path,
        stdin=REVIEWS.read_bytes(),
    )
    assert packed.code == piped.code == 0
    a, b = (read_archive(tmp_path / name) for name in ("a.npz", "b.npz"))
    for name, array in a.arrays.items():
        np.testing.assert_array_equal(array, b.arrays[name])


def test_a_numeric_archive_trains(tmp_path):
    done = grucli(
        "train",
        SAMPLES / "classic_train.npz",
        "-o",
        "m.npz",
        *QUICK,
        "--set",
        "training.epochs=2",
        cwd=tmp_path,
    )
    assert done.code == 0
    assert "64 channels" in done.err


def test_settings_come_from_flag_set_environment_and_file_in_this_order(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text(
        f"data: {{train: '{REVIEWS}'}}\nseed: 1\nmodel: {{hidden_size: 5, embedding_size: 5}}\n"
        "training: {epochs: 4, learning_rate: 1e-3}\n"
    )
    done = grucli(
        "train",
        "-c",
        config,
        "-o",
        "m.npz",
        "--set",
        "training.epochs=2",
        "--seed",
        9,
        "-v",
        cwd=tmp_path,
        GRUCLI_MODEL__HIDDEN_SIZE="7",
        GRUCLI_SEED="4",
    )
    assert done.code == 0, done.err
    settings = read_archive(tmp_path / "m.npz").meta["card"]["config"]
    assert settings["seed"] == 9
    assert settings["model"]["hidden_size"] == 7
    assert settings["training"]["epochs"] == 2
    assert settings["training"]["learning_rate"] == 0.001
    assert "seed: from --seed" in done.err
    assert "\nmodel.pooling: last, mean, max (" in done.err
    assert "\nmodel.subwords: false (" in done.err


def test_what_was_learned_of_cut_inputs_is_not_blamed_on_the_data_alone(tmp_path):
    """What tells the labels apart stands behind the cut."""
    words = ("yes", "no") * 100
    rows = [f"number {number} is a {word},{word}\n" for number, word in enumerate(words)]
    (tmp_path / "t.csv").write_text("text,label\n" + "".join(rows))
    settings = ("data.max_length=2", "training.epochs=1", "data.valid=0.3", "model.wide=false")
    options = [word for setting in settings for word in ("--set", setting)]
    done = grucli("train", "t.csv", "-o", "m.npz", *options, cwd=tmp_path)
    assert done.code == 0
    assert "try more rows, other columns or tokens, a longer data.max_length" in done.err
    done = grucli("evaluate", "t.csv", "-m", "m.npz", cwd=tmp_path)
    assert "100% of the inputs were cut at 2 tokens (data.max_length)" in done.err


def test_a_variable_that_is_nearly_a_setting_is_refused(tmp_path):
    slips = {"GRUCLI_TRAINING_EPOCHS": "3", "grucli_seed": "1", "GRUCLI_HOME": "/here"}
    done = grucli("train", REVIEWS, "-o", "m.npz", cwd=tmp_path, **slips)
    assert (done.code, done.out, list(tmp_path.iterdir())) == (2, b"", [])
    assert done.complaints == [
        "grucli: environment GRUCLI_TRAINING_EPOCHS  unknown key; "
        "did you mean 'GRUCLI_TRAINING__EPOCHS'?",
        "grucli: environment grucli_seed  unknown key; did you mean 'GRUCLI_SEED'?",
    ]


def test_without_validation_the_last_epoch_is_kept(tmp_path):
    done = grucli(
        "train",
        REVIEWS,
        "-o",
        "m.npz",
        "--valid",
        "0",
        "--json",
        *QUICK,
        "--set",
        "training.epochs=2",
        cwd=tmp_path,
    )
    result = json.loads(done.text)
    assert result["valid"] is None
    assert result["best_epoch"] == result["epochs"] == 2


def test_class_weights_by_name_and_by_balance(tmp_path):
    for k, weights in enumerate(("balanced", "negative=1,positive=20")):
        done = grucli(
            "train",
            REVIEWS,
            "-o",
            f"{k}.npz",
            "--class-weight",
            weights,
            *QUICK,
            "--set",
            "training.epochs=1",
            cwd=tmp_path,
        )
        assert done.code == 0, done.err
    wrong = grucli("train", REVIEWS, "-o", "w.npz", "--class-weight", "positve=2", cwd=tmp_path)
    assert_one_error(wrong, 2, "no label 'positve'; did you mean 'positive'?")


def test_existing_outputs_are_refused_before_anything_is_read(tmp_path):
    for name in ("m.npz", "m.last.npz"):
        (tmp_path / name).write_bytes(b"precious")
        done = grucli("train", "no-such.csv", "-o", "m.npz", cwd=tmp_path)
        assert_one_error(done, 5, name, "--force")
        assert (tmp_path / name).read_bytes() == b"precious"
        (tmp_path / name).unlink()
    (tmp_path / "m.npz").write_bytes(b"old")
    done = grucli(
        "train",
        REVIEWS,
        "-o",
        "m.npz",
        "--force",
        *QUICK,
        "--set",
        "training.epochs=1",
        cwd=tmp_path,
    )
    assert done.code == 0
    assert read_archive(tmp_path / "m.npz").meta["labels"] == ["negative", "positive"]


def test_every_config_problem_has_its_line(tmp_path):
    (tmp_path / "c.yaml").write_text("seed: -1\nmodel:\n  cel: gru\n  hidden_size: big\n")
    done = grucli("train", REVIEWS, "-c", "c.yaml", "-o", "m.npz", cwd=tmp_path)
    assert done.code == 2
    lines = done.err.splitlines()
    assert [re.match(r"grucli: c\.yaml:(\d)", line)[1] for line in lines] == ["1", "3", "4"]


def test_bad_rows_are_named_and_can_be_skipped(tmp_path):
    lines = REVIEWS.read_text().splitlines()
    lines.insert(3, "a,row,with,five,fields")
    (tmp_path / "r.csv").write_text("\n".join(lines))
    done = grucli("train", "r.csv", "-o", "m.npz", cwd=tmp_path)
    assert_one_error(done, 3, "r.csv:4: row has 5 fields, header has 3")
    done = grucli(
        "train",
        "r.csv",
        "-o",
        "m.npz",
        "--on-bad-row",
        "skip",
        *QUICK,
        "--set",
        "training.epochs=1",
        cwd=tmp_path,
    )
    assert done.code == 0
    assert "skipped 1 row" in done.err


def test_divergence_is_named_and_the_last_good_model_kept(tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 5, 2)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.arange(60) % 2)
    done = grucli(
        "train",
        "d.npz",
        "-o",
        "m.npz",
        "--set",
        "training.optimizer=sgd",
        "--set",
        "training.learning_rate=10",
        "--set",
        "training.clip_norm=off",
        "--set",
        "training.weight_decay=10",
        "--set",
        "training.epochs=200",
        *QUICK,
        cwd=tmp_path,
    )
    assert done.code == 6, done.err
    message = "\n".join(line for line in done.err.splitlines() if line.startswith("grucli:"))
    assert "training.learning_rate" in message
    assert re.search(r"m\.npz keeps epoch \d+|no model was kept", message)
    kept = (tmp_path / "m.npz").exists()
    assert kept == ("keeps epoch" in message)
    if kept:
        assert read_archive(tmp_path / "m.npz").meta["card"]["epoch"] > 0


SLOW = (*QUICK, "--set", "training.epochs=5", "--set", "training.batch_size=16")


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Rows enough for a training of seconds, which something can interrupt."""
    path = tmp_path_factory.mktemp("data") / "names.csv"
    path.write_text("".join(NAMES.read_text().splitlines(keepends=True)[:3001]))
    return path


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("whole")
    assert grucli("train", names, "-o", "m.npz", "-q", *SLOW, cwd=folder).code == 0
    return {name: sha256(folder / name) for name in ("m.npz", "m.last.npz")}


def assert_resumes_to(folder, names, expected):
    done = grucli("train", names, "-o", "m.npz", "--resume", *SLOW, cwd=folder)
    assert done.code == 0, done.err
    assert "resuming m.last.npz" in done.err
    assert {name: sha256(folder / name) for name in expected} == expected
    assert {path.name for path in folder.iterdir()} == set(expected)


@pytest.mark.parametrize("pause", [0.0, 0.35])
def test_after_kill_9_a_resumed_run_has_the_bytes_of_an_uninterrupted_one(
    tmp_path, names, uninterrupted, pause
):
    process, _ = started_training(tmp_path, names, *SLOW)
    time.sleep(pause)
    process.kill()
    process.communicate()
    assert_resumes_to(tmp_path, names, uninterrupted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_the_resumed_run_has_the_same_bytes(
    tmp_path, names, uninterrupted, number
):
    process, _ = started_training(tmp_path, names, *SLOW)
    time.sleep(0.1)  # into the next epoch
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "interrupted and saved; to go on: grucli train" in errors
    assert errors.rstrip().endswith("--resume")
    assert "Traceback" not in errors
    assert_resumes_to(tmp_path, names, uninterrupted)


def test_a_quiet_run_that_a_signal_ends_says_how_it_goes_on(tmp_path, names):
    run = command("train", names, "-o", "m.npz", "-q", "--log", "run.jsonl", *SLOW)
    with subprocess.Popen(run, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as process:
        while not (tmp_path / "run.jsonl").exists() or not (tmp_path / "run.jsonl").read_text():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    (line,) = errors.decode().splitlines()
    assert line.startswith("interrupted and saved; to go on: grucli train")
    assert line.endswith("--resume")


BACKGROUND = """trap : INT; "$@" & wait $!; wait $!"""
DEAF = """trap '' HUP INT TERM; exec "$@" """


@pytest.mark.parametrize(
    ("starter", "signals", "code"),
    [
        (["nohup"], [signal.SIGHUP], 0),
        (["nohup"], [signal.SIGHUP, signal.SIGTERM], 143),
        (["sh", "-c", BACKGROUND, "sh"], [signal.SIGINT], 0),
        (["sh", "-c", DEAF, "sh"], [signal.SIGHUP, signal.SIGINT, signal.SIGTERM], 0),
    ],
    ids=["nohup", "nohup and ended", "background", "deaf"],
)
def test_a_signal_that_was_ignored_stays_ignored(
    tmp_path, names, uninterrupted, starter, signals, code
):
    process, _ = started_training(tmp_path, names, *SLOW, before=starter)
    for number in signals:
        os.killpg(process.pid, number)
        time.sleep(0.05)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert ("interrupted and saved" in errors) == bool(code)
    if code:
        assert_resumes_to(tmp_path, names, uninterrupted)
    assert {name: sha256(tmp_path / name) for name in uninterrupted} == uninterrupted


def test_epochs_of_a_part_of_the_rows_are_said_logged_and_resumed(tmp_path, names):
    parts = [*SLOW, "--set", "training.epoch_rows=32", "--set", "training.batch_size=16"]
    whole = grucli("train", names, "-o", "whole.npz", "--log", "run.jsonl", *parts, cwd=tmp_path)
    assert whole.code == 0, whole.err
    assert "epochs: 32 of " in whole.err
    logged = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in logged] == list(range(1, len(logged) + 1))
    process, _ = started_training(tmp_path, names, *parts)
    process.kill()
    process.communicate()
    done = grucli("train", names, "-o", "m.npz", "--resume", *parts, cwd=tmp_path)
    assert done.code == 0, done.err
    assert sha256(tmp_path / "m.npz") == sha256(tmp_path / "whole.npz")
    other = [*SLOW, "--set", "training.batch_size=16"]
    refused = grucli("train", names, "-o", "m.npz", "--resume", *other, cwd=tmp_path)
    assert refused.code == 2
    assert "training.epoch_rows: was 32 in the run to resume, is not set" in refused.err


def test_a_finished_run_has_nothing_to_do_and_may_be_extended(tmp_path, names, uninterrupted):
    options = [*QUICK, "--set", "training.batch_size=16"]
    short = [*options, "--set", "training.epochs=2"]
    assert grucli("train", names, "-o", "m.npz", "-q", *short, cwd=tmp_path).code == 0
    again = grucli("train", names, "-o", "m.npz", "--resume", *short, cwd=tmp_path)
    assert again.code == 0
    assert "finished already; the model is written as it was" in again.err
    longer = [*options, "--set", "training.epochs=5"]
    assert grucli("train", names, "-o", "m.npz", "--resume", *longer, cwd=tmp_path).code == 0
    a = read_archive(tmp_path / "m.npz")
    assert a.meta["card"]["config"]["training"]["epochs"] == 5
    assert sha256(tmp_path / "m.npz") == uninterrupted["m.npz"]


def test_resuming_with_other_data_or_settings_is_refused(tmp_path):
    short = [*QUICK, "--set", "training.epochs=1"]
    assert grucli("train", REVIEWS, "-o", "m.npz", "-q", *short, cwd=tmp_path).code == 0
    before = sha256(tmp_path / "m.last.npz")
    other = grucli("train", NAMES, "-o", "m.npz", "--resume", *short, cwd=tmp_path)
    assert other.code == 2
    assert "the data is not that of m.last.npz" in other.err
    settings = grucli(
        "train",
        REVIEWS,
        "-o",
        "m.npz",
        "--resume",
        *short,
        "--set",
        "model.dropout=0.4",
        cwd=tmp_path,
    )
    assert_one_error(settings, 2, "model.dropout: was 0.5", "is 0.4", "--force")
    assert sha256(tmp_path / "m.last.npz") == before


def test_a_read_only_folder_is_met_before_the_first_epoch(tmp_path):
    folder = Path("/sys") if os.geteuid() == 0 else tmp_path  # where even root may not write
    tmp_path.chmod(0o500)
    done = grucli("train", REVIEWS, "-o", folder / "m.npz", *QUICK)
    tmp_path.chmod(0o700)
    assert_one_error(done, 5, "m.npz", "check the permissions")
    assert "epoch" not in done.err


def test_a_full_disk_keeps_the_old_model(tmp_path):
    """A limit on file sizes stands in for the disk."""
    import resource

    (tmp_path / "m.npz").write_bytes(b"old model")
    done = subprocess.run(
        command("train", REVIEWS, "-o", "m.npz", "--force", *QUICK),
        cwd=tmp_path,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        ),
    )
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert "cannot write m.last.npz: file too large" in done.stderr
    assert (tmp_path / "m.npz").read_bytes() == b"old model"
    assert {path.name for path in tmp_path.iterdir()} == {"m.npz"}


def test_on_a_terminal_there_is_a_bar_and_the_same_lines(tmp_path):
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command("train", NAMES, "-o", "m.npz", *QUICK, "--set", "training.epochs=2"),
        cwd=tmp_path,
        stderr=follower,
        stdout=subprocess.PIPE,
        env=environment(TERM="xterm", COLUMNS="80"),
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert process.communicate()[0] == b""
    assert process.returncode == 0
    text = shown.decode()
    assert re.search(r"epoch \d of 2, loss", text)
    assert all(f"epoch   {k}  loss" in text for k in (1, 2))
    assert "\x1b[31m" not in text


def test_an_output_that_cannot_be_is_refused_before_anything_is_read(tmp_path):
    for options in (
        ("-o", f"{'m' * 300}.npz"),
        ("-o", f"{'m' * 300}.npz", "--resume"),
        ("-o", "a/b/m.npz"),
        ("-o", "m.npz", "--log", "a/b/log.jsonl"),
    ):
        assert_one_error(grucli("train", "none.csv", *options, cwd=tmp_path), 5)
    assert list(tmp_path.iterdir()) == []
