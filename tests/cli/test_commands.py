"""Commands are known by name before they are imported: help, suggestions, completion.

Covers: cli/app, cli/options, cli/usage_errors.
"""

from pathlib import Path

import pytest

from grucli.cli.commands import EXAMPLES, SUMMARIES

from .helpers import BRIEF, SAMPLES, grucli
from .terminal import on_terminal


def test_the_first_screen_has_all_commands_each_with_an_example() -> None:
    screen = grucli(COLUMNS="80")
    assert (screen.code, screen.err) == (0, "")
    assert screen.out == grucli("help", COLUMNS="80").out == grucli("--help", COLUMNS="80").out
    lines = screen.lines
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    start = lines.index("Commands:") + 1
    rows = lines[start : start + 8]
    assert list(SUMMARIES) == ["train", "evaluate", "predict", "inspect-gates"]
    assert [row.split(None, 1) for row in rows[::2]] == [[*each] for each in SUMMARIES.items()]
    assert [row.strip() for row in rows[1::2]] == list(EXAMPLES.values())
    assert lines[-1].startswith("  'grucli help train' shows all options")


def test_the_examples_of_the_first_screen_work_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes((SAMPLES / "reviews_train.csv").read_bytes())
    for name in ("test.csv", "new.csv"):
        (tmp_path / name).write_bytes((SAMPLES / "reviews_test.csv").read_bytes())
    for example in EXAMPLES.values():
        words = [*example.split()[1:], "-q", *(BRIEF if " train " in example else ())]
        ran = grucli(*words, cwd=tmp_path)
        assert (ran.code, ran.err) == (0, "")


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
    told = "grucli: pedict: no such command; did you mean 'predict'?; see 'grucli --help'"
    assert complaint == told


def test_a_slip_of_the_pen_is_told_the_command_that_is_meant() -> None:
    ran = grucli("pedict", "x.csv")
    assert (ran.code, ran.out) == (2, b"")
    (complaint,) = ran.complaints
    told = "grucli: pedict: no such command; did you mean 'predict'?; see 'grucli --help'"
    assert complaint == told


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
        (("--to", "xml"), "--to: 'xml' is not one of 'tsv', 'csv', 'jsonl', 'label', 'conll'"),
        (("--to", "cvs"), "'conll'; did you mean 'csv'?"),
        (("--top-k", "0"), "--top-k: must be at least 1, got 0"),
        (("--top-k", "few"), "--top-k: must be a whole number, got few"),
        (("--min-prob=1.5",), "--min-prob: must be at most 1, got 1.5"),
        (("--min-prob", "x"), "--min-prob: must be a number, got x"),
        (("--force=yes",), "--force: takes no value"),
        (("--keep",), "--keep: needs a value"),
        (("-o",), "-o: needs a value"),
    ],
)
def test_values_that_do_not_fit_are_told(words: tuple[str, ...], complaint: str) -> None:
    ran = grucli("predict", "x.csv", "-m", "m.npz", *words)
    assert (ran.code, ran.out) == (2, b"")
    assert len(ran.complaints) == 1
    assert complaint in ran.err
    assert ran.err.endswith("; see 'grucli predict --help'\n")


LEARN = (
    "DATA: is missing; what shall it learn from? for example: grucli train mine.csv -o m.npz, or "
    "set data.train in a config"
)
ANSWER = "--model: is missing; which model shall answer? for example: grucli predict"
SETTING = "no such option; it is a setting: --set"
ASKED = {
    "train": LEARN,
    "train -o m.npz": LEARN,
    "train --dry-run": LEARN,
    "train a.csv": "--output: is missing; pass -o MODEL.npz, or --dry-run to write nothing",
    "evaluate": "DATA: is missing; what labelled rows shall be scored? for example: "
    "grucli evaluate test.csv -m m.npz",
    "evaluate a.csv": "--model: is missing; which model shall be scored? for example: "
    "grucli evaluate a.csv -m m.npz",
    "predict a.csv": f"{ANSWER} a.csv -m m.npz",
    "predict": f"{ANSWER} new.csv -m m.npz",
    "inspect-gates": "--model: is missing; which model shall be looked into? for example: "
    "grucli inspect-gates new.csv -m m.npz",
    "inspect-gates a.csv": "--model: is missing; which model shall be looked into? for example: "
    "grucli inspect-gates a.csv -m m.npz",
    "train --task regress": f"--task: {SETTING} task=regress; see 'grucli train --help'",
    "train --dropout=0.1": f"--dropout: {SETTING} model.dropout=0.1; see 'grucli train --help'",
    "train --batch-size": f"--batch-size: {SETTING} training.batch_size=VALUE; see "
    "'grucli train --help'",
    "predict --modle m.npz": "--modle: no such option; did you mean '--model'?; see "
    "'grucli predict --help'",
    "predict --out a.csv": "--out: no such option; did you mean '--output'?; see "
    "'grucli predict --help'",
    "predict --onnx": "--onnx: no such option; see 'grucli predict --help'",
    "evaluate -m m.npz --values a.csv b.csv c.csv": "c.csv: unexpected; one DATA is read, and a "
    "pattern such as '*' stands in quotes; see 'grucli evaluate --help'",
    "predict --zzz": "--zzz: no such option; see 'grucli predict --help'",
    "train a.csv --modle m.npz": "--modle: no such option; the model that is written is named by "
    "-o; see 'grucli train --help'",
    "train a.csv -m m.npz": "-m: no such option; the model that is written is named by -o; see "
    "'grucli train --help'",
    "hlep": "hlep: no such command; did you mean 'help'?; see 'grucli --help'",
    "version": "version: no such command; did you mean '--version'?; see 'grucli --help'",
    "--verison": "--verison: no such option; did you mean '--version'?; see 'grucli --help'",
    "mine": "mine: no such command; see 'grucli --help'",
}


@pytest.mark.parametrize("words", ASKED)
def test_what_is_missing_or_misspelled_is_said_with_what_to_write(words: str) -> None:
    ran = grucli(*words.split())
    assert (ran.code, ran.out) == (2, b"")
    assert ran.complaints == [f"grucli: {ASKED[words]}"]


@pytest.mark.parametrize("words", [("evaluate", "a.csv", "-m", ""), ("train", "a.csv", "-c", "")])
def test_a_name_that_is_empty_is_told_to_be(words: tuple[str, ...]) -> None:
    ran = grucli(*words, *(("-o", "m.npz") if words[0] == "train" else ()))
    assert ran.complaints == ["grucli: '': is no file name; is a variable of the shell empty?"]
    assert ran.code == 5


def test_a_file_in_place_of_a_command_is_told_how_to_learn_from_it(tmp_path: Path) -> None:
    (tmp_path / "我的.csv").write_text("text,label\n")
    (complaint,) = grucli("我的.csv", cwd=tmp_path).complaints
    assert "; to learn from it: grucli train '我的.csv' -o m.npz; see " in complaint


def test_a_terminal_without_anything_is_asked_for_both(tmp_path: Path) -> None:
    seen = on_terminal("predict", cwd=tmp_path)
    assert seen.code == 2
    assert " ".join(line.strip() for line in seen.lines) == (
        "grucli: DATA and --model: are missing; what shall be answered, and by which model? for "
        "example: grucli predict new.csv -m m.npz"
    )
