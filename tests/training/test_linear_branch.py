"""The linear path beside a training: learned once a stage, and only where it is asked for."""

import numpy as np
import pytest

from grucli.training.linear_branch import LinearBranch
from tests.training.helpers import NO_OR_YES, TRAIN


class Features:
    """Features that note what is asked of them; a path is the rows that it was learned from."""

    always = False

    def __init__(self):
        self.drawn, self.held = [], []

    def learn(self, train, rows, task, rng):
        self.drawn.append(rng.random())
        return rows.tolist()

    def logits(self, path, held, learned):
        assert path == learned.tolist()
        self.held.append(None if held is None else held.tolist())
        return np.zeros((1, 1))


@pytest.fixture
def features():
    return Features()


def test_it_is_learned_when_it_is_asked_for_and_once_a_stage(features):
    branch = LinearBranch(features, TRAIN, NO_OR_YES, 5)
    branch.begin(np.array([1, 2]))
    assert not features.drawn
    assert branch.path == branch.path == [1, 2]
    branch.begin(np.array([3]))
    assert branch.path == [3]
    assert len(features.drawn) == 2
    assert features.drawn[0] == features.drawn[1]  # the same draw in each stage


def test_rows_to_judge_by_are_answered_once_a_stage(features):
    branch = LinearBranch(features, TRAIN, NO_OR_YES, 5)
    for _ in range(3):
        branch.logits(None)
    branch.begin(np.array([1]))
    for _ in range(2):
        branch.logits(np.array([0]))
    assert features.held == [None, [0]]
