"""What an error says for people and for programs: options by name, and as words to type."""

import pytest

from grucli.data.records import ReadOptions
from grucli.data.unclear import UnclearError, flags, listed, with_said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "a,b", "label": "x y"}, ["--text", "a,b", "--label", "x y"]),
        ({"header": False}, ["--no-header"]),
        ({"gap_channel": True}, ["--gap-channel"]),
        ({"label_separator": "|", "window": 20}, ["--label-separator", "|", "--window", "20"]),
        ({"label": "n", "task": "regress"}, ["--label", "n", "--set", "task=regress"]),
    ],
)
def test_options_as_words(said: dict[str, object], words: list[str]) -> None:
    assert flags(said) == words


def test_names_with_commas_are_quoted_among_others() -> None:
    assert listed(["What, if"]) == "What, if"
    assert listed(["What, if", "b", 'c"d']) == '"What, if",b,"c""d"'


def test_the_message_is_a_line_with_the_flags_fit_for_a_shell() -> None:
    error = UnclearError("t.csv:1: no clear label", {"label": "it's\x1b"})
    assert str(error) == "t.csv:1: no clear label; pass --label 'it'\"'\"'s\\x1b'"
    assert (error.what, error.exit_code) == ("t.csv:1: no clear label", 3)
    assert str(UnclearError("何", {"text": "主题,描述"})) == "何; pass --text 主题,描述"
    assert str(UnclearError("what", mend="pass --label COL")) == "what; pass --label COL"


def test_options_with_what_was_said() -> None:
    said = {"values": "v*", "label": "x", "header": False}
    found = with_said(ReadOptions(encoding="gbk"), said)
    assert found == ReadOptions(encoding="gbk", values=("v*",), label="x", header=False)
    assert with_said(ReadOptions(), {"label": "n", "task": "regress"}).targets == "number"
