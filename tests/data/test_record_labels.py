"""Labels of records: one of a list of one, sets, and rows that nobody has labelled."""

import pytest

from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions, Remembered
from tests.data.reading import problem, read


def table(tmp_path, data, name, **options):
    path = tmp_path / name
    path.write_text(data)
    return read_table(str(path), ReadOptions(**options))


ONES = {
    "a.jsonl": '{"text": "x", "label": ["a"]}\n{"text": "y", "label": []}\n'
    '{"text": "z", "label": ["b"]}\n',
    "a.csv": "text,label\nx,['a']\ny,[]\nz,['b']\n",
}
WANTED = [(1, "a"), (3, "b")]


@pytest.mark.parametrize("name", ONES)
def test_lists_of_one_are_labels_unless_sets_are_asked_for(tmp_path, name):
    found = table(tmp_path, ONES[name], name)
    assert (found.targets, [(one.number, one.label) for one in found.records]) == ("label", WANTED)
    assert all(one.labels is None for one in found.records)
    said = "lists of one label are read as labels (pass --set task=multilabel if they are sets)"
    assert said in found.findings
    line = f" (line {3 if name == 'a.csv' else 2})"
    left = f"left out 1 row without a label, the first is row 2{line}"
    assert left in found.passed_over
    assert found.remembered.targets == "label"
    sets = table(tmp_path, ONES[name], name, targets="labels")
    assert [one.labels for one in sets.records] == [("a",), (), ("b",)]
    last = {"a.csv": "u,\"['a', 'c']\"\n", "a.jsonl": '{"text": "u", "label": ["a", "c"]}\n'}
    several = table(tmp_path, ONES[name] + last[name], name)
    assert [one.labels for one in several.records] == [("a",), (), ("b",), ("a", "c")]


@pytest.mark.parametrize("name", ONES)
def test_a_task_of_one_label_takes_it_out_of_a_list(name):
    data = ONES[name].replace("[]", "['a']" if "csv" in name else '["a"]')
    known = Remembered(text="text", label="label", encoding="utf-8", delimiter=",")
    source, records = read(data, name, targets="label", remembered=known)
    assert (source.targets, [one.label for one in records]) == ("label", ["a", "a", "b"])


def test_several_labels_are_refused_where_a_row_has_one():
    data = ONES["a.jsonl"].replace("[]", '["a", "b"]')
    said = "a.jsonl:2: 2 labels (a, b); keep one, or train with task=multilabel for several labels"
    assert problem(data, "a.jsonl", targets="label").startswith(said)
    source, records = read(ONES["a.jsonl"], "a.jsonl", targets="label")
    assert [(one.number, one.label) for one in records] == WANTED
    assert source.left_out.findings() == (
        "left out 1 row without a label, the first is row 2 (line 2)",
    )


def test_numbers_may_stand_in_lists_of_one(tmp_path):
    data = '{"text": "x", "label": [1.5]}\n{"text": "y", "label": [2]}\n'
    found = table(tmp_path, data, "a.jsonl", targets="number")
    assert [one.label for one in found.records] == ["1.5", "2"]


@pytest.mark.parametrize("name", ONES)
def test_who_looks_into_a_model_sees_labels_too(name):
    known = Remembered(text="text", label="label", encoding="utf-8", delimiter=",")
    arguments = {"needs_label": False, "remembered": known}
    _, records = read(ONES[name], name, targets="label", **arguments)
    assert [one.label or None for one in records] == ["a", None, "b"]
    _, records = read(ONES[name], name, targets="labels", **arguments)
    assert [one.labels for one in records] == [("a",), (), ("b",)]


def test_a_separator_is_for_sets():
    for targets in ("label", "number", "tags"):
        said = problem("text,label\nx,1\ny,2\n", targets=targets, label_separator=";")
        assert said.startswith("--label-separator: is for several labels a row, and the task has")
