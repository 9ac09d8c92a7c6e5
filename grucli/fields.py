"""Dataclasses from JSON that may hold anything: a model file is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def built(kind: type[T], fields: Mapping[str, Any]) -> T:
    """Return the dataclass `kind` of the fields of a JSON object; its lists become tuples.

    Raises:
        TypeError: a field is unknown or missing.
        ValueError: a field is of another type than `kind` says.
    """
    hints = get_type_hints(kind)
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}
    for name, value in values.items():
        expect(name not in hints or _is_a(hints[name], value), name)
    return kind(**values)


def expect(holds: bool, what: str) -> None:
    """Raise a ValueError that says what does not fit, unless it holds."""
    if not holds:
        raise ValueError(f"{what} do not fit")


def _is_a(hint: Any, value: Any) -> bool:
    """Tell whether a value is of a type as dataclasses here write it; True is no integer."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_is_a(each, value) for each in inner)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in inner)
    if origin is tuple:
        return type(value) is tuple and all(_is_a(inner[0], each) for each in value)
    return type(value) is (NoneType if hint is None else hint)
