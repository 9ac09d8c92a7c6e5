"""Arrays of objects, lists within an object and printed objects are read as JSON Lines are."""

import gzip
import io
import json
import os
import sys
from typing import Any

import pytest

from grucli.data.forms.json_document import SEARCHED, find_place
from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Remembered
from grucli.data.request import Asked
from grucli.data.unclear import UnclearError
from tests.data.reading import piped, problem, problems, read, texts

ROWS = [{"text": f"what {k} \u597d [x]", "label": "ab"[k % 2]} for k in range(6)]
WANTED = [(row["text"], row["label"]) for row in ROWS]
PRETTY = json.dumps(ROWS, indent=2)
TICKETS = {"count": 6, "users": [{"id": 1}], "tickets": ROWS, "next": None}
KNOWN = Remembered(text="text", label="label", encoding="utf-8")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt", "a", "-", "a.json.gz"])
@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, ensure_ascii=False),
        PRETTY,
        "\ufeff" + PRETTY,
        PRETTY.replace("\n", "\r\n"),
        "\n" + json.dumps(ROWS[:3]) + "\n" + json.dumps(ROWS[3:]),
        json.dumps(TICKETS),
        json.dumps(TICKETS, indent=1),
        json.dumps({"data": {"tickets": ROWS}}),
        "\n".join(json.dumps(row, indent=4) for row in ROWS),
        "\n".join(json.dumps(row) for row in ROWS),
    ],
)
def test_objects_are_found_wherever_they_stand(data: str, name: str) -> None:
    if name == "a.jsonl" and "tickets" in data and "\n" not in data:
        pytest.skip("an object on one line is a line")
    content = gzip.compress(data.encode()) if name.endswith("gz") else data.encode()
    for needs_label, known in ((True, None), (True, KNOWN), (False, KNOWN)):
        if name == "-":
            source, records = piped(content, needs_label=needs_label, remembered=known)
        else:
            source, records = read(content, name, needs_label=needs_label, remembered=known)
        assert texts(records) == WANTED
        assert [record.number for record in records] == [1, 2, 3, 4, 5, 6]
        assert source.format == (
            "jsonl" if data.count("}\n{") == 5 and data[:2] == '{"' else "json"
        )


def test_what_was_found_is_said() -> None:
    source, records = read(json.dumps(TICKETS, indent=1), "a.json", text="text", label="label")
    assert source.findings == ("each object of the list 'tickets' is a row",)
    assert source.found_later() == ("left out beside them: list 'users' (1 object)",)
    assert records[1].line == 13
    assert read(PRETTY, "a.json")[0].findings[0] == "an array: each object is a row"
    assert read(PRETTY, "a", format="json")[0].findings[0] == "an array: each object is a row"
    said = piped(PRETTY, needs_label=False, remembered=KNOWN)[0].findings
    assert said == ("an array: each object is a row (pass --format lines for plain lines)",)


def test_series_and_tags_may_stand_in_an_array() -> None:
    rows = [{"values": [1, 2.5], "label": "a"}, {"values": [3], "label": "b"}]
    source, _ = read(json.dumps(rows, indent=1), "a.json")
    assert (source.kind, source.values) == ("series", ("values",))
    tagged = [{"tokens": ["a", "b"], "tags": ["X", "O"]}] * 3
    source, records = read(json.dumps(tagged), "a.json")
    assert (source.targets, records[0].tags) == ("tags", ("X", "O"))


def test_other_encodings() -> None:
    rows = [{"text": "\u901a\u529f\\ \u597d", "label": "x"}] * 3
    data = json.dumps(rows, ensure_ascii=False, indent=1)
    for encoding in ("gb18030", "utf-16", "big5", "latin-1"):
        if encoding != "latin-1":
            found = read(data.encode(encoding), "a.json", encoding=encoding)[1]
            assert texts(found) == [(rows[0]["text"], "x")] * 3
        known = Remembered(text="text", label="label", encoding=encoding)
        assert texts(read(data, "a.json", remembered=known)[1]) == [(rows[0]["text"], "x")] * 3


def test_a_bad_object_is_one_bad_record() -> None:
    bad = ['{"text": "x",\n "label": 01}', '{"text": "x"}', "7", '{"text": "\\ud800", "label": 1}']
    for one, said in zip(
        bad,
        (
            "a.json:4: no JSON: Expecting ',' delimiter at character 12",
            "a.json:3: no key 'label' (keys: text)",
            "a.json:3: a number, no object",
            "a.json:3: half a surrogate pair",
        ),
        strict=True,
    ):
        data = f'[\n{{"text": "a", "label": "x"}},\n{one},\n{{"text": "b", "label": "y"}}\n]'
        assert problem(data, "a.json").startswith(said)
        good = [r for r in read(data, "a.json")[1] if r.error is None]
        assert texts(good) == [("a", "x"), ("b", "y")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PRETTY[:-1], "a.json:26: no JSON: it ends before its last bracket; is the file whole?"),
        (PRETTY[:-4], "a.json:25: no JSON: it ends before its last bracket; is the file whole?"),
        (PRETTY.replace("},\n", "}\n", 1), "a.json:6: no JSON: , or ] is due, not {; is the"),
        (PRETTY[:-2] + ",\n]", "a.json:26: no JSON: a value is due, not ]; take out the comma"),
        (PRETTY + "]", "a.json:26: no JSON: a document begins with [ or {; is the file whole?"),
    ],
)
def test_what_breaks_the_list_is_told(data: str, said: str) -> None:
    assert problem(data, "a.json").startswith(said)


