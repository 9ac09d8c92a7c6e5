"""Copies: what a model reads alike has one key, and nothing else has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.records import Record
from grucli.data.text.tokens import MODES, tokenizer
from grucli.preparation.copies import NOTHING, common_precision, firsts, keys
from tests.strategies import unicode_text

NAN = float("nan")


def of_texts(mode, *texts):
    return keys([Record(number=k, text=text) for k, text in enumerate(texts, 1)], mode)


def of_series(*series):
    values = [np.array(steps, np.float32) for steps in series]
    return keys([Record(number=k, values=v) for k, v in enumerate(values, 1)], "auto")


@given(st.sampled_from(MODES), st.lists(unicode_text, min_size=2, max_size=2))
def test_keys_are_equal_where_the_tokens_are(mode, texts):
    one, other = of_texts(mode, *texts)
    tokenize = tokenizer(mode)
    assert (one == other) == (tokenize(texts[0]) == tokenize(texts[1]))


@pytest.mark.parametrize(
    ("mode", "one", "other", "alike"),
    [
        ("auto", "Good  film!", " ｇｏｏｄ film！ ", True),
        ("auto", "很 好", "很好", True),
        ("auto", "straße", "STRASSE", True),
        ("auto", "no good", "nogood", False),
        ("char", "Anna", "ANNA", True),
        ("char", "a b", "ab", False),
        ("byte", "Anna", "ANNA", False),
        ("space", "a  b", "a b", True),
        ("space", "a b", "A b", False),
    ],
)
def test_copies_are_what_the_mode_reads_alike(mode, one, other, alike):
    assert (len(set(of_texts(mode, one, other))) == 1) == alike


def test_texts_without_a_token_have_no_key_of_their_own():
    found = of_texts("auto", "", " ", "\u200b", "a").tolist()
    assert found[:3] == [NOTHING] * 3 != found[1:]


@given(st.lists(st.integers(0, 9), min_size=1))
def test_the_first_copy_of_each_row_is_found(rows):
    found = firsts(np.array(rows, np.uint64) << np.uint64(60))
    assert found.tolist() == [rows.index(row) for row in rows]


def test_series_of_two_files_are_compared_as_precisely_as_both_are():
    single, double = ([Record(number=1, values=np.array([[0.1]], t))] for t in ("f4", "f8"))
    texts = [Record(number=1, text="a")]
    for one, other, precision in (
        (single, double, np.float32),
        (double, single, np.float32),
        (single, single, np.float32),
        (double, double, np.float64),
        (texts, [], np.float64),
    ):
        assert common_precision(one, other) == precision
    assert keys(single, "auto", np.float32) == keys(double, "auto", np.float32)
    near = [Record(number=1, values=np.array([[0.1 + 1e-12]]))]
    assert keys(near, "auto") != keys(double, "auto")


def test_series_are_alike_by_value():
    same = of_series([[0.0], [1]], [[-0.0], [1]])
    assert same[0] == same[1]
    missing = np.array([[0x7FC00000], [0x7FC00001], [0xFFC00000]], np.uint32).view(np.float32)
    assert len(set(of_series(*([[1], value] for value in missing)))) == 1
    assert len(set(of_series([[1], [2]], [[2], [1]], [[1]], [[1], [2], [2]], [[1], [NAN]]))) == 5


def test_the_records_keep_their_values():
    record = Record(number=1, values=np.array([[-0.0], [NAN]], np.float32))
    before = record.values.tobytes()
    keys([record], "auto")
    assert record.values.tobytes() == before
