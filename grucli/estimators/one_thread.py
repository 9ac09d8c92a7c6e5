"""One thread for the linear algebra while something is learned, as the command has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits

from grucli.parallel.threads import THREAD_VARIABLES

_lock, _undo = Lock(), ExitStack()
_inside = 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Context in which this process and those that it starts multiply in one thread.

    Another number of threads means other last bits. It holds for the whole process: the first who
    comes limits it, the last who leaves restores what was before.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _lock:
        if not _inside:
            _undo.enter_context(threadpool_limits(1, user_api="blas"))
            _undo.callback(_restore, {name: os.environ.get(name) for name in THREAD_VARIABLES})
            os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
        _inside += 1


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if not _inside:
            _undo.close()


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
