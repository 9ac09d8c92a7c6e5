"""Whatever bytes a reader is given, only a GrucliError leaves it."""

import io
import random

import numpy as np
import pytest

from tests.attacks import fuzz, models, rig

LEAST = {"model": 30, "config": 60, "show": 200}  # others write a file each


def seed_of(target, folder):
    """Return a sound input of a target."""
    if target == "model":
        return models.file("classify", folder).read_bytes()
    if target == "npz":
        buffer = io.BytesIO()
        np.savez(buffer, X=np.ones((2, 3), np.float32), y=np.array(["a", "b"]))
        return buffer.getvalue()
    return fuzz.SEEDS[target]


@pytest.mark.rigs
@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_only_errors_that_can_be_mended_leave_a_reader(target, cases, tmp_path):
    sound = seed_of(target, tmp_path)
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
