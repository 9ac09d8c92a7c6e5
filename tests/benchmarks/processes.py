"""Whole commands: how long they take and how much memory."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")
WATCH_EVERY_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A command that has ended well.

    Attributes:
        seconds: from its start to its end.
        cpu_s: time of processors, its own and of processes it has waited for.
        peak_mb: most memory of its largest process, as the operating system counts it.
        sum_mb: most memory of all its processes, shared pages counted once; None if not watched.
        output: what it wrote on stdout.
    """

    seconds: float
    cpu_s: float
    peak_mb: float
    sum_mb: float | None
    output: str


def run(command, variables, *, one_core=False, given=None, watch=False, heard=None):
    """Run a command to its end.

    Args:
        command: list of words.
        variables: its environment, as `machine.environment` makes it.
        one_core: whether all its threads and processes share one core.
        given: file for stdin.
        watch: whether to add up the memory of its processes, which takes time from it.
        heard: list for what it says on stderr: (seconds since its start, line) each.
    """
    with (
        tempfile.TemporaryFile("w+") as output,
        tempfile.NamedTemporaryFile("r") as report,
        open(given or os.devnull) as stdin,
    ):
        began = time.perf_counter()
        launcher = [sys.executable, "-I", "-S", LAUNCH, report.name, str(int(one_core))]
        with subprocess.Popen(
            [*launcher, *command],
            stdin=stdin,
            stdout=output,
            stderr=None if heard is None else subprocess.PIPE,
            env=variables,
            cwd=variables["PYTHONPATH"],
        ) as process:
            watcher = _Watcher(process.pid) if watch else None
            for line in process.stderr or ():
                heard.append((time.perf_counter() - began, line.decode()))
        took = json.load(report)
        if took["code"]:
            raise SystemExit(f"exit code {took['code']}: {' '.join(map(str, command))}")
        output.seek(0)
        return Outcome(
            seconds=took["seconds"],
            cpu_s=took["cpu_s"],
            peak_mb=took["peak_mb"],
            sum_mb=watcher.stop() if watcher else None,
            output=output.read(),
        )


class _Watcher(threading.Thread):
    """Looks from time to time at the memory of all that comes from a process."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self._pid, self._most_kb, self._ended = pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self._ended.wait(WATCH_EVERY_S):
            self._most_kb = max(self._most_kb, sum(map(_memory_kb, _descendants(self._pid))))

    def stop(self):
        """Return the most that was seen [MB], None where there is no such count."""
        self._ended.set()
        self.join()
        return self._most_kb / 1e3 or None


def _descendants(pid):
    """Yield the children of a process, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended, or this is no Linux
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def _memory_kb(pid):
    """Return what a process holds, its part of what is shared included."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
