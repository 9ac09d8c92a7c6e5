"""The delimiter of a table whose name, header or first line says another."""

from typing import Any

import pytest

from grucli.data.records import Remembered
from tests.data.reading import piped, problem, read, series, texts
from tests.data.tables.writers import OF_LABELLED, labelled, plain, quoted

KNOWN = Remembered(text="text, raw", label="label", delimiter=",")


def export(delimiter: str, names: str = "id;text, raw;label") -> str:
    """Return a table with one comma in a name and one in each text."""
    rows = [names.replace(";", delimiter)]
    rows += [delimiter.join([f"{k}", f"it came late, number {k}", "pn"[k % 2]]) for k in range(20)]
    return "\n".join(rows) + "\n"


EXPECTED = [(f"it came late, number {k}", "pn"[k % 2]) for k in range(20)]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
@pytest.mark.parametrize("name", ["t.csv", "t", "t.data"])
def test_the_delimiter_divides_the_names(delimiter: str, name: str) -> None:
    data = export(delimiter)
    for get in (lambda **kw: read(data, name, **kw), lambda **kw: piped(data, **kw)):
        source, records = get()
        assert source.columns == ("id", "text, raw", "label")
        assert texts(records) == EXPECTED
        assert texts(get(remembered=KNOWN)[1]) == EXPECTED
        assert texts(get(needs_label=False, remembered=KNOWN)[1]) == EXPECTED
        assert texts(get(needs_label=False, remembered=source.remembered)[1]) == EXPECTED


def test_a_pipe_is_a_table_by_whatever_delimiter_its_header_has_the_models_column() -> None:
    known = Remembered(text="text", label="label", delimiter=",")
    data = "label;text\np;good; or so\n"
    records = piped(data.replace("; or", ", or"), needs_label=False, remembered=known)[1]
    assert [r.text for r in records] == ["good, or so"]
    raw = piped("a text; with more\n", needs_label=False, remembered=known)[1]
    assert [r.text for r in raw] == ["a text; with more"]


def test_a_comma_before_a_space_is_one_of_prose() -> None:
    data = "text, raw;label\n" + "".join(f"{text};{label}\n" for text, label in EXPECTED)
    source, records = read(data, "t.csv")
    assert source.columns == ("text, raw", "label")
    assert texts(records) == EXPECTED
    spaced = "text, label\n" + "".join(f"it came {k}, {'pn'[k % 2]}\n" for k in range(9))
    assert read(spaced, "t.csv")[0].columns == ("text", "label")


def test_two_delimiters_that_divide_alike_are_refused() -> None:
    data = "text,raw;label\n" + "it came,late;p\nit was,early;n\n" * 9
    said = "t.csv: columns by commas or by semicolons? pass --delimiter semicolon, or "
    assert problem(data, "t.csv").startswith(said)
    assert read(data, "t.csv", delimiter=";")[0].columns == ("text,raw", "label")


def test_names_that_nobody_knows() -> None:
    data = export("\t", "what;said, raw;verdict")
    assert read(data, "t.csv", text="said, raw", label="verdict")[0].delimiter == "\t"
    assert read(data, "t.csv", label="verdict")[0].columns == ("what", "said, raw", "verdict")


def test_a_comma_that_agrees_over_a_tab_that_does_not_is_refused() -> None:
    data = export("\t") + "20\tit came\tlate, too\tp\n"
    said = problem(data, "t.csv")
    assert said == "t.csv: columns by commas or by tabs? pass --delimiter tab, or --delimiter comma"
    records = read(data, "t.csv", delimiter="tab")[1]
    assert [r.line for r in records if r.error] == [22]


