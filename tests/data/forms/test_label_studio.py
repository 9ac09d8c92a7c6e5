"""Exports of Label Studio: tasks with annotations, an object or a row an annotation.

Covers: data/forms/json_shapes.
"""

import csv
import io
import json
from typing import Any

import pytest

from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions, Remembered
from tests.data.reading import problem, read


def result(labels: Any, name: str = "mood", kind: str = "choices") -> dict[str, Any]:
    return {"from_name": name, "to_name": "t", "type": kind, "value": {kind: labels}}


def annotation(*results: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "was_cancelled": False, "result": list(results), **more}


def task(number: int, *annotations: Any) -> dict[str, Any]:
    data = {"text": f"what {number} said", "source": "web"}
    return {"id": number, "data": data, "annotations": list(annotations), "predictions": []}


GOOD, BAD = annotation(result(["good"])), annotation(result(["bad"]))
TASKS = [
    task(1, GOOD),
    task(2, BAD),
    task(3),
    task(4, annotation(was_cancelled=True)),
    task(5, annotation()),
    task(6, annotation(result(["bad"]), was_cancelled=True), GOOD),
    task(7, GOOD, BAD),
    task(8, BAD, annotation(result(["good"]), ground_truth=True)),
    task(9, BAD, BAD),
]


def table(tmp_path: Any, data: str, name: str = "ls.json", **options: Any) -> Any:
    path = tmp_path / name
    path.write_text(data)
    return read_table(str(path), ReadOptions(**options))


@pytest.mark.parametrize("indent", [None, 2])
def test_tasks_have_the_label_of_the_annotation_that_counts(tmp_path, indent) -> None:
    found = table(tmp_path, json.dumps(TASKS, indent=indent))
    assert [(one.number, one.text, one.label) for one in found.records] == [
        (1, "what 1 said", "good"),
        (2, "what 2 said", "bad"),
        (6, "what 6 said", "good"),
        (7, "what 7 said", "good"),
        (8, "what 8 said", "good"),
        (9, "what 9 said", "bad"),
    ]
    assert found.targets == "label"
    assert "tasks of Label Studio: label from choices 'mood'" in found.findings
    said = "3 tasks with several annotations, of which one counts: they differ in 2"
    assert said in found.passed_over
    line = {None: 1, 2: 54}[indent]
    assert f"left out 3 rows without a label, the first is row 3 (line {line})" in found.passed_over
    assert (found.remembered.text, found.remembered.label) == ("text", "mood")


def test_several_choices_make_sets_and_none_is_a_set_too(tmp_path) -> None:
    tasks = [*TASKS, task(10, annotation(result(["good", "long"])))]
    found = table(tmp_path, json.dumps(tasks))
    assert found.targets == "labels"
    assert [(one.number, one.labels) for one in found.records][2:4] == [(5, ()), (6, ("good",))]
    assert "left out 2 rows without a label, the first is row 3 (line 1)" in found.passed_over
    only = table(tmp_path, json.dumps(TASKS), targets="labels")
    assert [one.labels for one in only.records][:3] == [("good",), ("bad",), ()]
    several = table(tmp_path, json.dumps(tasks), targets="label", on_bad_row="skip")
    assert several.skipped == 1  # task 10 has two
    assert "ls.json:1, row 10: 2 labels (good, long); keep one" in several.passed_over[-1]
    assert "left out 3 rows without a label, the first is row 3 (line 1)" in several.passed_over


def test_the_control_may_be_named_and_is_asked_for_where_several_are_alike() -> None:
    both = annotation(
        result(["good"]), result(4, "stars", "rating"), result([["a", "b"]], "t", "taxonomy")
    )
    data = json.dumps([task(k, both) for k in range(3)])
    assert [one.labels for one in read(data, "a.json")[1]] == [("good",)] * 3
    assert [one.labels for one in read(data, "a.json", label="stars")[1]] == [("4",)] * 3
    assert [one.labels for one in read(data, "a.json", label="t")[1]] == [("a / b",)] * 3
    numbers = read(data, "a.json", label="stars", targets="number")[1]
    assert [one.label for one in numbers] == ["4"] * 3
    assert [one.label for one in read(data, "a.json", label="source")[1]] == ["web"] * 3
    assert "no column 'moods' (columns: " in problem(data, "a.json", label="moods")
    two = annotation(result(["good"]), result(["x"], "topic"))
    said = problem(json.dumps([task(1, two)]), "a.json")
    assert said == "a.json: labels from the choices of 'mood' or 'topic'? pass --label mood"
    boxes = annotation(result([[0, 1]], "box", "polygonlabels"))
    assert "no task of Label Studio has a label" in problem(json.dumps([task(1, boxes)]), "a.json")


