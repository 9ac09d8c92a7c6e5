"""What each task tells of the targets of a file, against counts made by hand.

Covers: tasks/tag/tag_counts.
"""

import pytest

from grucli.data.records import Record
from grucli.tasks import task_type


def told(task: str, records: list[Record]) -> dict[str, object]:
    """Return what the task of this name tells of records that it was fitted to."""
    return task_type(task).fit("t.csv", records).target_facts(records).to_json()


def records(**fields: list[object]) -> list[Record]:
    rows = zip(*fields.values(), strict=True)
    return [
        Record(number=k, text="x", **dict(zip(fields, row, strict=True)))
        for k, row in enumerate(rows, 1)
    ]


def test_labels() -> None:
    found = told("classify", records(label=["b", "a", "b", "好"]))
    assert found == {"label_rows": {"b": 2, "a": 1, "好": 1}}


def test_sets_of_labels() -> None:
    found = told("multilabel", records(labels=[("a", "b"), ("a",), (), ("a", "c")]))
    assert found == {
        "labels_a_row": 1.25,
        "label_rows": {"a": 3, "b": 1, "c": 1},
        "rows_by_labels": {"0": 1, "1": 1, "2": 2},
    }


def test_few_numbers_are_counted_one_by_one() -> None:
    found = told("regress", records(label=["3", "1", "2.0", "2"]))
    assert found["target_ranges"] == {"1": 1, "2": 2, "3": 1}
    assert (found["lowest_target"], found["median_target"], found["highest_target"]) == (1, 2, 3)
    assert (found["first_quarter"], found["third_quarter"]) == (1.75, 2.25)
    assert (found["mean_target"], found["distinct_targets"]) == (2, 3)


def test_many_numbers_are_counted_in_ranges() -> None:
    found = told("regress", records(label=[str(k / 2) for k in range(101)]))
    ranges = found["target_ranges"]
    assert isinstance(ranges, dict)
    assert list(ranges)[:2] == ["0 to 5", "5 to 10"]
    assert list(ranges.values()) == [10] * 9 + [11]


@pytest.mark.parametrize("tags", [("B-X", "I-X"), ("B-X", "E-X")])
def test_chunks_and_tags(tags: tuple[str, str]) -> None:
    lines = [(*tags, "O"), ("B-Y", "O", "O")]
    found = told("tag", records(tokens=[("a", "b", "c")] * 2, tags=lines))
    assert found == {
        "tokens": 6,
        "chunks": 2,
        "type_chunks": {"X": 1, "Y": 1},
        "tag_tokens": {tags[0]: 1, tags[1]: 1, "O": 3, "B-Y": 1},
    }
    task = task_type("tag").fit("t.csv", records(tokens=[("a", "b", "c")], tags=lines[:1]))
    with_others = task.target_facts(records(tokens=[("a", "b", "c")] * 2, tags=lines))
    assert with_others.to_json() == found
    plain = told("tag", records(tokens=[("a", "b")], tags=[("NOUN", "VERB")]))
    assert plain == {"tokens": 2, "tag_tokens": {"NOUN": 1, "VERB": 1}}
