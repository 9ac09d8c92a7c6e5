"""Where elements of lists begin and end in JSON that arrives in any pieces."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms.json_scanner import ListScanner, ScanError

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
OBJECTS = st.lists(st.dictionaries(st.text(), VALUES), min_size=1, max_size=4)


def elements(text: str, step: int, **options: Any) -> list[tuple[Any, int, str]]:
    """Return what is taken of a text that comes in pieces of `step` characters."""
    found: list[tuple[Any, int, str]] = []
    scanner = ListScanner(lambda *one: found.append(one), **options)
    for at in range(0, len(text), step):
        scanner.feed(text[at : at + step])
    scanner.feed("", is_last=True)
    return found


@given(
    objects=OBJECTS,
    path=st.sampled_from([(), ("rows",), ("a", "b")]),
    indent=st.sampled_from([None, 0, 2]),
    is_ascii=st.booleans(),
    step=st.sampled_from([1, 2, 7, 10_000]),
)
def test_elements_are_what_json_reads(
    objects: list[Any], path: tuple[str, ...], indent: int | None, is_ascii: bool, step: int
) -> None:
    document: Any = objects
    for key in reversed(path):
        document = {"n": 1, key: document, "z": [[1], "]"]}
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii)
    found = [one for one in elements(text, step) if one[0] == path]
    assert [json.loads(one) for *_, one in found] == objects
    for _, line, one in found:
        assert one.split("\n")[0] in text.split("\n")[line - 1]
    again = elements(text + "\n" + text, step, are_records=True)
    assert [json.loads(one) for *_, one in again] == [document, document]
    assert [line for _, line, _ in again] == [1, 2 + text.count("\n")]


@pytest.mark.parametrize("step", [1, 100])
@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('[{"a":1},\n]', 2, "a value is due, not ]"),
        ('[{"a":1}\n\n{"b":1}]', 3, ", or ] is due, not {"),
        ('[{"a":1}', 1, "it ends before its last bracket"),
        ('[{"a":"x\\', 1, "it ends before its last bracket"),
        ('[{"a":"x\n"}]', 1, "a string does not close on its line"),
        ('{"a":1,}', 1, '" is due, not }'),
        ('{"a" 1}', 1, ": is due, not 1"),
        ('[{"a":1}]\nx', 2, "a document begins with [ or {"),
    ],
)
def test_what_breaks_is_told_with_its_line(text: str, line: int, problem: str, step: int) -> None:
    with pytest.raises(ScanError, match=problem.replace("[", "\\[")) as caught:
        elements(text, step)
    assert caught.value.line == line


def test_an_element_is_taken_before_what_follows_it() -> None:
    found: list[str] = []
    scanner = ListScanner(lambda path, line, text: found.append(text))
    scanner.feed('[{"a": 1}')
    assert found == ['{"a": 1}']
    assert (scanner.begun, scanner.documents) == (1, 0)


def test_of_an_endless_element_only_a_stump_is_kept() -> None:
    text = '[{"a": "' + "x" * 10_000 + '"}, {"b": 1}]'
    assert [len(one) for *_, one in elements(text, 100, longest=1000)] == [1001, 8]


def test_lists_deep_within_objects_are_passed_over() -> None:
    deep = '{"a":' * 5000 + '[{"b": 1}]' + "}" * 5000
    assert elements(deep, 100) == []
