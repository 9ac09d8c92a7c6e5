"""The config in words: its JSON Schema, the table of its keys, what a value must be.

All of it is generated from the schema, so that none of it can differ from what is validated.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from grucli.config import schema as declared
from grucli.config.kinds import JsonSchema
from grucli.config.schema import KEYS, SECTIONS, Config
from grucli.config.strict_yaml import KeyPath


@cache
def json_schema() -> JsonSchema:
    """Return the JSON Schema (draft 2020-12) of a config file, for editors.

    It is generated once: the words on each of the keys are found in it.
    """
    found = Config.model_json_schema()
    classes = {Config.__name__: found, **found["$defs"]}
    for (name, key), meaning in _meanings():
        properties = classes[name]["properties"]
        properties[key] = dict(sorted({**properties[key], "description": meaning}.items()))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "grucli config",
    }


def _meanings() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield class and name of each key with the text that stands below it in the source.

    Pydantic could look for it, but would do so at each start, and few runs need it.
    """
    tree = ast.parse(inspect.getsource(declared))
    for part in (part for part in tree.body if isinstance(part, ast.ClassDef)):
        for key, below in pairwise(part.body):
            match key, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    yield (part.name, name), inspect.cleandoc(text)


def reference() -> str:
    """Return a Markdown table of all keys: their values, defaults and meaning."""
    rows = ["| key | values | default | meaning |", "|---|---|---|---|"]
    for path in KEYS:
        schema = _schema_of(path)
        default = "" if schema["default"] is None else f"`{_literal(schema['default'])}`"
        meaning = " ".join(schema["description"].split())
        rows.append(f"| `{'.'.join(path)}` | {expectation(path)} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def expectation(path: KeyPath) -> str:
    """Return what the value of a key must be: `a whole number from 1 to 8`, `gru or rnn`."""
    schema = {**_schema_of(path)}
    del schema["description"]  # the key's; those below it say what a value must be
    *others, last = dict.fromkeys(_alternatives(schema))
    return f"{', '.join(others)} or {last}" if others else last


def choices(path: KeyPath) -> list[str]:
    """Return the words that the value of a key may be; none where it may be any."""
    return list(dict.fromkeys(_words(_schema_of(path))))


def _words(schema: JsonSchema) -> Iterator[str]:
    for part in schema.get("anyOf", ()):
        yield from _words(part)
    yield from schema.get("enum", ())
    if "const" in schema:
        yield _literal(schema["const"])
    if schema.get("type") == "boolean":
        yield from ("true", "false")


@cache
def _schema_of(path: KeyPath) -> JsonSchema:
    schema: JsonSchema = json_schema()
    if len(path) == 2:
        schema = schema["$defs"][SECTIONS[path[0]].__name__]
    found: JsonSchema = schema["properties"][path[-1]]
    return found


def _alternatives(schema: JsonSchema) -> Iterator[str]:
    if "description" in schema:
        yield schema["description"]
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from _alternatives(part)
    elif "enum" in schema:
        yield from schema["enum"]
    elif "const" in schema:
        yield _literal(schema["const"])
    elif schema["type"] == "boolean":
        yield from ("true", "false")
    elif schema["type"] != "null":
        yield _range(schema)


def _range(schema: JsonSchema) -> str:
    kind = {"integer": "a whole number", "number": "a number"}[schema["type"]]
    if "minimum" in schema and "maximum" in schema:
        return f"{kind} from {schema['minimum']:.12g} to {schema['maximum']:.12g}"
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    bounds = (f"{words[name]} {schema[name]:.12g}" for name in words if name in schema)
    return f"{kind} {' and '.join(bounds)}"


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
