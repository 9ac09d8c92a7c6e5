"""A header that comes again below the first."""

import pytest

from tests.data.reading import piped, problem, read, series, texts
from tests.data.tables.writers import OF_LABELLED, labelled, plain


@pytest.mark.parametrize(
    "again",
    [
        "text,label",
        " text , label ",
        "Text, Label",
        '"text","label"',
        "\ufefftext,label",
        '\ufeff"text",label',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_repeated_header_is_passed_over_and_said(again: str, end: str) -> None:
    rows = labelled()
    first, second = plain(rows[:20], ","), plain(rows[20:], ",", header=False)
    data = first + (f"{again}\n" + second).replace("\n", end)
    for get in (lambda **kw: read(data, "t.csv", **kw), lambda **kw: piped(data, **kw)):
        source, records = get()
        assert texts(records) == rows
        said = "passed over 1 row with the header again, the first in line 22"
        assert source.found_later() == (said,)
        source, records = get(needs_label=False, remembered=OF_LABELLED)
        assert texts(records) == rows
        assert [r.number for r in records] == list(range(1, 41))
        assert source.found_later() == (said,)


def test_several_headers_and_one_at_the_very_beginning() -> None:
    part = plain(labelled(3), ",")
    source, records = read("text,label\n" + part * 3, "t.csv")
    assert texts(records) == labelled(3) * 3
    assert source.found_later() == (
        "passed over 3 rows with the header again, the first in line 2",
    )


def test_repeated_headers_of_numbers() -> None:
    wide = "v1,v2,v3,label\n1,2,3,a\n4,5,6,b\n"
    records = read(wide * 2, "t.csv")[1]
    assert series(records) == series(read(wide, "t.csv")[1]) * 2
    long = "id,time,x,label\na,1,2,p\na,2,3,p\nb,1,5,n\nb,2,7,n\n"
    assert (
        series(read(long + long.replace("a,", "c,").replace("b,", "d,"), "t.csv")[1])
        == [
            ([[2.0], [3.0]], "p"),
            ([[5.0], [7.0]], "n"),
        ]
        * 2
    )


def test_a_header_in_another_order_is_refused() -> None:
    said = problem("text,label\nfine,x\nlabel,text\nx,dull\n", "t.csv", text="text", label="label")
    assert said.startswith("t.csv:3: the header again, with its columns in another order; ")


def test_a_text_that_is_the_name_of_its_only_column_is_a_text() -> None:
    records = read("text\nfine\ntext\n", "t.csv", needs_label=False, remembered=OF_LABELLED)[1]
    assert [r.text for r in records] == ["fine", "text"]


def test_without_a_header_no_row_repeats_it() -> None:
    data = "a,x\nb,y\na,x\n"
    records = read(data, "t.csv", header=False, text="1", label="2")[1]
    assert texts(records) == [("a", "x"), ("b", "y"), ("a", "x")]
