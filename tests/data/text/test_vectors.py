"""Pretrained vectors: every form of the file gives the same ones, and hostile files one line."""

import gzip
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vectors import MOST_NUMBERS, SCALE, read_vectors
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import AccessError, ConfigError, DataError
from tests.messages import inside

TOKENS = ("the", "don't", "电影", "3.14", "café")
ROWS = {
    "the": (0.25, -1.5, 3e-2),
    "unused": (9, 9, 9),
    "电影": (-0.125, 2, 0.5),
    "café": (1, 0, -1),
}
PLAIN = "".join(f"{token} {' '.join(map(str, row))}\n" for token, row in ROWS.items())


def encoder(*tokens):
    return TextEncoder(Vocabulary(tokens or TOKENS), "auto", 10)


def read(path, content, *tokens, on_bad_row="stop", steps=(2, 3, 4, 4)):
    path = path / "x.vec"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_vectors(str(path), encoder(*tokens).vocabulary, np.array(steps), on_bad_row)


def by_token(vectors, *tokens):
    known = encoder(*tokens).vocabulary
    pairs = zip(vectors.ids.tolist(), vectors.rows.tolist(), strict=True)
    return {known.token(index): row for index, row in pairs}


def complaints(tmp_path, content, *tokens):
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, *tokens)
    lines = [inside(tmp_path, line) for line in caught.value.problems]
    assert all(len(line) <= 200 and line.isprintable() for line in lines), lines
    return lines


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        f"4 3\n{PLAIN}",
        f"  4\t3  \n{PLAIN}",
        PLAIN.replace("\n", "\r\n"),
        f"4 3\n{PLAIN}".replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        f"\ufeff4 3\n{PLAIN}",
        PLAIN.replace("\n", " \n"),
        PLAIN.replace(" ", "\t"),
        PLAIN.rstrip("\n"),
        f"{PLAIN}\n\n",
        PLAIN.replace("unused", ". . ."),
        "a b " + PLAIN,
        PLAIN + "the 7 7 7\n电影 1 1 1\n",
        gzip.compress(PLAIN.encode(), mtime=0),  # part of the test's name
        gzip.compress(f"4 3\n{PLAIN}".encode(), mtime=0),
    ],
)
def test_every_form_gives_the_same_vectors(tmp_path, content):
    if content == "a b " + PLAIN:
        content = PLAIN.replace("unused", "a b unused")
    vectors = read(tmp_path, content)
    expected = {token: ROWS[token] for token in ("the", "电影", "café")}
    found = by_token(vectors)
    assert found.keys() == expected.keys()
    for token, row in expected.items():
        np.testing.assert_array_equal(np.float32(row), found[token])
    assert (vectors.size, vectors.tokens, vectors.warnings) == (3, 5, ())
    assert vectors.text_share == 0.75
    assert vectors.facts == read(tmp_path, PLAIN).facts
    assert vectors.line.endswith("x.vec, 3 numbers, 3 of 5 tokens (60.0%), 75.0% of the text")


def test_a_first_row_whose_token_is_a_number_or_holds_spaces(tmp_path):
    assert by_token(read(tmp_path, "3.14 1 2\n")) == {"3.14": [1, 2]}
    assert by_token(read(tmp_path, "at x.org 1 2\nthe 3 4\n")) == {"the": [3, 4]}


def test_a_phrase_is_not_its_first_word(tmp_path):
    vectors = read(tmp_path, "the . 9 9\nthe end 8 8\nthe 1 2\n")
    assert by_token(vectors) == {"the": [1, 2]}


def test_a_space_can_be_a_token(tmp_path):
    assert by_token(read(tmp_path, "a 1 2\n  3 4\n", "a", " "), "a", " ") == {
        "a": [1, 2],
        " ": [3, 4],
    }


def test_the_same_token_wins_over_one_in_other_case_and_the_first_over_later_ones(tmp_path):
    content = "THE 1 1\nThe 2 2\nCafé 3 3\nthe 4 4\nthe 5 5\nCAFÉ 6 6\n"
    assert by_token(read(tmp_path, content)) == {"the": [4, 4], "café": [3, 3]}
    cased = ("Paris", "paris", "PARIS")
    assert by_token(read(tmp_path, "paris 1 1\nPARIS 2 2\n", *cased), *cased) == {
        "Paris": [1, 1],
        "paris": [1, 1],
        "PARIS": [2, 2],
    }


