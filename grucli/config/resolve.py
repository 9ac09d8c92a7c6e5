"""The effective config, and where each of its values comes from.

The first of these that names a key wins: flag, `--set`, environment, config file, default. A
calling program has arguments instead.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import Any

from pydantic import ValidationError

from grucli import __version__
from grucli.config import environment as env_names
from grucli.config.reference import expectation
from grucli.config.schema import KEYS, SECTIONS, Config
from grucli.config.strict_yaml import KeyPath, Value, describe, parse, parse_value
from grucli.config.yaml_text import MOST_READ
from grucli.errors import ConfigError, did_you_mean, excerpt, show_path
from grucli.files.whole_files import read_bytes
from grucli.values import dataclass

MAX_PROBLEMS = 100

_FLAG_NAMES = {"data.train": "DATA", "data.header": "--no-header"}
_SECTION_PATHS = tuple((section,) for section in SECTIONS)
_PATHS = (
    *(("data", key) for key in ("train", "valid", "test", "vocabulary")),
    ("model", "vectors"),
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A valid config with its history.

    Attributes:
        config: the values.
        origins: by dotted key, where the value comes from: a flag (`--seed`), `DATA`, `--set`,
            `environment GRUCLI_SEED`, `configs/x.yaml:12`, `argument` or `default`.
        notes: one line each, worth telling: what wins over the config file, that it is empty.
    """

    config: Config
    origins: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Entry:
    path: KeyPath
    value: Any
    origin: str
    is_from_file: bool = False


def resolve(
    *,
    config_path: str | None = None,
    environment: Mapping[str, str] | None = None,
    assignments: Sequence[str] = (),
    flags: Mapping[str, object] | None = None,
    arguments: Mapping[str, object] | None = None,
) -> Settings:
    """Merge and validate all that the user has said.

    Args:
        config_path: a YAML file; data paths in it are relative to it.
        environment: `os.environ` or less; read are `GRUCLI_TASK`, `GRUCLI_SEED` and
            `GRUCLI_SECTION__KEY`; what is nearly one of them is a problem.
        assignments: what stands behind each `--set`, as `training.epochs=3`; the last one counts.
        flags: values of the command line by dotted key; None is a flag that was not given.
        arguments: values of a calling program by dotted key.

    Raises:
        ConfigError: one line for every problem: place, dotted key, what is wrong.
        AccessError: the config file is missing or unreadable.
    """
    given = sorted((environment or {}).items())
    readers: list[Callable[[], list[_Entry]]] = [
        *([partial(_from_file, config_path)] if config_path is not None else []),
        *(partial(_from_variable, name, text) for name, text in given),
        *(partial(_from_assignment, assignment) for assignment in assignments),
        *(partial(_from_flag, key, value) for key, value in (flags or {}).items()),
        *(partial(_from_argument, key, value) for key, value in (arguments or {}).items()),
    ]
    entries, problems = _gather(readers)
    winners = {entry.path: entry for entry in entries}
    config = _validate(winners, problems)
    origins = {path: winners[path].origin if path in winners else "default" for path in KEYS}
    return Settings(
        config=_with_paths_beside(config_path or "", config, winners),
        origins={".".join(path): origin for path, origin in origins.items()},
        notes=_notes(config_path, entries, winners),
    )


def _gather(readers: Iterable[Callable[[], list[_Entry]]]) -> tuple[list[_Entry], list[str]]:
    entries: list[_Entry] = []
    problems: list[str] = []
    for read in readers:
        try:
            entries += read()
        except ConfigError as error:
            problems += error.problems
    return entries, problems


# Sources


def _from_file(path: str) -> list[_Entry]:
    document = parse(read_bytes(path, MOST_READ, ConfigError), path)
    return [
        _Entry(
            path=place,
            value=value,
            origin=f"{show_path(path)}:{document.lines[place]}",
            is_from_file=True,
        )
        for place, value in _leaves(document.values)
    ]


def _from_variable(name: str, text: str) -> list[_Entry]:
    origin = f"environment {excerpt(name)}"
    if name in env_names.NAMES:
        return [_parsed(text, env_names.NAMES[name], origin)]
    if complaint := env_names.complaint(name):
        raise ConfigError(f"{origin}  {complaint}")
    return []


def _from_assignment(assignment: str) -> list[_Entry]:
    dotted, equals, text = assignment.partition("=")
    if not equals or not dotted.strip():
        raise ConfigError(f"--set: must be key=value, got '{excerpt(assignment)}'")
    entry = _parsed(text, _path(dotted), "--set")
    if len(entry.path) == 2:
        return [entry]
    return [replace(entry, path=p, value=v) for p, v in _leaves({dotted: entry.value})]


def _from_flag(dotted: str, value: object) -> list[_Entry]:
    path = _path(dotted)
    origin = _FLAG_NAMES.get(dotted, f"--{path[-1].replace('_', '-')}")
    return [] if value is None else [_Entry(path=path, value=value, origin=origin)]


def _from_argument(dotted: str, value: object) -> list[_Entry]:
    return [_Entry(path=_path(dotted), value=value, origin="argument")]


