import csv
import gzip
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.text.symbols import DIGITS, END, FIRST, MISSING, UNKNOWN, Symbols
from tests.strategies import hostile_text

SAMPLES = Path(__file__).resolve().parents[3] / "sample_data"
REAL = Path(os.environ["SEQ_DATA"]) if "SEQ_DATA" in os.environ else None
KINDS = ("char", "space", "pairs")
kinds = st.sampled_from(KINDS)


def rows_of(steps):
    """Return the ids of each text, END taken off."""
    rows = np.split(steps.values, np.cumsum(steps.lengths)[:-1])
    assert all(row[-1] == END for row in rows)
    return [row[:-1].tolist() for row in rows]


def assert_reversible(symbols, texts):
    for text, ids in zip(texts, rows_of(symbols.encode(texts)), strict=True):
        assert symbols.decode(ids) == text


def test_ids_begin_behind_the_digits():
    symbols = Symbols.fit(["ba", "b好"], "char")
    assert (END, UNKNOWN, list(DIGITS)) == (0, 1, list(range(2, 18)))
    assert FIRST == 18
    assert symbols.texts == ("b", "a", "好")
    steps = symbols.encode(["ab", ""])
    assert steps.values.dtype == np.int32
    assert steps.values.tolist() == [19, 18, END, END]
    assert steps.lengths.tolist() == [3, 1]
    assert len(symbols) == 21
    assert symbols.pieces([19, 2, 17]) == ["a", "<0>", "<f>"]


def test_what_is_unknown_is_spelled_by_its_bytes():
    symbols = Symbols.fit(["ab"], "char")
    (ids,) = rows_of(symbols.encode(["aéb"]))
    assert ids == [18, *(DIGITS[int(d, 16)] for d in "c3a9"), 19]
    assert symbols.decode(ids) == "aéb"


@given(st.lists(hostile_text, max_size=5), hostile_text, kinds)
def test_every_text_decodes_to_itself(texts, other, kind):
    symbols = Symbols.fit(texts, kind)
    assert_reversible(symbols, [*texts, other, "", " ", "  a  b ", "\ud800é"])


@given(st.lists(st.text("ab é\n好", max_size=9), max_size=5), st.text("ab ü好c", max_size=9), kinds)
def test_every_text_decodes_to_itself_also_by_few_symbols(texts, other, kind):
    symbols = Symbols.fit(texts, kind, max_size=3, min_count=2)
    assert_reversible(symbols, [*texts, other])


@given(st.lists(st.integers(UNKNOWN, 25), max_size=12), kinds)
def test_any_ids_are_some_text(ids, kind):
    symbols = Symbols.fit(["a b", "c dd"], kind)
    known = [i for i in ids if i < len(symbols)]
    assert isinstance(symbols.decode(known), str)
    assert len(symbols.pieces(known)) == len(known)


def test_bytes_of_no_character_are_said_to_be_missing():
    symbols = Symbols.fit(["ab"], "char")
    high = DIGITS[15]
    assert symbols.decode([18, high, high, 19, high, 19]) == f"a{MISSING}b{MISSING}b"


def test_a_space_stands_between_given_symbols_alone():
    symbols = Symbols.fit(["K AE1 T", "T"], "space")
    assert symbols.texts == ("", "T", "AE1", "K")
    (ids, spaces) = rows_of(symbols.encode(["T  K XX YY T", " T "]))
    assert ids[:3] == [19, 18, 21]
    assert set(ids[3:-1]) <= set(DIGITS)
    assert spaces == [18, 19, 18]
    assert symbols.decode(ids) == "T  K XX YY T"


def test_what_stands_in_the_input_is_copied():
    symbols = Symbols.fit(["go to Bonn"], "space")
    steps = symbols.encode(["go to Köln", "go to Ulm"], [["I", "Köln"], ["I"]])
    first, second = rows_of(steps)
    assert first == [*symbols.of_tokens(["go", "to"]), UNKNOWN]
    assert UNKNOWN not in second
    assert symbols.decode(first, ["Köln"]) == "go to Köln"
    assert symbols.pieces(first, ["Köln"])[2] == "Köln"
    assert symbols.decode(first) == f"go to {MISSING}"
    assert symbols.decode(second) == "go to Ulm"
    assert symbols.of_tokens(["to", "Köln"]).tolist() == [symbols.of_tokens(["to"])[0], UNKNOWN]


