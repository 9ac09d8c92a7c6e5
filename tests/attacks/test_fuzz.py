"""Whatever bytes a reader is given, only a GrucliError leaves it."""

import random

import pytest

from tests.attacks import fuzz, rig

LEAST = {"model": 30, "config": 60, "show": 200}  # others write a file each


@pytest.mark.rigs
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_only_errors_that_can_be_mended_leave_a_reader(target, cases, tmp_path):
    sound = fuzz.seed_of(target, tmp_path)
    fuzz.run(target, b"")
    fuzz.run(target, sound)
    number = cases(LEAST.get(target, 40))
    for name, data in rig.spliced(sound, range(number)):
        try:
            fuzz.run(target, data)
        except Exception as error:
            raise AssertionError(f"{name}: {data!r}") from error
    rng = random.Random(number)
    for _ in range(number // 4):
        fuzz.run(target, rng.randbytes(rng.randrange(200)))
