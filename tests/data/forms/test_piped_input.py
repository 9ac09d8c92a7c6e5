"""Pipes and files of plain lines that are surely none: other tables, other objects."""

import os
import sys
from typing import Any

import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions, Remembered
from grucli.errors import DataError
from tests.data.reading import piped, problem, read, texts

REVIEWS = Remembered(text="review", label="stars", delimiter=",", encoding="utf-8")
LINES = Remembered(encoding="utf-8")
HEADERLESS = Remembered(text="2", label="1", delimiter=",", header=False)
TWO = Remembered(text=("title", "body"), label="stars", delimiter="\t")
AS_LINES = "or --format lines if a line is a text"


@pytest.mark.parametrize(
    ("data", "known", "said"),
    [
        (
            '{"text": "a", "stars": 5}',
            REVIEWS,
            f"no key 'review' (keys: text,stars); pass --text KEY, {AS_LINES}",
        ),
        ('  {"Review": "a"}', REVIEWS, "no key 'review' (keys: Review); did you mean 'Review'?; "),
        (
            '{"review": "a", "review": "b"}',
            REVIEWS,
            "key 'review' stands there twice; rename one, or pass --format lines",
        ),
        ('{"title": "a", "id": 1}', TWO, "no key 'body' (keys: title,id); pass --text KEY"),
        ('{"text": "a"}', HEADERLESS, "no key '2' (keys: text); pass --text KEY"),
        (
            '{"text": "a"}',
            LINES,
            "names of keys (keys: text), but the model was trained on lines; pass --text KEY",
        ),
        ('[{"text": "a"}]', REVIEWS, "no key 'review' (keys: text); pass --text KEY"),
        (
            "id,stars",
            REVIEWS,
            f"no column 'review' (columns: id,stars); pass --text COL, {AS_LINES}",
        ),
        ("Review,Stars", REVIEWS, "no column 'review' (columns: Review,Stars); did you mean 'Rev"),
        ("text,label", REVIEWS, "no column 'review' (columns: text,label); pass --text COL"),
        (",text,label", REVIEWS, "no column 'review' (columns: ,text,label); "),
        ("id;text", REVIEWS, "no column 'review' (columns: id,text); "),
        ("date\ttweet", REVIEWS, "no column 'review' (columns: date,tweet); "),
        ('"sentence","label"', REVIEWS, "no column 'review' (columns: sentence,label); "),
        ("title\tstars", TWO, "no column 'body' (columns: title,stars); "),
        ("sentence\tlabel", TWO, "no column 'title' (columns: sentence,label); pass"),
        ("text,label", HEADERLESS, "no column '2' (columns: text,label); "),
        ("text,label", LINES, "names of columns (columns: text,label), but the model was trained "),
        ("文本,标签", REVIEWS, "no column 'review' (columns: 文本,标签); "),
    ],
)
def test_other_names_than_the_models_are_refused(data: str, known: Remembered, said: str) -> None:
    more = (
        data.replace('"a"', '"b"') if "{" in data else "b" + "".join(c for c in data if c in ",;\t")
    )
    for rest in ("", "\n", "\n" + more + "\n"):
        with pytest.raises(DataError) as caught:
            piped(data + rest, needs_label=False, remembered=known)
        assert str(caught.value).startswith(f"standard input:1: {said}")
        assert len(str(caught.value)) <= 200
        for name in ("a", "a.txt"):
            found = problem(data + rest, name, needs_label=False, remembered=known)
            assert found.startswith(f"{name}:1: {said}")
    whole = data + "\n" + more + "\n"
    for name in ("a", "a.txt"):
        _, records = read(whole, name, needs_label=False, remembered=known, format="lines")
        assert [r.text for r in records] == [data, more]


@pytest.mark.parametrize(
    "line",
    [
        *("good, bad", "stars, they shine", "text, label", "my stars,are bright.", "a,b", "{}"),
        *("stars", "Review", "Stars", "label", "{stars: 5}", "[1, 2]", "[]", '["stars", 5]', "5"),
        *("stars,stars", "1,2,3", "stars,", "stars,,x", "title,body", "good\tbad", "x|y|z", "null"),
        *("I said: id,label and more text", "a,stars!", "name", '{"stars": 5', "", '{"a": 1} b'),
    ],
)
@pytest.mark.parametrize("known", [REVIEWS, LINES, HEADERLESS])
def test_what_may_be_a_text_is_one(line: str, known: Remembered) -> None:
    _, records = piped(line + "\nmore\n", needs_label=False, remembered=known)
    assert [r.text for r in records] == [line, "more"]
    _, records = read(line + "\nmore\n", "a.txt", needs_label=False, remembered=known)
    assert [r.text for r in records] == [line, "more"]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("name", ["-", "a", "a.txt"])
