"""Keys of objects within objects."""

import json
from typing import Any

import pytest

from grucli.data.records import Remembered
from tests.data.reading import problem, read, texts

ROWS = [{"id": k, "doc": {"body": f"what {k} said"}, "tag": {"is": "ab"[k % 2]}} for k in range(8)]
LINES = "\n".join(map(json.dumps, ROWS))


def test_keys_with_dots_are_found_and_may_be_named() -> None:
    source, records = read(LINES, "a.jsonl")
    assert (source.text, source.label) == ("doc.body", "tag.is")
    assert texts(records)[1] == ("what 1 said", "b")
    source, _ = read(LINES, "a.jsonl", text="doc.body", label="id")
    assert (source.text, source.label) == ("doc.body", "id")
    known = source.remembered
    _, records = read(LINES, "-x", needs_label=False, remembered=known)
    assert [one.text for one in records] == [row["doc"]["body"] for row in ROWS]
    assert list(records[0].cells)[source.columns.index("doc.body")] == "what 0 said"


def test_a_path_may_count_elements_of_a_list() -> None:
    rows = [{"text": "a b", "marks": [{"by": "x", "is": "good"}, {"is": "bad"}]}] * 2
    data = "\n".join(map(json.dumps, rows))
    assert texts(read(data, "a.jsonl", label="marks.0.is")[1]) == [("a b", "good")] * 2
    assert texts(read(data, "a.jsonl", label="marks.1.is")[1]) == [("a b", "bad")] * 2
    assert "no column 'marks.2.is'" in problem(data, "a.jsonl", label="marks.2.is")


def test_a_key_with_a_dot_of_its_own_stays_one() -> None:
    rows = [{"a.text": f"what {k}", "a": {"text": "no"}, "label": "xy"[k % 2]} for k in range(4)]
    _, records = read("\n".join(map(json.dumps, rows)), "a.jsonl", text="a.text", label="label")
    assert [one.text for one in records] == ["what 0", "what 1", "what 2", "what 3"]


def test_what_stands_beside_text_and_label_changes_nothing() -> None:
    rows = [{"text": f"what {k}", "label": "ab"[k % 2], "meta": {"label": "z"}} for k in range(4)]
    source, _ = read("\n".join(map(json.dumps, rows)), "a.jsonl")
    assert source.columns == ("text", "label", "meta")
    assert source.findings[-1] == "left out beside the text: meta (no strings)"
    rows = [{"said": f"what {k}", "stars": k % 3, "meta": {"lang": "ab"[k % 2]}} for k in range(9)]
    source, _ = read("\n".join(map(json.dumps, rows)), "a.jsonl")
    assert (source.text, source.label) == ("said", "stars")
    one = '{"tokens": ["a", "b"], "tags": ["X", "O"], "meta": {"by": "me"}}\n'
    assert read(one, "a.jsonl")[0].targets == "tags"
    known = Remembered(text="text", label="label", encoding="utf-8")
    assert read('{"text": "a", "m": {"x": 1}}', "a.jsonl", needs_label=False, remembered=known)


@pytest.mark.parametrize(
    "columns",
    [
        {"text": {"0": "a b", "1": "c"}, "label": {"0": 1, "1": 0}},
        {"text": ["a b", "c"], "label": [1, 0]},
    ],
)
def test_columns_are_no_rows(columns: Any) -> None:
    for indent in (None, 2):
        said = problem(json.dumps(columns, indent=indent), "a.json")
        assert said.startswith("a.json: holds columns, not rows; write an object a row (pandas: ")
