"""JSON Lines: texts and numeric sequences.

Covers: data/forms/json_grammar, data/forms/json_keys.
"""

import gzip
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms import json_grammar, jsonl
from grucli.data.forms.json_grammar import MOST_DEEP, JsonError, _object, as_written
from grucli.data.records import Remembered
from grucli.data.unclear import UnclearError
from grucli.errors import show
from tests.data.reading import piped, problem, problems, read, series, texts
from tests.strategies import hostile_line, hostile_text

TEXTS = (
    '{"id": 7, "review": "good, \\"very\\"\\ngood", "stars": 5}\n'
    '\n{"stars": "x", "review": "\u597d", "more": [1]}\n'
)
REVIEWS = Remembered(text="review", label="stars", encoding="utf-8")
VALUES = (
    '{"values": [[1, 2], [3, 4.5e0], [-5, .6e1]], "label": 1}\n'.replace(" .6e1", " 0.6e1")
    + '{"label": "b", "values": [[7, 8]]}\n'
)
SERIES = [([[1.0, 2.0], [3.0, 4.5], [-5.0, 6.0]], "1"), ([[7.0, 8.0]], "b")]


def test_an_object_a_line() -> None:
    expected = [('good, "very"\ngood', "5"), ("\u597d", "x")]
    for data in (TEXTS, "\ufeff" + TEXTS, TEXTS.replace("\n", "\r\n"), TEXTS.rstrip("\n")):
        for name in ("t.jsonl", "t.ndjson", "t.json", "t"):
            source, records = read(data, name, text="review", label="stars")
            assert texts(records) == expected
            assert (source.kind, source.format) == ("text", "jsonl")
            assert source.columns == ("id", "review", "stars", "more")
            assert [(r.number, r.line) for r in records] == [(1, 1), (2, 3)]
            assert list(records[1].cells) == ["", "\u597d", "x", "[1]"]
            assert records[1].cells[1:3] == ["\u597d", "x"]
    assert texts(read(gzip.compress(TEXTS.encode()), "t.jsonl.gz", text="review")[1])
    assert texts(piped(TEXTS, text="review", label="stars")[1]) == expected


def test_a_cr_is_a_space_between_tokens_and_no_part_of_a_string() -> None:
    good = '{"text": "a",\r"label": "x"}\n{"text": "b", "label": "y"}\r\n'
    assert texts(read(good, "t.jsonl")[1]) == [("a", "x"), ("b", "y")]
    message = problem(good.replace('"b"', '"b\r"'), "t.jsonl")
    assert message.startswith("t.jsonl:2: no JSON: Invalid control character at")
    old = '{"text": "a", "label": "x"}\r{"text": "b", "label": "y"}\r'
    assert texts(read(old, "t.jsonl")[1]) == [("a", "x"), ("b", "y")]


def test_keys_are_found_as_columns_are() -> None:
    rows = [{"no": k, "said": f"what {k} said", "verdict": "ab"[k % 2]} for k in range(20)]
    data = "\n".join(map(json.dumps, rows))
    source, records = read(data, "t.jsonl")
    assert (source.text, source.label) == ("said", "verdict")
    assert source.findings == (
        "text key 'said', label key 'verdict' (pass --text/--label to choose others)",
    )
    assert texts(records)[1] == ("what 1 said", "b")
    source, _ = read(data, "t.jsonl", text=("said", "no"), label="verdict")
    assert (source.findings, source.text) == ((), ("said", "no"))
    assert source.remembered.text == ("said", "no")


TEXTS_OF_WHO = '{"text": "NaN", "label": "x", "who": "NaN"}\n'


def test_nan_is_a_missing_text_or_group_like_null() -> None:
    for missing in ("NaN", "null"):
        data = f'{{"text": {missing}, "label": "x", "who": {missing}}}\n' + TEXTS_OF_WHO
        _, records = read(data, "t.jsonl", text="text", label="label", group="who")
        assert [(r.text, r.group) for r in records] == [("", None), ("NaN", "NaN")]


