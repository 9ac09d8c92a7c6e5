"""What a whole run takes, told beforehand, beside what it then takes, in processes of their own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.cli.helpers import command, environment

UNIT = 1 if sys.platform == "darwin" else 1024
SETTINGS = (
    "data.valid=0.1",
    "training.patience=off",
    "training.workers=0",
    "model.wide=true",
    "model.hidden_size=16",
)


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    rng = np.random.default_rng(0)
    words = [f"w{k}" for k in range(3000)]
    path = tmp_path_factory.mktemp("data") / "t.csv"
    rows = (f"{' '.join(rng.choice(words, 8))},{rng.integers(3)}\n" for _ in range(6000))
    path.write_text("text,label\n" + "".join(rows))
    return path


def run(folder, *words):
    """Return what a command has printed, and the most memory that it had."""
    with subprocess.Popen(
        command(*words), cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return printed, usage.ru_maxrss * UNIT


def told(folder, texts, epochs):
    settings = [word for one in (*SETTINGS, f"training.epochs={epochs}") for word in ("--set", one)]
    return json.loads(run(folder, "train", texts, "--dry-run", "--json", "-q", *settings)[0])


def test_the_peak_is_that_of_the_run(tmp_path, texts):
    settings = [word for one in (*SETTINGS, "training.epochs=2") for word in ("--set", one)]
    _, peak = run(tmp_path, "train", texts, "-o", "m.npz", "-q", *settings)
    assert told(tmp_path, texts, 2)["memory_bytes"] == pytest.approx(peak, rel=0.25)


def test_the_time_is_that_of_preparing_and_of_all_epochs(tmp_path, texts):
    few, many = (told(tmp_path, texts, epochs) for epochs in (1, 300))
    for one, epochs in ((few, 1), (many, 300)):
        rest = one["seconds"] - epochs * one["seconds_per_epoch"]
        assert 0 < rest < 60 + 0.01 * one["seconds"]
