import pickle
import sys
import unicodedata

import pytest

from grucli.errors import (
    AccessError,
    CheckpointError,
    ConfigError,
    DataError,
    GrucliError,
    TrainingError,
    at_end,
    did_you_mean,
    excerpt,
    percent,
    show,
    show_path,
)

HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError, 2), (DataError, 3), (CheckpointError, 4), (AccessError, 5), (TrainingError, 6)],
)
def test_each_error_has_its_exit_code(error, code):
    assert error("x").exit_code == code
    assert issubclass(error, GrucliError)


def test_an_error_lists_its_problems_one_a_line_and_survives_pickling():
    error = ConfigError("a.yml:1  seed  must be a number", "a.yml:2  lr  unknown key")
    assert str(error) == "a.yml:1  seed  must be a number\na.yml:2  lr  unknown key"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is ConfigError
    assert copy.problems == error.problems


def test_show_leaves_no_character_that_acts_on_a_terminal():
    shown = show("".join(map(chr, range(sys.maxunicode + 1))))
    assert not [c for c in set(shown) if unicodedata.category(c) in HARMFUL]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("naïve 漢字 🙂", "naïve 漢字 🙂"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\tb\nc\r", r"a\tb\nc\r"),
        ("\x9b", r"\x9b"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066\u200b\u2028", r"\u2066\u200b\u2028"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\U000e0041"),
        (17, "17"),
    ],
)
def test_show(text, expected):
    assert show(text) == expected
    assert show(expected) == expected


def test_excerpt_is_short_whatever_the_text():
    assert excerpt("a" * 40) == "a" * 40
    assert excerpt("a" * 41) == "a" * 39 + "…"
    assert len(excerpt("\x1b" * 10**6)) == 40
    assert excerpt("abcdef", 4) == "abc…"


def test_show_path_keeps_the_end_of_a_path():
    assert show_path("a/b.npz") == "a/b.npz"
    long = show_path("x" * 300 + "/m.npz")
    assert len(long) == 80
    assert long.startswith("…x")
    assert long.endswith("x/m.npz")
    assert show_path("a\nb") == r"a\nb"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0%"), (0.1, "10%"), (0.125, "12%"), (0.02, "2%"), (0.002, "0.2%"), (0.0033, "0.33%")],
)
def test_small_shares_are_not_said_to_be_none(share, expected):
    assert percent(share) == expected


def test_did_you_mean():
    assert did_you_mean("hiden", ["hidden", "lr"]) == "; did you mean 'hidden'?"
    assert did_you_mean("LR", ["hidden", "lr"]) == "; did you mean 'lr'?"
    assert did_you_mean("zzz", ["hidden", "lr"]) == ""
    assert did_you_mean("a\x1bb", ["a\x1bc"]) == r"; did you mean 'a\x1bc'?"


def test_one_at_an_end_has_no_number():
    assert at_end("first", 1, "step") == "first step"
    assert at_end("last", 2000, "row") == "last 2,000 rows"
