"""What a config may say, where its values come from, and what is said when it is wrong."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.config.resolve import Config, Settings, json_schema, reference, resolve
from grucli.config.schema import KEYS, SECTIONS
from grucli.config.strict_yaml import Value, parse, parse_value
from grucli.errors import AccessError, ConfigError
from tests.documents import generated


def write(folder: Path, text: str) -> str:
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return str(folder / "c.yaml")


def settings(folder: Path, text: str) -> Settings:
    return resolve(config_path=write(folder, text))


def problems(folder: Path, text: str, **others: Any) -> list[str]:
    """Return the problems of a config file, without the folder in their places."""
    with pytest.raises(ConfigError) as caught:
        resolve(config_path=write(folder, text), **others)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode() if isinstance(text, str) else text, "c.yaml")
    return list(caught.value.problems)


def problems_if_any(read: Callable[[], object]) -> tuple[str, ...]:
    """Return what a ConfigError of `read` says; any other exception fails the test."""
    try:
        read()
    except ConfigError as error:
        return error.problems
    return ()


# Scalars and keys of YAML 1.2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("+1.5", 1.5),
        ("0", 0),
        ("-12", -12),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("'1'", "1"),
        ('"\\t"', "\t"),
    ],
)
def test_numbers_booleans_and_null_are_those_of_yaml_1_2(text: str, value: Value) -> None:
    found = parse_value(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [
        *("no", "on", "off", "yes", "y", "010", "1:30", "12:30:45", "2024-01-31", "1_000", "0x1f"),
        *("0o17", "0b1", "+1", "-0", ".inf", ".nan", "١", "1e", "1.2.3", "<<", "="),
    ],
)
def test_all_else_stays_text(text: str) -> None:
    assert parse_value(text) == text


def test_numbers_of_any_length_are_harmless() -> None:
    for text in ("9" * 5000, "0." + "1" * 100_000, "1e" + "9" * 100_000):
        assert parse_value(text) == text
    assert parse_value("1e400") == float("inf")


def test_mapping_keys_stay_as_written() -> None:
    text = "{yes: 3, 1: 2, 1.0: 4, 'no': 5, null: 6, 010: 7, a b: 8}"
    assert parse_value(text) == {
        "yes": 3, "1": 2, "1.0": 4, "no": 5, "null": 6, "010": 7, "a b": 8
    }  # fmt: skip


def test_lines_are_counted_for_every_key() -> None:
    document = parse(b"\xef\xbb\xbf# note\r\nseed: 1\r\n\r\nmodel:\r\n  cell: rnn\r\n", "c.yaml")
    assert document.values == {"seed": 1, "model": {"cell": "rnn"}}
    assert document.lines == {("seed",): 2, ("model",): 4, ("model", "cell"): 5}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "~"])
def test_an_empty_file_has_no_values(text: str) -> None:
    assert parse(text.encode(), "c.yaml").values == {}


# What the loader refuses


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "c.yaml:3:1: key 'a' stands already on line 1"),
        ("m:\n  a: 1\n  a: 1\n", "c.yaml:3:3: key 'a' stands already on line 2"),
        ("a: !!python/object/apply:os.system [ls]", "c.yaml:1:4: tags (!name) are not allowed"),
        ("a: !!int 3", "c.yaml:1:4: tags (!name) are not allowed"),
        ("a: ! 3", "c.yaml:1:4: tags (!name) are not allowed"),
        ("a: !x!y 3", "c.yaml:1:4: tags are not allowed"),
        ("!!str a: 3", "c.yaml:1:1: tags (!name) are not allowed"),
        ("a: &x 1", "c.yaml:1:4: anchors (&name) are not allowed"),
        ("m:\n  <<: {a: 1}", "c.yaml:2:3: merge keys (<<) are not allowed"),
        ("*x : 1", "c.yaml:1:1: aliases (*name) are not allowed"),
        ("[a]: 1", "c.yaml:1:1: a key must be text"),
        ("- 1", "c.yaml:1:1: expected 'key: value' lines, got [1]"),
        ("hello", "c.yaml:1:1: expected 'key: value' lines, got 'hello'"),
        ("a: 1\n---\nb: 2", "c.yaml:2:1: a second document is not allowed"),
        ("a:\n\tb: 1", "c.yaml:2:1: a tab is not allowed here; use spaces"),
        ("a: 1\n \tb: 1", "c.yaml:2:2: a tab is not allowed here; use spaces"),
        ("a: b: c", "c.yaml:1:5: unexpected ': '; put the value in quotes, or indent alike"),
        ("a: 1\nb: 'x\nc: 2\n", "c.yaml:2:4: the quotes that open here are never closed"),
        ("a: [1, 2\nb: 3\n", "c.yaml:1:4: the bracket that opens here is never closed"),
        ("m:\n   a: 1\n  b: 2", "c.yaml:3:3: does not line up with the lines above; indent alike"),
        ("a: @x", "c.yaml:1:4: put the value in quotes"),
        ("a: ,", "c.yaml:1:4: a value is missing; quote one that starts with , ] or }"),
        ("a: \x1b[0m", r"c.yaml:1:4: character \x1b is not allowed"),
        ("a: b\u2028c", r"c.yaml:1:5: character \u2028 is not allowed"),
        (r'a: "\ud800"', "c.yaml:1:4: an escape here is no character"),
        (r'a: "\0"', "c.yaml:1:4: an escape here is no character"),
        (r'a: "\UFFFFFFFF"', "c.yaml:1:2: a number or an escape near here is out of range"),
        (b"a: 1\nb: \xe9\n", "c.yaml:2:4: byte 0xe9 is not UTF-8; save it as UTF-8"),
        ("a: 1".encode("utf-16"), "c.yaml:1:1: looks like UTF-16; save it as UTF-8"),
        (b"#" * (1 << 20) + b"\n", "c.yaml:1:1: larger than 1 MiB: not a config"),
    ],
)
def test_refused(text: str | bytes, problem: str) -> None:
    assert faults(text) == [problem]


def test_faults_that_leave_the_structure_readable_are_told_together() -> None:
    assert faults("a: &x 1\nb: *x\na: !t 2\n") == [
        "c.yaml:1:4: anchors (&name) are not allowed",
        "c.yaml:2:4: aliases (*name) are not allowed",
        "c.yaml:3:1: key 'a' stands already on line 1",
        "c.yaml:3:4: tags (!name) are not allowed",
    ]


def test_twenty_levels_are_read_and_one_more_is_not() -> None:
    assert parse(b"a: " + b"[" * 20 + b"]" * 20, "c.yaml")
    assert faults("a: " + "[" * 21 + "]" * 21) == [
        "c.yaml:1:24: nesting deeper than 20 is not allowed"
    ]


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
MERGES = "m0: &m0 {k: 1}\n" + "".join(
    f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "bomb",
    [
        *("a: " + opener * 5000 for opener in ("[", "{", "[ ", "[\n", "- ", "? ", "[{a: ", "(")),
        "".join("  " * n + f"k{n}:\n" for n in range(500)),
        "a: " + "[" * 15 + "]" * 15,
        LAUGHS,
        MERGES,
    ],
)
def test_bombs_go_off_at_once(bomb: str) -> None:
    start = time.process_time()
    problems_if_any(lambda: parse(bomb.encode(), "c.yaml"))
    assert time.process_time() - start < 0.25  # 0.02 s where it was measured


def test_a_file_of_many_values_is_refused_while_it_is_read() -> None:
    assert faults("a: [" + "[]," * 300_000 + "]")[0].endswith(
        "more than 10000 values are not allowed"
    )


YAML_PIECES = st.sampled_from(
    [
        *"\n\t \r[]{}-?:,#&*!|>'\"%@`~\\<=.0a\0\x85\u2028\ufeff\ud800é",
        *("\n  ", ": ", "- ", "? ", "---", "...", "<<", "!!", "%YAML 1.", "%TAG ", '"\\x', '"\\U'),
        *("|+2", "model:", "seed: 1"),
    ]
)


@given(st.one_of(st.lists(YAML_PIECES, max_size=30).map("".join), st.text(max_size=60)))
def test_text_gives_values_or_config_errors(text: str) -> None:
    for content in (text.encode("utf-8", "surrogatepass"), text.encode("utf-16", "surrogatepass")):
        found = problems_if_any(lambda content=content: dumped(content))  # type: ignore[misc]
        assert all(problem.startswith("c.yaml:") for problem in found)
        assert all("\n" not in problem and len(problem) <= 200 for problem in found)


def dumped(content: bytes) -> bytes:
    return json.dumps(parse(content, "c.yaml").values, ensure_ascii=False).encode()


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_assignments_give_settings_or_config_errors(text: str) -> None:
    problems_if_any(lambda: resolve(assignments=[f"data.text={text}", text]))


@given(st.binary(max_size=60))
def test_bytes_give_values_or_config_errors(content: bytes) -> None:
    problems_if_any(lambda: dumped(content))


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.text("abcé中 :#-\"'", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab1:", max_size=3), inner),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_json_is_read_as_what_it_is(value: Value) -> None:
    assert parse_value(json.dumps(value, ensure_ascii=False)) == value


@given(
    st.dictionaries(
        st.sampled_from([*(".".join(path) for path in KEYS), "x", "model", "data.trian", ""]),
        JSON_VALUES | st.floats() | st.text(max_size=5),
        max_size=6,
    )
)
def test_values_of_any_kind_give_settings_or_config_errors(flags: dict[str, object]) -> None:
    found = problems_if_any(lambda: resolve(flags=flags).config.model_dump_json())
    assert all("\n" not in problem and len(problem) <= 200 for problem in found)


# The schema


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for one in schema.get("anyOf", [schema]) for part in one.get("anyOf", [one])]


def schema_of(path: tuple[str, ...]) -> dict[str, Any]:
    whole = json_schema()
    properties = whole["properties"]
    if len(path) == 2:
        reference_to_section = properties[path[0]]["$ref"].rpartition("/")[2]
        properties = whole["$defs"][reference_to_section]["properties"]
    found: dict[str, Any] = properties[path[-1]]
    return found


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
        resolve(flags={".".join(path): value, "training.optimizer": "sgd"})


def test_json_schema_describes_every_key_and_closes_every_section() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert [schema, *schema["$defs"].values()] == [
        part | {"additionalProperties": False} for part in [schema, *schema["$defs"].values()]
    ]
    for path in KEYS:
        assert {"description", "default", "title"} <= set(schema_of(path))
    assert schema_of(("data", "max_length"))["default"] == "auto"
    json.dumps(schema, allow_nan=False)


def test_reference_has_one_row_for_each_key() -> None:
    header, _, *rows = reference().splitlines()
    assert header == "| key | values | default | meaning |"
    assert [row.split("`")[1] for row in rows] == [".".join(path) for path in KEYS]
    assert all(row.count("|") == 5 for row in rows)
    assert (
        "| `model.num_layers` | a whole number from 1 to 8 | `1` | Recurrent layers on top of each"
        " other. |"
    ) in rows


def test_the_config_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        Config().seed = 1


def test_a_dump_of_a_config_is_a_config() -> None:
    flags = {"model.pooling": ["last", "max"], "training.class_weight": {"yes": 2}}
    config = resolve(flags=flags).config
    assert Config.model_validate(json.loads(config.model_dump_json())) == config


# Kinds of values


def test_a_config_says_what_it_means(tmp_path: Path) -> None:
    config = settings(
        tmp_path,
        """
