"""Labels that look as if another task were meant, and labels that only nearly do."""

from collections import Counter

import pytest

from grucli.data import label_hints


@pytest.mark.parametrize(
    ("labels", "hint"),
    [
        (
            [f"{k / 4 + 1}" for k in range(40)],
            "the labels are 40 numbers from 1.0 to 10.75, each a class of its own; "
            "--set task=regress predicts numbers",
        ),
        (
            [f"-{k}" for k in range(25)],
            "the labels are 25 numbers from -24 to -0, each a class of its own; "
            "--set task=regress predicts numbers",
        ),
        *(
            (
                ["a", "b", f"a{by}b", f"b{by}c", "c"],
                f"2 of 5 labels look like lists ('a{by}b'), each a class of its own; "
                f"for several labels a row pass --label-separator '{by.strip()}'",
            )
            for by in (";", "|", ",", "; ", "#", "；", "，", "、", "｜")
        ),
        (
            ['["a"]', '["a", "b"]', "[]", "['c']"],
            """4 of 4 labels look like lists ('["a"]'), each a class of its own; for several """
            "labels a row write them as JSON lists",
        ),
        (
            [*"abcdefghijklmnop", "a;b"],
            "1 of 17 labels look like lists ('a;b'), each a class of its own; for several labels a "
            "row pass --label-separator ';'",
        ),
        (
            [f"{k // 4 + 1},{k % 4}" for k in range(40)],
            "the labels are 40 numbers from 1,0 to 10,3, each a class of its own; "
            "--set task=regress predicts numbers",
        ),
        (["1,5", "2,5", "1,2", "2,2"], None),
        ([f"{k}" for k in range(19)], None),
        ([f"0{k}" for k in range(30)], None),
        (["Boston, MA", "Salem, MA", "Lynn, MA", "Austin, TX"], None),
        (["a;", "b;", "c"], None),
        (["[x]", "y", "z"], None),
        (["2023-01-01", "2023-01-02"], None),
    ],
)
def test_labels_of_another_task_are_named(labels, hint):
    said = [hint.text for hint in label_hints.hints("t.csv", dict.fromkeys(labels, 2))]
    assert said == ([] if hint is None else [f"t.csv: {hint}"])


@pytest.mark.parametrize(
    ("labels", "is_told"),
    [
        ([f"a title of {k}" for k in range(20)], True),
        ([f"2024-01-{k:02}" for k in range(1, 29)], True),
        (["您好" * k for k in range(1, 21)] + ["您好"] * 5, True),
        (["您好" * k for k in range(1, 21)] + ["您好"] * 6, False),
        ([f"a title of {k}" for k in range(19)], False),
        ([f"{k}" for k in range(100)], False),
        ([f"0{k}" for k in range(100)], False),
        ([f"{k % 5};{k // 5}" for k in range(25)], False),
    ],
)
def test_texts_are_hardly_classes(labels, is_told):
    found = list(label_hints.hints("t.csv", Counter(labels)))
    said = [hint.text for hint in found if hint.name == "data.text_labels"]
    wanted = (
        f"t.csv: {len(set(labels))} labels of {len(labels)} rows, each a class of its own; "
        "--set task=generate learns to write them"
    )
    assert said == [wanted] * is_told


def test_a_column_says_which_task_it_looks_made_for():
    prices = [f"{k}.5" for k in range(30)]
    numbers = " ('price' looks made for the task regress)"
    assert label_hints.of_column("price", prices) == numbers
    assert label_hints.of_column("price", [*"531", "", *map(str, range(40))]) == numbers
    for tags in (["a|b", "b|c", " ", "a|c"], ["[1]", "[]"], ["('a',)", "('b', 'c')"]):
        assert "'tags' looks made for the task multilabel" in label_hints.of_column("tags", tags)
    for cells in (list(map(str, range(30))), [], [" "], ["a", "b", "a"], ["{}", "{1}"]):
        assert label_hints.of_column("x", cells) == ""


def test_years_with_many_rows_each_are_classes():
    assert list(label_hints.hints("t.csv", {str(year): 30 for year in range(1990, 2026)})) == []