def test_lists_in_lists_are_written_to_the_same_depth_by_every_python() -> None:
    for depth, written in ((MOST_DEEP, "[" * MOST_DEEP + "]" * MOST_DEEP), (MOST_DEEP + 1, "")):
        value: list[object] = []
        for _ in range(depth - 1):
            value = [value]
        assert as_written(value) == written


@pytest.mark.parametrize(
    ("written", "label"),
    [
        *(("1", "1"), ("1.0", "1.0"), ("1e5", "1e5"), ("-0", "-0"), ("true", "true")),
        *(("false", "false"), ('"1"', "1"), ('" a "', " a "), ("9" * 5000, "9" * 5000)),
        *(('"NaN"', "NaN"), ('"nan"', "nan"), ('"NA"', "NA"), ('"null"', "null")),
    ],
)
def test_labels_are_kept_as_written(written: str, label: str) -> None:
    data = f'{{"text": "a", "label": {written}}}\n{{"text": "b", "label": "other"}}\n'
    assert texts(read(data, "t.jsonl")[1]) == [("a", label), ("b", "other")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": ["a"], "label": "x"}', "key 'text' holds a list; write one string"),
        ('{"text": {"a": 1}, "label": "x"}', "key 'text' holds an object; write one string"),
        ('{"text": "a", "label": null}', "no label; fill key 'label' or drop the line"),
        ('{"text": "a", "label": NaN}', "no label; fill key 'label' or drop the line"),
        ('{"text": "a", "label": " "}', "no label; "),
        ('{"text": "a"}', "no key 'label' (keys: text); add it or drop the line"),
        (
            '{"txt": "a", "label": "x"}',
            "no key 'text' (keys: txt,label); did you mean 'txt'?; pass --text KEY",
        ),
        (
            '{"body": "a", "label": "x"}',
            "no key 'text' (keys: body,label); pass --text KEY, add it or drop the line",
        ),
        ('{"text": "a", "text": "b", "label": "x"}', "key 'text' stands there twice; rename one"),
        ('["a", "x"]', 'a list, no object; write one {"key": …} a line'),
        ("5", "a number, no object; "),
        ('"a"', "a string, no object; "),
        ('{"text": "a", "label": "x"', "no JSON: Expecting ',' delimiter at character 27; write"),
        ("{'text': 'a'}", "no JSON: Expecting property name enclosed in"),
        ('{"text": "a", "label": 01}', "no JSON: "),
        ('{"text": "\\ud800", "label": "x"}', "half a surrogate pair; write whole characters"),
        ('{"text": "\\ud800", "label": "x", "m": ' + "[" * 900 + "]" * 900 + "}", "lists in lists"),
        ('{"m": ' + "[" * 100_000 + "}", "lists in lists without end; write a flat object"),
        ('{"text": "a\tb", "label": "x"}', "no JSON: Invalid control character at"),
        ('{"text": "a\x00", "label": "x"}', "NUL byte: binary file?"),
    ],
)
def test_a_bad_line_is_one_bad_record(line: str, message: str) -> None:
    data = '{"text": "a", "label": "x"}\n' + line + '\n{"text": "b", "label": "y"}\n'
    assert problem(data, "t.jsonl").startswith(f"t.jsonl:2: {message}")
    _, records = read(data, "t.jsonl")
    assert [r.error is None for r in records] == [True, False, True]


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        ("", {}, "t.jsonl: the file is empty"),
        ("\n \n", {}, "t.jsonl: no rows; "),
        ("[\n1,\n", {}, "t.jsonl:1: no JSON: "),
        ("[\n{},\n", {}, "t.jsonl:3: no JSON: it ends before its last bracket; is the file whole?"),
        (
            TEXTS,
            {"label": "star"},
            "t.jsonl: no column 'star' (columns: id,review,stars); did you",
        ),
        ('{"a": 1}\n{"a": 2}\n', {}, "t.jsonl: only one column ('a'); add a key with the label"),
        (
            '{"text": "a", "cats": [{"x": 1}]}\n',
            {},
            "t.jsonl: only one column ('text'); write text and label as strings (cats: lists or "
            "objects)",
        ),
        (
            '{"messages": [{"role": "user"}]}\n',
            {},
            "t.jsonl: no key holds a string; write text and label as strings (messages: lists or "
            "objects)",
        ),
        ('{"a": [1], "b": [2], "c": "x"}', {"label": "c"}, "t.jsonl: no clear key of a sequence"),
        (VALUES, {"values": ("a", "b")}, "t.jsonl: one key holds a sequence in JSONL"),
        (VALUES, {"values": ("value",)}, "t.jsonl: no column 'value' (columns: values,label); did"),
    ],
)
def test_data_that_are_not_clear(data: str, arguments: Any, message: str) -> None:
    assert problem(data, "t.jsonl", **arguments).startswith(message)


