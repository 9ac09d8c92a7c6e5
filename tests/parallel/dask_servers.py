"""Real servers of Dask, each a process of its own, and what their workers may be asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import get_ident
from typing import Any

from grucli.errors import DataError
from tests.cli.helpers import environment

START_S = 60
QUICK = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
}


@dataclass
class Servers:
    """A scheduler and its workers."""

    folder: Path
    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def add_worker(self, threads: int = 1, **env: str) -> None:
        """Start a worker; whoever asks the cluster waits for one."""
        words = (self.address, "--nthreads", str(threads), "--no-nanny", "--no-dashboard")
        words += ("--local-directory", str(self.folder), "--death-timeout", "60")
        self.workers.append(_server(self.folder, "dask_worker", *words, **env))


@contextmanager
def servers(folder: Path, workers: int, threads: int = 1) -> Iterator[Servers]:
    """Start a scheduler with workers; all are gone at the end."""
    path = folder / "scheduler.json"
    words = ("--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", path)
    scheduler = _server(folder, "dask_scheduler", *map(str, words))
    started = Servers(folder, "", scheduler)
    try:
        started.address = _address(path)
        for _ in range(workers):
            started.add_worker(threads)
        yield started
    finally:
        for process in (*started.workers, scheduler):
            process.kill()
            process.wait()


def _server(folder: Path, module: str, *words: str, **env: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *words],
        cwd=folder,
        env=environment(**QUICK, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _address(path: Path) -> str:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            return str(json.loads(path.read_text())["address"])
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
    raise AssertionError("the scheduler has not started")


def wait_until_idle(address: str) -> None:
    """Return when a scheduler holds no task any more."""
    from distributed import Client

    with Client(address) as client:
        end = time.monotonic() + START_S
        while left := client.run_on_scheduler(_tasks):
            assert time.monotonic() < end, left
            time.sleep(0.1)


def _tasks(dask_scheduler: Any) -> list[str]:
    return [str(task) for task in dask_scheduler.tasks]


class Asked:
    """A function of an item with a state, of which every process has its own."""

    def __init__(self) -> None:
        self.threads = set[int]()

    def __call__(self, item: int) -> tuple[int, int, int, int]:
        self.threads.add(get_ident())
        time.sleep(0.05)
        return item, os.getpid(), id(self), len(self.threads)


def refuse_three(item: int) -> int:
    if item == 3:
        raise DataError("3: is refused; name another")
    return -item


def end_at_three(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return -item
