"""Cells of labels in tables that doccano and Hugging Face datasets export."""

import pytest

from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from tests.data.reading import problem, read

HEAD = "id,text,label,Comments\n"


def table(tmp_path, data, **options):
    path = tmp_path / "a.csv"
    path.write_text(data)
    return read_table(str(path), ReadOptions(**options))


def test_doccano_joins_labels_and_leaves_out_what_nobody_labelled(tmp_path):
    rows = "1,x,a#b,\n2,y,a,\n3,z,b,odd\n4,u,,\n5,v,a#b,\n"
    found = table(tmp_path, HEAD + rows)
    assert [one.labels for one in found.records] == [("a", "b"), ("a",), ("b",), (), ("a", "b")]
    assert "labels of 'label' are divided at #" in found.findings[0]
    assert found.remembered.label_separator == "#"
    whole = table(tmp_path, HEAD + rows.replace("4,u,,\n", ""), targets="label")
    assert [one.label for one in whole.records] == ["a#b", "a", "b", "a#b"]
    single = table(tmp_path, HEAD + rows.replace("a#b", "c#"))
    assert [one.label for one in single.records] == ["c#", "a", "b", "c#"]
    assert single.passed_over == ("left out 1 row without a label, the first is row 4 (line 5)",)


def test_another_table_is_not_divided_at_the_sign_of_doccano():
    source, records = read("text,label\nx,a#b\ny,a\nz,b\nu,a#b\n")
    assert (source.targets, records[0].labels) == ("label", None)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("[1 0 1]", "[0 1 0]"), "a 0 or 1 for each of 3 labels; write the names of those that"),
        (("[1. 0.]", "[0. 1.]"), "a 0 or 1 for each of 2 labels; "),
        (('"[1, 0]"', '"[0, 1]"'), "a 0 or 1 for each of 2 labels; "),
        (("['0' '1' ... '9']", "['1']"), "lists cut short ('['0' '1' ... '9…'); write the file"),
    ],
)
def test_lists_that_hold_no_labels_are_refused(cells, said):
    data = "text,label\n" + "".join(f"t {k},{cell}\n" for k, cell in enumerate(cells))
    assert problem(data).startswith(f"train.csv: label column 'label' holds {said}")
    lines = '{"text": "x", "label": [1, 0]}\n{"text": "y", "label": [0, 1]}\n'
    assert "a.jsonl: label key 'label' holds a 0 or 1 for each" in problem(lines, "a.jsonl")


def test_lists_as_numpy_prints_them_are_read_if_they_are_whole(tmp_path):
    data = "text,label\nx,['a' 'b']\ny,\"['a'\n 'c']\"\nz,[0]\n"
    found = table(tmp_path, data)
    assert [one.labels for one in found.records] == [("a", "b"), ("a", "c"), ("0",)]
