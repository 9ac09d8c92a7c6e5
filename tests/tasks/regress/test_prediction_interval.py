"""Intervals around answers: their size by hand, and how often they hold the truth."""

import json

import numpy as np
import pytest

from grucli.tasks.regress.prediction_interval import LEVEL, PredictionInterval


def test_the_size_is_the_residual_of_the_right_rank():
    errors = np.random.default_rng(0).permutation(np.arange(1.0, 20.0)) * np.tile([1, -1], 10)[:19]
    found = PredictionInterval.of(errors)
    assert found.sizes == {50: 10.0, 80: 16.0, 90: 18.0, 95: 19.0}
    assert found.size == 18.0
    assert found.rows == 19


@pytest.mark.parametrize(("rows", "is_known"), [(1, False), (8, False), (9, True)])
def test_too_few_rows_tell_none(rows, is_known):
    assert (PredictionInterval.of(np.ones(rows)) is not None) == is_known


@pytest.mark.parametrize("tails", [2.0, 30.0])
def test_so_many_truths_are_inside_whatever_the_distribution(tails):
    rng, inside = np.random.default_rng(1), []
    for _ in range(400):
        found = PredictionInterval.of(rng.standard_t(tails, size=60))
        inside.append(np.mean(np.abs(rng.standard_t(tails, size=100)) <= found.size))
    assert LEVEL / 100 - 0.005 < np.mean(inside) < LEVEL / 100 + 1 / 61 + 0.005


def test_json_and_damage():
    found = PredictionInterval.of(np.arange(30.0))
    fields = json.loads(json.dumps(found.to_json()))
    assert PredictionInterval.from_json(fields) == found
    for damage in (
        {"rows": "30"},
        {"sizes": {"50": 1.0}},
        {"sizes": {"90": -1.0}},
        {"sizes": {"90": 1}},
        {"sizes": {"ninety": 1.0}},
    ):
        with pytest.raises(ValueError, match=r"interval|invalid"):
            PredictionInterval.from_json({**fields, **damage})
