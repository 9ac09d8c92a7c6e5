"""YAML 1.2 without its traps: what is read, what is refused, and that nothing else happens.

Covers: config/yaml_events, config/yaml_text.
"""

import json
import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.config.resolve import resolve
from grucli.config.strict_yaml import MAX_FAULTS, Value, parse, parse_value
from grucli.config.yaml_text import MAX_BYTES
from grucli.errors import ConfigError
from tests.config.helpers import JSON_VALUES, problems_if_any


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode() if isinstance(text, str) else text, "c.yaml")
    return list(caught.value.problems)


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
    for text in ("9" * 5000, "0." + "1" * 10_000, "1e" + "9" * 10_000):
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
        (b"#" * MAX_BYTES + b"\n", "c.yaml:1:1: larger than 32 KiB: not a config"),
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
    # 0.02 s where it was measured: this is no measure of speed, but what explodes takes minutes.
    assert time.process_time() - start < 5


def test_of_a_file_that_is_too_long_the_key_that_makes_it_so_is_named() -> None:
    weights = "".join(f"    'a long label of a class {n}': 0.00{n:04}\n" for n in range(1_500))
    text = f"task: classify\ntraining:\n  epochs: 3\n  class_weight:\n{weights}seed: 1\n"
    size = len("  class_weight:\n" + weights)
    assert faults(text) == [
        f"c.yaml:4:1: training.class_weight takes {size:,} bytes, 32,768 is the most of a config; "
        "shorten it"
    ]
    (listed,) = faults("data:\n  labels:\n" + "  - x\n" * 6_000 + "model:\n")
    assert listed.startswith("c.yaml:2:1: data.labels takes")
    (flow,) = faults("data: {labels: [" + "x, " * 12_000 + "]}\n")
    assert flow.startswith("c.yaml:1:1: data takes")


def test_keys_count_as_values_do() -> None:
    assert (
        len(parse("".join(f"k{n}: 1\n" for n in range(1_199)).encode(), "c.yaml").values) == 1_199
    )
    (problem,) = faults("".join(f"k{n}: 1\n" for n in range(1_200)))
    assert problem.endswith("more than 2,400 keys and values are not allowed")


def test_a_file_of_many_values_is_refused_while_it_is_read() -> None:
    assert faults("a: [" + "[]," * 9_000 + "]")[0].endswith(
        "more than 2,400 keys and values are not allowed"
    )


def test_of_many_faults_the_first_ones_are_told() -> None:
    *first, last = faults("a: &a x\nb: [" + "*a," * 900 + "]\n")
    assert len(first) == MAX_FAULTS
    assert first[1] == "c.yaml:2:5: aliases (*name) are not allowed"
    assert last.endswith("aliases (*name) are not allowed; more of the file is not read")


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
        assert are_lines(found)


def are_lines(problems: Iterable[str]) -> bool:
    """Tell whether each can be printed as one line of an error."""
    return all("\n" not in problem and len(problem) <= 200 for problem in problems)


def dumped(content: bytes) -> bytes:
    return json.dumps(parse(content, "c.yaml").values, ensure_ascii=False).encode()


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_assignments_give_settings_or_config_errors(text: str) -> None:
    assert are_lines(problems_if_any(lambda: resolve(assignments=[f"data.text={text}", text])))


@given(st.binary(max_size=60))
def test_bytes_give_values_or_config_errors(content: bytes) -> None:
    assert are_lines(problems_if_any(lambda: dumped(content)))


@given(JSON_VALUES)
def test_json_is_read_as_what_it_is(value: Value) -> None:
    assert parse_value(json.dumps(value, ensure_ascii=False)) == value
