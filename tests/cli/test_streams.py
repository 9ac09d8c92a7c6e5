"""Pipes, terminals, closed and full streams, signals, locales.

Covers: cli/output.
"""

import dataclasses
import gzip
import io
import json
import os
import pty
import select
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from grucli.modelfile import checkpoint

from .conftest import ODD_LABELS
from .helpers import SAMPLES, bash, grucli, started

REVIEWS = SAMPLES / "reviews_test.csv"
QUICK_S = 10  # "at once", on a machine with much else to do


def test_a_reader_that_goes_away_is_no_failure(text_model: Path) -> None:
    began = time.monotonic()
    ran = bash(
        "set -o pipefail\n"
        f"yes 'not bad at all' | grucli predict -m {text_model} | head -3\n"
        'echo "${PIPESTATUS[@]}"'
    )
    assert time.monotonic() - began < QUICK_S
    *answers, codes = ran.lines
    assert len(answers) == 3
    assert codes == f"{128 + signal.SIGPIPE} 0 0"
    assert ran.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("evaluate", REVIEWS, "-m", "MODEL"),
        ("predict", REVIEWS, "-m", "MODEL", "--json"),
    ],
)
def test_nobody_reads_at_all(text_model: Path, arguments: tuple[str, ...]) -> None:
    given = [text_model if word == "MODEL" else word for word in arguments]
    with started(*given) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_nobody_hears_complaints_and_work_goes_on(text_model: Path) -> None:
    expected = grucli("predict", "-m", text_model, stdin=b"good\n\xff\nbad\n")
    assert len(expected.lines) == 3
    for deaf in ("2>&-", "2>/dev/full"):
        ran = bash(f"grucli predict -m {text_model} {deaf}", stdin=b"good\n\xff\nbad\n")
        assert (ran.code, ran.out, ran.err) == (3, expected.out, "")


