"""Kinds of values of a config: how each is read, checked and written in the JSON Schema.

A ValueError without a message leaves it to `reference.expectation` to say what a value must be.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from grucli.config.strict_yaml import resolve_plain
from grucli.data.forms import DELIMITERS
from grucli.tasks import TASKS

T = TypeVar("T")
JsonSchema: TypeAlias = dict[str, Any]


def _write_none_as_auto(schema: JsonSchema) -> None:
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    schema.update(anyOf=[*kinds, {"const": "auto"}], default="auto")


def _read_auto_as_none(value: object) -> object:
    return None if value == "auto" else value


def _available(task: str) -> str:
    if task in ("auto", *TASKS):
        return task
    raise ValueError


def number_if_it_reads_so(value: object) -> object:
    """Return the number that a text such as that of a flag stands for, or else the value."""
    number = resolve_plain(value) if isinstance(value, str) else value
    return number if isinstance(number, int | float) else value


def _integer_as_written(value: object) -> object:
    return str(value) if type(value) is int else value


def _not_zero(value: object) -> object:
    if value is not False:  # to a literal they are the same
        raise ValueError
    return value


def _delimiter(value: str) -> str:
    character = DELIMITERS.get(value, "\t" if value == r"\t" else value)
    if len(character) != 1 or character in '"\r\n':
        raise ValueError
    return character


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except (LookupError, ValueError):
        raise ValueError from None
    return value


def _as_tuple(value: object) -> object:
    if isinstance(value, str | int):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError
    return values


def _allow_one(schema: JsonSchema) -> None:
    array = {**schema, "uniqueItems": True, "description": "a list of distinct ones"}
    schema.clear()
    schema["anyOf"] = [array["items"], array]


TaskName: TypeAlias = Annotated[
    str, AfterValidator(_available), Field(json_schema_extra={"enum": ["auto", *TASKS]})
]
Auto: TypeAlias = Annotated[
    T | None, BeforeValidator(_read_auto_as_none), Field(json_schema_extra=_write_none_as_auto)
]
No: TypeAlias = Annotated[Literal[False], BeforeValidator(_not_zero)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
FilePath: TypeAlias = Annotated[Text, Field(description="a path")]
Share: TypeAlias = Annotated[float, Field(ge=0, lt=0.9)]
ColumnName: TypeAlias = Annotated[
    Text, BeforeValidator(_integer_as_written), Field(description="a column name")
]
LabelName: TypeAlias = Annotated[
    Text, BeforeValidator(_integer_as_written), Field(description="a label")
]
Several: TypeAlias = Annotated[
    tuple[T, ...],
    Field(min_length=1),
    BeforeValidator(_as_tuple),
    AfterValidator(_distinct),
    Field(json_schema_extra=_allow_one),
]
Delimiter: TypeAlias = Annotated[
    Text,
    AfterValidator(_delimiter),
    Field(description="one character, tab, comma, semicolon, pipe, space"),
]
Encoding: TypeAlias = Annotated[
    Text, AfterValidator(_encoding), Field(description="an encoding (utf-8, gb18030, …)")
]
Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
Size: TypeAlias = Annotated[int, Field(ge=1, le=4096)]
Weight: TypeAlias = Annotated[float, Field(gt=0, le=1_000_000)]
LabelShares: TypeAlias = Annotated[
    dict[str, Annotated[float, Field(gt=0, lt=1)]],
    Field(min_length=1, description="a mapping of label to a share above 0 and below 1"),
]
LabelWeights: TypeAlias = Annotated[
    dict[str, Weight],
    Field(min_length=1, description="a mapping of label to a weight above 0 and at most 1000000"),
]
