"""Value objects: `dataclass` as that of the standard library, made in a tenth of its time.

That one compiles the methods of each class while it is imported, for half a millisecond and more; a
command that answers one line needs sixty such classes first. Here a frozen, keyword-only class
shares its methods with all others. A type checker sees the standard one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, kw_only: bool = False, **options: bool
    ) -> Any:
        """Return a decorator as `dataclasses.dataclass` does; a class becomes what it would there.

        Raises:
            TypeError: of an instance that is made without a value, or with one that has no field.
        """
        if cls is None and frozen and kw_only and options.keys() <= {"eq"}:
            return lambda made: _shared(made, **options)
        options |= {"frozen": frozen, "kw_only": kw_only}
        return dataclasses.dataclass(cls, **options)


def _shared(cls: type, *, eq: bool = True) -> type:
    """Return a class, now a dataclass, with the methods of this module."""
    own = cls.__dict__.keys()
    dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)(cls)
    fields = dataclasses.fields(cls)
    methods = {"__init__": _init(fields), "__repr__": _repr, "__signature__": _Signature()}
    if eq:
        methods |= _by_value([field.name for field in fields if field.compare])
    for name, method in (methods | {"__setattr__": _set, "__delattr__": _delete}).items():
        if name not in own:
            setattr(cls, name, method)
    return cls


def _init(fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    names = {field.name for field in fields}
    missing = dataclasses.MISSING
    defaults = {field.name: field.default for field in fields if field.default is not missing}
    factories = {
        field.name: field.default_factory
        for field in fields
        if field.default_factory is not missing
    }

    def init(self: Any, **given: Any) -> None:
        values = {**defaults, **given}
        for name, make in factories.items():
            if name not in values:
                values[name] = make()
        if values.keys() != names:
            which = ", ".join(sorted(values.keys() ^ names))
            raise TypeError(f"{type(self).__name__}: not given, or no field: {which}")
        for name, value in values.items():
            object.__setattr__(self, name, value)
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    return init


class _Signature:
    """What `inspect.signature` and `help` say of a class, once somebody asks."""

    def __get__(self, instance: object, owner: type) -> object:
        from inspect import Parameter, Signature  # late: few ask

        missing = dataclasses.MISSING
        parameters = []
        for field in dataclasses.fields(owner):
            default = field.default if field.default_factory is missing else field.default_factory
            default = Parameter.empty if default is missing else default
            named = Parameter(field.name, Parameter.KEYWORD_ONLY, default=default)
            parameters.append(named.replace(annotation=field.type))
        return Signature(parameters, return_annotation=None)


def _by_value(names: list[str]) -> dict[str, Callable[..., Any]]:
    def compared(self: Any) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in names])

    def equals(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    return {"__eq__": equals, "__hash__": lambda self: hash(compared(self))}


def _repr(self: Any) -> str:
    names = (each.name for each in dataclasses.fields(self) if each.repr)
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({shown})"


def _set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
