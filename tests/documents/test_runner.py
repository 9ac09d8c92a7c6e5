"""The runner of documents fails for what is not as the page says, and for nothing else."""

from pathlib import Path

import pytest

from tests.documents import pages, runner


def run(text, folder):
    """Run a page; return how many of its blocks are to be run, and how many were."""
    page, done = pages.parse(text, "page.md"), []
    runner.run(page, folder, done=lambda count, block: done.append(count))
    return len(page.active), len(done)


def fenced(language, body, *marks):
    return "".join(f"<!-- {mark} -->\n" for mark in marks) + f"```{language}\n{body}```\n"


RIGHT = {
    "a command": fenced("sh", "true\n"),
    "another exit code": fenced("sh", "exit 3\n", "exit: 3"),
    "a file": fenced("csv", "a,b\n", "file: in/x.csv")
    + fenced("sh", 'test "$(cat in/x.csv)" = a,b\n'),
    "a script that is a file": fenced("python", "print(2)\n", "file: x.py")
    + fenced("console", "$ python x.py\n2\n"),
    "blocks go on in one folder": fenced("sh", "echo 1 > x\n") + fenced("sh", "cat x\n"),
    "Python": fenced("python", "import grucli\n"),
    "Python that ends with a code": fenced("python", "raise SystemExit(4)\n", "exit: 4"),
    "both streams": fenced("console", "$ echo a; echo b >&2\na\nb\n"),
    "several commands": fenced("console", "$ echo a\na\n\n$ echo b\nb\n"),
    "a long command": fenced("console", "$ echo a \\\n>   b\na b\n"),
    "a here-document": fenced("console", "$ cat <<END\n> a\n> END\na\n"),
    "variables go on in a transcript": fenced("console", "$ a=3\n$ echo $a\n3\n"),
    "the code is shown": fenced("console", "$ (exit 3)\n$ echo $?\n3\n"),
    "the last command has the code": fenced(
        "console", "$ true\n$ exit_with() { return 5; }\n$ exit_with\n", "exit: 5"
    ),
    "shortened": fenced("console", "$ seq 9\n2\n…\n8\n", "shortened"),
    "within a line": fenced("console", "$ echo it took 3.1 s, .9\nit took … s, .9\n", "shortened"),
    "plain text": fenced("console", '$ echo "$NO_COLOR $COLUMNS"\n1 80\n'),
    "another program": fenced("sh", "nonesuch\n", "not run: another program"),
    "run in CI": fenced("sh", "false\n", "job"),
    "other languages": fenced("yaml", "a: 1\n") + fenced("", "any\n"),
    "in a list": "1. x\n   ```sh\n   test 'a\n     b' = 'a\n     b'\n   ```\n",
    "more ticks": "````text\n```sh\nfalse\n```\n````\n",
}

WRONG = {
    "a command that fails": (fenced("sh", "true\nfalse\ntrue\n"), "page.md:1: ends with 1, not 0"),
    "in a pipe": (fenced("sh", "false | true\n"), "ends with 1, not 0"),
    "an unset variable": (fenced("sh", "echo $nonesuch\n"), "ends with "),
    "another code": (fenced("sh", "exit 2\n", "exit: 3"), "page.md:2: ends with 2, not 3"),
    "a code that is not": (fenced("sh", "true\n", "exit: 3"), "ends with 0, not 3"),
    "a missing file": (fenced("sh", "cat nothing.csv\n"), "nothing.csv"),
    "a module that is not there": (fenced("python", "import nonesuch\n"), "nonesuch"),
    "a warning in Python": (fenced("python", "import warnings\nwarnings.warn('x')\n"), "ends with"),
    "a wrong line": (fenced("console", "$ echo a\nb\n"), "page.md:2: `echo a` prints otherwise"),
    "a missing line": (fenced("console", "$ seq 3\n1\n2\n"), "+3"),
    "a line too many": (fenced("console", "$ seq 2\n1\n2\n3\n"), "-3"),
    "nothing shown": (fenced("console", "$ echo a\n"), "+a"),
    "a space at the end": (fenced("console", "$ echo a\na \n"), "-a "),
    "a wrong line of the second": (
        fenced("console", "$ echo a\na\n\n$ echo b\nc\n"),
        "page.md:5: `echo b`",
    ),
    "a failing command in a transcript": (
        fenced("console", "$ false\n$ true\n"),
        "page.md:2: ends with 1, not 0",
    ),
    "the code belongs to the last": (
        fenced("console", "$ (exit 5)\n$ true\n", "exit: 5"),
        "page.md:3: ends with 5, not 0",
    ),
    "a code beside the one shown": (
        fenced("console", "$ (exit 3)\n$ echo $?\n3\n", "exit: 4"),
        "ends with 3, not 4",
    ),
    "the shell is gone": (fenced("console", "$ exit 0\n$ true\n"), "ended the shell"),
    "a line that is not there": (
        fenced("console", "$ seq 9\n2\n10\n", "shortened"),
        "page.md:3: `seq 9` does not print",
    ),
    "another order": (fenced("console", "$ seq 9\n5\n3\n", "shortened"), "not in this order"),
    "one line for two": (fenced("console", "$ echo a\na\na\n", "shortened"), "does not print"),
    "a part of a line": (fenced("console", "$ echo abc\nab\n", "shortened"), "does not print"),
    "dots are for shortened": (fenced("console", "$ echo abc\na…\n"), "prints otherwise"),
    "no pattern": (fenced("console", "$ echo abc\na.c\n", "shortened"), "does not print"),
    "no command": (fenced("console", "abc\n"), "page.md:2: a transcript begins with"),
}