def test_without_any_standard_stream_workers_are_heard(text_model: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "new.txt", tmp_path / "out"
    data.write_text("good film\n" * 40_000)
    command = f"grucli predict {data} --format lines -m {text_model} --workers 2 -o {out}"
    assert bash(f"{command} <&- >&- 2>&-").code == 0
    assert len(out.read_bytes().splitlines()) == 40_000


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def test_output_is_utf_8_in_every_locale(odd_model: Path, locale: str) -> None:
    ran = grucli(
        *("predict", "-m", odd_model, "--to", "label", "--top-k", 4, "--unknown", "不知"),
        *("--min-prob", 1),
        stdin="这部电影很好\n".encode(),
        LC_ALL=locale,
        PYTHONUTF8="0",
    )
    assert ran.code == 0
    assert ran.err.startswith("warning: 1 input: 1 without a token that the model knows; ")
    first, *others = ran.lines[0].split("\t")
    assert first == "不知"
    assert len(set(others)) == 3
    assert ODD_LABELS[2] in [*others, "好，评"]


def test_a_last_line_that_was_cut_off_counts(text_model: Path) -> None:
    ran = bash(f"printf 'great film\\nawful fi' | grucli predict -m {text_model}")
    assert (ran.code, len(ran.lines), ran.err) == (0, 2, "")


def test_an_answer_comes_before_the_next_question(text_model: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "questions"
    os.mkfifo(fifo)
    with started("predict", fifo, "-m", text_model, "--json", "--format", "lines") as process:
        assert process.stdout is not None
        with fifo.open("wb", buffering=0) as questions:
            for question in (b"good\nbad\nhal", b"f a question\n"):
                questions.write(question)
                assert _line(process).endswith(b"}\n")
                if question.startswith(b"good"):
                    assert _line(process).startswith(b'{"row": 2')
                    assert not select.select([process.stdout], [], [], 0.3)[0]
        assert process.stdout.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["book.xlsx", "book.csv", "book.txt", "-"])
def test_a_workbook_is_named_as_what_it_is(text_model: Path, tmp_path: Path, name: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(member, "<xml/>")
    (tmp_path / name).write_bytes(content.getvalue())
    said = "standard input" if name == "-" else name
    for command in (
        ("train", name, "-o", "m.npz"),
        ("evaluate", name, "-m", text_model),
        ("predict", name, "-m", text_model),
        ("inspect-gates", name, "-m", text_model),
    ):
        ran = grucli(*command, cwd=tmp_path, stdin=content.getvalue() if name == "-" else b"")
        assert (ran.code, ran.out) == (3, b"")
        assert ran.complaints == [
            f"grucli: {said}: looks like an Excel workbook (.xlsx); save it as CSV"
        ]


@pytest.mark.parametrize("redirected", [False, True])
def test_a_file_that_grows_while_it_is_read(
    text_model: Path, tmp_path: Path, redirected: bool
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"a fine film\n" * 40_000)
    with path.open("rb") as stdin:
        given = {"stdin": stdin.fileno()} if redirected else {}
        with started("predict", "-" if redirected else path, "-m", text_model, **given) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert b"\t0." in process.stdout.readline()  # it goes on until the pipe is full
            with path.open("ab") as log:
                log.write(b"an awful film\nan unfinished li")
            answers = process.stdout.readlines()
            complaint = process.stderr.read().decode()
    assert len(answers) == 40_000  # behind the first: the whole line that was added has one, too
    name = "standard input" if redirected else path
    assert process.returncode == 3
    assert complaint == (
        f"grucli: {name}: changed while it was read, from 480,000 to 480,030 bytes; wait until it "
        "is complete, or read a copy\n"
    )


@pytest.mark.parametrize("command", ["train", "evaluate", "inspect-gates"])
def test_a_damaged_end_of_gzip_is_told(text_model: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(REVIEWS.read_bytes())[:-20])
    rest = ("-o", "m.npz") if command == "train" else ("-m", text_model)
    ran = grucli(command, "x.csv.gz", *rest, cwd=tmp_path)
    assert (ran.code, ran.out) == (3, b"")
    assert ran.complaints[-1] == "grucli: x.csv.gz: gzip data is truncated; copy it again"


def test_what_came_before_a_damage_is_answered(text_model: Path) -> None:
    lines = os.urandom(60_000).hex().encode().replace(b"7", b"\n")
    ran = grucli("predict", "-m", text_model, stdin=gzip.compress(lines)[:-9_000])
    assert ran.code == 3
    assert ran.complaints == ["grucli: standard input: gzip data is truncated; copy it again"]
    whole = grucli("predict", "-m", text_model, stdin=lines)
    assert 1_000 < len(ran.lines) < len(whole.lines)
    assert ran.lines == whole.lines[: len(ran.lines)]


def test_labels_among_the_words_of_their_lines(text_model: Path, tmp_path: Path) -> None:
    lines = [
        f"a fine film {k} __label__positive\nan awful film {k} __label__negative" for k in "abc"
    ]
    (tmp_path / "leading.txt").write_text(
        "".join(f"__label__{label} {text}\n" for line in lines for pair in line.split("\n")
                for text, label in [pair.split(" __label__")])
    )  # fmt: skip
    (tmp_path / "mixed.txt").write_text("no label\n" + "\n".join([*lines, "none either"]) + "\n")
    leading = grucli("evaluate", "leading.txt", "-m", text_model, "--json", cwd=tmp_path)
    mixed = grucli("evaluate", "mixed.txt", "-m", text_model, "--json", cwd=tmp_path)
    assert (leading.code, mixed.code) == (0, 0)
    assert json.loads(mixed.out) == json.loads(leading.out)
    assert json.loads(mixed.out)["rows"] == 6
    said = "skipped 2 lines without a __label__x, the first is line 1"
    assert said in mixed.complaints
    trained = grucli("train", "mixed.txt", "--dry-run", cwd=tmp_path)
    assert trained.code == 0
    assert said in trained.text + trained.err
    answers = grucli("predict", "mixed.txt", "-m", text_model, cwd=tmp_path)
    assert (answers.code, len(answers.lines)) == (0, 8)


@pytest.mark.parametrize("command", ["predict", "inspect-gates"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"body": "a fine film", "stars": 5}\n', "no key 'text' (keys: body,stars); pass --text"),
        (b"id,label\n1,positive\n", "no column 'text' (columns: id,label); pass --text COL, or"),
    ],
)
def test_other_data_than_the_models_in_a_pipe(
    text_model: Path, command: str, data: bytes, said: str
) -> None:
    ran = grucli(command, "-", "-m", text_model, stdin=data)
    assert (ran.code, ran.out) == (3, b"")
    assert len(ran.complaints) == 1
    assert ran.err.startswith(f"grucli: standard input:1: {said}")
    as_lines = grucli("predict", "-", "-m", text_model, "--format", "lines", stdin=data)
    assert (as_lines.code, len(as_lines.lines)) == (0, data.count(b"\n"))


def test_a_model_of_another_encoding_reads_utf_8(text_model: Path, tmp_path: Path) -> None:
    saved = checkpoint.load(text_model, None)
    model = tmp_path / "gbk.npz"
    remembered = dataclasses.replace(saved.remembered, encoding="gb18030")
    checkpoint.save(model, dataclasses.replace(saved, remembered=remembered))
    table = "text,label\na fine film,positive\n这部电影 awful,negative\n"
    (tmp_path / "x.csv").write_text(table)
    said = "read as utf-8, not gb18030 like the training data (or pass --encoding)"
    for arguments in (("predict", "x.csv"), ("evaluate", "x.csv"), ("inspect-gates", "x.csv")):
        expected = grucli(*arguments, "-m", text_model, "--json", cwd=tmp_path)
        ran = grucli(*arguments, "-m", model, "--json", cwd=tmp_path)
        assert said in ran.complaints
        if arguments[0] != "inspect-gates":  # which names the model
            assert (ran.code, ran.out) == (0, expected.out)
    pipe = grucli("predict", "-m", model, stdin=table.splitlines()[-1].encode() + b"\n")
    assert pipe.complaints == [said]
    given = grucli("predict", "-m", model, "--encoding", "gb18030", stdin="很好好\n".encode())
    assert said not in given.complaints


def _line(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("command", ["train", "evaluate", "inspect-gates"])
def test_a_command_that_waits_for_the_keyboard_says_so(
    text_model: Path, tmp_path: Path, command: str
) -> None:
    keyboard, terminal = pty.openpty()
    named = ("-o", tmp_path / "new.npz") if command == "train" else ("-m", text_model)
    with started(command, "-", *named, stdin=terminal) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"reading from the keyboard; end with Ctrl-D\n"
        os.write(keyboard, b"\x04" * 9)  # an end for each time that it looks again
        assert b"grucli: standard input: " in process.stderr.read()
    assert process.returncode == 3
    os.close(keyboard)
    os.close(terminal)


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_the_keyboard(text_model: Path, quiet: tuple[str, ...]) -> None:
    keyboard, terminal = pty.openpty()
    with started("predict", "-m", text_model, *quiet, stdin=terminal) as process:
        assert process.stderr is not None
        if not quiet:
            note = process.stderr.readline()
            assert note == b"reading from the keyboard; end with Ctrl-D\n"
        for question in (b"great film\n", b"\n"):
            os.write(keyboard, question)
            assert b"\t0." in _line(process)
        os.write(keyboard, b"\x04")
        said = b"" if quiet else b"2 inputs: 1 without a token that the model knows\n"
        assert process.stderr.read() == said
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == 0


def test_on_a_terminal_the_bytes_are_the_same(text_model: Path) -> None:
    for arguments in (
        ("predict", REVIEWS, "-m", text_model),
        ("evaluate", REVIEWS, "-m", text_model),
    ):
        screen, terminal = pty.openpty()
        with started(*arguments, stdout=terminal):
            os.close(terminal)
            shown = _until_closed(screen)
        os.close(screen)
        assert shown.replace(b"\r\n", b"\n") == grucli(*arguments).out


def _until_closed(screen: int) -> bytes:
    pieces = []
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:  # how Linux says that the other side is closed
            piece = b""
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_interruption(text_model: Path, number: int, code: int) -> None:
    with started("predict", "-m", text_model) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"good\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(number)
        assert process.stderr.read() in (b"", b"grucli: interrupted\n")
    assert process.returncode == 128 + number


def test_a_model_that_is_replaced_meanwhile_does_not_matter(
    text_model: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.npz"
    model.write_bytes(text_model.read_bytes())
    with started("predict", "-m", model) as process:
        assert process.stdin is not None
        process.stdin.write(b"good\n")
        process.stdin.flush()
        first = _line(process)
        model.write_bytes(b"something else")
        process.stdin.write(b"good\n")
        process.stdin.flush()
        assert _line(process) == first
        process.stdin.close()
    assert process.returncode == 0
