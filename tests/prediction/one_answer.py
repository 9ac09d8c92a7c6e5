"""What answers are compared by, to the bit; and a process of its own that gives some.

    python -m tests.prediction.one_answer SEED NUMBER LARGEST MODEL...

writes the numbers of the answers of each model to drawn inputs, in calls of at most LARGEST, as
float64.
"""

import random
import subprocess
import sys

import numpy as np

import grucli
from tests.cli.helpers import ROOT, environment
from tests.model.test_sharing import drawn


def numbers(answers):
    """All numbers of answers, one after the other."""
    return np.array([number for answer in answers for number in _of(answer)])


def _of(answer):
    if isinstance(answer, grucli.NumberAnswer):
        return answer.value, answer.low, answer.high
    if isinstance(answer, grucli.TagAnswer):
        return answer.probabilities
    return answer.probabilities.values()


def differing_bits(first, second):
    assert first.shape == second.shape
    return int(np.unpackbits(first.view(np.uint8) ^ second.view(np.uint8)).sum())


def calls(inputs, largest, seed=0):
    """Divide inputs into calls of 1 to `largest`."""
    rng, start, found = random.Random(seed), 0, []
    while start < len(inputs):
        stop = start + rng.randint(1, largest)
        found.append(inputs[start:stop])
        start = stop
    return found


def answered(model, inputs, largest, seed=0):
    """The numbers of answers that are asked for in calls of 1 to `largest`."""
    return np.concatenate([numbers(model.predict(call)) for call in calls(inputs, largest, seed)])


def elsewhere(paths, seed, number, largest, **variables):
    """The same of several models from a fresh interpreter with these variables."""
    words = [str(word) for word in (seed, number, largest, *paths)]
    done = subprocess.run(
        [sys.executable, "-m", __name__, *words],
        cwd=ROOT,
        env=environment(PYTHONPATH=str(ROOT), **variables),
        capture_output=True,
        check=True,
        timeout=600,
    )
    return np.frombuffer(done.stdout)


if __name__ == "__main__":
    seed, number, largest = map(int, sys.argv[1:4])
    for path in sys.argv[4:]:
        model = grucli.load(path)
        found = answered(model, drawn(model.kind, seed, number), largest, seed)
        sys.stdout.buffer.write(found.tobytes())
