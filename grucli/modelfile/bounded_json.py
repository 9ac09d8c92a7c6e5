"""Whether JSON of a stranger stays small once it is read: told from its text alone."""

import re
from itertools import accumulate

MAX_DIGITS = 300  # of a number: more are too large for a float, which reports would make of it
MAX_CONTAINERS = 100_000  # 2 MiB of "[]," would become 60 MB of lists

_TOO_MANY_DIGITS = re.compile(rb"(?<!\d)\d{%d}" % (MAX_DIGITS + 1))
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def is_bounded(text: bytes, *, max_bytes: int, max_depth: int) -> bool:
    """Tell whether a text has so many bytes and levels at most, few containers, and no huge number.

    Of what is no JSON it tells nothing.
    """
    if len(text) > max_bytes:
        return False
    unescaped = re.sub(rb"(?s)\\.", b"", text)
    bare = re.sub(rb'"[^"]*"?', b"", unescaped)
    brackets = bare.translate(None, _NO_BRACKETS)
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in brackets)
    return (
        len(brackets) <= 2 * MAX_CONTAINERS
        and max(depths, default=0) <= max_depth
        and not _TOO_MANY_DIGITS.search(bare)
    )
