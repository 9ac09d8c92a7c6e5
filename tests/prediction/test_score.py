"""What the branches of a model are worth beside each other."""

import numpy as np

from grucli.model.blend import Mix
from grucli.model.logits import BranchLogits
from grucli.prediction.score import BranchScores
from tests.tasks.regress.helpers import STANDARD, column, records


def compared(truths, linear, recurrence, mix):
    """Return how a model of numbers fares beside its linear path."""
    rows = records([f"{truth:.6f}" for truth in truths])
    logits = BranchLogits(recurrence=column(*recurrence), linear=column(*linear))
    targets = STANDARD.encode(rows)
    found = BranchScores.of(STANDARD, mix, logits, targets, rows)
    assert found is not None
    return found, found.verdict(STANDARD.measure(logits.blended(mix), targets, rows))


def test_the_linear_path_does_not_learn_the_scale_of_truths_that_the_model_has_not_seen():
    rng = np.random.default_rng(0)
    linear, recurrence = rng.normal(size=(2, 200))
    mix = Mix(recurrence=0.1, linear=0.5)
    answers = 0.5 * linear + 0.1 * recurrence
    for unit in (1, 3):
        noise = rng.normal(size=200)
        found, verdict = compared(unit * 0.5 * linear + noise, linear, recurrence, mix)
        assert verdict == "nothing"
        factor = (linear @ answers) / (linear @ linear)
        gaps = factor * linear - unit * 0.5 * linear - noise
        assert np.isclose(found.linear.figures[0].value, np.sqrt((gaps**2).mean()), rtol=1e-4)
    found, verdict = compared(0.5 * linear + 0.1 * recurrence, linear, recurrence, mix)
    assert verdict == "gain"


def test_a_linear_path_against_the_answers_has_its_own_best_factor():
    rng = np.random.default_rng(1)
    linear = rng.normal(size=50)
    found, _ = compared(linear, linear, -linear, Mix(recurrence=1.0, linear=0.5))
    assert found.linear.figures[0].value < 1e-3
