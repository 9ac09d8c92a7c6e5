"""The grammar of JSON in a line: one object, whose numbers keep the form they are written in."""

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any, overload

from grucli.data.streams.lines import decode
from grucli.errors import excerpt

Object = dict[str, Any]
MOST_DEEP = 200
"""Lists in lists that are written again; Python's own bound lies elsewhere in each version."""


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class JsonError(ValueError):
    """An object cannot be used: why, and how to mend it; `line` tells on which of its lines."""

    def __init__(self, problem: str, line: int = 1) -> None:
        super().__init__(problem)
        self.line = line


def parse_object(line: bytes, encoding: str) -> Object:
    """Return the object of a line.

    Raises:
        JsonError: it is none.
    """
    found = parse(line, encoding)
    if not isinstance(found, dict):
        raise JsonError(f'{kind(found)}, no object; write one {{"key": …}} a line')
    return found


def parse(line: bytes, encoding: str) -> Any:
    """Return the JSON value of a line.

    Raises:
        JsonError: it is none.
    """
    text, problem = decode(line, encoding)
    if problem:
        raise JsonError(problem)
    try:
        found = _DECODER.decode(text)
        if "\\u" in text:
            _as_json(found).encode()  # half a character could not be written again
    except json.JSONDecodeError as error:
        raise JsonError(
            f'no JSON: {excerpt(error.msg)} at character {error.colno}; write one {{"key": …}} '
            "a line",
            error.lineno,
        ) from None
    except RecursionError:
        raise JsonError("lists in lists without end; write a flat object") from None
    except UnicodeEncodeError:
        raise JsonError("half a surrogate pair; write whole characters") from None
    return found


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found: Object = {}
    for key, value in pairs:
        if key in found:
            raise JsonError(f"key '{excerpt(key)}' stands there twice; rename one")
        found[key] = value
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=Number
)


def as_written(value: Any) -> str:
    """Return a value as text: a string itself, nothing for null, else as in the data."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    try:
        return _as_json(value)
    except RecursionError:
        return ""


def _as_json(value: Any, room: int = MOST_DEEP) -> str:
    """Return a value as JSON; RecursionError where it is deeper than there is room."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list | dict) and not room:
        raise RecursionError
    if isinstance(value, list):
        return f"[{', '.join([_as_json(item, room - 1) for item in value])}]"
    if isinstance(value, dict):
        pairs = [f"{_as_json(key)}: {_as_json(item, room - 1)}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value, ensure_ascii=False)


class Cells(Sequence[str]):
    """The cells of an object under the keys of its data, written when they are asked for.

    The keys may be as many as the first object has, and nobody may want them of the others.
    """

    def __init__(self, found: Object, columns: Sequence[str], hidden: str | None) -> None:
        """Take `columns` of the object `found`; the one that is `hidden` is empty."""
        self._found = found
        self._columns = columns
        self._hidden = hidden

    def __len__(self) -> int:
        return len(self._columns)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        name = self._columns[index]
        return "" if name == self._hidden else as_written(self._found.get(name))


def is_null(value: Any) -> bool:
    """Whether a value is missing: null, or the number NaN, which is no JSON but widespread."""
    return value is None or (type(value) is Number and value == "NaN")


def is_sequence(value: Any) -> bool:
    """Whether a value is a list that begins with a number, or a list of numbers, but for nulls."""
    if not isinstance(value, list):
        return False
    items = chain.from_iterable(item if isinstance(item, list) else (item,) for item in value)
    return type(next((item for item in items if item is not None), None)) is Number


def kind(value: Any) -> str:
    """Return what a value is, in words."""
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    names = {dict: "an object", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
