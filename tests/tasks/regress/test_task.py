"""Numbers as a task: what is fitted, stored, learned and divided."""

import json

import numpy as np
import pytest

from grucli.engine import ridge, sparse_ridge
from grucli.engine.sparse_linear import Sparse
from grucli.errors import ConfigError, DataError
from grucli.tasks import task_from_json
from grucli.tasks.regress.task import Regress
from tests.tasks.regress.helpers import STANDARD, column, fitted, records

GRADES = fitted(["1", "2", "3", "4", "5"])


def test_what_is_fitted():
    assert (GRADES.mean, GRADES.scale, GRADES.levels) == (3.0, pytest.approx(np.sqrt(2)), (1, 5))
    assert fitted(["1.5", "2", "3"]).levels is None
    assert fitted([str(k) for k in range(12)]).levels is None
    with pytest.raises(DataError, match="nothing to learn"):
        fitted(["3", "3.0"])
    assert (
        GRADES.describe([]) == "targets: numbers from 1 to 5, mean 3.000, standard deviation 1.414"
    )
    assert GRADES.facts(records(["1", "4"])) == {
        "target_mean": 2.5,
        "target_low": 1.0,
        "target_high": 4.0,
    }
    assert GRADES.named_facts({"rows": 2}) == {"rows": 2}
    assert GRADES.labels == ()


def test_a_grown_task_keeps_its_unit():
    calibrated = GRADES.calibrated(column(*np.linspace(-1, 1, 30)), np.full(30, 3.0), {})
    grown = calibrated.grown("t.csv", records(["0", "3"]))
    assert (grown.mean, grown.scale) == (GRADES.mean, GRADES.scale)
    assert (grown.low, grown.high, grown.levels) == (0, 5, (0, 5))
    assert grown.interval is None
    assert grown.grown("t.csv", records(["0", "3"])) == grown
    assert grown.outputs_from(GRADES).tolist() == [[1.0]]
    assert calibrated.grown("t.csv", records(["2.5"])).levels is None


def test_a_task_is_what_its_json_says():
    calibrated = GRADES.calibrated(column(*np.linspace(-1, 1, 30)), np.full(30, 3.0), {})
    for task in (GRADES, calibrated, STANDARD):
        again = task_from_json(json.loads(json.dumps(task.to_json())))
        assert again == task
        assert again.interval == task.interval
    assert calibrated == GRADES  # an interval is no other target
    assert calibrated.interval.rows == 30
    assert calibrated.calibration == (
        "interval: 90 % of answers are within 1.317 of the truth (from 30 rows that were not "
        "learned from)",
    )
    assert GRADES.calibration == ()


@pytest.mark.parametrize(
    "damage",
    [{"scale": 0.0}, {"mean": 1}, {"low": 9.0}, {"levels": 1}, {"high": float("inf")}],
)
def test_a_damaged_task_is_refused(damage):
    fields = GRADES.to_json()
    with pytest.raises(ValueError, match="numbers"):
        Regress.from_json({**fields, "numbers": {**fields["numbers"], **damage}})


def test_targets_that_are_none_are_not_known():
    found = GRADES.encode(records(["1.5", "x", None]))
    assert found[0] == 1.5
    assert GRADES.known(found).tolist() == [True, False, False]
    GRADES.check_known("t.csv", records(["7"]), "the model")


def test_strata_are_ranges_with_as_many_rows():
    targets = np.random.default_rng(0).normal(size=400) ** 3
    counts = np.bincount(GRADES.strata(targets))
    assert counts.tolist() == [40] * 10
    assert set(GRADES.strata(np.tile([1.0, 2.0], 50)).tolist()) == {0, 1}
    assert not GRADES.strata(np.arange(30.0)).any()
    assert GRADES.can_learn_from(np.array([1.0, 2.0]))
    assert not GRADES.can_learn_from(np.array([1.0, 1.0]))


def test_losses_are_half_squares_of_standard_deviations():
    targets = np.array([3.0, 3.0 + GRADES.scale])
    assert GRADES.row_losses(column(1.0, 1.0), targets).tolist() == pytest.approx([0.5, 0.0])
    held = GRADES.held_out(column(1.0, 1.0, 0.0), np.array([*targets, np.nan]))
    assert held.loss == pytest.approx(0.25)
    assert held.figures["rmse"] == pytest.approx(GRADES.scale / np.sqrt(2))
    assert held.figures["spearman"] == 0.0  # both answers are equal
    assert GRADES.objective({"loss": None}).scale == GRADES.scale
    with pytest.raises(ConfigError, match="no classes"):
        GRADES.row_factors(targets, {"class_weight": "balanced"})


