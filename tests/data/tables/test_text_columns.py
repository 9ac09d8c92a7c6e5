"""Which columns of a table are the text and the label: known, found, given, remembered."""

import pytest

from grucli.data.records import Remembered
from grucli.errors import GrucliError, show
from tests.data.reading import REVIEWS, pairs, problem, read_source, records_of


@pytest.mark.parametrize(
    ("header", "text", "label"),
    [
        ("id,Review,Class", "Review", "Class"),
        ("gender,name", "name", "gender"),
        ("title,text,topic,label", "text", "label"),
        ("评论,情感", "评论", "情感"),
        ("word,domain", "word", "domain"),
        ("a,LABEL", "a", "LABEL"),
        ("text,a", "text", "a"),
    ],
)
def test_columns_known_by_name(header: str, text: str, label: str) -> None:
    width = header.count(",") + 1
    rows = "".join(",".join(f"{'ab'[i % 2]}{j}" for j in range(width)) + "\n" for i in range(6))
    source = read_source(f"{header}\n{rows}".encode())
    assert (source.text, source.label) == (text, label)
    assert source.findings == (
        f"text column '{text}', label column '{label}' (pass --text/--label to choose others)",
    )


@pytest.mark.parametrize("name", ["sex", "gender", "lang", "性别"])
def test_a_sex_or_a_language_is_the_label_only_where_no_other_column_may_be(name: str) -> None:
    def table(other: str) -> bytes:
        rows = [(f"how it went, {i}", "ab"[i % 2], "xyz"[i % 3]) for i in range(30)]
        listed = "".join(f'"{text}",{one},{two}\n' for text, one, two in rows)
        return f"text,{name},{other}\n{listed}".encode()

    assert read_source(table("intent")).label == "intent"
    said = problem(table("outcome"))
    assert f"no clear label column (columns: text,{name},outcome)" in said
    assert said.endswith("; pass --text text --label outcome")
    alone = b"".join(line.rpartition(b",")[0] + b"\n" for line in table("x").splitlines())
    assert read_source(alone).label == name
    assert read_source(table("outcome"), label=name).label == name
    ages = "".join(f"it went so {i},{'ab'[i % 2]},{20 + i % 4}\n" for i in range(30))
    assert read_source(f"text,{name},age\n{ages}".encode()).label == name


CONTENT = "no,said,stars,verdict\n" + "".join(
    f"{i},what they said at time {i},{i % 5},{'good' if i % 2 else 'bad'}\n" for i in range(40)
)


def test_columns_found_by_content_prefer_words_to_numbers() -> None:
    source = read_source(CONTENT.encode())
    assert (source.text, source.label) == ("said", "verdict")
    without = "\n".join(line.rpartition(",")[0] for line in CONTENT.splitlines())
    source = read_source(without.encode())
    assert (source.text, source.label) == ("said", "stars")
    assert "label column 'stars'" in source.findings[0]


def test_where_numbers_are_wanted_the_column_that_holds_them_is_found() -> None:
    assert read_source(CONTENT.encode(), targets="number").label == "stars"
    scores = "no,text,score\n" + "".join(f"{i},word {i},{i * 7 % 31}.5\n" for i in range(30))
    assert read_source(scores.encode(), targets="number").label == "score"
    assert problem(scores.encode()).endswith("--text text --label score --set task=regress")
    flat = "text,score\na b,5\na c,5\n"
    assert read_source(flat.encode(), targets="number").label == "score"
    two = "text,p,q\n" + "".join(f"word {i},{i * 7 % 31}.5,{-i}\n" for i in range(30))
    assert problem(two.encode(), targets="number").endswith("; pass --text text --label p")


def test_given_columns_are_taken_and_not_said() -> None:
    source = read_source(CONTENT.encode(), text="verdict", label="stars")
    assert (source.text, source.label) == ("verdict", "stars")
    assert source.findings == ()


def test_text_and_label_are_two_columns() -> None:
    assert "text and label are the same column" in problem(
        CONTENT.encode(), text="said", label="said"
    )


def test_a_table_sorted_by_class_still_has_its_label_found() -> None:
    rows = "".join(f"words number {i},neg\n" for i in range(300)) + "more words,pos\n"
    assert read_source(f"what,verdict\n{rows}".encode()).label == "verdict"


