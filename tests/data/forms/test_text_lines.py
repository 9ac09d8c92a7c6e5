"""Texts a line each, with and without labels among their words."""

import pytest

from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions
from tests.data.reading import pairs, problem, read, read_source, records_of, stdin, texts


def test_labelled_lines() -> None:
    data = b"__label__x a, b\n\n__label__y\t c \n__label__z\n"
    assert pairs(data, "a.txt") == [("a, b", "x"), ("c ", "y"), ("", "z")]
    assert [r.line for r in records_of(data, "a.txt")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("line", "text", "label"),
    [
        ("great film __label__x", "great film", "x"),
        ("great __label__x film ", "great film ", "x"),
        ("\t __label__x\v\fgreat film", "great film", "x"),
        ("great\r__label__x\rfilm", "great\rfilm", "x"),
        ("__label__x great __label__x film", "great film", "x"),
        ("__label__好 a__label__y b", "a__label__y b", "好"),
        ("__label__x\u3000y a", "a", "x\u3000y"),
        ("__label____label__x a </s>", "a </s>", "__label__x"),
        ("  a  b __label__x", "a  b", "x"),
    ],
)
def test_a_label_stands_anywhere_in_its_line(line: str, text: str, label: str) -> None:
    data = (line + "\n__label__y b\n").encode()
    assert pairs(data, "a.txt") == [(text, label), ("b", "y")]
    assert pairs(data, "a.txt", needs_label=False) == [(text, label), ("b", "y")]
    with stdin(data), open_source("-", ReadOptions(), needs_label=True) as s:
        assert [(r.text, r.label) for r in s] == [(text, label), ("b", "y")]


def test_lines_without_a_label_are_skipped_and_counted() -> None:
    data = b"first\n\n__label__x a\nb\nc __label__y\nd\n"
    for name in ("a.txt", "a"):
        source = read_source(data, name)
        assert [(r.number, r.line, r.text) for r in source.records] == [(1, 3, "a"), (2, 5, "c")]
        assert source.found_later() == (
            "skipped 3 lines without a __label__x, the first is line 1",
        )
    assert read_source(b"__label__x a\nb\n", "a.txt").found_later() == (
        "skipped 1 line without a __label__x, the first is line 2",
    )
    assert [r.text for r in records_of(data, "a.txt", needs_label=False)] == [
        "first", "", "a", "b", "c", "d",
    ]  # fmt: skip


def test_a_file_with_hardly_a_label_is_no_file_of_labelled_lines() -> None:
    rest = b"text,label\n" + b"a,x\n" * 18
    said = "a.txt:1: no __label__x in the line; if this is a table, pass --format csv"
    assert problem(rest, "a.txt") == said
    assert problem(rest, "a.txt", format="lines") == said
    tabs = rest.replace(b",", b"\t")
    assert problem(tabs, "a.txt", format="lines") == said.replace("csv", "tsv")
    few = rest + b"a __label__x\n"
    assert problem(few, "a.txt") == (
        "a.txt:1: no __label__x in the line; 1 of 20 lines have one; if this is a table, pass "
        "--format csv, or --format lines"
    )
    assert pairs(few, "a.txt", format="lines") == [("a", "x")]
    assert pairs(few + b"__label__y b\n__label__y\n", "a.txt")[1:] == [("b", "y"), ("", "y")]


def test_texts_without_any_label_are_no_table() -> None:
    said = "a.txt:1: no __label__x in the line, nor in another; begin each with its label: "
    for lines in (b"good\nbad\n", b"so, so, so\nbad, I say\nfine\n", "很好，很快\n差\n".encode()):
        assert problem(lines, "a.txt").startswith(said), lines
        assert problem(lines, "a.txt", format="lines").startswith(said), lines


def test_a_table_of_numbers_under_the_name_of_texts_is_told() -> None:
    said = "a.txt:1: no __label__x in the line; if this is a table, pass --format csv"
    assert problem(b"  1.0e+00  2.0e+00  3.0e+00\n" * 3, "a.txt") == said


def test_lines_for_predict_are_raw_text() -> None:
    data = b'"a, b\n\n__label__x c\n  d\n=1\t2\n__label__ e __label__x __label__y f\n my__label__x'
    assert [r.text for r in records_of(data, "a.txt", needs_label=False)] == [
        '"a, b', "", "c", "  d", "=1\t2", "e f", " my__label__x",
    ]  # fmt: skip


def test_a_text_file_is_a_table_where_its_delimiter_is_known() -> None:
    data = b"body|kind\na, b|x\nc|y\n"
    assert pairs(data, "a.txt", delimiter="pipe") == [("a, b", "x"), ("c", "y")]
    remembered = read_source(data, "a.txt", delimiter="pipe").remembered
    for needs_label in (True, False):
        known = {"needs_label": needs_label, "remembered": remembered}
        assert [r.text for r in records_of(data, "a.txt", **known)] == ["a, b", "c"]
        assert [r.text for r in records_of(b"__label__x a\n", "a.txt", **known)] == ["a"]
    assert [r.text for r in records_of(b"a|b\nc\n", "a.txt", **known)] == ["a|b", "c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"__label__ a", "a.txt:2: a label without a name; write __label__x"),
        (b"__label__x \xff", "a.txt:2: byte 12 of the line (0xff) is not UTF-8; "),
        (b"__label__x \0", "a.txt:2: NUL byte: binary file?"),
    ],
)
def test_bad_labelled_lines(line: bytes, message: str) -> None:
    assert problem(b"__label__x a\n" + line + b"\n__label__x b\n", "a.txt").startswith(message)


QUOTED = (
    '"__label__a good, ""very""\nand more "\n__label__b bad \n no mark, \n\n'
    '"__label__a __label__b x, y __comment__why? no"\n'
)


def test_lines_in_quotes_are_read_as_cells():
    source, records = read(QUOTED, "a.txt")
    wanted = [('good, "very"\nand more', "a"), ("bad", "b"), ("x, y", "a, b")]
    assert texts(records) == wanted
    assert records[2].labels == ("a", "b")
    assert [list(one.own_lines) for one in records] == [[1, 2], [3], [6]]
    assert source.found_later() == ("skipped 1 line without a __label__x, the first is line 4",)
    assert texts(read(QUOTED, "a")[1]) == wanted
    broken = '"__label__a x, y\n__label__b z\n'
    assert problem(broken, "a.txt").startswith("a.txt:1: a quote opens here and does not close")


def test_quotes_within_a_line_are_no_cell():
    data = '__label__a "good"\n__label__b x"y\n'
    assert texts(read(data, "a.txt")[1]) == [('"good"', "a"), ('x"y', "b")]
