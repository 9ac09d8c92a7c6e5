"""Scores of numbers, against values worked out by hand and against repetition."""

import numpy as np
import pytest

from grucli.tasks.regress import metrics

ANSWERS = np.array([1.0, 2.5, 2.0, 4.0, 5.5])
TARGETS = np.array([1.0, 2.0, 3.0, 3.0, 6.0])


def test_figures_by_hand():
    found = metrics.evaluate(ANSWERS, TARGETS)
    assert found.rmse == pytest.approx(np.sqrt((0.25 + 1 + 1 + 0.25) / 5))
    assert found.mae == pytest.approx(3 / 5)
    assert found.mean == 3
    assert found.spread == pytest.approx(np.sqrt((4 + 1 + 0 + 0 + 9) / 5))
    assert found.r2 == pytest.approx(1 - 2.5 / 14)
    assert found.median_mae == pytest.approx((2 + 1 + 3) / 5)
    # ranks 1 3 2 4 5 and 1 2 3.5 3.5 5
    own, other = np.array([-2, 0, -1, 1, 2]), np.array([-2, -1, 0.5, 0.5, 2])
    assert found.spearman == pytest.approx(own @ other / np.sqrt(10 * (other @ other)))


def test_ranks_average_ties():
    assert metrics.ranks(np.array([3.0, 1.0, 3.0, 2.0, 3.0])).tolist() == [4, 1, 4, 2, 4]


@pytest.mark.parametrize(
    ("answers", "targets", "undefined"),
    [
        (TARGETS, np.ones(5), {"r2", "spearman"}),
        (np.ones(5), TARGETS, {"spearman"}),
        (np.array([1.0]), np.array([2.0]), {"r2", "spearman"}),
    ],
)
def test_what_is_undefined_is_none(answers, targets, undefined):
    found = metrics.evaluate(answers, targets)
    assert {name for name in ("r2", "spearman") if getattr(found, name) is None} == undefined
    assert found.r2_interval is None or "r2" not in undefined


def test_intervals_hold_what_many_rows_give():
    rng, inside = np.random.default_rng(2), {"rmse": [], "mae": [], "r2": []}
    for _ in range(800):
        targets = rng.normal(size=150)
        found = metrics.evaluate(0.5 * targets + 0.5 * rng.normal(size=150), targets)
        low, high = found.rmse * np.exp(np.array([-1.96, 1.96]) * found.rmse_error)
        inside["rmse"].append(low <= np.sqrt(0.5) <= high)
        low, high = found.mae_interval
        inside["mae"].append(low <= np.sqrt(0.5) * np.sqrt(2 / np.pi) <= high)
        low, high = found.r2_interval
        inside["r2"].append(low <= 0.5 <= high)
    assert all(0.92 < np.mean(own) < 0.975 for own in inside.values())


@pytest.mark.parametrize("rows", [8, 20])
def test_intervals_of_few_rows_are_wide_enough(rows):
    rng, inside = np.random.default_rng(3), []
    for _ in range(800):
        found = metrics.evaluate(rng.normal(size=rows), np.zeros(rows))
        low, high = found.rmse * np.exp(np.array([-1.96, 1.96]) * found.rmse_error)
        sizes = found.mae_interval
        inside.append((low <= 1 <= high, sizes[0] <= np.sqrt(2 / np.pi) <= sizes[1]))
    assert (np.mean(inside, axis=0) > 0.92).all()  # 0.85 by what so few rows show of their spread


def test_one_row_tells_little():
    found = metrics.evaluate(np.array([5.0]), np.array([1.0]))
    assert found.rmse_error == pytest.approx(np.sqrt(1 / 2))
    assert found.mae_interval[0] < 1
    assert found.mae_interval[1] > 16
