"""Tokens with a tag each, a line each: columns, documents, comments, and what cannot be read.

Covers: data/forms/conll_columns.
"""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.forms import conll
from grucli.data.records import Record, Remembered
from grucli.errors import GrucliError
from tests.data.reading import piped, problem, read, read_source, records_of
from tests.strategies import unicode_text

TAGGED = Remembered(targets="tags", text="1", label="2", delimiter="\t", header=False)
CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

-DOCSTART- -X- O O

Peter NNP B-NP B-PER
"""
CONLLU = (
    "# sent_id = 1\n"
    "1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "1\tVamos\tir\tVERB\tv\t_\t0\troot\t_\t_\n"
    "2\tnos\tnosotros\tPRON\tp\t_\t1\tobj\t_\t_\n"
    "2.1\tya\tya\tADV\ta\t_\t_\t_\t_\t_\n"
    "3\tNew York\tnosotros\tPROPN\tn\t_\t1\tobj\t_\t_\n"
    "\n"
    "# text = #\n"
    "1\t#\t#\tSYM\ts\t_\t0\troot\t_\t_\n"
    "\n"
    "# the end\n"
)


def tagged(record: Record) -> list[tuple[str, str]]:
    assert record.error is None
    assert record.tokens is not None
    assert record.tags is not None
    assert record.text == " ".join(record.tokens)
    return list(zip(record.tokens, record.tags, strict=True))


def test_tokens_and_tags_stay_as_they_are() -> None:
    data = "New York\tB-LOC\tx\n\xa0\u3000\tO\tx\n\n\n  \nEU\tB-ORG \tx\n"
    source, records = read(data, "a.conll")
    assert [tagged(r) for r in records] == [
        [("New York", "B-LOC"), ("\xa0\u3000", "O")],
        [("EU", "B-ORG ")],
    ]
    assert [(r.number, r.line, r.label) for r in records] == [(1, 1, None), (2, 6, None)]
    assert (source.format, source.kind, source.targets) == ("conll", "text", "tags")
    assert source.remembered == replace(TAGGED, encoding="utf-8")


def test_columns_are_divided_by_blanks_where_the_first_row_has_no_tab() -> None:
    (record,) = records_of(" EU  NNP\n new\t JJ \n a\u3000b NN\n", "a.conll")
    assert tagged(record) == [("EU", "NNP"), ("new", "JJ"), ("a\u3000b", "NN")]


@pytest.mark.parametrize("name", ["eng.testa", "eng.txt", "eng.conll", "eng.tsv", "eng.iob"])
def test_a_document_mark_is_no_token_in_either_form(name: str) -> None:
    source, records = read(CONLL_2003, name, label="4")
    assert [tagged(r) for r in records] == [
        [("EU", "B-ORG"), ("rejects", "O")],
        [("Peter", "B-PER")],
    ]
    assert source.findings == ()


def test_a_document_mark_divides_without_blank_lines() -> None:
    records = records_of("a\tX\n-DOCSTART-\nb\tY\n", "a.conll")
    assert [r.tokens for r in records] == [("a",), ("b",)]
    assert list(records[1].cells) == ["-DOCSTART-", "b\tY"]


def test_the_tag_is_in_column_two_and_this_is_said_of_more_columns() -> None:
    source, records = read(CONLL_2003, "eng.conll")
    assert tagged(records[0]) == [("EU", "NNP"), ("rejects", "VBZ")]
    assert source.findings == (
        "4 columns: tokens from column 1, tags from column 2 (pass --text/--label for others); "
        "chunks in columns 3 and 4 (--label 4)",
    )
    assert "chunks" not in read_source(CONLL_2003, "eng.conll", text="1", label="3").findings
    assert read_source("a b\n", "a.conll").findings == ()


@pytest.mark.parametrize("name", ["a.conllu", "a.conll", "a.txt", "a"])
def test_conllu_has_comments_ranges_and_empty_nodes(name: str) -> None:
    source, records = read(CONLLU, name)
    assert [tagged(r) for r in records] == [
        [("Vamos", "VERB"), ("nos", "PRON"), ("New York", "PROPN")],
        [("#", "SYM")],
    ]
    assert (source.text, source.label) == ("form", "upos")
    assert source.findings == (
        "CoNLL-U: tokens from column form, tags from column upos (pass --text/--label for others)",
    )
    assert source.rest() == ("# the end",)


@pytest.mark.parametrize("label", ["xpos", "XPOS", "5"])
def test_columns_of_conllu_have_names(label: str) -> None:
    source, (first, _) = read(CONLLU, "a.conllu", label=label)
    assert first.tags == ("v", "p", "n")
    assert source.label == "xpos"


def test_a_model_of_conllu_reads_conll_and_the_other_way_round() -> None:
    known = read_source(CONLLU, "a.conllu").remembered
    assert tagged(records_of("a\tX\n", "b.conll", remembered=known)[0]) == [("a", "X")]
    assert records_of(CONLLU, "b.conllu", remembered=TAGGED)[1].tags == ("SYM",)


def test_a_comment_is_a_token_where_it_is_no_conllu() -> None:
    (record,) = records_of("# SYM\na NN\n", "a.conll")
    assert tagged(record) == [("#", "SYM"), ("a", "NN")]


def test_every_line_belongs_to_a_record_or_comes_after_the_last() -> None:
    for data in (CONLL_2003, CONLLU, "\n\na\tX\n\n\nb\tY\n\n\n", "a\tX", "\n", "a\n\n\nb"):
        source, records = read(data, "a.conll", needs_label=False)
        lines = [line for record in records for line in record.cells]
        assert [*lines, *source.rest()] == data.removesuffix("\n").split("\n")


@given(
    st.lists(
        st.sampled_from(
            [
                "",
                " ",
                "\t",
                "a\tX",
                "b Y",
                "c",
                "\tX",
                "# d",
                "-DOCSTART- -X-",
                "1-2\tab",
                "é\u3000\tO",
            ]
        )
        | unicode_text.filter(lambda text: not set(text) & set("\r\n\0\ufeff")),
        max_size=12,
    ),
    st.sampled_from([None, "tab", "space"]),
)
def test_any_lines_come_back_whatever_stands_in_them(
    lines: list[str], delimiter: str | None
) -> None:
    data = "".join(f"{line}\n" for line in lines)
    source, records = read(data.encode(), "a.conll", needs_label=False, delimiter=delimiter)
    written: list[str] = []
    for number, record in enumerate(records, 1):
        assert isinstance(record.cells, conll.TokenLines)
        assert record.number == number
        assert record.error is not None or len(record.tokens or ()) == len(record.cells.places)
        written += record.cells.tagged("X" * len(record.cells.places))
        for place in record.cells.places:
            assert written[place - len(record.cells)].endswith(f"{record.cells.delimiter}X")
        written[-len(record.cells) :] = record.cells
    assert [*written, *source.rest()] == lines


def test_a_column_is_added_to_the_lines_of_tokens_alone() -> None:
    source, (first, second) = read(CONLLU, "a.conllu", needs_label=False)
    assert isinstance(first.cells, conll.TokenLines)
    assert first.cells.tagged("XYZ") == [
        line + {"1\t": "\tX", "2\t": "\tY", "3\t": "\tZ"}.get(line[:2], "")
        for line in CONLLU.split("\n")[:7]
    ]
    written = [*first.cells.tagged("XYZ"), *second.cells.tagged("X"), *source.rest()]
    again = records_of("\n".join(written), "b.conllu", label="11")
    assert [r.tokens for r in again] == [first.tokens, second.tokens]
    assert [r.tags for r in again] == [("X", "Y", "Z"), ("X",)]
    (record,) = records_of("EU NNP\nnew\tJJ\n", "a.conll", needs_label=False)
    assert record.cells.tagged("XY") == ["EU NNP X", "new\tJJ Y"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a\tX\nb\n", "a.conll:2: 1 column, and the tag is in column 2; add it, or pass --label"),
        ("a\tX\n\tY\n", "a.conll:2: no token in column 1; fill it in, or pass --text"),
        ("a\tX\nb\t \n", "a.conll:2: no tag in column 2; fill it in, or pass --label"),
    ],
)
def test_what_is_missing_is_told_with_its_place(data: str, message: str) -> None:
    assert problem(data, "a.conll") == message


def test_a_bad_line_spoils_its_sequence_alone() -> None:
    data = b"a\tX\n\xff\tY\nc\n\nd\tX\n"
    bad, good = records_of(data, "a.conll")
    assert bad.error == (
        "a.conll:2: byte 1 of the line (0xff) is not UTF-8; pass --encoding latin-1 or another"
    )
    assert bad.cells.places == [0, 1, 2]
    assert tagged(good) == [("d", "X")]


def test_tags_are_read_where_nobody_needs_them_but_need_not_be_there() -> None:
    records = records_of("a\tX\nb\tY\n\nc\td\ne\n\nf\n", "a.conll", needs_label=False)
    assert [(r.tokens, r.tags, r.error) for r in records] == [
        (("a", "b"), ("X", "Y"), None),
        (("c", "e"), None, None),
        (("f",), None, None),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": "0"}, "--label: columns have no names here; must be the number of one, from 1"),
        ({"text": "word"}, "--text: columns have no names here; must be the number of one, from 1"),
        ({"text": ("1", "2")}, "--text: columns have no names here"),
    ],
)
def test_a_column_is_named_by_its_number(options: dict[str, str], message: str) -> None:
    with pytest.raises(GrucliError, match=message):
        read("a\tX\n", "a.conll", **options)


def test_packed_wide_and_marked_files_are_read_alike() -> None:
    text = "哈\tB\n尔\tI\n\n滨\tO\n"
    expected = [("哈", "尔"), ("滨",)]
    for data, name, options in (
        (gzip.compress(text.encode()), "a.conll.gz", {}),
        (b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "a.tsv", {}),
        (text.encode("utf-16"), "a.conll", {"encoding": "utf-16"}),
        (text.encode("gb18030"), "a.iob2", {"encoding": "gb18030"}),
    ):
        records = records_of(data, name, **options)
        assert [r.tokens for r in records] == expected


def test_a_long_document_is_divided_before_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conll, "MOST_TOKENS", 3)
    records = records_of("a\tX\n" * 7 + "\n", "a.conll")
    assert [len(r.tokens or ()) for r in records] == [3, 3, 1]


# --- which data are such --------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "word\tlabel\ngood\tp\n\nbad\tn\nso\tn\n",
        "good film\tp\nbad film\tn\n\nso so\tn\nbad\tn\n",
        "good\tp\n\nbad\tn\n\nso\tn\n",
        "good\tp\nbad\tn\nso\tn\n",
        "good\tp\nbad\tn\tm\n\nso\tn\nno\tn\n",
    ],
    ids=["header", "texts", "double spaced", "no blank line", "ragged"],
)
def test_a_table_stays_one(data: str) -> None:
    source = read_source(
        data, "a.tsv", header="word" in data, text="word" if "word" in data else "1"
    )
    assert (source.format, source.targets) == ("tsv", "label")


def test_a_pipe_is_read_so_where_it_is_said_or_tags_are_needed() -> None:
    data = b"a\tX\nb\tY\n\nc\tX\n"
    source, records = piped(data)
    assert (source.format, len(records)) == ("conll", 2)
    source, records = piped(data, needs_label=False, remembered=TAGGED, format="conll")
    assert [r.tokens for r in records] == [("a", "b"), ("c",)]
    source, records = piped(data, needs_label=False, remembered=TAGGED)
    assert [r.tokens for r in records] == [("a", "X"), ("b", "Y"), (), ("c", "X")]
    said = "each line is read as a text (pass --format conll for a token a line)"
    assert source.findings == (said,)


def test_a_text_that_is_the_number_of_a_column_is_no_header() -> None:
    for data in (b"1\n2 cups\n", b"1 2\n2 cups\n", b"1\t2\n2 cups\n"):
        _, records = piped(data, needs_label=False, remembered=TAGGED)
        assert len(records) == 2


def test_a_file_to_predict_is_read_so_by_a_model_of_tags_alone() -> None:
    data = "a\tX\nb\tY\n\nc\tX\n"
    for known, expected in ((TAGGED, "conll"), (Remembered(text="1"), "lines")):
        for name in ("a.txt", "a"):
            source = read_source(data, name, needs_label=False, remembered=known)
            assert source.format == expected
    assert (
        read_source("a X\n\nb Y\nc Z\n", "a", needs_label=False, remembered=TAGGED).format
        == "lines"
    )


def test_a_text_for_a_model_of_tags_is_divided_at_blanks() -> None:
    records = records_of(
        "New  York\n\n哈 尔\u3000滨\n", "a.txt", needs_label=False, remembered=TAGGED
    )
    assert [r.tokens for r in records] == [("New", "York"), (), ("哈", "尔", "滨")]
    assert [r.text for r in records] == ["New  York", "", "哈 尔\u3000滨"]


def test_a_token_is_not_its_own_tag() -> None:
    said = problem("a\tX\n\nb\tY\n", "a.conll", label="1")
    assert said == "a.conll: token and tag are the same column; name two columns"


def test_columns_that_are_not_filled_hold_no_tags():
    data = "-DOCSTART- -X- O\nAnn -X- _ B-PER\nsaw -X- _ O\n\nBob -X- _ B-PER\n"
    source, records = read(data, "a.conll")
    assert [one.tags for one in records] == [("B-PER", "O"), ("B-PER",)]
    assert source.label == "4"
