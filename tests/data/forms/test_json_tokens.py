"""Lists of tokens and of their tags under keys of JSON objects."""

import json
from typing import Any

import pytest

from grucli.data.records import Remembered
from tests.data.reading import problem, problems, read, records_of

TAGGED = Remembered(targets="tags", text="tokens", label="tags")


def lines(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


def test_tokens_and_tags_stay_as_they_are() -> None:
    data = lines(
        {"id": 7, "tokens": ["New York", " ", "哈尔滨"], "tags": ["B-LOC", "", "1.0"]},
        {"id": 8, "tokens": ["a"], "tags": ["O"]},
    )
    source, (first, second) = read(data, "a.jsonl")
    assert (first.tokens, first.tags) == (("New York", " ", "哈尔滨"), ("B-LOC", "", "1.0"))
    assert (second.text, second.label, second.cells[0]) == ("a", None, "8")
    assert (source.kind, source.targets, source.text, source.label) == (
        "text",
        "tags",
        "tokens",
        "tags",
    )
    assert source.remembered.targets == "tags"
    assert source.findings == (
        "token key 'tokens', tag key 'tags' (pass --text/--label to choose others)",
    )


def test_tags_may_be_numbers_as_hugging_face_writes_them() -> None:
    data = lines({"id": "0", "tokens": ["EU", "x"], "pos_tags": [22, 1], "ner_tags": [3, 0]})
    assert problem(data, "a.jsonl") == (
        "a.jsonl: tags in 'pos_tags' or 'ner_tags'? pass --label pos_tags"
    )
    source, (record,) = read(data, "a.jsonl", label="ner_tags", text="tokens")
    assert (record.tags, source.findings) == (("3", "0"), ())


def test_a_known_name_or_the_only_list_of_the_same_length_holds_the_tags() -> None:
    for key, beside in (("tags", {"ner_tags": [1, 2]}), ("whatever", {"spans": [1]})):
        data = lines({"words": ["a", "b"], key: ["X", "Y"], **beside})
        source, (record,) = read(data, "a.jsonl")
        assert (source.text, source.label, record.tags) == ("words", key, ("X", "Y"))


@pytest.mark.parametrize(
    "beside", [{"label": "p"}, {"label": "p", "tags": ["X", "Y"]}, {"label": "p", "ids": [4, 7]}]
)
def test_a_label_beside_tokens_is_no_list_of_tags(beside: dict[str, Any]) -> None:
    data = lines({"text": "a b", "tokens": ["a", "b"], **beside})
    source, (record,) = read(data, "a.jsonl")
    assert (source.targets, record.text, record.label) == ("label", "a b", "p")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            {"tokens": ["a", "b"], "tags": ["X"]},
            "2 tokens in 'tokens', 1 tag in 'tags'; give each token one",
        ),
        ({"tokens": "a b", "tags": ["X"]}, "key 'tokens' holds a string; write a list of strings"),
        ({"tokens": ["a"]}, "no key 'tags' (keys: tokens)"),
        ({"tags": ["X"]}, "no key 'tokens' (keys: tags)"),
        ({"tokens": [], "tags": []}, "no tokens in key 'tokens'; drop the line"),
        ({"tokens": ["a", None], "tags": ["X", "X"]}, "tokens[1] holds null; write a string"),
        ({"tokens": ["a"], "tags": [["X"]]}, "tags[0] holds a list; write a string"),
    ],
)
def test_an_object_without_a_tag_a_token_is_refused(found: dict[str, Any], message: str) -> None:
    sound = {"tokens": ["a"], "tags": ["X"]}
    assert problems(lines(sound, found, sound), "a.jsonl") == [f"a.jsonl:2: {message}"]


def test_to_predict_tokens_are_enough() -> None:
    data = lines({"tokens": ["a", "b"]}, {"tokens": []}, {"tokens": ["a"], "tags": ["X", "Y"]})
    for known in (TAGGED, Remembered(targets="tags", text="1", label="2")):
        records = records_of(data, "a.jsonl", needs_label=False, remembered=known)
        assert [(r.tokens, r.tags, r.error) for r in records] == [
            (("a", "b"), None, None),
            ((), None, None),
            (("a",), None, None),
        ]


def test_a_model_of_tags_reads_texts_of_objects_too() -> None:
    data = lines({"text": "New York"})
    (record,) = records_of(data, "a.jsonl", needs_label=False, remembered=TAGGED, text="text")
    assert record.tokens == ("New", "York")


def test_a_label_beside_tags_is_passed_over_where_tags_are_asked_for() -> None:
    data = lines(*[{"tokens": ["a"], "tags": ["X"], "label": "y"}] * 2)
    for source, (first, _) in (
        read(data, "a.jsonl", targets="tags"),
        read(data, "a.jsonl", remembered=TAGGED),
    ):
        assert (source.targets, first.tags) == ("tags", ("X",))


def test_a_model_of_texts_passes_over_tokens_and_tags_beside_its_text() -> None:
    data = lines(*[{"body": "a b", "tokens": ["a", "b"], "tags": ["X", "Y"], "sort": "y"}] * 2)
    known = Remembered(text="body", label="sort")
    source, (first, _) = read(data, "a.jsonl", remembered=known)
    assert (source.targets, first.text, first.label) == ("label", "a b", "y")


@pytest.mark.parametrize(
    ("label", "complaint"),
    [
        ("tagz", "no key 'tagz' (keys: tokens,tags); did you mean 'tags'?"),
        ("tokens", "tokens and tags have the same key; name two keys"),
    ],
)
def test_a_key_that_holds_no_tags_is_told_once(label: str, complaint: str) -> None:
    data = lines(*[{"tokens": ["a"], "tags": ["X"]}] * 2)
    assert problem(data, "a.jsonl", label=label) == f"a.jsonl: {complaint}"
