"""The man pages say what the commands say, in roff that shows every character as it is."""

import os
import re
import shutil
import subprocess

import pytest

from grucli.cli.commands import SUMMARIES
from tests.cli.helpers import grucli
from tests.documents import manual, roff

PAGES = {path.stem: text for path, text in manual.files().items()}
REQUESTS = {".TH", ".SH", ".PP", ".TP", ".B", ".RS 4", ".EX", ".EE", ".RE"}
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT"]


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}")


def shown(text, width=78):
    """Return a page as `man` shows it in a wide terminal, without hyphenation."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": str(width)}
    command = ["man", "--no-hyphenation", "--no-justification", "-l", "-"]
    run = subprocess.run(
        command, input=text, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stderr == ""
    return re.sub(".\b", "", run.stdout)


def test_there_is_a_page_for_grucli_and_one_for_each_command():
    assert set(PAGES) == {"grucli", *(f"grucli-{name}" for name in SUMMARIES)}


@pytest.mark.parametrize("name", PAGES)
def test_sections_stand_in_their_order(name):
    headings = re.findall(r'^\.SH "(.+)"$', PAGES[name], re.MULTILINE)
    assert [each for each in headings if each in SECTIONS] == SECTIONS
    assert headings[-1] == "SEE ALSO"
    assert set(headings) - set(SECTIONS) <= {"SEE ALSO", "COMMANDS", "FILES"}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_ascii_and_no_line_of_words_is_a_request(name):
    assert PAGES[name].isascii()
    first, *lines = PAGES[name].splitlines()
    assert first.startswith(".TH ")
    dots = {line for line in lines if line.startswith((".", "'"))}
    assert {re.sub(r"^(\.SH|\.B) .*", r"\1", line) for line in dots} <= REQUESTS
    assert not any(line == "" or line != line.strip() for line in lines)


@pytest.mark.parametrize("command", SUMMARIES)
def test_every_option_and_example_of_the_help_stands_in_the_page(command):
    words = grucli(command, "--help", COLUMNS="200").text
    page = re.sub(r"\\f[BRI]", "", PAGES[f"grucli-{command}"])
    for option in re.findall(r"^  (-.+?)(?:   *|$)", words, re.MULTILINE):
        assert f".TP\n{roff.plain(option)}\n" in page
    usage, *_ = words.partition("Arguments:")
    for example in re.findall(rf"^  (?:printf .*\| )?(grucli {command} .*)$", usage, re.MULTILINE):
        assert roff.plain(example) in page
    assert len(re.findall(r"^\.TP$", page, re.MULTILINE)) > 20


@pytest.mark.parametrize(("command", "codes"), [("train", "0 1 2 3 4 5 6 130, 143, 129")])
def test_exit_codes_are_those_of_the_help(command, codes):
    status = PAGES[f"grucli-{command}"].partition('.SH "EXIT STATUS"')[2].partition(".SH")[0]
    assert " ".join(re.findall(r"^\\fB(.+)\\fR$", status, re.MULTILINE)) == codes


def test_a_word_without_a_code_is_an_error():
    with pytest.raises(AssertionError, match="no exit code in ' usage'"):
        manual.exit_codes("Exit codes: 0 done; usage.")


@needs("groff")
@pytest.mark.parametrize("name", PAGES)
def test_groff_warns_of_nothing(name):
    command = ["groff", "-man", "-Tascii", "-ww", "-z", "-rCHECKSTYLE=3"]
    run = subprocess.run(command, input=PAGES[name], capture_output=True, text=True, check=True)
    assert run.stderr == ""


@needs("lexgrog")
@pytest.mark.parametrize("name", PAGES)
def test_whatis_finds_the_page(name, tmp_path):
    path = tmp_path / f"{name}.1"
    path.write_text(PAGES[name])
    run = subprocess.run(["lexgrog", path], capture_output=True, text=True, check=True)
    summary = SUMMARIES.get(name.removeprefix("grucli-"), "Learn from labelled sequences")
    assert run.stdout.startswith(f'{path}: "{name} - {summary[0].lower()}{summary[1:].rstrip(".")}')


@needs("man")
@pytest.mark.parametrize("command", SUMMARIES)
def test_man_shows_examples_and_options_as_they_are_typed(command):
    page = shown(PAGES[f"grucli-{command}"], width=200)
    for line in grucli(command, "--help", COLUMNS="200").text.replace("…", "...").splitlines():
        if line.startswith(("  grucli ", "  printf ", "  -")):
            assert re.split(r"   *", line.strip())[0] in page


@needs("man")
def test_every_character_shows_as_itself():
    text = ".a\n'b'\n\\n \\(co - -- `c` \"d\" ^ ~ 中文 ▲ <&>"
    page = roff.title("x", "y") + "\n" + roff.section("Z", roff.examples(text.split("\n")))
    lines = [line.strip() for line in shown(page).splitlines()]
    assert lines[lines.index(".a") :][:3] == text.split("\n")