def test_branches_are_blended_and_shared():
    rng = np.random.default_rng(1)
    wanted = rng.normal(size=500)
    branches = np.stack([wanted + rng.normal(size=500), 0.5 * wanted])[:, :, None]
    factors = STANDARD.blend(branches, wanted)
    assert factors == pytest.approx([0.01, 1.97], abs=0.02)
    assert STANDARD.share_of_first(column(1.0, -1.0), column(3.0, 3.0)) == 0.25
    assert STANDARD.share_of_first(column(0.0), column(0.0)) == 1.0


def test_linear_paths_learn_ridge_regression():
    rng = np.random.default_rng(2)
    rows, weights = rng.normal(size=(40, 6)).astype(np.float32), np.ones(40)
    targets = 3 + 2 * rows[:, 0].astype(np.float64) + 0.1 * rng.normal(size=40)
    task = Regress(mean=3.0, scale=2.0, low=-9.0, high=9.0, levels=None)
    weight, bias = task.learn_dense(rows, targets, weights, None)
    wanted = ridge.solve(rows, (targets[:, None] - 3) / 2, weights)
    np.testing.assert_allclose(weight, wanted[0], rtol=1e-6)
    np.testing.assert_allclose(bias, wanted[1], rtol=1e-6)
    alone = task.learn_dense(rows[:1], targets[:1], weights[:1], None)
    assert (alone[0].any(), alone[1][0]) == (False, pytest.approx((targets[0] - 3) / 2))
    sparse = Sparse(
        ids=np.tile(np.arange(6, dtype=np.int32), 40),
        values=rows.ravel(),
        lengths=np.full(40, 6),
    )
    found = task.learn_sparse(
        sparse, targets, weights, num_features=6, rng=np.random.default_rng(3), start=None
    )
    wanted = sparse_ridge.fit(
        sparse, (targets - 3) / 2, weights, num_features=6, rng=np.random.default_rng(3)
    )
    for own, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(own, other)


def test_linear_paths_learn_what_was_lacking():
    rng = np.random.default_rng(2)
    rows, weights = rng.normal(size=(40, 6)).astype(np.float32), np.ones(40)
    targets = 3 + 2 * rows[:, 0].astype(np.float64) + 0.1 * rng.normal(size=40)
    task = Regress(mean=3.0, scale=2.0, low=-9.0, high=9.0, levels=None)
    start = rng.normal(size=(6, 1)).astype(np.float32), np.array([0.5], np.float32)
    left = targets - 2 * (rows @ start[0] + start[1])[:, 0]  # in the unit of the file
    ids = np.tile(np.arange(6, dtype=np.int32), 40)
    sparse = Sparse(ids=ids, values=rows.ravel(), lengths=np.full(40, 6))

    def learn_sparse(targets, start):
        rng = np.random.default_rng(3)
        return task.learn_sparse(sparse, targets, weights, num_features=6, rng=rng, start=start)

    def learn_dense(targets, start):
        return task.learn_dense(rows, targets, weights, start)

    for learn in (learn_sparse, learn_dense):
        for own, known, added in zip(learn(targets, start), start, learn(left, None), strict=True):
            np.testing.assert_allclose(own, known + added, atol=1e-4)
    alone = task.learn_dense(rows[:1], targets[:1], weights[:1], start)
    np.testing.assert_array_equal(alone[0], start[0])
    assert 3 + 2 * (rows[0] @ alone[0] + alone[1])[0] == pytest.approx(targets[0], rel=1e-5)


@pytest.mark.parametrize(("rows", "is_said"), [(30, True), (2000, False)])
def test_few_rows_to_validate_on_are_said(rows, is_said):
    said = [notice.text for notice in GRADES.size_warnings(np.linspace(1, 5, rows))]
    assert bool(said) == is_said
    if said:
        assert said[0].startswith("validation: 30 rows only: a difference in RMSE of less than")
    assert not list(GRADES.target_warnings("t.csv", [], {}))
    assert not list(GRADES.unseen_warnings([], "v.csv", []))