def test_no_list_of_objects_is_no_document() -> None:
    assert problem("[1, 2]", "a.json").startswith("a.json:1: a list, no object")
    assert problem("[]", "a.json") == "a.json: no rows; name a file with data in it"
    assert read("[]\n", "a.json", needs_label=False, remembered=KNOWN)[1] == []
    for line in ("[", "[{smile", '[{"', "[1, 2]", '{"a', "[]", "{}"):
        _, records = read(f"{line}\nx\n", "a.txt", needs_label=False, remembered=KNOWN)
        assert [record.text for record in records] == [line, "x"]
    one = '{"text": "a", "spans": [{"x": 1}]}'
    _, records = read(one, "a", needs_label=False, remembered=KNOWN)
    assert [record.text for record in records] == ["a"]


def test_all_that_is_wrong_in_a_list_is_told_at_once() -> None:
    assert len(problems(PRETTY.replace('"label"', '"lable"', 2), "a.json", label="label")) == 2


def test_an_array_that_grows_is_answered_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, b'[\n {"text": "a"}')
        arguments: dict[str, Any] = {"needs_label": False, "remembered": KNOWN}
        with open_source("-", ReadOptions(), **arguments) as source:
            records = iter(source)
            assert next(records).text == "a"
            assert not source.ready()
            os.write(writing, b',\n {"text": "b"}')
            assert source.ready()
            assert next(records).text == "b"
            os.write(writing, b"\n]\n")
            os.close(writing)
            assert next(records, None) is None


@pytest.mark.parametrize("start", ["[" + " " * 9, '[{"' + "a" * 9, '[{"a" ' + " " * 9])
def test_an_array_is_looked_for_in_bounded_memory(start: str) -> None:
    rest = start[-1].encode() * 3 * SEARCHED
    stream = io.BytesIO(rest)
    asked = Asked(
        name="a.json",
        options=ReadOptions(),
        known=Remembered(),
        needs_label=True,
        encoding="utf-8",
        path=None,
        may_be_tagged=True,
    )
    head, place = find_place(start.encode(), io.BufferedReader(stream), asked, "json")
    assert place is None
    assert SEARCHED <= len(head) < 2 * SEARCHED


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["text", "label"], "index": [0, 1], "data": [["a b", "x"], ["c d", "y"]]},
        {"columns": ["text"], "data": [["a b"]]},
    ],
)
def test_a_table_that_pandas_has_split_is_told(document: dict[str, Any]) -> None:
    assert problem(json.dumps(document), "a.json") == (
        "a.json: holds columns, not rows; write an object a row (pandas: to_json(path, "
        "orient='records'))"
    )


def test_where_no_key_is_a_label_none_is_to_be_filled() -> None:
    _, records = read("[{}, {}]", "a.json")
    assert [record.error for record in records] == [
        "a.json:1: no label; pass --label KEY or drop the line (--on-bad-row skip)",
        "a.json:1, row 2: no label; pass --label KEY or drop the line (--on-bad-row skip)",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"by": "me", "text": "a b"}, "an object; pass --text doc.text"),
        ([{"by": {"x": 1}, "said": "a b"}], "a list; pass --text doc.0.said"),
        (["a", "b"], "a list; write one string"),
    ],
)
def test_a_text_within_what_is_named_is_proposed(value: Any, said: str) -> None:
    data = json.dumps([{"doc": value, "label": label} for label in "xy"])
    assert problem(data, "a.json", text=("doc",)) == f"a.json: key 'doc' holds {said}"
    if "--text " in said:
        _, records = read(data, "a.json", text=(said.rpartition(" ")[2],))
        assert [(record.text, record.label) for record in records] == [("a b", "x"), ("a b", "y")]


def test_what_holds_objects_is_no_column_to_choose() -> None:
    rows = [{"doc": {"k": k}, "said": f"what {k} said", "to": f"who {k} is it"} for k in range(20)]
    rows = [{**row, "kind": "ab"[k % 2], "marks": [{"x": 1}]} for k, row in enumerate(rows)]
    with pytest.raises(UnclearError) as caught:
        read(json.dumps(rows), "a.json")
    assert caught.value.profile is not None
    assert [column.name for column in caught.value.profile.columns] == [
        "doc.k",
        "said",
        "to",
        "kind",
    ]
