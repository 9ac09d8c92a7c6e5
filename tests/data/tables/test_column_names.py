"""Columns of tables by their names: commas in them, and tens of thousands of them."""

from collections.abc import Callable
from typing import Any

import pytest

from grucli.data.records import ReadOptions, Remembered
from grucli.data.request import Asked
from grucli.data.tables.column_names import has_known_name, names_in_header
from grucli.data.tables.series_columns import choose_series
from grucli.data.tables.text_columns import choose_text
from tests.data.reading import piped, problem, read, series, texts

SURVEY = (
    'no,"Comment, as written",title,"Mood, overall"\n'
    '1,fine lamp,Lamp,good\n2,"dull, grey",Desk,bad\n3,good desk,Desk,good\n'
)
COMMENT = "Comment, as written"


@pytest.mark.parametrize("text", [COMMENT, f" {COMMENT} ", f'"{COMMENT}"', (COMMENT,)])
def test_a_name_with_a_comma_is_one_column(text: Any) -> None:
    expected = [("fine lamp", "good"), ("dull, grey", "bad"), ("good desk", "good")]
    for get in (lambda **options: read(SURVEY, "t.csv", **options), piped_survey):
        source, records = get(text=text, label="Mood, overall")
        assert texts(records) == expected
        assert source.remembered.text == COMMENT
    known = source.remembered
    assert texts(read(SURVEY, "t.csv", remembered=known)[1]) == expected
    assert texts(piped(SURVEY, needs_label=False, remembered=known)[1]) == expected


def piped_survey(**options: Any) -> Any:
    return piped(SURVEY, **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no,title", "1\nLamp"),
        (" title , no", "Lamp\n1"),
        (f'title,"{COMMENT}"', "Lamp\nfine lamp"),
        (f'"{COMMENT}", title', "fine lamp\nLamp"),
    ],
)
def test_what_is_no_column_is_cut_at_commas(text: str, expected: str) -> None:
    records = read(SURVEY, "t.csv", text=text, label="Mood, overall")[1]
    assert records[0].text == expected


def test_a_part_of_a_name_is_told_how_to_quote_it() -> None:
    said = problem(SURVEY, "t.csv", text=f"{COMMENT},title", label="Mood, overall")
    assert "no column 'Comment'" in said
    assert f"quote a name that holds a comma: '\"{COMMENT}\"'" in said


@pytest.mark.parametrize("given", [{"label": "Mood"}, {"label": "Mood, overall", "weight": "Mood"}])
def test_a_part_of_a_name_that_stands_alone_is_told_the_whole(given: dict[str, str]) -> None:
    assert "; did you mean 'Mood, overall'?; pass" in problem(SURVEY, "t.csv", **given)
    series = 'v0,v1,v2,"Mood, overall"\n' + "1,2,3,a\n2,3,4,b\n" * 4
    assert "; did you mean 'Mood, overall'?; pass" in problem(series, "t.csv", **given)


def test_a_text_column_named_twice_is_a_usage_error() -> None:
    assert problem(SURVEY, "t.csv", text="title,title").startswith("--text: names a column twice")


def test_lists_are_the_labels_of_who_wants_sets() -> None:
    """Sets of labels seldom come again, so their column looks like none of classes."""
    tags = "内容,甲\n" + "".join(
        f"第{k}张工单内容,{'、'.join(n for i, n in enumerate('账单物流登录') if k >> i & 1)}\n"
        for k in range(1, 64)
    )
    for given in ({"targets": "labels"}, {"label_separator": "、"}):
        found = read(tags, "t.csv", **given)[0].remembered
        assert (found.text, found.label) == ("内容", "甲")
    assert "looks made for the task multilabel" in problem(tags, "t.csv")


def test_keys_with_commas() -> None:
    line = '{"a, b": "fine", "c": "more", "label": "x"}\n'
    for text, expected in (("a, b", "fine"), ('c,"a, b"', "more\nfine"), ("c", "more")):
        assert texts(read(line, "t.jsonl", text=text)[1]) == [(expected, "x")]
    known = Remembered(text="a, b", label="label")
    assert texts(piped(line, needs_label=False, remembered=known)[1]) == [("fine", "x")]


def test_values_with_commas_and_patterns() -> None:
    table = '"v1, left","v2, left",w1,label\n1,2,3,a\n4,5,6,b\n'
    for values, expected in (
        (("v1, left",), [1.0]),
        (('"v1, left",w1',), [1.0, 3.0]),
        (("v*,w*",), [1.0, 2.0, 3.0]),
        (("v1, left", "w1"), [1.0, 3.0]),
    ):
        records = read(table, "t.csv", values=values, label="label")[1]
        assert [x for (x,) in series(records)[0][0]] == expected


class Name(str):
    """A column's name that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)

    def strip(self, characters: str | None = None) -> "Name":
        return self


def compared(names: list[str], work: Callable[[list[str]], object]) -> float:
    """Return how many comparisons of names a piece of work makes for each name."""
    Name.compared = 0
    work([Name(name) for name in names])
    return Name.compared / len(names)


def asked_of(known: Remembered, **options: Any) -> Asked:
    return Asked(
        name="t.csv",
        options=ReadOptions(**options),
        known=known,
        needs_label=True,
        encoding="utf-8",
    )


def chosen(known: Remembered, **options: Any) -> Callable[[list[str]], object]:
    asked = asked_of(known, **options)

    def choose_columns(names: list[str]) -> object:
        named = asked.among(tuple(names))
        return choose_series(names, lambda: [["1"] * len(names)], named, "t.csv:1")

    return choose_columns


def test_work_grows_in_proportion_to_the_columns() -> None:
    """40,000 columns are 1.6 billion pairs of them."""
    count = 4_000
    steps = [f"v{k}" for k in range(count)]
    known = Remembered(kind="series", values=tuple(steps), label="label")
    other = Remembered(kind="series", values=tuple(f"w{k}" for k in range(count)), label="label")
    named = asked_of(Remembered(), text=("v3",), label="label")
    for work in (
        lambda names: names_in_header(names, "t.csv:1"),
        has_known_name,
        lambda names: choose_text(names, [["1"] * len(names)], named, "t.csv:1"),
        chosen(Remembered()),
        chosen(known),
        chosen(other),
        chosen(Remembered(), values=("v*",), label="label"),
        chosen(Remembered(), values=tuple(steps), label="label"),
    ):
        assert compared([*steps, "label"], work) < 40
