"""`grucli.SequenceClassifier`: a classifier of sequences by scikit-learn's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.utils import Tags

from grucli.estimators.estimator import SequenceEstimator, told_as_value_errors
from grucli.estimators.targets import Rows, Targets, class_targets, names_of


class SequenceClassifier(ClassifierMixin, SequenceEstimator):  # type: ignore[misc] # no types
    """One label for a sequence, or with an indicator matrix as y any number of labels.

    It learns as `grucli train` does: the same sequences and settings give the same model.

    Args:
        cell, hidden_size, num_layers, bidirectional, dropout, wide: as in the config's `model`.
        learning_rate, batch_size, epochs, class_weight: as in its `training`; None is "none".
        channels_first: whether sequences of several channels are (channels, steps), as aeon has
            them, and not (steps, channels).
        settings: any other key of the config by its dotted name, as `{"training.patience": 3}`.
        n_jobs: processes that compute; None is one, -1 one a core. They change no result.
        random_state: the seed; None draws one.

    Attributes:
        classes_: (C,) what can be answered, sorted; of a matrix its columns.
        model_: what `grucli.load` gives for the saved model.
        n_features_in_, feature_names_in_: of a table of numbers; of other sequences there is none.
    """

    classes_: npt.NDArray[Any]

    def __init__(
        self,
        *,
        cell: Any = "gru",
        hidden_size: Any = "auto",
        num_layers: Any = 1,
        bidirectional: Any = "auto",
        dropout: Any = "auto",
        wide: Any = "auto",
        learning_rate: Any = "auto",
        batch_size: Any = "auto",
        epochs: Any = "auto",
        class_weight: Any = None,
        channels_first: bool = False,
        settings: Mapping[str, Any] | None = None,
        n_jobs: int | None = None,
        random_state: Any = 0,
    ) -> None:
        super().__init__(
            cell=cell,
            hidden_size=hidden_size,
            num_layers=num_layers,
            bidirectional=bidirectional,
            dropout=dropout,
            wide=wide,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=epochs,
            channels_first=channels_first,
            settings=settings,
            n_jobs=n_jobs,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn.

        Args:
            X: n texts; or n sequences (T,) or (T, D) of numbers, of any lengths; or an array
                (n, T) or (n, T, D). NaN at the end makes a sequence shorter.
            y: (n,) the class of each, or (n, C) a 0 or 1 for each of C labels.
            sample_weight: (n,) how much each counts, from 0.

        Raises:
            ValueError, TypeError: X, y or a parameter cannot be used.
            AccessError: a file that settings name cannot be read, or a process was killed.
            TrainingError: the numbers are not finite any more.
        """
        with told_as_value_errors():
            targets = self._fit(X, y, sample_weight)
        self.classes_ = targets.classes
        self._is_multilabel = targets.form == "labels"
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return (n,) the class of each sequence, or (n, C) a 0 or 1 for each label.

        Raises:
            ValueError, TypeError: X is not of the form that was learned from.
        """
        answers, column = self._answers(X), self._column_of_each
        if not self._is_multilabel:
            codes = np.array([column[answer.label] for answer in answers], np.intp)
            found: npt.NDArray[Any] = self.classes_[codes]
            return found
        sets = np.zeros((len(answers), len(self.classes_)), np.int64)
        for row, answer in zip(sets, answers, strict=True):
            row[[column[label] for label in answer.labels]] = 1
        return sets

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return (n, C) the probability of each of `classes_`; those of one label a row sum to 1.

        Raises:
            ValueError, TypeError: X is not of the form that was learned from.
        """
        answers, column = self._answers(X), self._column_of_each
        own = [column[label] for label in self.model_.labels]
        found = np.zeros((len(answers), len(self.classes_)))
        for row, answer in zip(found, answers, strict=True):
            row[own] = list(answer.probabilities.values())
        return found

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    @property
    def _column_of_each(self) -> dict[str, int]:
        """Where in `classes_` each label of the model is."""
        return {name: column for column, name in enumerate(names_of(self.classes_))}

    def _parameters(self) -> dict[str, Any]:
        weight = "none" if self.class_weight is None else self.class_weight
        return super()._parameters() | {"training.class_weight": weight}

    def _targets(self, y: Any, rows: Rows) -> Targets:
        return class_targets(y, rows)
