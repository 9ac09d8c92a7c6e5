"""How labels are learned: scores of held-out rows, whatever the labels are called."""

import numpy as np
import pytest

from grucli.tasks.classify.learning import held_out, share_of_first


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
    logits = 50 * np.eye(len(labels))[[0, 1, 0, 0, 1]]
    found = held_out(labels, logits, targets)
    assert found.figures["accuracy"] == 2 / 5
    assert found.figures["macro_f1"] == pytest.approx((2 / (3 + 1) + 2 / (2 + 2) + 0) / 3)


def test_a_branch_that_says_nothing_has_no_share():
    ours, theirs = np.array([[1.0], [-1.0]]), np.array([[3.0], [-1.0]])
    assert share_of_first(ours, theirs) == pytest.approx(2 / 6)
    assert (share_of_first(0 * ours, theirs), share_of_first(ours, 0 * theirs)) == (0, 1)