def test_a_header_of_the_model_is_one_by_any_delimiter(mark: str, name: str) -> None:
    data = f"id{mark}review{mark}stars\n1{mark}good film{mark}5\n"
    for known in (REVIEWS, Remembered(text="review", label="stars", delimiter="\t")):
        arguments: dict[str, Any] = {"needs_label": False, "remembered": known}
        source, records = piped(data, **arguments) if name == "-" else read(data, name, **arguments)
        assert texts(records) == [("good film", "5")]
        assert source.delimiter == mark


@pytest.mark.parametrize(
    "data",
    [
        '{\n  "review": "good",\n  "stars": 5\n}\n',
        '[\n  {\n    "review": "good"\n  }\n]\n',
        '[\n{"review": "good"},\n{"review": "bad"}\n]\n',
        '[{\n  "review": "good"\n}]\n',
        "{\n}\n",
    ],
)
def test_json_over_several_lines_is_no_text(data: str) -> None:
    for name in ("-", "a.json", "a.txt", "a"):
        arguments: dict[str, Any] = {"needs_label": False, "remembered": REVIEWS}
        source, records = piped(data, **arguments) if name == "-" else read(data, name, **arguments)
        assert source.format == "json"
        assert records[0].text == "good" if "good" in data else records[0].error


def test_a_brace_alone_is_not_waited_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        os.write(writing, b"{\n")
        with open_source("-", ReadOptions(), needs_label=False, remembered=REVIEWS) as source:
            assert next(iter(source)).text == "{"
        os.close(writing)


def test_objects_of_the_model_are_read_whatever_the_suffix() -> None:
    for name in ("a", "a.txt", "a.log"):
        source, records = read('{"review": "good"}\n', name, needs_label=False, remembered=REVIEWS)
        assert (source.format, [r.text for r in records]) == ("jsonl", ["good"])
    source, records = read('{"text": "a", "label": 1}\n{"text": "b", "label": 2}\n', "a.txt")
    assert (source.format, texts(records)) == ("jsonl", [("a", "1"), ("b", "2")])


def test_columns_that_the_user_names_are_not_passed_over() -> None:
    table = "id\tbody\n1\tgood film\n"
    for arguments in ({"text": "body"}, {"text": "2", "header": False, "delimiter": "tab"}):
        _, records = piped(table, needs_label=False, remembered=REVIEWS, **arguments)
        assert [r.text for r in records][-1] == "good film"
    for data, arguments, said in (
        ("good film\n", {"text": "body"}, "no column 'body' (columns: good film); pass --text COL"),
        (table, {"text": "bodi"}, "no column 'bodi' (columns: id,body); did you mean 'body'?"),
        (table, {"delimiter": ";"}, "no column 'review' (columns: id,body)"),
        ('{"body": 1}\n', {"text": "text"}, "no key 'text' (keys: body); pass --text KEY"),
    ):
        with pytest.raises(DataError) as caught:
            piped(data, needs_label=False, remembered=REVIEWS, **arguments)
        assert str(caught.value).startswith(f"standard input:1: {said}")


def test_labelled_lines_have_no_columns_to_miss() -> None:
    for name in ("a", "a.txt"):
        _, records = read("a\n", "a.txt", needs_label=False, remembered=REVIEWS, text="body")
        assert texts(records) == [("a", None)]
        _, records = read(
            "__label__x a\n", name, needs_label=False, remembered=REVIEWS, text="body"
        )
        assert texts(records) == [("a", "x")]


def test_a_pipe_without_a_line_is_no_fault() -> None:
    for arguments in ({}, {"text": "body"}, {"delimiter": ";"}):
        assert piped("", needs_label=False, remembered=REVIEWS, **arguments)[1] == []


def test_the_first_line_alone_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    _, records = piped('a text\n{"text": 1}\nid,stars\n', needs_label=False, remembered=REVIEWS)
    assert [r.text for r in records] == ["a text", '{"text": 1}', "id,stars"]
    with open_source(__file__, ReadOptions(), needs_label=False, remembered=REVIEWS) as source:
        assert source.format == "lines"