def _parsed(text: str, path: KeyPath, origin: str) -> _Entry:
    entry = _Entry(path=path, value=None, origin=origin)
    try:
        return replace(entry, value=parse_value(text))
    except ConfigError as error:
        raise ConfigError(*(_line(entry, problem) for problem in error.problems)) from None


def _path(dotted: str) -> KeyPath:
    section, dot, key = dotted.partition(".")
    return (section, key) if dot and section in SECTIONS else (dotted,)


def _leaves(values: Mapping[str, Value]) -> Iterator[tuple[KeyPath, Value]]:
    for name, value in values.items():
        if name in SECTIONS and isinstance(value, dict):
            yield from (((name, key), item) for key, item in value.items())
        elif name not in SECTIONS or value is not None:  # a section may stand empty
            yield (name,), value


# Validation


def _validate(winners: Mapping[KeyPath, _Entry], problems: Iterable[str]) -> Config:
    """Return the config, or raise `problems` and all that validation finds."""
    invalid: Iterable[str] = ()
    problems = [
        *problems,
        *(_line(e, "unknown key") for p, e in winners.items() if not _is_text(p)),
    ]
    winners = {path: entry for path, entry in winners.items() if _is_text(path)}
    try:
        config = Config.model_validate(_nest(winners))
    except ValidationError as error:
        invalid = _invalid(error, winners)
    found = [*islice(chain(problems, _misplaced(winners), invalid), MAX_PROBLEMS + 1)]
    if found:
        raise ConfigError(*found[:MAX_PROBLEMS], *["and more" for _ in found[MAX_PROBLEMS:]])
    return config


def _is_text(path: KeyPath) -> bool:
    """Tell whether a key is Unicode; bytes of the command line need not be."""
    return all(name.isascii() or name.encode(errors="ignore").decode() == name for name in path)


def _nest(winners: Mapping[KeyPath, _Entry]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, entry in winners.items():
        if len(path) == 2:
            nested.setdefault(path[0], {})[path[1]] = entry.value
        elif path[0] not in SECTIONS:
            nested[path[0]] = entry.value
    return nested


def _misplaced(winners: Mapping[KeyPath, _Entry]) -> Iterator[str]:
    for section in SECTIONS:
        if entry := winners.get((section,)):
            yield _line(entry, f"must be a section of keys, got {describe(entry.value)}")


def _invalid(error: ValidationError, winners: Mapping[KeyPath, _Entry]) -> Iterator[str]:
    details: dict[KeyPath, Any] = {}
    for detail in error.errors(include_url=False):
        names = tuple(str(name) for name in detail["loc"])
        details.setdefault(names[: 2 if names[0] in SECTIONS else 1], detail)
    for path, entry in winners.items():
        if path in details:
            yield _line(entry, _complaint(details[path], entry))


def _complaint(detail: Mapping[str, Any], entry: _Entry) -> str:
    if detail["type"] == "extra_forbidden":
        return f"unknown key{_suggestion(entry.path)}"
    if detail["type"] == "value_error" and str(detail["ctx"]["error"]):
        return str(detail["ctx"]["error"])
    return f"must be {expectation(entry.path)}, got {describe(entry.value)}"


def _suggestion(path: KeyPath) -> str:
    name = path[-1].rpartition(".")[2]
    elsewhere = [".".join(key) for key in KEYS if key[-1] == name]
    siblings = [key[-1] for key in (*KEYS, *_SECTION_PATHS) if key[:-1] == path[:-1]]
    near = did_you_mean(elsewhere[0] if elsewhere else path[-1], elsewhere or siblings)
    return near or f"; grucli {__version__} has none like it"


def _line(entry: _Entry, problem: str) -> str:
    return f"{entry.origin}  {'.'.join(excerpt(name) for name in entry.path)}  {problem}"


# After validation


def _with_paths_beside(file: str, config: Config, winners: Mapping[KeyPath, _Entry]) -> Config:
    """Return `config` with the data paths that `file` names taken relative to it."""
    for section, key in _PATHS:
        part = getattr(config, section)
        entry, value = winners.get((section, key)), getattr(part, key)
        if entry and entry.is_from_file and isinstance(value, str) and value != "-":
            part = part.model_copy(update={key: _beside(file, value)})
            config = config.model_copy(update={section: part})
    return config


def _beside(file: str, path: str) -> str:
    """Return `path` as seen from the folder of `file`, relative to where we are if it is below."""
    if os.path.isabs(path):
        return path
    resolved = os.path.realpath(os.path.join(os.path.dirname(file), path))
    below = os.path.relpath(resolved)
    return resolved if below.startswith(os.pardir) else below


def _notes(
    file: str | None, entries: Sequence[_Entry], winners: Mapping[KeyPath, _Entry]
) -> tuple[str, ...]:
    in_file = [entry for entry in entries if entry.is_from_file]
    if file is not None and not in_file:
        return (f"{show_path(file)}: sets nothing, all defaults stay",)
    return tuple(
        f"{'.'.join(lost.path)}: {describe(won.value)} of {won.origin}"
        f" wins over {describe(lost.value)} of {lost.origin}"
        for lost in in_file
        if (won := winners[lost.path]).value != lost.value
    )