def test_a_stream_is_jsonl_if_its_first_object_has_the_models_text() -> None:
    data = '{"review": "a"}\nno JSON\n{"review": 1.50, "stars": [2]}\n{"reviews": 1}\n'
    for arguments in ({}, {"format": "jsonl"}):
        _, records = piped(data, needs_label=False, remembered=REVIEWS, **arguments)
        assert [r.text for r in records] == ["a", None, "1.50", None]
        assert [r.error is None for r in records] == [True, False, True, False]
    for other in ("{}\n", "{review\n", '["review"]\n', ' {"review\n', "5\n", "[]\n"):
        _, records = piped(other, needs_label=False, remembered=REVIEWS)
        assert [r.text for r in records] == [other[:-1]]
    _, records = piped("no JSON\n" + data, needs_label=False, remembered=REVIEWS, format="jsonl")
    assert [r.error is None for r in records] == [False, True, False, True, False]
    assert piped("", needs_label=False, remembered=REVIEWS, format="jsonl")[1] == []
    for encoding in ("gb18030", "utf-16"):
        chinese = '{"review": "好"}\n'.encode(encoding)
        (record,) = piped(chinese, needs_label=False, remembered=REVIEWS, encoding=encoding)[1]
        assert record.text == "好"


def test_numeric_sequences() -> None:
    for data in (VALUES, VALUES.replace("values", "X"), VALUES.replace('"label"', '"what"')):
        for read_it in (lambda d: read(d, "t.jsonl"), lambda d: read(d, "t"), piped):
            source, records = read_it(data)
            assert series(records) == SERIES
            assert (source.kind, source.format) == ("series", "jsonl")
            assert "sequence key '" in source.findings[0]
    given = read(VALUES, "t.jsonl", values=("values",), label="label")
    assert series(given[1]) == SERIES
    assert given[0].findings == ()
    assert given[0].remembered.values == ("values",)
    flat = '{"x": [1, 2.5, 3], "y": "a"}\n{"x": [4], "y": "b"}\n'
    assert series(read(flat, "t.jsonl")[1]) == [([[1.0], [2.5], [3.0]], "a"), ([[4.0]], "b")]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[]", "key 'values' holds an empty list; write a list of numbers"),
        ('"1 2"', "key 'values' holds a string; write a list of numbers"),
        ("5", "key 'values' holds a number; write a list of numbers"),
        ("[[]]", "values[0] holds 0 numbers, the first step 0; give all as many"),
        ("[[1, 2], [3]]", "values[1] holds 1 numbers, the first step 2; give all as many"),
        ("[[1, 2], 3]", "values[1] holds a number, the first step 2; "),
        ("[1, [2]]", "values[1]: a list is no number; write it without quotes"),
        ('[1, "2"]', "values[1]: a string is no number; write it without quotes"),
        ("[1, true]", "values[1]: a boolean is no number; "),
        ("[[1, 2], [3, null]]", "values[1][1]: value is missing; fill it in, or pass --missing"),
        ("[NaN, 1]", "values[0]: value is missing; "),
        ("[null, NaN]", "key 'values' holds no values; fill them in or drop the line"),
        ("[1, Infinity]", "values[1]: 'Infinity' is no number; "),
        ("[1, 1e400]", "values[1]: '1e400' is too large; "),
        ("[1, 1_000]", "no JSON: "),
    ],
)
def test_a_bad_sequence_is_one_bad_record(value: str, message: str) -> None:
    data = VALUES + f'{{"values": {value}, "label": "a"}}\n'
    assert problem(data, "t.jsonl").startswith(f"t.jsonl:3: {message}")


