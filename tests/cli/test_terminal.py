"""Training on a terminal, as an emulator of one sees it: nothing wraps, one bar, what stays.

Covers: cli/live_line, cli/run_status.
"""

import os
import re
import threading
import time
from types import SimpleNamespace

import pytest

from grucli.cli import output
from grucli.cli.run_status import GUESSED_AFTER_S, SHOWN_AFTER_S, Status
from grucli.training.forecast import Work

from .helpers import BRIEF, QUICK, grucli
from .terminal import on_terminal

BAR = re.compile(r".*  \[=*>? *\] +(\d+)%(  \d+ (s|min) left)?")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Write a table with Chinese labels, too long for any line when they are listed."""
    path = tmp_path_factory.mktemp("data") / "评论.csv"
    rows = [
        f"{word}第{k}次,{label}"
        for k in range(60)
        for word, label in (("好", "满意"), ("差", "不满意"))
    ]
    path.write_text("\n".join(["评论,标签", *rows]) + "\n", encoding="utf-8")
    return path


def shares(seen):
    return [int(found[1]) for foot in seen.feet if (found := BAR.fullmatch(foot))]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_folds_show_a_bar_and_a_line_each_and_nothing_wraps(table, tmp_path, columns):
    words = ("train", table, "-o", "m.npz", *QUICK, "--folds", "3", "--set", "training.epochs=9")
    seen = on_terminal(*words, columns=columns, cwd=tmp_path)
    assert seen.code == 0
    assert not seen.wrapped
    drawn = shares(seen)
    assert drawn
    assert drawn == sorted(drawn)
    assert drawn[-1] == 100
    assert not any(BAR.fullmatch(line) for line in seen.lines)
    names = [found[0] for line in seen.lines if (found := re.match(r"(fold \d|all rows)  ", line))]
    assert names == ["fold 1  ", "fold 2  ", "fold 3  ", "all rows  "]
    (head,) = (k for k, line in enumerate(seen.lines) if " by epoch, m" in line)
    assert seen.lines[head + 6].strip().startswith("+---")
    assert not any("by epoch" in line for line in seen.lines[head + 1 :])
    assert seen.lines[head + 8].startswith("wrote m.npz; next: ")
    assert b"\x1b[?25l" not in seen.raw  # a cursor that is hidden may stay so


def test_a_pipe_has_the_same_lines_without_a_terminals_breaks(table, tmp_path):
    words = ("train", table, "-o", "m.npz", "--force", *BRIEF, "--folds", "2")
    piped = grucli(*words, cwd=tmp_path).complaints
    seen = on_terminal(*words, cwd=tmp_path)
    joined = re.sub(r"\n  (?=\S)", " ", "\n".join(seen.lines)).splitlines()
    for line in piped:
        if not line.startswith(("fold", "best epoch")):
            assert line in joined


@pytest.mark.parametrize(
    ("env", "braille"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LC_ALL": "C"}, True),
        ({"LANG": "zh_CN.GB18030"}, False),
        ({"LC_CTYPE": "de_DE.ISO-8859-1@euro", "LANG": "de_DE.utf8"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_braille_is_for_terminals_that_have_it(env, braille, monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert output.has_braille() is braille


def test_quiet_shows_nothing(table, tmp_path):
    seen = on_terminal("train", table, "-o", "m.npz", "-q", *BRIEF, cwd=tmp_path)
    assert (seen.code, seen.raw) == (0, b"")


def test_a_dumb_terminal_gets_plain_lines(table, tmp_path):
    seen = on_terminal("train", table, "-o", "m.npz", *BRIEF, cwd=tmp_path, TERM="dumb")
    assert seen.code == 0
    assert b"\x1b" not in seen.raw
    assert b"\r\n" in seen.raw.replace(b"\r\r", b"\r")


def clocked():
    now_s = [0.0]
    return Status(clock=lambda: now_s[0]), now_s


def test_what_takes_a_second_is_named():
    status, now_s = clocked()
    assert status.line(79) == ""
    status.begin("reading 评论.csv")
    assert status.line(79) == ""
    now_s[0] = SHOWN_AFTER_S
    assert status.line(79) == "reading 评论.csv (1 s)"
    now_s[0] = 12.4
    assert status.line(79) == "reading 评论.csv (12 s)"


def test_between_steps_what_takes_long_is_named_beside_the_bar():
    status, now_s = clocked()
    status.step("fold 1 of 3, epoch 4", Work(done=10, left=90))
    status.begin("computing kernels")
    assert status.line(79).startswith("fold 1 of 3, epoch 4  ")
    now_s[0] += SHOWN_AFTER_S
    assert status.line(79).startswith("computing kernels  ")
    assert status.line(79).endswith(" 10%")
    status.step("fold 2 of 3, epoch 1", Work(done=11, left=89))
    assert status.line(79).startswith("fold 2 of 3, epoch 1  ")


def test_time_left_follows_the_pace_and_no_share_is_taken_back():
    status, now_s = clocked()
    status.step("a", Work(done=100, left=900))
    assert "left" not in status.line(79)
    now_s[0] += GUESSED_AFTER_S
    status.step("a", Work(done=200, left=800))
    assert status.line(79).endswith("]  20%  16 s left")
    status.step("a", Work(done=210, left=1890))
    assert "]  20%  " in status.line(79)
    status.step("a", Work(done=300, left=0))
    assert status.line(79).endswith("] 100%")


def test_training_after_a_search_goes_on_where_that_has_ended():
    status, now_s = clocked()
    status.step("trial", Work(done=100, left=900))
    now_s[0] += 10
    status.step("trial", Work(done=600, left=400))
    status.go_on()
    status.step("epoch", Work(done=0, left=400))
    assert status.line(79).endswith("]  60%  8 s left")
    now_s[0] += 2
    status.step("epoch", Work(done=100, left=300))
    assert status.line(79).endswith("]  70%  6 s left")


def test_an_end_by_the_clock_is_known():
    status, now_s = clocked()
    status.step("a", Work(done=0, left=1000))
    now_s[0] += 10
    status.step("a", Work(done=100, left=900), most_s=30)
    assert status.line(79).endswith("]  25%  30 s left")
    status.step("a", Work(done=100, left=100), further_s=30)
    assert status.line(79).endswith("  40 s left")


def test_a_stage_that_tells_how_far_it_is_has_one_beginning():
    status, now_s = clocked()
    for k in range(1, 4):
        status.begin(f"reading a.csv: {k}0,000 rows")
        now_s[0] += SHOWN_AFTER_S / 2
    assert status.line(79) == "reading a.csv: 30,000 rows (2 s)"


def test_what_other_commands_wait_for_is_named_until_their_first_result(text_model, tmp_path):
    os.mkfifo(tmp_path / "slow.csv")

    def fed() -> None:
        with (tmp_path / "slow.csv").open("w") as file:
            time.sleep(SHOWN_AFTER_S + 1)
            file.write("text,label\ngood film,positive\nbad film,negative\n")

    writer = threading.Thread(target=fed)
    writer.start()
    seen = on_terminal("evaluate", "slow.csv", "-m", text_model, cwd=tmp_path)
    writer.join()
    assert seen.code == 0
    assert re.fullmatch(r"reading slow.csv \(\d s\)", seen.feet[0])
    assert not any(line.startswith("reading") for line in seen.lines)
    assert any(line.startswith("rows ") for line in seen.lines)


@pytest.mark.parametrize("is_file", [True, False])
def test_results_end_it_unless_they_go_into_a_file(is_file, tmp_path, monkeypatch):
    closed = []
    line = SimpleNamespace(close=lambda: closed.append(True))
    reader, writer = os.pipe()
    with (tmp_path / "out").open("w") as file, os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(output, "live_line", line)
        monkeypatch.setattr("sys.stdout", file if is_file else pipe)
        output.write("positive\n")
    os.close(reader)
    assert bool(closed) is not is_file
