"""The scorecard of numbers as JSON."""

import numpy as np
import pytest

from grucli.tasks.regress.prediction_interval import PredictionInterval
from grucli.tasks.regress.scorecard import MEASURES, scorecard

TARGETS = np.repeat([1.0, 2.0, 3.0, 5.0], 5)
ANSWERS = TARGETS + np.tile([0.4, -0.4, 0.6, -1.0, 0.0], 4)
INTERVAL = PredictionInterval(rows=99, sizes={90: 0.5})


def card(interval=INTERVAL, levels=(1, 5)):
    return scorecard(ANSWERS, TARGETS, interval, levels, "{:.2f}".format)


def test_figures_of_grades():
    found = card().to_json()
    assert found["rows"] == 20
    assert found["rmse"] == pytest.approx(np.sqrt((0.16 + 0.16 + 0.36 + 1.0) / 5))
    assert found["mae"] == pytest.approx(2.4 / 5)
    assert found["baseline"] == pytest.approx(TARGETS.std())
    assert found["baseline_mae"] == pytest.approx(np.abs(TARGETS - 2.5).mean())
    assert found["above_baseline"]
    assert (found["coverage"], found["interval"], found["interval_size"]) == (0.6, 0.9, 0.5)
    # 1.6 rounds to 2, and 0 and 5.6 are no grades: 1 and 5 are next
    assert found["rounded_accuracy"] == pytest.approx((12 + 2) / 20)
    assert found["within_one"] == 1.0
    assert list(found["by_target"]) == ["1", "2", "3", "5"]
    assert found["by_target"]["2"] == {
        "rows": 5,
        "mae": pytest.approx(0.48),
        "mean_error": pytest.approx(-0.08),
    }
    for name in ("rmse", "mae", "r2", "spearman", "coverage", "rounded_accuracy"):
        low, high = found[f"{name}_interval"]
        assert low <= found[name] <= high


def test_figures_of_quantities():
    found = card(None, None).to_json()
    assert found["coverage"] is None
    assert not {"interval", "interval_size", "rounded_accuracy", "within_one"} & found.keys()
    assert list(found["by_target"]) == ["1.00", "2.00", "3.00", "5.00"]
    assert "held out" in card(None, None).reasons["coverage"]
    assert card().example == "by_target.1.mae"


def test_every_figure_is_announced_with_the_way_that_is_better():
    names = {one.name for one in MEASURES}
    own = card()
    assert {one.measure.name for one in (*own.figures, *own.further)} == names
    assert {one.name for one in MEASURES if one.larger_is_better is False} == {
        *("rmse", "mae", "baseline_mae", "interval_size")
    }


def test_ranges_of_many_targets_have_about_as_many_rows():
    targets = np.random.default_rng(0).gamma(2.0, size=400)
    table = scorecard(targets, targets, None, None, "{:.1f}".format).tables[0]
    assert list(table.columns[0].values) == [100, 100, 100, 100]