def test_a_model_reads_tasks_to_predict() -> None:
    known = Remembered(text="text", label="mood", encoding="utf-8")
    for tasks in (
        TASKS,
        [{"data": {"text": "what"}}, {"data": {"text": "else"}, "predictions": []}],
    ):
        _, records = read(json.dumps(tasks), "a", needs_label=False, remembered=known)
        assert [one.text for one in records] == [one["data"]["text"] for one in tasks]
        assert all(one.error is None for one in records)


SHORT = [
    {"text": f"what {k}", "source": "web", "id": k, **more, "annotator": 1, "annotation_id": k}
    | {"created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z", "lead_time": 2.5}
    for k, more in enumerate([{"mine": "good"}, {"mine": "bad"}, {}, {"mine": "good"}])
]


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Return a table as Label Studio writes it: columns in order of their names."""
    names = sorted({name for row in rows for name in row})
    target = io.StringIO()
    writer = csv.DictWriter(target, names, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {
            k: v if isinstance(v, str | int | float) else json.dumps(v) for k, v in row.items()
        }
        writer.writerow(cells)
    return target.getvalue()


def test_an_object_an_annotation_has_its_control_between_id_and_annotator(tmp_path) -> None:
    found = table(tmp_path, json.dumps(SHORT, indent=2))
    assert [one.label for one in found.records] == ["good", "bad", "good"]
    assert "an export of Label Studio: label from 'mine'" in found.findings
    assert found.passed_over == ("left out 1 row without a label, the first is row 3 (line 24)",)


@pytest.mark.parametrize("name", ["ls.csv", "ls.json"])
def test_texts_stand_beside_choices(tmp_path, name) -> None:
    rows = [*SHORT, {**SHORT[0], "id": 9, "mine": {"choices": ["good", "long"]}}]
    data = as_csv(rows) if name == "ls.csv" else json.dumps(rows)
    found = table(tmp_path, data, name)
    assert found.targets == "labels"
    wanted = [("good",), ("bad",), ("good",), ("good", "long")]
    assert [one.labels or (one.label,) for one in found.records] == wanted
    one = [{**row, "mine": {"choices": [row["mine"]]}} if "mine" in row else row for row in SHORT]
    data = as_csv([*SHORT, *one]) if name == "ls.csv" else json.dumps([*SHORT, *one])
    found = table(tmp_path, data, name, label="mine")
    assert found.targets == "label"
    assert [one.label for one in found.records] == ["good", "bad", "good"] * 2


@pytest.mark.parametrize("name", ["ls.csv", "ls.json"])
def test_ratings_are_labels_or_numbers(tmp_path, name) -> None:
    rows = [{**row, "mine": [{"rating": k}]} for k, row in enumerate(SHORT)]
    data = as_csv(rows) if name == "ls.csv" else json.dumps(rows)
    assert [one.label for one in table(tmp_path, data, name).records] == ["0", "1", "2", "3"]
    found = table(tmp_path, data, name, targets="number")
    assert [one.label for one in found.records] == ["0", "1", "2", "3"]


def test_what_is_no_label_in_a_cell_is_told() -> None:
    rows = [{**row, "mine": {"choices": ["a"]}} for row in SHORT] * 300
    rows[1100] = {**rows[0], "mine": [{"start": 0, "end": 4}]}
    said = problem(as_csv(rows), "a.csv", label="mine")
    assert said.startswith('a.csv:1102: label \'[{"start": 0, "end": 4}]\' is no choice or rating')


def test_a_task_without_data_is_a_bad_record() -> None:
    odd = [{"id": 3, "data": "what"}, {"annotations": 5}]
    _, records = read(json.dumps(TASKS[:2] * 600 + odd), "a.json")
    assert [one.error for one in records if one.error is not None] == [
        "a.json:1, row 1201: key 'data' of a task holds a string; write an object",
        "a.json:1, row 1202: key 'data' of a task holds null; write an object",
    ]


def test_a_text_may_stand_in_inner_objects_of_a_task() -> None:
    tasks = [
        {"id": n, "data": {"mail": {"by": n, "body": f"what {n} said"}}, "annotations": [each]}
        for n, each in ((1, GOOD), (2, BAD))
    ]
    source, records = read(json.dumps(tasks), "ls.json")
    assert source.text == "mail.body"
    assert [(one.text, one.label) for one in records] == [
        ("what 1 said", "good"),
        ("what 2 said", "bad"),
    ]
    for one in tasks:
        one["data"] = {"turns": [one["data"]["mail"]]}
    _, records = read(json.dumps(tasks), "ls.json", text=("turns.0.body",))
    assert [one.text for one in records] == ["what 1 said", "what 2 said"]
