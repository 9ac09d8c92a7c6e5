"""What a computation is at: it tells so in passing, and whoever shows it listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]

_listeners: list[Listener] = []


def at(what: str) -> None:
    """Tell what begins now, as "reading x.csv"; data in it has been through `show`."""
    for listener in _listeners:
        listener(what)


def listen(listener: Listener) -> None:
    """Tell `listener` from now on; it must take no time, and may be told in any thread."""
    _listeners.append(listener)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Context in which `listener` is told, as by `listen`."""
    listen(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
