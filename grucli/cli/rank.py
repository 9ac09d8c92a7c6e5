"""`grucli train` as one of several processes that an MPI launcher has started alike.

The first one runs the command; the others read no words of it, print nothing but what has broken
them, write nothing, and help until they are dismissed.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grucli.cli.interruption import SIGNALS
from grucli.errors import AccessError, GrucliError
from grucli.parallel.launcher import Launch
from grucli.parallel.ranks import Ranks, join

Work = Callable[[], int]
WATCH = (
    "read -r said || echo 'grucli: training: a rank was killed or lost, which ends all of them; "
    "go on with --resume, on any number of ranks' >&2"
)
"""A program that says so if its input ends before a line has come."""

joined: Ranks | None = None
"""All of them, once this process is the first of several."""


def run(launch: Launch, command: Work, ended: Callable[[Work], int]) -> int:
    """Run a command, or help whoever does; return the exit code.

    Args:
        launch: which of the processes this is.
        command: to be run by the first one.
        ended: does a work, says what ends it, and makes an exit code of that.
    """
    global joined
    try:
        ranks = join(launch)
    except AccessError as error:
        fault = error
        return error.exit_code if launch.rank else ended(lambda: _refuse(fault))
    if launch.rank:
        code = ended(lambda: _help(ranks))
        if code:
            ranks.abort(code)
        return code
    joined, code = ranks, 1
    try:
        with _watched():
            code = ended(command)
    finally:
        if not ranks.dismiss():
            ranks.abort(code)
    return code


@contextmanager
def _watched() -> Iterator[None]:
    """Have it said if this process is killed, as a launcher does with all once it misses one."""
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", WATCH],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # signals to a group of processes are not for it
    )
    try:
        yield
    finally:
        watcher.communicate(b"\n")


def _refuse(error: AccessError) -> int:
    raise error


def _help(ranks: Ranks) -> int:
    """Obey the first one, who also decides what signals mean: a launcher sends them to all."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    try:
        ranks.obey()
    except GrucliError as error:
        raise type(error)(*(f"{ranks.name}: {problem}" for problem in error.problems)) from error
    return 0