def test_a_word_is_the_same_pieces_on_both_sides():
    sources = ["the tool libfoo reads files", "we read with libfoo"] * 20
    symbols = Symbols.fit(["libfoo reader"] * 20, "pairs", sources=sources)
    assert " libfoo" in symbols.split(sources[0])
    assert symbols.split("libfoo")[0] == " libfoo"
    assert symbols.of_tokens([" libfoo"])[0] >= FIRST


def test_characters_spell_a_piece_of_inputs_alone():
    symbols = Symbols.fit(["abc cab"], "pairs", sources=[" cabba"] * 30)
    assert symbols.split("cabba") == [" cabba"]
    (ids,) = rows_of(symbols.encode(["cabba"]))
    assert all(i >= FIRST for i in ids)
    assert symbols.decode(ids) == "cabba"
    (copied,) = rows_of(symbols.encode(["cabba"], [[" cabba"]]))
    assert copied == [UNKNOWN]


@pytest.mark.parametrize("kind", KINDS)
def test_grown_symbols_keep_their_ids(kind):
    texts = ["a b", "b cc"]
    symbols = Symbols.fit(texts, kind)
    grown = symbols.grown(["x y", *texts])
    assert grown.texts[: len(symbols.texts)] == symbols.texts
    assert set(grown.texts) > set(symbols.texts)
    assert grown.grown(["x y", *texts]) == grown
    assert_reversible(grown, [*texts, "x y"])


@pytest.mark.parametrize("kind", KINDS)
def test_symbols_are_stored_and_pickled(kind):
    symbols = Symbols.fit(["ab cd", "ab \ud800é"] * 20, kind)
    for again in (
        Symbols.from_json(json.loads(json.dumps(symbols.to_json()))),
        pickle.loads(pickle.dumps(symbols)),
    ):
        assert again == symbols
        assert again.encode(["ab x"]).values.tolist() == symbols.encode(["ab x"]).values.tolist()


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "word"},
        {"kind": ["char"]},
        {"symbols": None},
        {"symbols": ["a", 1]},
        {"symbols": ["a", "a"]},
        {"symbols": ["ab"]},
        {"symbols": [""]},
        {"kind": "space"},
        {"kind": "space", "symbols": ["", "a b"]},
        {"kind": "pairs"},
        {"kind": "pairs", "pairs": ["a"]},
    ],
)
def test_damage_is_refused(damage):
    sound = {"kind": "char", "symbols": ["a", "b"]}
    assert Symbols.from_json(sound).texts == ("a", "b")
    with pytest.raises((KeyError, TypeError, ValueError)):
        Symbols.from_json(sound | damage)


def test_auto_says_why():
    symbols = Symbols.fit(["K AE T", "T AE K", "AE T K"] * 10)
    assert symbols.kind == "space"
    assert symbols.reason
    assert Symbols.fit(["ab"], "char").reason == ""


def columns_of(path):
    with (gzip.open if path.suffix == ".gz" else open)(
        path, "rt", encoding="utf-8", newline=""
    ) as f:
        return list(zip(*list(csv.reader(f))[1:], strict=True))


SOME = 400
SOME_OR_ALL = pytest.mark.parametrize("rows", [SOME, pytest.param(None, marks=pytest.mark.slow)])


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*_train.csv")), ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", KINDS)
@SOME_OR_ALL
def test_all_columns_of_the_sample_data_decode_to_themselves(path, kind, rows):
    for texts in columns_of(path):
        assert_reversible(Symbols.fit(texts[:rows], kind), texts)


@pytest.mark.skipif(REAL is None, reason="SEQ_DATA names no folder of data sets")
@pytest.mark.parametrize("name", ["cmudict_g2p", "deb_en_fr", "deb_summary", "zh_reviews_small"])
def test_targets_of_real_data_decode_to_themselves(name):
    sources, targets = columns_of(REAL / name / "train.csv.gz")
    test_sources, test_targets = columns_of(REAL / name / "test.csv.gz")
    symbols = Symbols.fit(targets, sources=sources)
    wanted = {"cmudict_g2p": "space", "zh_reviews_small": "char"}
    assert symbols.kind == wanted.get(name, "pairs")
    assert_reversible(symbols, [*targets, *test_targets, *sources, *test_sources])
