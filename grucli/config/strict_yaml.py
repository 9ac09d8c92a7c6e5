"""A strict reader for the part of YAML 1.2 that a config needs.

PyYAML scans and parses; what its events mean is decided here. Not a boolean: `no`, `on`. Not a
number: `010`, `1:30`, dates. A number: `1e-3`. Mapping keys stay as they are written. Refused:
duplicate keys, tags, anchors, aliases, merge keys, more than one document, and whatever is too
large or too deep for a config, before it is parsed any further.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from grucli.errors import ConfigError, excerpt, show_path

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
KeyPath: TypeAlias = tuple[str, ...]

# PyYAML takes a microsecond for a character and 20 for a value or a key: together these bound any
# file to a tenth of a second.
MAX_BYTES = 1 << 15
MAX_DEPTH = 20
MAX_VALUES = 2_000
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

# U+0085, U+2028 and U+2029 end a line in YAML 1.1 and do not in 1.2: nobody means them.
_FORBIDDEN = re.compile(r"[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_TOO_DEEP = f"nesting deeper than {MAX_DEPTH} is not allowed"

# A part of PyYAML's message, and what it says to somebody who writes a config.
_MENDS = (
    ("'\\t'", "a tab is not allowed here; use spaces"),
    ("mapping values are not allowed", "unexpected ': '; put the value in quotes, or indent alike"),
    ("could not find expected ':'", "expected 'key: value'"),
    ("end of stream", "the quotes that open here are never closed"),
    ("expected ',' or", "the bracket that opens here is never closed"),
    ("<block end>", "does not line up with the lines above; indent alike"),
    ("<document start>", "does not line up with the lines above; indent alike"),
    ("expected the node content", "a value is missing; quote one that starts with , ] or }"),
    ("sequence entries are not allowed", "a list is written [a, b]; put a text in quotes"),
    ("cannot start any token", "put the value in quotes"),
    ("expected alphabetic", "put the value in quotes"),
    ("tag", "tags are not allowed"),
)
_NAMED_WHERE_IT_OPENS = ("end of stream", "expected ',' or")


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
            _YamlError(f"expected 'key: value' lines, got {describe(values)}", 1, 1)
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


class _YamlError(Exception):
    """What is wrong at a 1-based line and column."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message

    @classmethod
    def at(cls, mark: Any, message: str) -> "_YamlError":
        return cls(message, mark.line + 1, mark.column + 1)


class _Scanner(yaml.SafeLoader):
    """PyYAML's, which looks up to 1,024 brackets ahead of its events: stop it at the first."""

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:  # noqa: N803 (PyYAML's name)
        if self.flow_level > MAX_DEPTH:
            raise _YamlError.at(self.get_mark(), _TOO_DEEP)
        super().fetch_flow_collection_start(TokenClass)


class _Parser:
    """Turns events into values; faults that leave the structure readable are collected."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[_YamlError] = []
        self._events: Iterator[Any] = iter(())
        self._num_values = 0

    def read(self, content: bytes) -> Value:
        """Return the value of the only document in `content`; None where `faults` are found."""
        try:
            text = _decode(content)
            self._events = _events(text)
            return self._document()
        except _YamlError as fault:
            self.faults.append(fault)
        return None

    def _blame(self, event: Any, message: str) -> None:
        """Collect a fault; raise it if there have been so many that nobody reads on."""
        if len(self.faults) >= MAX_FAULTS:
            raise _YamlError.at(event.start_mark, f"{message}; more of the file is not read")
        self.faults.append(_YamlError.at(event.start_mark, message))

    def _document(self) -> Value:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _YamlError.at(event.start_mark, "a second document is not allowed")
        return value

    def _value(self, event: Any, path: KeyPath, depth: int = 0) -> Value:
        self._num_values += 1
        if self._num_values > MAX_VALUES:
            raise _YamlError.at(
                event.start_mark, f"more than {MAX_VALUES:,} values are not allowed"
            )
        if depth > MAX_DEPTH:
            raise _YamlError.at(event.start_mark, _TOO_DEEP)
        self._refuse_references(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return self._scalar(event)

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
        if isinstance(event, yaml.CollectionStartEvent):
            raise _YamlError.at(event.start_mark, "a key must be text")
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


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _YamlError(f"larger than {MAX_BYTES >> 10} KiB: not a config", 1, 1)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _YamlError("looks like UTF-16; save it as UTF-8", 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save it as UTF-8"
        raise _YamlError(message, line, column) from None
    if found := _FORBIDDEN.search(text):
        raise _fault_at(text, found.start(), f"character {ascii(found[0])[1:-1]} is not allowed")
    return text


def _fault_at(text: str, position: int, message: str) -> _YamlError:
    line = text.count("\n", 0, position) + 1
    return _YamlError(message, line, position - text.rfind("\n", 0, position))


def _events(text: str) -> Iterator[Any]:
    """Yield PyYAML's events; whatever its scanner and parser raise becomes a fault."""
    mark: Any = None
    try:
        for event in yaml.parse(text, Loader=_Scanner):
            mark = event.end_mark
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax_fault(error, text) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # chr() of an escape such as "\UFFFFFFFF"
        raise _YamlError.at(mark, "a number or an escape near here is out of range") from None


def _syntax_fault(error: Any, text: str) -> _YamlError:
    problem = str(error.problem)
    mark = error.problem_mark or error.context_mark
    if any(sign in problem for sign in _NAMED_WHERE_IT_OPENS):
        mark = error.context_mark or mark
    before = text[: mark.index].rpartition("\n")[2]
    line = before + text[mark.index :].partition("\n")[0]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        problem = repr("\t")
    mends = (mend for sign, mend in _MENDS if sign in problem)
    return _YamlError.at(mark, next(mends, excerpt(problem, 120)))
