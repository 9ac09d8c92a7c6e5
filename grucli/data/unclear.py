"""Data that can be read once something is said of them, and the words that say it."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grucli.errors import DataError, show

if TYPE_CHECKING:
    from grucli.data.records import ReadOptions
    from grucli.data.tables.column_profile import TableProfile

_PLAIN = re.compile(r"[\w@%+=:,./-]+")


class UnclearError(DataError):
    """Data that can be read if one says how.

    Attributes:
        what: the place and what is unclear, without the mend.
        options: what to say, as for `with_said`; none where nobody can tell.
        profile: of the columns, where it is they that are unclear; None else.
    """

    def __init__(
        self,
        what: str,
        options: Mapping[str, Any] | None = None,
        *,
        mend: str = "",
        profile: TableProfile | None = None,
    ) -> None:
        """Take the problem; `mend` says how to mend it, where that is more than the options."""
        self.what = what
        self.options = dict(options or {})
        self.mend = mend or f"pass {show(command_line(flags(self.options)))}"
        self.profile = profile
        super().__init__(f"{what}; {self.mend}")


def with_said(options: ReadOptions, said: Mapping[str, Any]) -> ReadOptions:
    """Return options with what was said as on a command line.

    It goes by the names of `ReadOptions`, and by "task" as in a config.
    """
    more = dict(said)
    if "values" in more:
        more["values"] = (more["values"],)
    if more.pop("task", None) == "regress":
        more["targets"] = "number"
    return replace(options, **more)


def command_line(words: Sequence[str]) -> str:
    """Return words as a shell reads them; letters of any script need no quotes."""
    return " ".join(word if _PLAIN.fullmatch(word) else shlex.quote(word) for word in words)


def flags(options: Mapping[str, Any]) -> list[str]:
    """Return the words of a command line that say these options; several names are joined."""
    words = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if name == "task":
            words += ["--set", f"task={value}"]
        elif isinstance(value, bool):
            words.append("--no-header" if name == "header" else flag)
        else:
            words += [flag, str(value)]
    return words


def listed(names: Sequence[str]) -> str:
    """Return names of columns as `--text` and `--values` take them: one that has a comma quoted."""
    if len(names) == 1:
        return names[0]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()