task: classify
data:
  text: 010
  label: 2
  delimiter: tab
  encoding: gb18030
  max_length: auto
model:
  pooling: mean
  dropout: 0
training:
  learning_rate: 1e-3
  patience: off
  class_weight: {yes: 3, 1: 2, 1.0: .5}
""",
    ).config
    assert config.task == "classify"
    assert (config.data.text, config.data.label, config.data.delimiter) == (("010",), "2", "\t")
    assert config.data.max_length is None
    assert config.model.pooling == ("mean",)
    assert config.model.dropout == 0.0
    assert isinstance(config.model.dropout, float)
    assert config.training.learning_rate == 0.001
    assert config.training.patience == "off"
    assert config.training.class_weight == {"yes": 3.0, "1": 2.0, "1.0": 0.5}


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


@pytest.mark.parametrize("task", ["multilabel", "regress", "tag"])
def test_later_tasks_are_refused_by_name(tmp_path: Path, task: str) -> None:
    assert problems(tmp_path, f"task: {task}") == [
        f"c.yaml:1  task  '{task}' is not available yet; use classify"
    ]


def test_momentum_is_for_sgd_only(tmp_path: Path) -> None:
    assert settings(tmp_path, "training: {momentum: .9, optimizer: sgd}").config.training.momentum
    assert problems(tmp_path, "training: {momentum: .9}") == [
        "c.yaml:1  training.momentum  is for training.optimizer sgd only; delete it or choose sgd"
    ]


def test_nothing_is_no_number() -> None:
    with pytest.raises(ConfigError, match=r"--set  seed  must be a whole number .* got nothing"):
        resolve(assignments=["seed="])


# Every problem at once


def test_every_problem_is_told_with_its_place(tmp_path: Path) -> None:
    text = """