def test_missing_numbers_can_be_masked() -> None:
    data = '{"x": [1, null, NaN, 4], "y": 1}\n{"x": [2], "y": 2}\n'
    (first, _) = read(data, "t.jsonl", missing="mask")[1]
    assert str(first.values.tolist()) == "[[1.0], [nan], [nan], [4.0]]"


def test_a_series_may_begin_with_missing_numbers() -> None:
    lines = ("[null, 2, 3]", "[[null, 1], [2, 3]]", "[null, [2, 3]]", "[[null, null], [2, 3]]")
    for values in lines:
        data = f'{{"x": {values}, "y": 1}}\n{{"x": {values}, "y": 2}}\n'
        refused = problems(data, "t.jsonl")
        assert [line[:14] for line in refused] == ["t.jsonl:1: x[0", "t.jsonl:2: x[0"]
        (first, _) = read(data, "t.jsonl", missing="mask")[1]
        assert np.isnan(first.values[0]).any()
        assert first.values[-1].tolist() == ([3] if values == lines[0] else [2, 3])


def test_missing_numbers_at_the_end_make_a_sequence_shorter() -> None:
    ends = (("", ""), (", NaN, null", ", [null, NaN], NaN, null"))
    for missing in ("refuse", "mask"):
        for one, two in ends:
            data = f'{{"x": [1, 2{one}], "y": 1}}\n{{"x": [[1, 2]{two}], "y": 2}}\n'
            _, records = read(data, "t.jsonl", missing=missing)
            assert series(records) == [([[1.0], [2.0]], "1"), ([[1.0, 2.0]], "2")]


def objects(**keys: Any) -> str:
    """Return twenty objects; a value is a function of the row, None to leave the key out."""
    rows = [{key: value(k) for key, value in keys.items()} for k in range(20)]
    return "".join(
        json.dumps({key: value for key, value in row.items() if value is not None}) + "\n"
        for row in rows
    )


def words(k: int) -> str:
    return f"what they said {k}"


def pair(k: int) -> list[float]:
    return [k / 2, 0.5]


def label(k: int) -> str:
    return "ab"[k % 2]


@pytest.mark.parametrize(
    ("keys", "text", "left_out"),
    [
        ({"text": words, "embedding": pair}, "text", "embedding"),
        ({"embedding": pair, "text": words}, "text", "embedding"),
        ({"review": words, "ecg": pair}, "review", "ecg"),
        ({"text": str, "tokens": pair, "more": pair}, "text", "more, tokens"),
        (
            {"text": words, "input_ids": pair, "attention_mask": pair},
            "text",
            "attention_mask, inpu",
        ),
        ({"text": words, "span": lambda k: None if k else [1, 4]}, "text", ""),
        ({"text": words, "values": lambda k: None if k else [1, 4]}, "text", ""),
        ({"title": words, "embeddings": pair}, "title", "embeddings"),
        ({"name": lambda k: ["Jo", "Al", "An"][k % 3], "vector": pair}, "name", "vector"),
        ({"said": words, "title_embedding": lambda k: [pair(k)]}, "said", "title_embedding"),
        ({"text": words, "meta": lambda k: {"a": "long" * 40}}, "text", "meta"),
        ({"said": words, "meta": lambda k: {"a": "long" * 40}}, "said", "meta"),
        ({"said": words, "parts": lambda k: ["long" * 40]}, "said", "parts"),
    ],
)
def test_a_text_beside_lists(keys: Any, text: str, left_out: str) -> None:
    source, records = read(objects(**keys, label=label), "t.jsonl")
    assert (source.kind, source.text, source.label) == ("text", text, "label")
    assert [r.text for r in records] == [str(keys[text](k)) for k in range(20)]
    said = f"left out beside the text: {left_out}"
    assert [f.startswith(said) for f in source.findings[1:]] == [True] * bool(left_out)
    _, records = read(objects(**keys), "t.jsonl", needs_label=False, remembered=source.remembered)
    assert [r.text for r in records] == [str(keys[text](k)) for k in range(20)]


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"name": lambda k: f"record_{k}", "ecg": pair}, "ecg"),
        ({"name": words, "values": pair}, "values"),
        ({"description": words, "X": pair}, "X"),
        ({"id": lambda k: f"a{k}", "embedding": pair}, "embedding"),
        ({"embedding": pair}, "embedding"),
        ({"station": words, "temperatures": pair}, "temperatures"),
        ({"note": lambda k: None if k else "text", "ecg": pair}, "ecg"),
        ({"sequence": pair, "input_ids": pair}, "sequence"),
        ({"name": lambda k: ["Jo", "Al", "An"][k % 3], "embedding": pair, "x": pair}, "x"),
    ],
)
def test_a_series_beside_names(keys: Any, key: str) -> None:
    source, records = read(objects(**keys, label=label), "t.jsonl")
    assert (source.kind, source.values, source.label) == ("series", (key,), "label")
    assert [values for values, _ in series(records)][3] == [[1.5], [0.5]]


