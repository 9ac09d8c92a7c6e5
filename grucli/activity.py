"""What a computation is at: it tells so in passing, and whoever shows it listens.

It also tells what may be given up: who wants it to end need not wait for that.
"""

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


class GivenUp(BaseException):
    """Work was given up because somebody wants an end; it is as if it had not begun."""


class _Wish:
    """Whether somebody wants an end, and how many works at hand may be given up for it."""

    is_there = False
    depth = 0


def give_up() -> None:
    """Give up what may be given up, now and from now on; to be called where signals are handled.

    Raises:
        GivenUp: there is such work at hand.
    """
    _Wish.is_there = True
    if _Wish.depth:
        raise GivenUp


def take_up() -> None:
    """Give up no more."""
    _Wish.is_there = False


@contextmanager
def may_be_given_up(*, begins_anyway: bool = False) -> Iterator[None]:
    """Context of work that may end at any instant as if it had not begun: it changes nothing.

    Args:
        begins_anyway: whether it does not end for a wish that was there before it.

    Raises:
        GivenUp: somebody wants an end.
    """
    if not begins_anyway:
        check_wish()
    _Wish.depth += 1
    try:
        yield
    finally:
        _Wish.depth -= 1


def check_wish() -> None:
    """Give up work that has not begun, or waits.

    Raises:
        GivenUp: somebody wants an end.
    """
    if _Wish.is_there:
        raise GivenUp