sed: 3
epochs: 3
model:
  hiden_size: 64
  num_layers: many
  hidden_size: 1e9
training:
  patience: no
  hidden_size: 3
  class_weight: {spam: -1}
  zzz: 1
data: 7
"""
    environment = {"GRUCLI_MODLE__CELL": "rnn", "GRUCLI_SEED": "x", "GRUCLI_TASK": "*a"}
    assert problems(
        tmp_path,
        text,
        environment=environment,
        assignments=["model.cell", "model.cell=lstm", "training.epochs=[", "foo.bar=1"],
        flags={"training.batch_size": 0},
    ) == [
        "environment GRUCLI_MODLE__CELL  unknown key; did you mean 'GRUCLI_MODEL__CELL'?",
        "environment GRUCLI_TASK  task  aliases (*name) are not allowed",
        "--set: must be key=value, got 'model.cell'",
        "--set  training.epochs  a value is missing; quote one that starts with , ] or }",
        "c.yaml:13  data  must be a section of keys, got 7",
        "c.yaml:2  sed  unknown key; did you mean 'seed'?",
        "c.yaml:3  epochs  unknown key; did you mean 'training.epochs'?",
        "c.yaml:5  model.hiden_size  unknown key; did you mean 'hidden_size'?",
        "c.yaml:6  model.num_layers  must be a whole number from 1 to 8, got 'many'",
        "c.yaml:7  model.hidden_size  must be a whole number from 1 to 4096 or auto,"
        " got 1000000000.0",
        "c.yaml:9  training.patience  must be a whole number from 1 to 100000, off or auto,"
        " got 'no'",
        "c.yaml:10  training.hidden_size  unknown key; did you mean 'model.hidden_size'?",
        "c.yaml:11  training.class_weight  must be none, balanced or a mapping of label to a weight"
        ' above 0 and at most 1000000, got {"spam": -1}',
        "c.yaml:12  training.zzz  unknown key; grucli 0.1.0 has none like it",
        "environment GRUCLI_SEED  seed  must be a whole number from 0 to 4294967295, got 'x'",
        "--set  model.cell  must be gru, gru_before or rnn, got 'lstm'",
        "--set  foo.bar  unknown key; grucli 0.1.0 has none like it",
        "--batch-size  training.batch_size  must be a whole number from 1 to 65536 or auto, got 0",
    ]


def test_problems_beyond_a_hundred_are_only_mentioned(tmp_path: Path) -> None:
    found = problems(tmp_path, "".join(f"k{n}: 1\n" for n in range(4000)))
    assert len(found) == 101
    assert found[-1] == "and more"


def test_hostile_text_is_shown_harmless(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'model: {cell: "\\e]0;x\\a[red]\\u202e' + "x" * 99 + '"}')
    assert r"got '\x1b]0;x\x07[red]\u202e" in problem
    assert len(problem) < 120


def test_a_syntax_error_hides_no_problem_elsewhere(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: b: c", flags={"seed": -1}) == [
        "c.yaml:1:5: unexpected ': '; put the value in quotes, or indent alike",
        "--seed  seed  must be a whole number from 0 to 4294967295, got -1",
    ]


# Where values come from


def test_flag_over_set_over_environment_over_file_over_default(tmp_path: Path) -> None:
    path = write(tmp_path, "seed: 1\n")
    sources: list[tuple[dict[str, Any], int, str]] = [
        ({}, 0, "default"),
        ({"config_path": path}, 1, f"{path}:1"),
        ({"environment": {"GRUCLI_SEED": "2"}}, 2, "environment GRUCLI_SEED"),
        ({"assignments": ["seed=9", "seed=3"]}, 3, "--set"),
        ({"flags": {"seed": 4}}, 4, "--seed"),
    ]
    given: dict[str, Any] = {}
    for source, seed, origin in sources:
        given |= source
        found = resolve(**given)
        assert (found.config.seed, found.origins["seed"]) == (seed, origin)


def test_every_key_has_an_origin() -> None:
    found = resolve(flags={"data.train": "a.csv", "data.header": False, "seed": None})
    assert set(found.origins) == {".".join(path) for path in KEYS}
    assert {key: origin for key, origin in found.origins.items() if origin != "default"} == {
        "data.train": "DATA",
        "data.header": "--no-header",
    }


@pytest.mark.parametrize("path", [path for path in KEYS if path != ("preset",)], ids=".".join)
def test_every_key_has_a_variable(path: tuple[str, ...]) -> None:
    name = f"GRUCLI_{'__'.join(path).upper()}"
    with pytest.raises(ConfigError, match=f"^environment {name}  {'.'.join(path)}  must be"):
        resolve(environment={name: "[[]]"})


@pytest.mark.parametrize(
    "name",
    [
        "GRUCLI_DEBUG",
        "GRUCLI_DATA",
        "GRUCLI_DATA_DIR",
        "GRUCLI_DATA_FILE",
        "GRUCLI_HOME",
        "GRUCLI_MODEL",
        "GRUCLI_MODEL_PATH",
        "GRUCLI_TEST",
        "GRUCLI_VERSION",
        "GRUCLI_",
        "GRUCLI",
        "SEED",
        "TRAINING__EPOCHS",
        "MY_GRUCLI_SEED",
        "_GRUCLI__X",
    ],
)
def test_a_variable_that_is_near_to_no_key_is_anybodys(name: str) -> None:
    found = resolve(environment={name: "["})
    assert set(found.origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GRUCLI_TRAINING_EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI__TRAINING__EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING___EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING__EPOCS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING_EPOCS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRIANING__EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("grucli_training__epochs", "GRUCLI_TRAINING__EPOCHS"),
        ("Grucli_Training__Epochs", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_BATCH_SIZE", "GRUCLI_TRAINING__BATCH_SIZE"),
        ("GRUCLI_MODEL_HIDDENSIZE", "GRUCLI_MODEL__HIDDEN_SIZE"),
        ("GRUCLI_DATA_TRAIN", "GRUCLI_DATA__TRAIN"),
        ("GRUCLI_MODLE__CELL", "GRUCLI_MODEL__CELL"),
        ("GRUCLI_model__cell", "GRUCLI_MODEL__CELL"),
        ("GRUCLI_SEEED", "GRUCLI_SEED"),
        ("GRUCLI_SED", "GRUCLI_SEED"),
        ("GRUCLI_seed", "GRUCLI_SEED"),
        ("GRUCLI_TAKS", "GRUCLI_TASK"),
    ],
)
def test_a_variable_that_is_nearly_a_key_is_refused_with_its_right_name(
    name: str, meant: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(environment={name: "1"})
    assert caught.value.problems == (f"environment {name}  unknown key; did you mean '{meant}'?",)


@pytest.mark.parametrize("path", [path for path in KEYS if len(path) == 2], ids=".".join)
def test_one_underscore_too_few_is_told_of_every_key(path: tuple[str, ...]) -> None:
    meant = f"GRUCLI_{'__'.join(path).upper()}"
    name = f"GRUCLI_{'_'.join(path).upper()}"
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        resolve(environment={name: "1"})


def test_the_preset_has_no_variable() -> None:
    with pytest.raises(ConfigError, match=r"^environment GRUCLI_PRESET .* --set preset=VALUE$"):
        resolve(environment={"GRUCLI_PRESET": "plain"})


@pytest.mark.parametrize("name", ["GRUCLI_MODEL__X", "GRUCLI_X__Y"])
def test_an_unknown_variable_of_a_section_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^environment {name}  unknown key"):
        resolve(environment={name: "1"})


def test_whole_sections_can_be_set() -> None:
    found = resolve(assignments=["model={cell: rnn, num_layers: 2}", "model.num_layers=3"])
    assert (found.config.model.cell, found.config.model.num_layers) == ("rnn", 3)


def test_what_stands_in_place_of_a_section_hides_no_key_in_it(tmp_path: Path) -> None:
    assert problems(tmp_path, "model: {cel: rnn}", assignments=["model=3"]) == [
        "--set  model  must be a section of keys, got 3",
        "c.yaml:1  model.cel  unknown key; did you mean 'cell'?",
    ]


def test_what_wins_over_the_file_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "seed: 1\nmodel:\n  cell: rnn\n  num_layers: 2\n")
    found = resolve(
        config_path=path,
        environment={"GRUCLI_SEED": "5"},
        assignments=["model.cell=gru"],
        flags={"model.num_layers": 2},
    )
    assert [note.replace(path, "c.yaml") for note in found.notes] == [
        "seed: 5 of environment GRUCLI_SEED wins over 1 of c.yaml:1",
        "model.cell: 'gru' of --set wins over 'rnn' of c.yaml:3",
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "model:\ntraining:\n"])
def test_a_file_that_sets_nothing_says_so(tmp_path: Path, text: str) -> None:
    found = settings(tmp_path, text)
    assert found.config == Config()
    assert [note.endswith("c.yaml: sets nothing, all defaults stay") for note in found.notes] == [
        True
    ]


def test_paths_of_the_file_are_relative_to_it_and_others_are_not(tmp_path: Path) -> None:
    path = write(tmp_path, "data: {train: ../t.csv, valid: v.csv}")
    data = resolve(config_path=path).config.data
    assert (data.train, data.valid) == (f"{tmp_path.parent}/t.csv", f"{tmp_path}/v.csv")
    data = resolve(
        config_path=path, environment={"GRUCLI_DATA__TRAIN": "t.csv"}, flags={"data.valid": "v.csv"}
    ).config.data
    assert (data.train, data.valid) == ("t.csv", "v.csv")


def test_paths_below_the_current_folder_are_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    write(tmp_path / "configs", "data: {train: ../data/t.csv, valid: v.csv}")
    monkeypatch.chdir(tmp_path)
    [path] = (tmp_path / "configs").iterdir()
    data = resolve(config_path=f"configs/{path.name}").config.data
    assert (data.train, data.valid) == ("data/t.csv", "configs/v.csv")


@pytest.mark.parametrize(
    ("written", "found"),
    [("/abs/t.csv", "/abs/t.csv"), ("'-'", "-"), ("~/t", "{}/~/t"), ("$X", "{}/$X")],
)
def test_paths_are_taken_as_they_stand(tmp_path: Path, written: str, found: str) -> None:
    data = settings(tmp_path, f"data: {{train: {written}, valid: 0.2}}").config.data
    assert data.train == found.format(tmp_path)
    assert data.valid == 0.2


def test_a_missing_file_is_a_matter_of_access(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="no such file"):
        resolve(config_path=str(tmp_path / "none.yaml"))
    with pytest.raises(AccessError):
        resolve(config_path=str(tmp_path))


def test_a_file_over_a_mebibyte_is_a_matter_of_the_config(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "#" * (1 << 20) + "\n")
    assert "too large" in problem


@pytest.mark.parametrize("assignment", ["\ud800=", "\udcff=1", "model.\udcff=2", "\udcff.x=3"])
def test_a_key_of_bytes_that_are_no_text_is_unknown(assignment: str) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        resolve(assignments=[assignment])


def test_sections_and_keys_are_those_of_the_config() -> None:
    assert {"task", "preset", "seed", *SECTIONS} == set(Config.model_fields)


@pytest.mark.parametrize(
    ("written", "columns"),
    [("title", ("title",)), ("[title, 2]", ("title", "2")), ("3", ("3",)), ("auto", None)],
)
def test_the_text_is_one_column_or_several(written: str, columns: object) -> None:
    assert resolve(assignments=[f"data.text={written}"]).config.data.text == columns


def test_the_schema_for_editors_is_the_one_that_validates() -> None:
    assert generated.SCHEMA.read_text(encoding="utf-8") == generated.schema()
    for path in generated.SCHEMA.parent.glob("*.yaml"):
        modeline = path.read_text(encoding="utf-8").partition("\n")[0]
        assert modeline == f"# yaml-language-server: $schema={generated.SCHEMA.name}"