@pytest.mark.parametrize(
    ("keys", "text", "values"),
    [
        ({"text": words, "values": pair}, "text", "values"),
        ({"title": words, "ecg": pair}, "title", "ecg"),
        ({"comment": words, "ecg": pair}, "comment", "ecg"),
        ({"word": words, "embedding": pair, "ecg": pair}, "word", "ecg"),
    ],
)
def test_a_text_or_a_series_is_for_the_user_to_say(keys: Any, text: str, values: str) -> None:
    data = objects(**keys, label=label)
    assert problem(data, "t.jsonl") == (
        f"t.jsonl: is '{text}' the text, or '{values}' the sequence? pass --text {text}, or "
        f"--values {values}"
    )
    assert read(data, "t.jsonl", text=text)[0].kind == "text"
    assert read(data, "t.jsonl", values=(values,))[0].kind == "series"


def test_a_model_reads_its_key_or_another_that_is_clear() -> None:
    known = Remembered(kind="series", values=("values",), label="label")
    expected = [(values, None) for values, _ in SERIES]
    for data in (VALUES.replace('"label"', '"other"'), VALUES.replace("values", "x")):
        for model in (known, Remembered(kind="series"), Remembered(kind="series", values=("v1",))):
            _, records = piped(data, needs_label=False, remembered=model)
            assert [values for values, _ in series(records)] == [v for v, _ in expected]
    _, records = piped("{}\n", needs_label=False, remembered=known)
    assert "no key 'values'" in str(records[0].error)


def test_weights_and_groups() -> None:
    data = '{"text": "a", "label": 1, "w": 0.5, "g": 3}\n{"text": "b", "label": 2, "w": "2"}\n'
    _, records = read(data.replace(' "2"', ' 2, "g": null'), "t.jsonl", weight="w", group="g")
    assert [(r.weight, r.group) for r in records] == [(0.5, "3"), (2.0, None)]
    message = problem(data.replace("0.5", "0"), "t.jsonl", weight="w")
    assert message.startswith("t.jsonl:1: weight '0' in key 'w' must be a number above 0")


