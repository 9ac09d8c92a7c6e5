"""`grucli inspect-gates --map` through real processes: digits in a pipe, colour on a terminal."""

import json
import re
from pathlib import Path

import pytest

from .helpers import SAMPLES, assert_one_error, grucli
from .terminal import on_terminal

TEXT = "very good film"


def test_a_map_has_the_digits_of_the_gates_in_the_order_of_the_json(text_model: Path):
    ran = grucli("inspect-gates", "-m", text_model, "--text", TEXT, "--map", "keep,state")
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.text
    assert len(re.findall(r"^  (?:keep|state)  +layer 1 forward: ", ran.text, re.MULTILINE)) == 2
    plain = json.loads(grucli("inspect-gates", "-m", text_model, "--text", TEXT, "--json").out)
    (example,) = plain["data"]["examples"]
    rows = [row.split() for row in re.findall(r"^  (u\d.*)$", ran.text, re.MULTILINE)]
    size = len(example["gates"][0]["order"])
    together = -(-size // 8)
    firsts = [
        f"u{unit}"
        for _ in range(2)
        for gates in example["gates"]
        for unit in gates["order"][::together]
    ]
    assert [row[0].partition("+")[0] for row in rows] == firsts
    assert all(len(row) == 4 and set("".join(row[1:])) <= set("0123456789") for row in rows)


@pytest.mark.parametrize("flags", [[], ["--no-color"]])
def test_a_terminal_gets_colour_unless_somebody_says_no(text_model: Path, flags):
    text = f"{TEXT} \x1b[2J \x1b[38;5;16;48;5;16m▀\x1b[0m"
    seen = on_terminal("inspect-gates", "-m", text_model, "--text", text, "--map", "keep", *flags)
    assert seen.code == 0
    assert b"\x1b[2J" not in seen.raw
    assert b"\x1b[38;5;16;48;5;16m" not in seen.raw  # keep has no cell of 0
    assert not seen.wrapped
    assert any("▀▀" in line for line in seen.lines) == (not flags)
    assert (b"\x1b[38;5;" in seen.raw) == (not flags)


def test_maps_of_two_models_that_answer_alike(text_model: Path):
    run = ("inspect-gates", "-m", text_model, "--compare", text_model, "--map", "keep")
    ran = grucli(*run, "--text", TEXT)
    assert (ran.code, ran.err) == (0, "")
    rows = re.findall(r"^  u\d.*$", ran.text, re.MULTILINE)
    half = len(rows) // 2
    assert rows[:half] == rows[half:] != []
    ran = grucli(*run, SAMPLES / "reviews_test.csv")
    assert ran.code == 0
    assert ran.complaints == ["--map: both models answer all alike, so there is nothing to draw"]


def test_maps_that_there_are_not_are_refused(text_model: Path):
    run = ("inspect-gates", "-m", text_model)
    assert_one_error(grucli(*run, "--map", "keep"), 2, "--map: there is nothing to draw")
    ran = grucli(*run, "--text", TEXT, "--map", "keep,stat")
    assert_one_error(ran, 2, "--map: no map 'stat' of cell gru; did you mean 'state'?")
