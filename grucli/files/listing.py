"""Files as they are named: each by its name, or several by a pattern."""

from __future__ import annotations

import os
from collections.abc import Sequence

from grucli.errors import AccessError, show_path
from grucli.files.access_errors import reading_errors

_SIGNS = frozenset("*?[")  # of a pattern


def listed(paths: Sequence[str], folder: str = "") -> list[str]:
    """Return the files that paths name: a pattern stands for its files in the order of their names.

    A path that is there is no pattern, whatever signs it has. "-" is standard input.

    Args:
        paths: of files; relative ones, and what is returned of them, begin at `folder`.
        folder: an absolute path, or "" for the current folder.

    Raises:
        AccessError: a file is not there, or none is of a pattern; all such paths are told at once.
    """
    found: list[str] = []
    problems: list[str] = []
    for path in paths:
        try:
            found += [path] if path == "-" else _named(path, folder)
        except AccessError as error:
            problems += error.problems
    if problems:
        raise AccessError(*problems)
    return found


def _named(path: str, folder: str) -> list[str]:
    whole = os.path.join(folder, path) if path else path
    with reading_errors(whole):
        if not _SIGNS & set(path) or os.path.lexists(whole):
            os.stat(whole)
            return [path]
        import glob  # late: few paths are patterns

        names = sorted(glob.glob(path, root_dir=folder or None))
        files = [name for name in names if not os.path.isdir(os.path.join(folder, name))]
    if not files:
        raise AccessError(f"{show_path(path)}: no file matches; check the pattern")
    return files
