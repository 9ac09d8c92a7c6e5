"""Spans of characters become tags of words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from grucli.data.forms.spans import joined, places_of
from grucli.data.records import Remembered
from tests.data.forms.test_label_studio import annotation, task
from tests.data.reading import problem, read

TEXT = "Ann Lee saw \u5317\u4eac, on 3.5."
SPANS = [[0, 7, "PER"], [12, 14, "LOC"]]
TOKENS = ("Ann", "Lee", "saw", "\u5317", "\u4eac", ",", "on", "3.5", ".")
TAGS = ("B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "O", "O", "O")


def lines(*rows: dict[str, Any]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def as_objects(begin: str, end: str, name: str) -> list[dict[str, Any]]:
    return [{begin: a, end: b, name: c, "id": 1} for a, b, c in SPANS]


@pytest.mark.parametrize(
    ("key", "spans"),
    [
        ("label", SPANS),
        ("entities", SPANS),
        ("entities", as_objects("start_offset", "end_offset", "label")),
        ("spans", as_objects("start", "end", "label")),
        ("mine", SPANS),
    ],
)
def test_words_of_a_span_are_a_chunk(key: str, spans: Any) -> None:
    rows = [{"id": k, "text": TEXT, key: spans, "Comments": []} for k in range(3)]
    source, records = read(lines(*rows), "a.jsonl")
    assert source.targets == "tags"
    assert [(one.tokens, one.tags) for one in records] == [(TOKENS, TAGS)] * 3
    said = f"spans of '{key}' in 'text' become tags of words: B- for the first, I- for others"
    assert said in source.findings
    assert source.remembered.division == "words"
    assert source.remembered.stored()["division"] == "words"


def test_what_does_not_fit_words_is_said() -> None:
    rows = [
        {"text": "Parisian Ann Lee", "label": [[0, 5, "LOC"], [9, 16, "PER"], [13, 16, "LAST"]]},
        {"text": "nobody", "label": []},
    ]
    source, records = read(lines(*rows), "a.jsonl")
    assert [one.tags for one in records] == [("B-LOC", "B-PER", "I-PER"), ("O",)]
    said = "1 span widened to whole words, 1 span within another left out, 1 text without a span"
    assert source.found_later() == (said,)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ([0, 99, "X"], "span 0 to 99 ends behind the 3 characters of 'text'; mend it"),
        ([2, 2, "X"], "span 2 to 2 holds nothing; mend it or drop the line"),
    ],
)
def test_a_span_without_its_text_is_a_bad_record(span: list[Any], said: str) -> None:
    good = {"text": "Ann", "label": [[0, 3, "X"]]}
    data = lines(good, {"text": "Ann", "label": [span]}, good)
    assert problem(data, "a.jsonl").startswith(f"a.jsonl:2: {said}")


def test_label_studio_counts_as_javascript_does(tmp_path) -> None:
    text = "\U0001f600 Ann Lee"
    value = {"start": 3, "end": 10, "text": "Ann Lee", "labels": ["PER"]}
    result = {"from_name": "ner", "to_name": "t", "type": "labels", "value": value}
    tasks = [{**task(k, annotation(result)), "data": {"words": text}} for k in range(3)]
    source, records = read(json.dumps([*tasks, task(9)]), "a.json")
    assert [one.tags for one in records] == [("O", "B-PER", "I-PER")] * 3
    assert source.left_out is not None
    assert source.left_out.findings() == (
        "left out 1 row without a label, the first is row 4 (line 1)",
    )
    short = [
        {"id": k, "text": "Ann Lee", "ner": [{"start": 0, "end": 3, "labels": ["P"]}]}
        | {"annotator": 1, "annotation_id": k, "lead_time": 1.5}
        for k in range(3)
    ]
    assert [one.tags for one in read(json.dumps(short), "a.json")[1]] == [("B-P", "O")] * 3
    cells = json.dumps(short[0]["ner"]).replace('"', '""')
    table = f'annotation_id,annotator,id,lead_time,ner,text\n1,1,1,1,"{cells}",Ann Lee\n'
    said = "a.csv: column '{}' holds spans of a text, which no table tells well; export it as JSON"
    assert problem(table, "a.csv") == said.format("ner")
    assert problem(table.replace("ner", "label"), "a.csv") == said.format("label")
    assert problem(table, "a.csv", text="text", label="ner") == said.format("ner")


@pytest.mark.parametrize("write", [json.dumps, str])
@pytest.mark.parametrize(
    "spans",
    [
        [[0, 3, "P"], [4, 7, "Q"]],
        [(0, 3, "P")],
        [{"start": 0, "end": 3, "label": "P"}],
    ],
)
def test_spans_in_the_cells_of_a_table_are_no_labels(
    write: Callable[[Any], str], spans: list[Any]
) -> None:
    cells = write(spans).replace('"', '""')
    said = problem(f'text,label\nAnn Lee,"{cells}"\nnobody,[]\n', "a.csv")
    assert said.startswith("a.csv: column 'label' holds spans of a text, which no table")


def test_a_model_of_spans_reads_texts_in_the_same_words() -> None:
    known = Remembered(text="text", label="label", targets="tags", division="words")
    for data, name in ((f"{TEXT}\n", "a.txt"), (lines({"text": TEXT, "label": SPANS}), "a.jsonl")):
        _, records = read(data, name, needs_label=False, remembered=known)
        assert [one.tokens for one in records] == [TOKENS]
    _, records = read(lines({"text": TEXT, "label": SPANS}), "a.jsonl", remembered=known)
    assert records[0].tags == TAGS


def test_another_task_reads_no_spans() -> None:
    data = lines(*[{"text": TEXT, "label": "ab"[k % 2], "spans": SPANS} for k in range(4)])
    for label in (None, "label"):
        source, records = read(data, "a.jsonl", label=label)
        assert (source.targets, records[0].label) == ("label", "a")
    assert read(data, "a.jsonl", label="spans")[0].targets == "tags"
    assert read(data, "a.jsonl", targets="tags")[0].targets == "tags"


def test_tags_become_spans_again() -> None:
    places = places_of(TEXT)
    assert joined(places, TAGS) == [(0, 7, "PER"), (12, 14, "LOC")]
    assert joined(places[:4], ["I-A", "B-A", "I-B", "O"]) == [
        (0, 3, "A"),
        (4, 7, "A"),
        (8, 11, "B"),
    ]


def test_words() -> None:
    text = "don't U.S. 1,000 x_1 e\u0301t"
    assert [text[begin:end] for begin, end in places_of(text)] == [
        *("don", "'", "t", "U", ".", "S", ".", "1,000", "x_1", "e\u0301t"),
    ]