def test_words_that_are_read_as_one_have_the_vector_of_either_spelling(tmp_path):
    folded = ("strasse", "οδοσ", "izmir")
    content = "straße 1 1\nοδος 2 2\nİzmir 3 3\nSTRASSE 4 4\n"
    assert by_token(read(tmp_path, content, *folded, steps=(2, 3, 4)), *folded) == {
        "strasse": [1, 1],
        "οδοσ": [2, 2],
        "izmir": [3, 3],
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "x.vec: the file is empty"),
        ("other 1 2\n", "x.vec: has none of the tokens"),
        ("the\n", "x.vec:1: vectors of 0 numbers"),
        ("some words only\n", "x.vec:1: 'only' is no finite number"),
        ("good 1 2 inf\n", "x.vec:1: 'inf' is no finite number"),
        ("2 1000000000\nthe 1 2\n", "x.vec:1: vectors of 1,000,000,000 numbers, 1 to 4,096"),
        ("2 0\nthe\n", "x.vec:1: vectors of 0 numbers"),
        (f"{'9' * 5000} {'9' * 5000}\nthe 1\n", "x.vec:1: '999"),
        (f"the {'1 ' * (MOST_NUMBERS + 1)}\n", "x.vec:1: vectors of 4,097 numbers"),
        ("x 1 2\nthe 1\n", "x.vec:2: 'the' has 1 number, 2 are due"),
        ("x 1 2\nthe\n", "x.vec:2: 'the' has 0 numbers, 2 are due"),
        ("x 1 2\nthe 1 2 3\n", "x.vec:2: 'the' has 3 numbers, 2 are due"),
        ("1 3\nthe 1 2\n", "x.vec:2: 'the' has 2 numbers, 3 are due"),
        ("x 1 2\nthe 1 nan\n", "x.vec:2: 'the': 'nan' is no finite number"),
        ("x 1 2\nthe inf 1\n", "x.vec:2: 'the': 'inf' is no finite number"),
        ("x 1 2\nthe 1 1e400\n", "x.vec:2: 'the': '1e400' is no finite number"),
        ("x 1 2\nthe 1 1e39\n", "x.vec:2: 'the': '1e39' is no finite number"),
        ("x 1 2\nthe 1 0x1\n", "x.vec:2: 'the': '0x1' is no finite number"),
        ("x 1 2\nthe 1 1_0\n", "x.vec:2: 'the': '1_0' is no finite number"),
        ("x 1 2\nthe 1 \x1b[31m\n", r"x.vec:2: 'the': '\x1b[31m' is no finite number"),
        (b"x 1 2\nthe 1 \xff\n", "x.vec:2: byte 7 of the line (0xff) is not UTF-8"),
        (b"x 1 2\nthe 1 2\0\n", "x.vec:2: NUL byte"),
        (b"caf\xe9 1 2\n", "x.vec:1: byte 4 of the line (0xe9) is not UTF-8; vectors are read as"),
        (b"3 2\nthe \x00\x01\x80\xff\n", "x.vec:2: byte 7 of the line (0x80) is not UTF-8"),
        (b"PK\x03\x04abc", "x.vec: is a zip archive; unzip it"),
        ("the 1 2\n".encode("utf-16"), "x.vec: looks like UTF-16"),
        (gzip.compress(PLAIN.encode() * 99, mtime=0)[:-9], "x.vec: gzip data is truncated"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:-8] + bytes(8), "x.vec: gzip data is damaged"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path, content, said):
    (line,) = complaints(tmp_path, content)
    assert line.startswith(said)


def test_the_first_bad_rows_are_listed_and_then_reading_stops(tmp_path):
    tokens = [f"t{k}" for k in range(50)]
    rows = "".join(f"{token} 1 x\n" for token in tokens)
    assert len(complaints(tmp_path, f"50 2\n{rows}", *tokens)) == 5


