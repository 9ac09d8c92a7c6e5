"""`grucli predict --workers`: the same bytes, whoever answers, and nobody left behind."""

import gzip
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from .helpers import bash, grucli, started

on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
ROWS = 20_000
PATIENCE_S = 30


def table() -> bytes:
    """Rows of all kinds: cells over lines, bad ones, empty ones."""
    rows = [b"id,text\n", *(row(k) for k in range(ROWS))]
    return b"".join(rows)


def row(k: int) -> bytes:
    if k % 997 == 5:
        return b"%d,too,many\n" % k
    if k % 13 == 7:
        return b'%d,"not ""bad""\nat, all %d"\n' % (k, k % 5)
    return b"%d,%s\n" % (k, b"good film " * (k % 3))


@pytest.mark.parametrize(
    "options",
    [
        ("--to", "csv", "--keep", "*"),
        ("--to", "jsonl", "--keep", "id", "--top-k", "1"),
        pytest.param(("--min-prob", "0.6"), marks=pytest.mark.slow),
        pytest.param(("--to", "label", "--on-bad-row", "stop"), marks=pytest.mark.slow),
    ],
)
def test_the_bytes_do_not_depend_on_workers(
    text_model: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    data, expected = tmp_path / "new.csv.gz", None
    data.write_bytes(gzip.compress(table(), 1))
    for number in (0, 1, 3):
        ran = grucli("predict", data, "-m", text_model, *options, "--workers", number)
        found = ran.code, ran.out, ran.err
        assert expected in (None, found)
        expected = found
    assert expected is not None
    assert expected[0] == 3
    if "stop" not in options:
        out = tmp_path / "out"
        grucli("predict", data, "-m", text_model, *options, "-o", out, "--workers", 1)
        assert out.read_bytes() == expected[1]


def workers_of(process: "Popen[bytes]", number: int) -> list[int]:
    """Return the numbers of the workers of a process when all have started."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        tasks = [len(list(Path(f"/proc/{child}/task").iterdir())) for child in children]
        if len(tasks) == number and min(tasks) > 1:  # one of them listens
            return list(map(int, children))
        time.sleep(0.05)
    raise AssertionError("the workers have not started")


def are_gone(workers: list[int]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            return True
        time.sleep(0.05)
    return False


@contextmanager
def at_work(model: Path, number: int, out: Path) -> Iterator[tuple["Popen[bytes]", list[int]]]:
    """A command whose workers have started, and that has answered 10,000 lines and waits."""
    with (
        out.open("wb") as file,
        started("predict", "-m", model, "--workers", number, stdout=file) as process,
    ):
        assert process.stdin is not None
        process.stdin.write(b"good film\n" * 10_000)
        process.stdin.flush()
        yield process, workers_of(process, number)


def count_when(out: Path, number: int) -> int:
    """Return how many lines there are, when there are so many, or soon."""
    end = time.monotonic() + PATIENCE_S
    while (found := out.read_bytes().count(b"\n")) < number and time.monotonic() < end:
        time.sleep(0.05)
    return found


@on_linux
def test_a_pause_is_no_reason_to_wait_for_an_answer(text_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with at_work(text_model, 2, out) as (process, workers):
        assert process.stdin is not None
        assert count_when(out, 10_000) == 10_000
        process.stdin.write(b"".join(b"good film %d\n" % (k % 7) for k in range(50_000)))
        process.stdin.flush()
        assert count_when(out, 60_000) == 60_000
        process.stdin.close()
    assert process.returncode == 0
    assert are_gone(workers)


@on_linux
def test_a_worker_that_is_killed_is_told(text_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with at_work(text_model, 2, out) as (process, workers):
        assert process.stdin is not None
        assert process.stderr is not None
        assert count_when(out, 10_000) == 10_000
        os.kill(workers[1], signal.SIGKILL)
        try:
            process.stdin.write(b"good film\n" * 100_000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        told = process.stderr.read().decode()
    killed = "prediction: worker 2 of 2 was ended by signal 9 (out of memory?); pass --workers 0"
    assert told == f"grucli: {killed}\n"
    assert process.returncode == 5
    assert are_gone(workers)
    assert out.read_bytes().endswith(b"\n")


@on_linux
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_workers_end_with_who_has_started_them(
    text_model: Path, tmp_path: Path, number: int, code: int
) -> None:
    with at_work(text_model, 2, tmp_path / "out") as (process, workers):
        process.send_signal(number)
        process.wait(PATIENCE_S)
        assert are_gone(workers)
    assert process.returncode == code


def test_a_reader_that_goes_away_is_no_failure(text_model: Path) -> None:
    ran = bash(
        f"yes 'not bad at all' | grucli predict -m {text_model} --workers 1 | head -30000 | wc -l\n"
        'echo "${PIPESTATUS[1]}"'
    )
    assert ran.text.split() == ["30000", "0"]
    assert ran.err == ""
