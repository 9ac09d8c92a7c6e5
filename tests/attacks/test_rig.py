"""Damaged and hostile model files by the hundred, opened under a guard, used by each command."""

import pytest

from tests.attacks import processes
from tests.attacks.guard import SPARE_BYTES
from tests.attacks.rig import DAMAGED

MOST_MS = 100
WIDTH_OF_2_MB = 28_000


def rig(way, *, kind="all", **options):
    return processes.found_by("rig", way, kind, **options)


def assert_cheap(found):
    assert found["slowest_ms"] < MOST_MS
    assert found["spare_mb"] * 2**20 <= SPARE_BYTES


@pytest.mark.rigs
@pytest.mark.parametrize("way", DAMAGED)
def test_no_damaged_file_is_taken_for_a_sound_one(way, cases):
    found = rig(way, count=cases(60), step=max(1, 149 * 60 // cases(60)))
    assert_cheap(found)
    assert found["other"] == 0
    assert found["refused"] > 0.8 * found["files"] > 100


@pytest.mark.rigs
def test_damage_in_2_mb_is_refused_at_once(cases):
    step = 2_000_000 * 8 // cases(60)
    found = rig("damaged", kind="classify", count=cases(60), step=step, width=WIDTH_OF_2_MB)
    assert_cheap(found)
    assert found["other"] == 0
    assert found["refused"] > 0.8 * found["files"] > 100


@pytest.mark.rigs
def test_contents_that_no_training_wrote_are_refused_or_harmless(cases):
    found = rig("contents", count=cases(80))
    assert_cheap(found)
    assert found["refused"] > 100
    assert found["other"] > 50


@pytest.mark.rigs
def test_each_command_ends_well_whatever_is_in_a_model(cases):
    assert rig("used", count=cases(6))["files"] == 6 * cases(6)
