"""Damaged and hostile model files by the hundred, opened under a guard, used by each command."""

import json
import subprocess
import sys

import pytest

from tests.attacks.guard import CODE_RAN, SPARE_BYTES
from tests.cli.helpers import environment

MOST_MS = 100
DAMAGED = ("truncated", "flipped", "spliced")


def rig(way, *, count, step=1, kind="all"):
    """Run a rig in a process of its own; return what it found."""
    words = ["-m", "tests.attacks.rig", way, kind, f"--count={count}", f"--step={step}"]
    done = subprocess.run(
        [sys.executable, *words], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode != CODE_RAN, done.stderr
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["leaks"] == []
    return found


def assert_cheap(found):
    assert found["slowest_ms"] < MOST_MS
    assert found["spare_mb"] * 2**20 <= SPARE_BYTES


@pytest.mark.parametrize("way", DAMAGED)
def test_no_damaged_file_is_taken_for_a_sound_one(way):
    found = rig(way, count=60, step=149)
    assert_cheap(found)
    assert found["other"] == 0
    assert found["refused"] > 0.8 * found["files"] > 100


def test_contents_that_no_training_wrote_are_refused_or_harmless():
    found = rig("contents", count=80)
    assert_cheap(found)
    assert found["refused"] > 100
    assert found["other"] > 50


def test_each_command_ends_well_whatever_is_in_a_model():
    assert rig("used", count=6)["files"] == 36


@pytest.mark.slow
@pytest.mark.parametrize("way", DAMAGED)
def test_damage_of_each_bit_and_length(way):
    found = rig(way, count=20_000)
    assert_cheap(found)
    assert found["other"] == 0


@pytest.mark.slow
def test_many_contents_and_what_commands_make_of_them():
    assert_cheap(rig("contents", count=20_000))
    assert rig("used", count=500)["files"] == 3000