def test_bad_rows_can_be_skipped_and_are_counted(tmp_path):
    vectors = read(tmp_path, "the 1 2\ncafé 1\n电影 nan 1\n", on_bad_row="skip")
    assert by_token(vectors) == {"the": [1, 2]}
    (warning, _) = vectors.warnings
    assert "skipped 2 rows that cannot be read, first " in warning.text
    assert "x.vec:2: 'café' has 1 number, 2 are due" in warning.text


def test_a_bad_row_that_nobody_wants_is_not_looked_at(tmp_path):
    content = b"the 1 2\nother\nother x\n\xff\xfe 1\n" + b"y" * 20_000_000 + b"\n\xe7\x94\n"
    assert by_token(read(tmp_path, content)) == {"the": [1, 2]}


def test_a_file_that_is_cut_off_and_one_of_another_language_are_warned_of(tmp_path):
    (warning,) = read(tmp_path, "4 2\nthe 1 2\nx 1 2\n").warnings[:1]
    assert warning.text.endswith("has 2 of the 4 rows that it declares; is it cut off?")
    (warning,) = read(tmp_path, "the 1 2\n", steps=(2, 3, 3, 4)).warnings
    assert "knows 25% of the text only" in warning.text
    assert read(tmp_path, "the 1 2\n", steps=(2, 3, 3)).warnings == ()


def test_numbers_have_no_tokens_and_missing_files_are_told(tmp_path):
    with pytest.raises(ConfigError, match="the data are numbers"):
        read_vectors(str(tmp_path / "none.vec"), None, np.zeros((3, 1)), "stop")
    with pytest.raises(AccessError, match="no such file"):
        read_vectors(str(tmp_path / "none.vec"), encoder().vocabulary, np.zeros(3), "stop")


@pytest.mark.parametrize("factor", [1e-30, 0.01, 1, 50, 1e30])
def test_vectors_take_the_scale_of_the_model_and_keep_their_shape(tmp_path, factor):
    rng = np.random.default_rng(0)
    tokens = [f"t{k}" for k in range(100)]
    rows = rng.normal(size=(100, 20))
    content = "".join(
        f"{token} {' '.join(f'{factor * x:.9g}' for x in row)}\n"
        for token, row in zip(tokens, rows, strict=True)
    )
    table = np.full((102, 20), 7, np.float32)
    read(tmp_path, content, *tokens).fill(table)
    np.testing.assert_allclose(table[2:], rows * SCALE / rows.std(), rtol=1e-5, atol=1e-8)
    np.testing.assert_array_equal(table[:2], 7)


@pytest.mark.parametrize("unit", [2.0**-149, 2.0**-130, 2.0**120])
def test_the_smallest_and_the_largest_vectors_take_the_scale_too(tmp_path, unit):
    numbers = np.array([[3, -1, 0, 90], [-7, 2, 55, 1]])
    content = "".join(
        f"{token} {' '.join(f'{unit * x:.9g}' for x in row)}\n"
        for token, row in zip(("a", "b"), numbers.tolist(), strict=True)
    )
    table = np.zeros((4, 4), np.float32)
    read(tmp_path, content, "a", "b").fill(table)
    np.testing.assert_allclose(table[2:], numbers * SCALE / numbers.std(), rtol=1e-6)


def test_vectors_that_are_all_alike_stay_as_they_are(tmp_path):
    table = np.zeros((7, 2))
    read(tmp_path, "the 5 5\ncafé 5 5\n").fill(table)
    np.testing.assert_array_equal(table[[2, 6]], 5)


def test_memory_is_that_of_what_is_wanted(tmp_path):
    rows = "".join(f"w{k} {'0.12345 ' * 50}\n" for k in range(20_000))
    path = tmp_path / "x.vec"
    path.write_text(f"{rows}the {'1 ' * 50}\n")
    tracemalloc.start()
    try:
        read_vectors(str(path), encoder().vocabulary, np.array([2]), "stop")
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 8
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200))
def test_any_bytes_give_vectors_or_one_of_our_errors(tmp_path_factory, junk):
    folder = tmp_path_factory.mktemp("junk")
    for content in (junk, b"the 1 2\n" + junk, b"9 2\nthe 1 2\n" + junk, b"\x1f\x8b" + junk):
        try:
            vectors = read(folder, content)
        except DataError:
            continue
        assert np.isfinite(vectors.rows).all()
        assert vectors.rows.shape == (len(vectors.ids), vectors.size)
