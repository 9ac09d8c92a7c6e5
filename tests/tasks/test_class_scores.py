"""Scores of classes and of probabilities against values worked out by hand."""

import math

import numpy as np
import pytest

from grucli.tasks.class_scores import (
    LOG_LOSS_FLOOR,
    ClassScore,
    calibration_error,
    log_loss,
    macro_f1,
    of_each,
)
from tests.tasks.helpers import exact


def test_a_class_has_its_hits_rows_and_answers():
    hits, true, predicted = (np.array(one) for one in ([1], [0, 1, 1, -1], [1, 0, 0]))
    nothing, found, absent = of_each(hits, true, predicted, 3)
    assert nothing == ClassScore(precision=0.0, recall=0.0, f1=0.0, rows=1, predicted=2)
    assert found == ClassScore(precision=1.0, recall=0.5, f1=2 / 3, rows=2, predicted=1)
    assert absent == ClassScore(precision=None, recall=None, f1=None, rows=0, predicted=0)


def test_macro_f1_counts_what_occurs_and_what_is_missing():
    found = [ClassScore.of(1, 1, 1), ClassScore.of(0, 0, 0), ClassScore.of(0, 2, 0)]
    assert macro_f1(found, 0) == 0.5
    assert macro_f1(found, 2) == 0.25


def test_an_unseen_label_costs_the_floor_of_the_log_loss():
    p = np.array([[0.5, 0.5], [1.0, 0.0]])

    assert log_loss(p, np.array([0, -1])) == exact((math.log(2) - math.log(LOG_LOSS_FLOOR)) / 2)
    assert log_loss(p, np.array([0, 1])) == log_loss(p, np.array([0, -1]))


def test_a_perfect_log_loss_is_zero_without_a_sign():
    assert str(log_loss(np.array([[1.0, 0.0]]), np.array([0]))) == "0.0"


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.6, 0.6], [True, False], 0.1),
        ([0.61, 0.66], [True, False], 0.135),  # one bin, (9/15, 10/15]: the gaps cancel
        ([0.59, 0.61], [False, True], 0.49),  # two bins, parted at 9/15: the gaps add up
        ([0.05, 0.1], [True, False], 0.525),  # the two lowest bins stay apart
        ([0.0], [False], 0.0),  # the edge below the first bin
    ],
)
def test_calibration_error_by_hand(confidence, right, error):
    assert calibration_error(np.array(confidence), np.array(right)) == exact(error)
