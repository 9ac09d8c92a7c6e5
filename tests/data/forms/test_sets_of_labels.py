"""Any number of labels a row, in every form of data that can hold them.

Covers: data/forms/json_values.
"""

import io

import numpy as np
import pytest

from grucli.data.records import Remembered
from tests.data.reading import problem, read


def sets(data, name="train.csv", **options):
    """Return the form of the targets, and the labels of each record."""
    source, records = read(data, name, **options)
    assert [one.error for one in records] == [None] * len(records)
    return source.targets, [one.labels for one in records]


TABLE = "text,labels\nx,a|b\ny,\nz, b | a |b\n"


def test_a_separator_divides_the_cells_of_a_table():
    wanted = ("labels", [("a", "b"), (), ("b", "a")])
    assert sets(TABLE, label_separator="|") == wanted
    assert sets(TABLE, label_separator="pipe") == wanted
    known = Remembered(text="text", label="labels", label_separator="|")
    assert sets(TABLE, remembered=known) == wanted
    source, records = read(TABLE, label_separator="|")
    assert source.remembered.label_separator == "|"
    assert source.remembered.targets == "labels"
    assert [one.label for one in records] == ["a|b", "", " b | a |b"]


def test_nobody_divides_labels_where_nobody_says_so():
    assert sets("text,label\nx,a|b\ny,c\n") == ("label", [None, None])
    assert "no label" in problem("text,label\nx,a|b\ny,\n")


def test_a_task_with_sets_reads_single_labels_and_none():
    assert sets("text,label\nx,a|b\ny,\n", targets="labels") == ("labels", [("a|b",), ()])


@pytest.mark.parametrize(
    "cells",
    [
        ['["a", "b"]', "[]", '["b"]'],
        ["['a', 'b']", "", "['b']"],
        ["['a' 'b']", "[]", "['b']"],
        ['{"choices": ["a", "b"]}', "", '["b"]'],
    ],
)
def test_cells_may_hold_lists(cells):
    quoted = [cell.replace('"', '""') for cell in cells]
    data = "text\tlabels\n" + "".join(f't\t"{cell}"\n' for cell in quoted)
    assert sets(data, "a.tsv") == ("labels", [("a", "b"), (), ("b",)])


def test_a_cell_that_holds_no_list_among_others_is_a_bad_row():
    data = "text,labels\n" + 'x,"[""a"", ""b""]"\n' * 400 + "y,b\n"
    wanted = """train.csv:402: label 'b' is no list as in other rows; write ["…", "…"]"""
    assert problem(data) == wanted


def test_lists_of_json_are_sets_and_stay_as_they_are():
    data = '{"text": "x", "label": ["a", " b", "a"]}\n{"text": "y", "label": []}\n' + (
        '{"text": "z", "label": ["a,b"]}\n{"text": "u", "label": [1, 2.0, true]}\n'
    )
    wanted = [("a", " b"), (), ("a,b",), ("1", "2.0", "true")]
    assert sets(data, "a.jsonl") == ("labels", wanted)
    source, records = read(data, "a.jsonl")
    assert source.label_separator is None
    assert records[1].label == ""


def test_texts_of_json_stand_beside_lists_and_may_be_divided():
    data = '{"text": "x", "label": "a|b"}\n{"text": "y", "label": ["a", "c"]}\n'
    assert sets(data, "a.jsonl") == ("labels", [None, ("a", "c")])
    assert sets(data, "a.jsonl", label_separator="|") == ("labels", [("a", "b"), ("a", "c")])
    empty = '{"text": "x", "label": null}\n'
    assert sets(empty, "a.jsonl", label_separator="|") == ("labels", [()])
    assert "no label" in problem(empty, "a.jsonl")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('["a", ["b"]]', "a.jsonl:1: label[1] holds a list; write a list of strings"),
        ('["a", null]', "a.jsonl:1: label[1] holds null; write a list of strings"),
        ('[{"a": 1}]', "a.jsonl:1: label[0] holds an object; write a list of strings"),
    ],
)
def test_lists_of_anything_else_are_refused(value, message):
    assert problem(f'{{"text": "x", "label": {value}}}\n', "a.jsonl") == message


def test_a_label_of_a_list_with_the_separator_in_it_is_refused():
    said = problem('{"text": "x", "label": ["a|b", "c"]}\n', "a.jsonl", label_separator="|")
    assert said == "a.jsonl:1: label list: 'a|b' has '|' in it; name another --label-separator"


def test_lists_are_refused_where_a_row_has_one_label():
    said = problem('{"text": "x", "label": ["a", "b"]}\n', "a.jsonl", targets="label")
    assert "2 labels (a, b); keep one, or train with task=multilabel" in said
    assert "2 labels (a, b)" in problem("__label__a __label__b x\n", "a.txt", targets="label")


def test_several_marks_on_a_line_are_a_set():
    data = "__label__a __label__b x\n__label__c y\nz\n"
    source, records = read(data, "a.txt")
    assert source.targets == "labels"
    assert [(one.text, one.labels, one.label) for one in records] == [
        ("x", ("a", "b"), "a, b"),
        ("y", None, "c"),
    ]
    assert source.found_later() == ("skipped 1 line without a __label__x, the first is line 3",)


def test_a_line_without_a_mark_has_no_label_where_the_task_is_told():
    data = "__label__a __label__b x\n__label__c y\nz\n"
    assert sets(data, "a.txt", targets="labels") == ("labels", [("a", "b"), ("c",), ()])


def test_series_have_sets_too():
    wide = "v1,v2,label\n1,2,a;b\n3,4,\n5,6,b\n"
    wanted = ("labels", [("a", "b"), (), ("b",)])
    assert sets(wide, values=("v*",), label="label", label_separator=";") == wanted
    long = "id,v,label\n1,1,a;b\n1,2,a;b\n2,3,\n2,4,\n3,1,b\n"
    options = {"values": ("v",), "id": "id", "label": "label", "label_separator": ";"}
    assert sets(long, **options) == wanted
    archive = io.BytesIO()
    np.savez(archive, X=np.ones((3, 4)), y=np.array(["a;b", "", "b"]))
    assert sets(archive.getvalue(), "a.npz", label_separator=";") == wanted


def test_what_is_asked_for_predictions_reads_no_labels():
    data = '{"text": "x", "label": [["odd"]]}\n'
    _, (record,) = read(data, "a.jsonl", needs_label=False)
    assert (record.error, record.labels) == (None, None)
