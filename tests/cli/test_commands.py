"""Commands are known by name before they are imported: help, suggestions, completion.

Covers: cli/app, cli/options.
"""

import pytest

from grucli.cli.commands import SUMMARIES

from .helpers import grucli


def test_help_lists_all_commands_in_their_order() -> None:
    lines = grucli("--help", COLUMNS="80").lines
    listed = [line.split()[0] for line in lines[lines.index("Commands:") + 1 :]]
    assert listed == ["train", "evaluate", "predict", "inspect-gates"]
    assert listed == list(SUMMARIES)
    assert [line.split(None, 1)[1] for line in lines[-4:]] == list(SUMMARIES.values())


@pytest.mark.parametrize("command", [(), *((name,) for name in SUMMARIES)])
def test_the_word_help_asks_for_help(command: tuple[str, ...]) -> None:
    asked, told = grucli("help", *command), grucli(*command, "--help")
    assert (asked.code, asked.out, asked.err) == (0, told.out, "")
    assert told.lines[0].startswith(" ".join(("Usage: grucli", *command)))


@pytest.mark.parametrize("words", [("help",), ("-h",), ("--help",)])
def test_help_on_help_is_help(words: tuple[str, ...]) -> None:
    ran = grucli("help", *words)
    assert (ran.code, ran.out) == (0, grucli("--help").out)


def test_help_on_no_command_is_told_the_one_that_is_meant() -> None:
    ran = grucli("help", "pedict")
    assert (ran.code, ran.out) == (2, b"")
    (complaint,) = ran.complaints
    assert complaint.startswith("grucli: No such command 'pedict'. Did you mean 'predict'?; see ")


def test_a_slip_of_the_pen_is_told_the_command_that_is_meant() -> None:
    ran = grucli("pedict", "x.csv")
    assert (ran.code, ran.out) == (2, b"")
    (complaint,) = ran.complaints
    assert complaint.startswith("grucli: No such command 'pedict'. Did you mean 'predict'?; see ")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("grucli inspe", ["inspect-gates"]),
        ("grucli predict --to ", ["tsv", "csv", "jsonl", "label", "conll"]),
        ("grucli evaluate --mi", ["--min", "--min-prob", "--missing"]),
    ],
)
def test_the_shell_completes_commands_options_and_values(words: str, offered: list[str]) -> None:
    position = str(words.count(" "))
    complete = {"_GRUCLI_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": position}
    ran = grucli(**complete)
    assert sorted(ran.lines) == sorted(offered)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--to", "xml"), "Invalid value for '--to': 'xml' is not one of"),
        (("--top-k", "0"), "Invalid value for '--top-k'"),
        (("--top-k", "few"), "Invalid value for '--top-k'"),
        (("--min-prob", "1.5"), "Invalid value for '--min-prob'"),
        (("--force=yes",), "Option '--force' does not take a value"),
        ((), "Missing option '--model'"),
    ],
)
def test_values_that_do_not_fit_are_told(words: tuple[str, ...], complaint: str) -> None:
    ran = grucli("predict", "x.csv", *(("-m", "m.npz") if words else ()), *words)
    assert (ran.code, ran.out) == (2, b"")
    assert len(ran.complaints) == 1
    assert complaint in ran.err
