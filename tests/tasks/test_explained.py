"""Margins that are linear in scores, and their gradients by central differences."""

import numpy as np
import pytest

from grucli.tasks.classify.task import Classify
from grucli.tasks.explained import linear_gradient


@pytest.mark.parametrize(("labels", "outputs"), [(("no", "yes"), 1), (("a", "b", "c"), 3)])
def test_the_gradient_of_a_margin_is_the_same_for_all_scores(labels, outputs):
    scores = np.random.default_rng(0).normal(size=(4, outputs))
    one = Classify(labels=labels).explained(scores[:1], None)
    expected = np.zeros_like(scores)
    for k in range(outputs):
        shift = 1e-5 * (np.arange(outputs) == k)
        expected[:, k] = (one.margin(scores + shift) - one.margin(scores - shift)) / 2e-5
    assert one.d_margin(scores) == pytest.approx(expected)
    assert np.abs(expected).max() == pytest.approx(1)
    assert linear_gradient(lambda own: 3 * own[:, 0] + 2, scores)[:, 0] == pytest.approx(3)
