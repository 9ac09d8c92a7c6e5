"""Scores of held-out rows, whatever the labels are called."""

import numpy as np
import pytest

from grucli.training.held_out import Judge


@pytest.mark.parametrize(
    "labels",
    [
        ("a", "b"),
        ("labels that training lacks", "b"),
        ("", "?"),
        ("?", "??", "b?"),
    ],
)
def test_rows_of_unknown_labels_are_wrong_whatever_the_labels_are_called(labels):
    targets = np.array([0, 1, -1, 1, -1])
    p = np.eye(len(labels))[[0, 1, 0, 0, 1]]
    found = Judge(labels=labels, keeps_linear=False).evaluation(p, targets)
    assert (found.rows, found.accuracy) == (5, 2 / 5)
    assert found.macro_f1 == pytest.approx((2 / (3 + 1) + 2 / (2 + 2) + 0) / 3)
    assert list(found.unseen.values()) == [2]
    assert not found.unseen.keys() & set(labels)
