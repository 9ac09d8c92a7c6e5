"""Signals that end a command: at once, with their code, and with nothing left behind."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest

from grucli.cli.interruption import Stopped, exit_code, stopping
from tests.cli.helpers import QUICK, SAMPLES, command, environment, grucli

REVIEWS = SAMPLES / "reviews_train.csv"
PATIENCE_S = 20
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextmanager
def running(folder, *arguments):
    """A command, and a pipe `data` that it reads and that does not end."""
    os.mkfifo(folder / "data")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(*arguments), cwd=folder, env=environment(), stdout=pipe, stderr=pipe, text=True
    ) as process:
        with (folder / "data").open("wb", buffering=0) as data:
            yield process, data
        process.kill()


def names(folder):
    return {path.name for path in folder.iterdir()}


def wait_until(holds):
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.parametrize("number", SIGNALS)
def test_predict_leaves_neither_half_an_output_nor_a_temporary_file(tmp_path, text_model, number):
    (tmp_path / "out").write_text("old\n")
    (tmp_path / "out").chmod(0o600)
    asked = ("predict", "data", "-m", text_model, "--format", "lines", "-o", "out", "--force")
    with running(tmp_path, *asked) as (process, data):
        data.write(b"good film\n" * 5000)
        wait_until(lambda: len(names(tmp_path)) == 3)
        process.send_signal(number)
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, errors) == (128 + number, "", "")
    assert names(tmp_path) == {"data", "out"}
    assert (tmp_path / "out").read_text() == "old\n"
    assert grucli("predict", REVIEWS, "-m", text_model, "-o", tmp_path / "out", "--force").code == 0
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", SIGNALS)
def test_training_that_still_reads_ends_at_once(tmp_path, number):
    asked = ("train", "data", "-o", "m.npz", "--format", "csv", *QUICK)
    with running(tmp_path, *asked) as (process, data):
        data.write(REVIEWS.read_bytes())
        wait_until(lambda: ".m.npz.lock" in names(tmp_path))
        process.send_signal(number)
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (128 + number, "")
    assert errors.endswith("interrupted before the first step; there is nothing to save\n")
    assert names(tmp_path) == {"data"}


def test_a_second_signal_ends_what_the_first_one_has_not(tmp_path, text_model):
    """Who stops the process while it cleans up gets no clean-up, and an end."""
    asked = ("predict", "data", "-m", text_model, "--format", "lines")
    with running(tmp_path, *asked) as (process, data):
        data.write(b"good film\n")
        assert process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode in (129, 143, -signal.SIGTERM, -signal.SIGHUP)


class DropsWhatIsRaised:
    """As modules' locks do when they are deleted, which imports do all the time."""

    def __init__(self, number):
        self._number = number

    def __del__(self):
        signal.raise_signal(self._number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_not_lost_where_nothing_can_be_raised(number):
    def end():
        DropsWhatIsRaised(number)
        time.sleep(PATIENCE_S)

    with pytest.raises((Stopped, KeyboardInterrupt)) as caught, stopping():
        end()
    assert exit_code(caught.value) == 128 + number
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


TEMPORARY = ".{}.4000000.0123456789abcdef.tmp"


def test_what_killed_runs_have_left_goes_at_the_next_start(tmp_path):
    outputs = ("m.npz", "m.last.npz", "m.tune.jsonl", "run.jsonl", "page.html", "folds.csv")
    for name in (*outputs, "other.npz"):
        (tmp_path / TEMPORARY.format(name)).touch()
    asked = ("-o", "m.npz", "--log", "run.jsonl", "--html", "page.html", "--out-of-fold")
    settings = ("folds.csv", *QUICK, "--set", "training.epochs=1", "--folds", "2")
    done = grucli("train", REVIEWS, *asked, *settings, cwd=tmp_path)
    assert done.code == 0, done.err
    left = TEMPORARY.format("other.npz")
    written = {"m.npz", "m.last.npz", "run.jsonl", "page.html", "folds.csv"}
    assert names(tmp_path) == {*written, left}
    log = (tmp_path / "run.jsonl").read_bytes()

    for name in outputs:
        (tmp_path / TEMPORARY.format(name)).touch()
    (tmp_path / "run.jsonl").write_bytes(log[:-9])  # as a loss of power may leave it
    done = grucli("train", REVIEWS, *asked, *settings, "--resume", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "finished already" in done.err
    assert names(tmp_path) == {*written, left}
    assert (tmp_path / "run.jsonl").read_bytes() == log


def test_results_sweep_what_was_left_of_them(tmp_path, text_model):
    files = {"evaluate": ("-o", "--errors", "--html"), "inspect-gates": ("--npz", "--html")}
    for name, flags in files.items():
        asked = [word for flag in flags for word in (flag, f"{name}{flag}")]
        for flag in flags:
            (tmp_path / TEMPORARY.format(name + flag)).touch()
        done = grucli(name, SAMPLES / "reviews_test.csv", "-m", text_model, *asked, cwd=tmp_path)
        assert done.code == 0, done.err
    assert names(tmp_path) == {name + flag for name, flags in files.items() for flag in flags}
