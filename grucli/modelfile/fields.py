"""Dataclasses from JSON that may hold anything: a model file is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

import numpy.typing as npt

from grucli.errors import expect

LARGEST_WEIGHT = 1e15
"""Far above what training finds; products of larger ones would leave the finite numbers."""

T = TypeVar("T")
_hints: Callable[[Any], Mapping[str, Any]] = cache(get_type_hints)
"""The types of fields, compiled once: no file has a part in that."""


def built(kind: type[T], fields: Mapping[str, Any]) -> T:
    """Return the dataclass `kind` of the fields of a JSON object; where it has tuples, of lists.

    Raises:
        TypeError: a field is unknown or missing.
        ValueError: a field is of another type than `kind` says.
    """
    hints, values = _hints(kind), dict(fields)
    for name, value in fields.items():
        hint = hints.get(name, object)
        if isinstance(value, list) and get_origin(hint) is not list:
            values[name] = tuple(value)
        expect(_is_a(hint, values[name]), name)
    return kind(**values)


def are_weights(array: npt.NDArray[Any]) -> bool:
    """Tell whether an array of finite numbers holds what a model may have learned."""
    sizes = (array.max(initial=0), -array.min(initial=0))  # no copy: it may be as large as a file
    return array.dtype.kind == "f" and float(max(sizes)) <= LARGEST_WEIGHT


def _is_a(hint: Any, value: Any) -> bool:
    """Tell whether a value is of a type as dataclasses here write it; True is no integer."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is object:
        return True
    if is_typeddict(hint):
        hints = _hints(hint)
        return (
            type(value) is dict
            and value.keys() == hints.keys()
            and all(_is_a(hints[name], each) for name, each in value.items())
        )
    if origin in (Union, UnionType):
        return any(_is_a(each, value) for each in inner)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in inner)
    if origin in (tuple, list):
        return type(value) is origin and all(_is_a(inner[0], each) for each in value)
    if origin is dict:
        return type(value) is dict and all(_is_a(inner[1], each) for each in value.values())
    return type(value) is (NoneType if hint is None else hint)