def test_where_no_delimiter_agrees_the_header_is_not_cut_at_its_commas() -> None:
    data = export("\t").replace("number 3", "number, 3") + "20\tno label\n"
    assert problem(data, "t.csv").startswith("t.csv: columns by commas or by tabs? pass --delimit")
    ragged = "text,label\na,x\nb,y\na,x,more\nb;c,y\n"
    assert read(ragged, "t.csv")[0].columns == ("text", "label")


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        ("1,5;2,5;3,5;a\n2,5;1,5;0,5;b\n" * 4, ";"),
        ("1,5\t2,5\t3,5\ta\n2,5\t1,5\t0,5\tb\n" * 4, "\t"),
        ("1.5,2.5,3.5,a\n2.5,1.5,0.5,b\n" * 4, ","),
        ("x;y;z;label\n1,5;2,5;3,5;a\n2,5;1,5;0,5;b\n", ";"),
        ("x,y;y;z,x;label\n1,5;2,5;3,5;a\n2,5;1,5;0,5;b\n", ";"),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t"])
def test_commas_in_numbers_divide_nothing(data: str, delimiter: str, name: str) -> None:
    options: dict[str, Any] = {} if "label" in data else {"header": False, "label": "4"}
    source, records = read(data, name, **options)
    assert source.delimiter == delimiter
    assert len(source.columns) == 4
    assert [r.cells[3] for r in records[:2]] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ("tags,label\na;b,x\nc;d,y\n", {"text": "tags"}),
        ("values,label\n1;2;3,a\n4;5;6,b\n", {"text": "values"}),
        ("a;b;c,x\nd;e;f,y\n", {"header": False, "text": "1", "label": "2"}),
        ("text,label\nto | be,x\nor | not,y\n", {}),
        ("text,label\na\tb,x\nc\td,y\n", {}),
        ("text,label\t\na,x\nc,y\n", {"label": "label"}),
        ("text,label\na;b,x,more\nc;d,y\n", {}),
        ('"text;label","label"\n"a;b","x"\n"c;d","y"\n', {"text": "text;label"}),
    ],
)
def test_files_that_were_read_rightly_stay_so(data: str, options: dict[str, Any]) -> None:
    source, records = read(data, "t.csv", **options)
    assert source.delimiter == ","
    assert [r.label for r in records if r.error is None] in (["x", "y"], ["a", "b"], ["y"])


def test_a_model_of_series_finds_its_columns_by_any_delimiter() -> None:
    known = Remembered(kind="series", values=("v1", "v2", "v3"), label="label", delimiter=",")
    for delimiter in ";\t|":
        data = "v1,v2,v3,label\n1,2,3,a\n".replace(",", delimiter)
        for get in (read, lambda text, _, **kw: piped(text, **kw)):
            records = get(data, "t.csv", needs_label=False, remembered=known)[1]
            assert series(records) == [([[1.0], [2.0], [3.0]], "a")]


def test_a_model_without_header_keeps_its_tabs() -> None:
    known = Remembered(text="2", label="3", delimiter="\t", header=False)
    records = read("1\tgood, bad\tx\n", "t.csv", needs_label=False, remembered=known)[1]
    assert [r.text for r in records] == ["good, bad"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("first", ["sep={}", "SEP={}", '"sep={}"', "\ufeffsep={}", "sep={}\r"])
def test_a_line_that_says_the_delimiter_is_passed_over(first: str, delimiter: str) -> None:
    rows = labelled()
    data = f"{first.format(delimiter)}\n{quoted(rows, delimiter)}"
    for name in ("t.csv", "t.tsv", "t.txt", "t"):
        source, records = read(data, name)
        assert texts(records) == rows
        assert source.delimiter == delimiter
        assert records[0].line == 3
    assert texts(piped(data)[1]) == rows
    assert texts(piped(data, needs_label=False, remembered=OF_LABELLED)[1]) == rows
    assert texts(read(data, "t.csv", needs_label=False, remembered=OF_LABELLED)[1]) == rows


def test_the_flag_stands_above_the_line() -> None:
    data = "sep=,\n" + plain(labelled(), ";")
    assert texts(read(data, "t.csv", delimiter="semicolon")[1]) == labelled()


def test_raw_lines_that_look_so_are_texts() -> None:
    records = piped("sep=;\nfine\n", needs_label=False, remembered=OF_LABELLED)[1]
    assert [r.text for r in records] == ["sep=;", "fine"]
    assert piped("", needs_label=False, remembered=OF_LABELLED)[1] == []