class Key(str):
    """A key that counts how often it is compared with another."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Key.compared += 1
        return str.__eq__(self, other)


def test_a_key_that_stands_there_twice_is_found_in_one_pass() -> None:
    keys = [f"key {k}" for k in range(5_000)]
    pairs = [(Key(key), 1) for key in [*keys, keys[-1]]]
    with pytest.raises(JsonError, match="key 'key 4999' stands there twice; rename one"):
        _object(pairs)
    assert 1 <= Key.compared < 100  # one by one they would be twelve million


def test_keys_of_the_first_object_alone_cost_nothing_in_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = []

    def counting(value: Any) -> str:
        written.append(value)
        return as_written(value)

    for module in (json_grammar, jsonl):
        monkeypatch.setattr(module, "as_written", counting)
    first = json.dumps({"review": "a", **dict.fromkeys(map(str, range(2_000)), 1)})
    data = first + "\n" + '{"review": "b"}\n' * 500
    _, records = read(data, "t.jsonl", needs_label=False, remembered=REVIEWS)
    assert [r.text for r in records] == ["a"] + ["b"] * 500
    assert len(written) < 10 * 501  # of each object all keys would be a million
    assert records[0].cells[2] == "1"


@given(st.lists(st.tuples(hostile_text, hostile_text)), st.booleans())
def test_any_text_comes_back(rows: list[tuple[str, str]], ascii_only: bool) -> None:
    whole = [(t, label) for t, label in rows if "\0" not in t + label and _is_whole(t + label)]
    lines = [json.dumps({"review": t, "stars": s}, ensure_ascii=ascii_only) for t, s in whole]
    _, records = read("\n".join(lines), "t.jsonl", needs_label=False, remembered=REVIEWS)
    assert texts(records) == [(t, s or None) for t, s in whole]


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_text, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(
        hostile_line
        | st.dictionaries(
            st.sampled_from(["review", "stars", "values", "x"]) | hostile_text, json_values
        ).map(lambda value: json.dumps(value).encode())
    )
)
def test_hostile_lines_never_raise(lines: list[bytes]) -> None:
    data = b'{"first": 1}\n' + b"".join(line + b"\n" for line in lines)
    for known in (REVIEWS, Remembered(kind="series", values=("values",))):
        _, records = read(data, "t.jsonl", needs_label=False, remembered=known)
        assert [r.number for r in records] == list(range(1, len(records) + 1))
        for record in records:
            assert record.error is None or show(record.error) == record.error
            "".join([record.text or "", record.label or "", *record.cells]).encode()
    assert all(line.startswith("t.jsonl") for line in problems(data, "t.jsonl"))


def test_lists_of_labels_under_a_key_of_another_name_are_hinted_at() -> None:
    data = '{"text": "good film", "kinds": ["a", "b"]}\n{"text": "bad film", "kinds": []}\n'
    assert problem(data, "t.jsonl").endswith("pass --label kinds if its lists are labels")
    assert "holds an object" not in problem(data.replace('["a", "b"]', '[{"a": 1}]'), "t.jsonl")


TICKETS = [
    {"id": k, "subject": "Re: help" if k % 2 else "Question", "status": ["open", "done"][k % 3 > 1]}
    | {"description": f"what went wrong at time {k}"}
    for k in range(24)
]


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(map(json.dumps, rows))


def test_what_would_make_keys_clear_is_said() -> None:
    with pytest.raises(UnclearError) as caught:
        read(as_lines(TICKETS), "a.jsonl")
    said = caught.value.options
    assert said == {"text": "subject,description", "label": "status"}
    assert caught.value.profile is not None
    assert [one.name for one in caught.value.profile.columns] == list(TICKETS[0])
    source, _ = read(as_lines(TICKETS), "a.jsonl", text=("subject", "description"), label="status")
    assert source.text == ("subject", "description")


def test_what_is_said_already_is_not_said_again() -> None:
    with pytest.raises(UnclearError) as caught:
        read(as_lines(TICKETS), "a.jsonl", text="description")
    assert caught.value.options == {"label": "status"}


def test_of_a_few_headings_the_text_stands_in_another_column() -> None:
    assert read(as_lines(TICKETS), "a.jsonl", label="status")[0].text == "description"
    rows = [{**row, "subject": f"subject {k}"} for k, row in enumerate(TICKETS)]
    assert read(as_lines(rows), "a.jsonl", label="status")[0].text == "subject"
    table = "subject,status,description\n" + "".join(
        f"{row['subject']},{row['status']},{row['description']}\n" for row in TICKETS
    )
    assert read(table, label="status")[0].text == "description"
