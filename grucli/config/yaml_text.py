"""The text of a config file: UTF-8 of a bounded length, without characters that nobody means."""

import re
from typing import Any

from grucli.errors import excerpt

MAX_BYTES = 1 << 15
MOST_READ = 3 * MAX_BYTES  # of a longer file it is said which key is too long
_MOST_LEVELS = 4  # of keys that are named

# U+0085, U+2028 and U+2029 end a line in YAML 1.1 and do not in 1.2: nobody means them.
_FORBIDDEN = re.compile(r"[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY = re.compile(r"( *)(?:- )?([^\s#'\"{\[][^:#]{0,80}|'[^']{1,80}'|\"[^\"]{1,80}\"):(?: |$)")


class YamlError(Exception):
    """What is wrong at a 1-based line and column."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message

    @classmethod
    def at(cls, mark: Any, message: str) -> "YamlError":
        """Return the fault at a mark of PyYAML."""
        return cls(message, mark.line + 1, mark.column + 1)


def decode(content: bytes) -> str:
    """Return the text of a file.

    Raises:
        YamlError: it is too long, no UTF-8, or has a character that no config needs.
    """
    if len(content) > MAX_BYTES:
        raise _too_long(content.decode(errors="replace"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError("looks like UTF-16; save it as UTF-8", 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save it as UTF-8"
        raise YamlError(message, line, column) from None
    if found := _FORBIDDEN.search(text):
        raise _fault_at(text, found.start(), f"character {ascii(found[0])[1:-1]} is not allowed")
    return text


def _fault_at(text: str, position: int, message: str) -> YamlError:
    line = text.count("\n", 0, position) + 1
    return YamlError(message, line, position - text.rfind("\n", 0, position))


def _too_long(text: str) -> YamlError:
    """Say which key takes most of a file, as far as its lines tell."""
    path, taken = list[tuple[int, str, int]](), dict[tuple[str, int], int]()
    for number, line in enumerate(text.splitlines(), 1):
        if found := _KEY.match(line):
            indent = len(found[1])
            above = [place for place in path if place[0] < indent][: _MOST_LEVELS - 1]
            path = [*above, (indent, found[2], number)]
        dotted = ""
        for _, key, first in path:
            dotted = f"{dotted}.{key}" if dotted else key
            taken[dotted, first] = taken.get((dotted, first), 0) + len(line) + 1
    most = len(text) // 2
    large = [(len(dotted), dotted, first) for (dotted, first), n in taken.items() if n > most]
    message = f"larger than {MAX_BYTES >> 10} KiB: not a config"
    if not large:
        return YamlError(message, 1, 1)
    _, dotted, first = max(large)
    size = taken[dotted, first]
    message = f"{excerpt(dotted)} takes {size:,} bytes, {MAX_BYTES:,} is the most of a config"
    return YamlError(f"{message}; shorten it", first, 1)
