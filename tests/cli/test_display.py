"""What comes from data and paths, before a terminal, a pipe and a spreadsheet."""

import json
import os
import pty
import random
import re
import subprocess
import unicodedata

import pytest

from grucli.errors import show, show_lines
from grucli.report.cell_text import json_text
from grucli.report.page.markup import tag
from tests.cli.conftest import ODD_LABELS
from tests.cli.helpers import assert_one_error, command, environment, grucli

HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_OWN = re.compile(r"\r\n|\r\x1b\[K|[\n\t]")
"""What the terminal's driver and the line at its foot write."""


def harmful(text):
    return {c for c in _OWN.sub("", text) if unicodedata.category(c) in HARMFUL}


def on_pty(*arguments, cwd=None, stdin=b""):
    """Run a command whose output and errors are a terminal; return what it was sent."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(TERM="xterm"),
        stdin=subprocess.PIPE,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    process.stdin.write(stdin)
    process.stdin.close()
    seen = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # nobody holds the other end any more
            break
        if not piece:
            break
        seen += piece
    os.close(leader)
    process.wait()
    return seen.decode("utf-8", "surrogateescape")


def drawn(rng, number):
    """Return texts of any characters, most of them harmful or next to such."""
    near = [chr(c) for c in (*range(0x20), *range(0x7F, 0xA1), *range(0x2000, 0x2070), 0xFEFF)]
    for _ in range(number):
        size = rng.randrange(1, 20)
        yield "".join(
            rng.choice(near) if rng.random() < 0.7 else chr(rng.randrange(0x110000))
            for _ in range(size)
        )


@pytest.mark.rigs
def test_no_harmful_character_passes_where_people_look(cases):
    for text in drawn(random.Random(1), cases(3000)):
        lone = text.encode("utf-8", "backslashreplace").decode()
        page = re.sub("[\u2068\u2069]", "", str(tag("p", text, title=text)))  # our own isolates
        for shown in (show(text), show_lines(text), json_text(text), page):
            assert not harmful(shown), ascii(text)
        assert json.loads(json_text(text)) == text
        assert json.loads(json_text(lone)) == lone


@pytest.mark.rigs
def test_no_harmful_character_of_rows_reaches_a_terminal(cases, tmp_path, odd_model):
    rows = [
        text.encode("utf-8", "ignore").decode().replace("\0", "").replace('"', '""')
        for text in drawn(random.Random(2), cases(200))
    ]
    (tmp_path / "d.csv").write_text(
        "text,id\n" + "".join(f'"{row}","{row}"\n' for row in rows), encoding="utf-8", newline=""
    )
    words = ("predict", "d.csv", "-m", odd_model, "--keep", "*")
    for form in ("csv", "jsonl"):
        seen = on_pty(*words, "--to", form, cwd=tmp_path)
        assert seen.count("\n") >= len(rows)
        assert not harmful(seen)


@pytest.mark.parametrize("form", ["tsv", "label", "csv", "jsonl"])
def test_a_terminal_is_shown_what_a_pipe_gets(form, odd_model):
    words = ("predict", "-m", odd_model, "--to", form)
    texts = "".join(f"film {k}\n" for k in range(40)).encode()
    piped = grucli(*words, stdin=texts)
    seen = on_pty(*words, stdin=texts)
    assert not harmful(seen)
    expected = show_lines(piped.text).replace("\n", "\r\n")
    assert expected in seen
    if form == "jsonl":
        labels = [json.loads(line)["label"] for line in piped.lines]
        assert set(labels) <= set(ODD_LABELS)
        assert not harmful(piped.text)


def test_no_command_lets_a_path_or_a_label_act_on_a_terminal(tmp_path, odd_model):
    rows = "".join(f'film,"{label}"\n' for label in ODD_LABELS).encode() * 3
    (tmp_path / "\x1b[2J\u202e.csv").write_bytes(b"text,label\n" + rows)
    for words in (
        ("evaluate", "\x1b[2J\u202e.csv", "-m", odd_model),
        ("inspect-gates", "\x1b[2J\u202e.csv", "-m", odd_model),
        ("inspect-gates", "-m", odd_model),
        ("predict", "\x1b[2J.csv", "-m", odd_model),
        ("predict", "--\x9b31m"),
        ("predict", "-m", "\x1b[2J", "--debug"),
        ("train", "\x1b[2J\u202e.csv", "-o", "\x07.npz", "--dry-run"),
        ("train", "\x1b[2J\u202e.csv", "-o", "m.npz", "--dry-run", "--json"),
    ):
        seen = on_pty(*words, cwd=tmp_path)
        assert seen
        assert not harmful(seen), words


FORMULAS = {"=1+1": "'=1+1", "@a": "'@a", "-1": "-1", "+1e5": "+1e5", "-a": "'-a", "ok": "ok"}


def test_no_cell_is_one_that_a_spreadsheet_computes(tmp_path, odd_model):
    rows = "".join(f"{cell}\n" for cell in FORMULAS)
    (tmp_path / "d.csv").write_text(f"text\n{rows}")
    words = ("predict", "d.csv", "-m", odd_model, "--to", "csv", "--keep", "text")
    plain = grucli(*words, cwd=tmp_path).lines
    safe = grucli(*words, "--excel-safe", cwd=tmp_path).lines
    assert [line.split(",")[0] for line in plain[1:]] == list(FORMULAS)
    assert [line.split(",")[0] for line in safe[1:]] == list(FORMULAS.values())


def test_neither_is_one_of_the_wrong_answers(tmp_path, odd_model):
    rows = "".join(f"{text},{label}\n" for text in ("=1+1", "-2") for label in ("plain", "好，评"))
    (tmp_path / "d.csv").write_text(f"text,label\n{rows}")
    words = ("evaluate", "d.csv", "-m", odd_model, "--errors", "e.csv", "--excel-safe")
    assert grucli(*words, cwd=tmp_path).code == 0
    texts = [line.rpartition(",")[2] for line in (tmp_path / "e.csv").read_text().splitlines()]
    assert set(texts[1:]) == {"'=1+1", "-2"}


@pytest.mark.parametrize("form", ["jsonl", "label", "conll"])
def test_other_forms_are_no_spreadsheets(form, odd_model):
    done = grucli("predict", "-m", odd_model, "--excel-safe", "--to", form)
    assert_one_error(done, 2, f"--excel-safe: is for csv and tsv, not for {form}")


def test_a_list_of_json_is_none_either(tmp_path, odd_model):
    words = ("evaluate", "d.csv", "-m", odd_model, "--errors", "e.jsonl", "--excel-safe")
    assert_one_error(grucli(*words, cwd=tmp_path), 2, "--excel-safe: is for CSV")