MISTAKES = {
    "a language": (fenced("shell", "true\n"), "page.md:1: no such language: shell"),
    "a mark": (fenced("sh", "true\n", "exits: 3"), "page.md:1: no such mark"),
    "a mark in capitals": (fenced("sh", "true\n", "Exit: 3"), "no such mark"),
    "no code": (fenced("sh", "true\n", "exit: three"), "is no exit code"),
    "no reason": (fenced("sh", "true\n", "not run"), "says nothing"),
    "no name": (fenced("csv", "a\n", "file"), "says nothing"),
    "no block": ("<!-- exit: 3 -->\ntext\n\n```sh\nexit 3\n```\n", "there is no block"),
    "at the end": ("<!-- exit: 3 -->\n", "there is no block"),
    "no end": ("```sh\ntrue\n", "page.md:1: the block has no end"),
    "shortened what is not compared": (fenced("sh", "true\n", "shortened"), "only a console"),
    "the code of a table": (fenced("csv", "a\n", "exit: 3"), "no exit code"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes(text, tmp_path):
    active, done = run(text, tmp_path)
    assert done == active


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_fails(text, words, tmp_path):
    with pytest.raises(pages.PageError) as caught:
        run(text, tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_slip_of_the_pen_is_told(text, words):
    with pytest.raises(pages.PageError) as caught:
        pages.parse(text, "page.md")
    assert words in str(caught.value)


def test_a_command_that_does_not_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "TIME_LIMIT_S", 0.5)
    with pytest.raises(pages.PageError, match="stopped after"):
        run(fenced("sh", "sleep 60 | cat\n"), tmp_path)


def test_the_folder_holds_data_configs_and_the_model(tmp_path):
    (tmp_path / "given.npz").write_bytes(b"model")
    folder = tmp_path / "page"
    folder.mkdir()
    page = pages.parse("<!-- needs: m.npz -->\n# x\n", "page.md")
    runner.prepare(page, folder, lambda: tmp_path / "given.npz")
    assert (folder / "m.npz").read_bytes() == b"model"
    for name in ("sample_data/reviews_train.csv", "configs/smoke.yaml"):
        assert (folder / name).read_bytes() == (pages.ROOT / name).read_bytes()


def test_the_model_is_trained_with_the_smoke_config(tmp_path):
    path = runner.train_smoke(tmp_path / "smoke.npz")
    run(
        fenced("console", f"$ echo great film | grucli predict -m {path} --to label\npositive\n"),
        tmp_path,
    )


def test_blocks_in_common_end_where_pages_part():
    first, second = fenced("sh", "true\n"), fenced("sh", "echo 1\n")
    page = pages.parse(first + second + first, "a.md")
    shown = fenced("yaml", "b: 1\n")
    twin = pages.parse(shown + first + second + second, "b.md")
    assert runner.shared(page, twin) == 2
    assert runner.shared(page, page) == 3
    assert runner.shared(page, pages.parse("<!-- needs: m.npz -->\n" + first, "b.md")) == 0


def test_blocks_before_the_first_are_not_run(tmp_path):
    page = pages.parse(fenced("sh", "echo 1 >> x\n") * 3, "a.md")
    seen = []
    runner.run(page, tmp_path, first=1, done=lambda count, block: seen.append((count, block.line)))
    assert seen == [(2, 4), (3, 7)]
    assert (tmp_path / "x").read_text() == "1\n1\n"


def test_every_page_is_found_and_the_chinese_ones_come_last():
    found = pages.paths()
    assert found[0] == pages.ROOT / "README.md"
    assert set(found[1:]) == set(Path(pages.ROOT / "docs").rglob("*.md"))
    in_chinese = ["zh" in path.parts for path in found]
    assert in_chinese == sorted(in_chinese)
