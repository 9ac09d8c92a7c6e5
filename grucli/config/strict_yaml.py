"""A strict reader for the part of YAML 1.2 that a config needs.

PyYAML scans and parses; what its events mean is decided here. Not a boolean: `no`, `on`. Not a
number: `010`, `1:30`, dates. A number: `1e-3`. Mapping keys stay as they are written. Refused:
duplicate keys, tags, anchors, aliases, merge keys, more than one document, and whatever is too
large or too deep for a config, before it is parsed any further.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml

from grucli.config.yaml_events import MAX_DEPTH, TOO_DEEP, events
from grucli.config.yaml_text import YamlError, decode
from grucli.errors import ConfigError, excerpt, show_path
from grucli.values import dataclass

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
KeyPath: TypeAlias = tuple[str, ...]

# PyYAML takes 14 microseconds for a value or a key, and half of one for a character: together with
# yaml_text.MAX_BYTES this bounds any file to some 40 ms.
MAX_VALUES = 2_400
MAX_FAULTS = 20

# Each form bounds its digits, so that no conversion is slow or refused by Python. An integer has
# one spelling only: str() gives back what was written.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,29}")
_FLOAT = re.compile(
    r"(?=.*[.eE])[-+]?(?:\.[0-9]{1,40}|(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{0,40})?)"
    r"(?:[eE][-+]?[0-9]{1,5})?"
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file: nested values, and the 1-based line of every key by its path of keys."""

    values: dict[str, Value]
    lines: dict[KeyPath, int]


def parse(content: bytes, name: str) -> Document:
    """Read the bytes of a config file; an empty one has no values.

    Args:
        content: UTF-8, with or without a byte order mark, at most MAX_BYTES.
        name: what messages call the file.

    Raises:
        ConfigError: one problem a line, `name:line:column: what is wrong`.
    """
    parser = _Parser()
    values = parser.read(content)
    if not isinstance(values, dict | None):
        parser.faults.append(
            YamlError(f"expected 'key: value' lines, got {describe(values)}", 1, 1)
        )
    if parser.faults:
        raise ConfigError(*(f"{show_path(name)}:{fault}" for fault in parser.faults))
    return Document(values=values if isinstance(values, dict) else {}, lines=parser.lines)


def parse_value(text: str) -> Value:
    """Read one value as it would be read behind `key:` in a file.

    Raises:
        ConfigError: what is wrong, without a place.
    """
    parser = _Parser()
    value = parser.read(text.encode("utf-8", "surrogatepass"))
    if parser.faults:
        raise ConfigError(*(fault.message for fault in parser.faults))
    return value


def resolve_plain(text: str) -> Value:
    """Return what unquoted text stands for: a number, true, false, null, or itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def describe(value: object) -> str:
    """Return a value as a message shows it: `'many'`, `3`, `["last"]`, cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{excerpt(value)}'"
    return excerpt(json.dumps(value, ensure_ascii=False, default=str))


class _Parser:
    """Turns events into values; faults that leave the structure readable are collected."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[YamlError] = []
        self._events: Iterator[Any] = iter(())
        self._num_values = 0

    def read(self, content: bytes) -> Value:
        """Return the value of the only document in `content`; None where `faults` are found."""
        try:
            text = decode(content)
            self._events = events(text)
            return self._document()
        except YamlError as fault:
            self.faults.append(fault)
        return None

    def _blame(self, event: Any, message: str) -> None:
        """Collect a fault; raise it if there have been so many that nobody reads on."""
        if len(self.faults) >= MAX_FAULTS:
            raise YamlError.at(event.start_mark, f"{message}; more of the file is not read")
        self.faults.append(YamlError.at(event.start_mark, message))

    def _document(self) -> Value:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise YamlError.at(event.start_mark, "a second document is not allowed")
        return value

    def _value(self, event: Any, path: KeyPath, depth: int = 0) -> Value:
        self._count(event)
        if depth > MAX_DEPTH:
            raise YamlError.at(event.start_mark, TOO_DEEP)
        self._refuse_references(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return self._scalar(event)

    def _count(self, event: Any) -> None:
        """Count a value or a key."""
        self._num_values += 1
        if self._num_values > MAX_VALUES:
            raise YamlError.at(
                event.start_mark, f"more than {MAX_VALUES:,} keys and values are not allowed"
            )

    def _refuse_references(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._blame(event, "aliases (*name) are not allowed")
        elif event.anchor is not None:
            self._blame(event, "anchors (&name) are not allowed")
        if getattr(event, "tag", None) is not None:
            self._blame(event, "tags (!name) are not allowed")

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            place = (*path, key)
            if key in values:
                line = self.lines[place]
                self._blame(event, f"key '{excerpt(key)}' stands already on line {line}")
            else:
                self.lines[place] = event.start_mark.line + 1
            values[key] = self._value(next(self._events), place, depth + 1)
        return values

    def _key(self, event: Any) -> str:
        self._count(event)
        if isinstance(event, yaml.CollectionStartEvent):
            raise YamlError.at(event.start_mark, "a key must be text")
        self._refuse_references(event)
        if not isinstance(event, yaml.ScalarEvent):
            return ""
        if event.value == "<<" and event.style is None:
            self._blame(event, "merge keys (<<) are not allowed")
        return self._text(event)

    def _sequence(self, path: KeyPath, depth: int) -> list[Value]:
        values: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, str(len(values))), depth + 1))
        return values

    def _scalar(self, event: Any) -> Value:
        if not isinstance(event, yaml.ScalarEvent):  # an alias, which is a fault already
            return None
        return self._text(event) if event.style is not None else resolve_plain(event.value)

    def _text(self, event: Any) -> str:
        text = str(event.value)
        if re.search("[\0\ud800-\udfff]", text):  # only escapes in double quotes can write them
            self._blame(event, "an escape here is no character")
        return text
