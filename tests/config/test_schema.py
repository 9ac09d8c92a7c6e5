"""What each key of a config may say: bounds, types, names, defaults.

Covers: config/kinds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grucli.config.resolve import resolve
from grucli.config.schema import KEYS, SECTIONS, Config
from grucli.errors import ConfigError
from tests.config.helpers import problems, schema_of, settings


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for one in schema.get("anyOf", [schema]) for part in one.get("anyOf", [one])]


def violations(schema: dict[str, Any]) -> list[object]:
    """Return a value beyond each bound of a schema, and one of each type it does not take."""
    step = 1 if schema.get("type") == "integer" else 1e-9
    beyond: dict[str, Callable[[Any], object]] = {
        "minimum": lambda bound: bound - step,
        "exclusiveMinimum": lambda bound: bound,
        "maximum": lambda bound: bound + max(step, bound * 1e-9),
        "exclusiveMaximum": lambda bound: bound,
        "minLength": lambda _: "",
        "minItems": lambda _: [],
        "minProperties": lambda _: {},
        "uniqueItems": lambda _: [schema["items"].get("enum", ["x"])[0]] * 2,
        "additionalProperties": lambda inner: {"label": violations(inner)[0]},
    }
    found = [make(schema[name]) for name, make in beyond.items() if name in schema]
    return [int(v) if step == 1 and isinstance(v, float) else v for v in found]


def of_no_kind(schema: dict[str, Any]) -> list[object]:
    samples: dict[str, list[object]] = {
        "boolean": [True],
        "integer": [10**25],
        "number": [float("nan"), float("inf"), -1e300],
        "string": ["neither, nor"],
        "array": [["x"], [[]], [1]],
        "object": [{"label": "x"}, {"label": True}, {"label": None}],
    }
    text = any("enum" not in part and part.get("type") == "string" for part in alternatives(schema))
    types = {part["type"] for part in alternatives(schema) if "enum" not in part and "type" in part}
    taken = types | ({"string", "integer"} if text else set())
    return [value for kind, values in samples.items() if kind not in taken for value in values]


CASES = [
    (path, value)
    for path in KEYS
    for schema in [schema_of(path)]
    for value in [
        *(v for part in alternatives(schema) for v in violations(part)),
        *of_no_kind(schema),
    ]
]


@pytest.mark.parametrize(("path", "value"), CASES, ids=lambda part: str(part)[:40])
def test_each_bound_and_each_type_holds(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(flags={".".join(path): value})
    (problem,) = caught.value.problems
    assert f"  {'.'.join(path)}  must be " in problem
    assert ", got " in problem
    assert len(problem) <= 200


def test_each_bound_is_tried() -> None:
    assert len(CASES) > 200
    assert {path for path, _ in CASES} == set(KEYS)


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_each_named_value_each_inclusive_bound_and_each_default_is_accepted(
    path: tuple[str, ...],
) -> None:
    schema = schema_of(path)
    accepted = [
        schema["default"],
        *(v for part in alternatives(schema) for v in part.get("enum", [])),
    ]
    for part in alternatives(schema):
        accepted += [part[name] for name in ("minimum", "maximum", "const") if name in part]
    for value in accepted:
        flags = {"training.optimizer": "sgd"} | {".".join(path): value}  # momentum is for sgd
        found = resolve(flags=flags).config.model_dump(mode="json")
        for name in path:
            found = found[name]
        assert found in (value, [value]) or (value == "auto" and found is None)


def test_the_config_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        Config().seed = 1


@pytest.mark.parametrize("key", ["hidden_size", "bidirectional", "pooling"])
@pytest.mark.parametrize("written", ["auto", "null", "~", ""])
def test_auto_and_nothing_leave_the_choice_to_the_data(key: str, written: str) -> None:
    assert getattr(resolve(assignments=[f"model.{key}={written}"]).config.model, key) is None


@pytest.mark.parametrize(
    ("written", "character"),
    [
        ("tab", "\t"),
        (r"\t", "\t"),
        (r'"\t"', "\t"),
        ("','", ","),
        (";", ";"),
        ("pipe", "|"),
        ("，", "，"),
    ],
)
def test_delimiters_are_characters_or_their_names(written: str, character: str) -> None:
    assert resolve(assignments=[f"data.delimiter={written}"]).config.data.delimiter == character


@pytest.mark.parametrize("written", ["ab", "'\"'", r'"\n"', r'"\r"'])
def test_what_cannot_delimit_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="must be one character, tab"):
        resolve(assignments=[f"data.delimiter={written}"])


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "utf-8 "])
def test_encodings_are_those_that_turn_bytes_into_text(name: str) -> None:
    with pytest.raises(ConfigError, match=r"data\.encoding  must be an encoding"):
        resolve(flags={"data.encoding": f"{name}x" if name.endswith(" ") else name})


@pytest.mark.parametrize(
    ("given", "valid"),
    [("0.1", 0.1), (0.1, 0.1), ("0", 0.0), ("v.csv", "v.csv"), ("./0.1", "./0.1")],
)
def test_valid_is_a_share_or_a_path(given: object, valid: object) -> None:
    found = resolve(flags={"data.valid": given}).config.data.valid
    assert (found, type(found)) == (valid, type(valid))


def test_momentum_is_for_sgd_only(tmp_path: Path) -> None:
    assert settings(tmp_path, "training: {momentum: .9, optimizer: sgd}").config.training.momentum
    assert problems(tmp_path, "training: {momentum: .9}") == [
        "c.yaml:1  training.momentum  is for training.optimizer sgd only; delete it or choose sgd"
    ]


def test_nothing_is_no_number() -> None:
    with pytest.raises(ConfigError, match=r"--set  seed  must be a whole number .* got nothing"):
        resolve(assignments=["seed="])


def test_sections_and_keys_are_those_of_the_config() -> None:
    assert {"task", "preset", "seed", *SECTIONS} == set(Config.model_fields)


@pytest.mark.parametrize(
    ("written", "columns"),
    [("title", ("title",)), ("[title, 2]", ("title", "2")), ("3", ("3",)), ("auto", None)],
)
def test_the_text_is_one_column_or_several(written: str, columns: object) -> None:
    assert resolve(assignments=[f"data.text={written}"]).config.data.text == columns
