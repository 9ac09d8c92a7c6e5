"""The errors that users meet, and `show`, which makes any string harmless to a terminal.

GrucliError            grucli prints "grucli: <problem>" to stderr, one line a problem, no traceback
|- ConfigError     2   a flag or the config: place, what must be, what was got
|- DataError       3   file:line: what was expected, what was found, how to mend it
|- CheckpointError 4   the model file: damaged, of another version, unfit for this data
|- AccessError     5   a file is missing, unreadable, in the way, locked; no space, no memory
'- TrainingError   6   the loss is not finite any more
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import ClassVar


class GrucliError(Exception):
    """Something the user can mend.

    Args:
        *problems: one line each: place, what is wrong, how to mend it; data in them has been
            through `show`.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, *problems: str) -> None:
        problems = tuple(dict.fromkeys(problems))  # windows that overlap have one in common
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class ConfigError(GrucliError):
    """A flag or a config value is wrong."""

    exit_code = 2


class DataError(GrucliError):
    """The input data cannot be used."""

    exit_code = 3


class CheckpointError(GrucliError):
    """The model file is damaged, of another version, or does not fit the data."""

    exit_code = 4


class AccessError(GrucliError):
    """A file or another means of the machine is missing, in the way, locked or full."""

    exit_code = 5


class TrainingError(GrucliError):
    """Training left the finite numbers."""

    exit_code = 6


_HARMFUL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LINES = re.compile("([\n\t])")


def show(text: object) -> str:
    r"""Return `text` with everything that could act on a terminal written as an escape.

    Control and format characters (C0, C1, bidirectional controls, zero width), lone surrogates
    and line separators become `\n`, `\t`, `\r`, `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
    """
    string = str(text)
    if string.isprintable():
        return string
    return "".join(_escaped(c) if is_harmful(c) else c for c in string)


def show_lines(text: str) -> str:
    """Return `show(text)`, but for line feeds and tabs, which stay: whole lines for a terminal."""
    return "".join([part if part in ("\n", "\t") else show(part) for part in _LINES.split(text)])


def is_harmful(character: str) -> bool:
    """Tell whether a character is one that `show` escapes."""
    return unicodedata.category(character) in _HARMFUL_CATEGORIES


def excerpt(text: object, limit: int = 40) -> str:
    """Return `show(text)`, cut to `limit` characters with an ellipsis."""
    shown = show(str(text)[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def show_path(path: object, limit: int = 80) -> str:
    """Return `show(path)`, cut to its last `limit` characters: the end of a path tells the most."""
    shown = show(path)
    return shown if len(shown) <= limit else "…" + shown[1 - limit :]


def counted(count: int, noun: str) -> str:
    """Return "1 row", "2,000 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def at_end(end: str, count: int, noun: str) -> str:
    """Return "first row", "last 2,000 rows"; `end` is which of both."""
    return f"{end} {noun}" if count == 1 else f"{end} {counted(count, noun)}"


def percent(share: float) -> str:
    """Return a share in percent, whole ones from 1 % on: ``10%``, ``0.2%``."""
    return f"{share:.0%}" if share >= 0.01 or not share else f"{100 * share:.2g}%"


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the candidate nearest to `word`, or nothing."""
    names = list(candidates)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6) or [
        name for name in names if name.casefold() == word.casefold()
    ]
    return f"; did you mean '{excerpt(near[0], 60)}'?" if near else ""


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def expect(holds: bool, what: str) -> None:
    """Raise a ValueError that says what does not fit, unless it holds."""
    if not holds:
        raise ValueError(f"{what} do not fit")
