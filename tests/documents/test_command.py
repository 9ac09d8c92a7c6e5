"""`python -m tests.docs`, as writers and CI run it."""

import subprocess
import sys

import pytest

from tests.documents.pages import ROOT


def docs(*words):
    command = (sys.executable, "-m", "tests.docs", *map(str, words))
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("word", ["--check", "links"])
def test_nothing_is_said_of_documents_that_are_right(word):
    ran = docs(word)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_page_is_run_and_its_blocks_are_told(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\ntest -f configs/smoke.yaml\n```\n", encoding="utf-8")
    ran = docs("run", page)
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"{page}:1: sh, after ")


def test_a_page_that_is_wrong_is_told_and_the_others_are_run(tmp_path):
    wrong, right = tmp_path / "wrong.md", tmp_path / "right.md"
    wrong.write_text("```console\n$ echo a\nb\n```\n", encoding="utf-8")
    right.write_text("```console\n$ echo a\na\n```\n", encoding="utf-8")
    ran = docs("run", wrong, right)
    assert ran.returncode == 1
    assert f"{wrong}:2: `echo a` prints otherwise:" in ran.stdout
    assert f"{right}:1: console, after " in ran.stdout


@pytest.mark.parametrize("words", [("run",), ("--chekc",)])
def test_words_that_say_nothing_are_answered_with_what_there_is(words):
    ran = docs(*words)
    assert ran.returncode == 2
    assert "python -m tests.docs run PAGE" in ran.stdout