@pytest.mark.parametrize(
    ("data", "message", "mend"),
    [
        (
            "a,b,c\nxx,good,one\nyy,bad,two\nzz,good,one\nww,bad,two\n",
            "no clear label column (columns: a,b,c)",
            "--text a --label c",
        ),
        (
            "a,b,label\nJohn,Snow,x\nMary,Hill,y\n",
            "no clear text column (columns: a,b,label)",
            "--text a,b --label label",
        ),
        (
            "words,b\nsome text,x1\nother text,x2\nthird text,x3\n",
            "no clear label column (columns: words,b)",
            "--text COL --label COL",
        ),
    ],
)
def test_unclear_columns_are_listed(data: str, message: str, mend: str) -> None:
    assert problem(data.encode()) == f"train.csv:1: {message}; pass {mend}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("good film,pos\nbad film,neg\nfine film,pos\n", "the first row looks like data (good fi"),
        ("1,good\n2,bad\n3,good\n", "the first row looks like data (1,good); pass --no-header"),
    ],
)
def test_a_missing_header_is_noticed_never_guessed(data: str, said: str) -> None:
    assert said in problem(data.encode())


def test_without_header_columns_are_numbered() -> None:
    data = b"good film,pos\nbad film,neg\nfine film,pos\n"
    source = read_source(data, header=False)
    assert source.columns == ("1", "2")
    assert (source.text, source.label) == ("1", "2")
    assert [r.line for r in source.records] == [1, 2, 3]
    assert pairs(data, header=False, text="2", label="1")[0] == ("pos", "good film")
    assert source.remembered.header is False
    assert pairs(data, needs_label=False, remembered=source.remembered)[0] == ("good film", "pos")
    again = b"verdict,said\npos,good film\n"
    named = pairs(again, remembered=source.remembered, text="said", label="verdict")
    assert named == [("good film", "pos")]
    multi = records_of(b'"two\nlines",x\nb,y\n', header=False, text="1", label="2")
    assert [(r.line, r.text) for r in multi] == [(1, "two\nlines"), (3, "b")]


def test_what_is_remembered_holds_in_any_order_with_any_other_columns() -> None:
    data = b"id;stars;review;more\n1;5;gut, sehr gut;x\n"
    for known in (REVIEWS, Remembered(text="review", label="stars", delimiter=";")):
        assert pairs(data, remembered=known) == [("gut, sehr gut", "5")]
        assert pairs(data, needs_label=False, remembered=known) == [("gut, sehr gut", "5")]
    assert pairs(b"review\na\n", needs_label=False, remembered=REVIEWS) == [("a", None)]
    assert pairs(b"review,stars\na,\n", needs_label=False, remembered=REVIEWS) == [("a", None)]


def test_what_is_remembered_comes_from_the_source() -> None:
    data = "text;label\n好;x\n".encode("gb18030")
    known = read_source(data, encoding="gb18030").remembered
    assert known == Remembered(text="text", label="label", delimiter=";", encoding="gb18030")
    assert pairs(data, needs_label=False, remembered=known) == [("好", "x")]


@pytest.mark.parametrize(
    ("data", "needs_label", "message"),
    [
        (
            "revew,stars\na,1\n",
            False,
            "no column 'review' (columns: revew,stars); did you mean 'revew'?",
        ),
        ("text,stars\na,1\n", False, "no column 'review' (columns: text,stars); pass --text COL"),
        ("review,x\na,1\n", True, "no column 'stars' (columns: review,x); pass --label COL"),
    ],
)
def test_a_remembered_column_that_is_absent(data: str, needs_label: bool, message: str) -> None:
    assert message in problem(data.encode(), needs_label=needs_label, remembered=REVIEWS)


def test_messages_are_harmless_and_short() -> None:
    long = "x\x1b[31m" * 100
    for data in (f"{long},b\na,b\na,c\n", f"{long},{long}\n", f"text,{long}\na,\n\xff,c\nd,c\n"):
        try:
            errors = [str(r.error) for r in records_of(data.encode("latin-1")) if r.error]
        except GrucliError as error:
            errors = list(error.problems)
        assert errors
        for message in errors:
            assert show(message) == message
            assert len(message) <= 200
