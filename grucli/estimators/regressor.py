"""`grucli.SequenceRegressor`: a number for a sequence, by scikit-learn's rules."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin

from grucli.estimators.estimator import SequenceEstimator, told_as_value_errors
from grucli.estimators.targets import Rows, Targets, number_targets


class SequenceRegressor(RegressorMixin, SequenceEstimator):  # type: ignore[misc] # no types
    """A number for a sequence, learned as `grucli train --set task=regress` does.

    Parameters and attributes are those of `SequenceClassifier`, without `class_weight` and
    `classes_`.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from sequences as `SequenceClassifier` takes them, and numbers y (n,).

        Raises:
            ValueError, TypeError: X, y or a parameter cannot be used.
            AccessError: a file that settings name cannot be read, or a process was killed.
            TrainingError: the numbers are not finite any more.
        """
        with told_as_value_errors():
            self._fit(X, y, sample_weight)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """Return (n,) numbers in the unit of y.

        Raises:
            ValueError, TypeError: X is not of the form that was learned from.
        """
        return np.array([answer.value for answer in self._answers(X)], np.float64)

    def _parameters(self) -> dict[str, Any]:
        return super()._parameters() | {"task": "regress"}

    def _targets(self, y: Any, rows: Rows) -> Targets:
        return number_targets(y, rows)
