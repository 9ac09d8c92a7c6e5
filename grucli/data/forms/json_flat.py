"""Objects made flat: each value that may be read under one key, `data.text` for what is nested."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from grucli.data.forms.json_grammar import Object

DEEPEST: Final = 4
"""Objects in objects whose values get a key."""


class Flat:
    """Objects whose values are read as they stand.

    Attributes:
        text, label: the keys of text and label, if the shape tells them.
        findings: what was found, for people.
        may_lack_label: whether an object without a label is none that was labelled, and is left
            out where labels are needed.
    """

    text: str | None = None
    label: str | None = None
    findings: tuple[str, ...] = ()
    may_lack_label = False

    def flat(self, found: Object) -> Object:
        """Return an object with a key for each value that may be read."""
        return found

    def take_note(self, found: Object) -> None:
        """Look at an object that is a record."""

    def found_later(self) -> tuple[str, ...]:
        """Return what is known when all objects have been read, for people."""
        return ()


class Nested(Flat):
    """Objects in which keys of objects within them, joined by dots, name values too.

    So do numbers of elements of lists in `paths`, which somebody names.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """Take the names that are asked for."""
        self._paths = paths

    def flat(self, found: Object) -> Object:
        """Return an object with its own keys, and those with dots."""
        leaves = dict(_leaves(found, ""))
        for path in self._paths:
            if path not in found and path not in leaves:
                value = _at(found, path)
                leaves |= {} if value is None else {path: value}
        return leaves | found


def _leaves(found: Object, prefix: str, depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Yield what inner objects hold, under the keys that lead to it."""
    for key, value in found.items():
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _leaves(value, f"{prefix}{key}.", depth + 1)
        elif prefix:
            yield prefix + key, value


def _at(found: Any, path: str) -> Any:
    """Return what stands at the end of a path of keys and numbers of elements, None if nothing."""
    for key in path.split("."):
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            found = found.get(key) if isinstance(found, dict) else None
    return found
