"""What both estimators share: parameters, X, a fitted model, answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from grucli.errors import ConfigError, DataError
from grucli.estimators.inputs import sequences_of
from grucli.estimators.learning import learned, table_of
from grucli.estimators.settings import config_of, seed_of
from grucli.estimators.targets import Rows, Targets, name_of, row_weights
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.classifier import Classifier


class SequenceEstimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Parameters that are keys of the config are named as there, and "auto" where data decide."""

    _saved: SavedModel
    model_: Classifier

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
        channels_first: bool = False,
        settings: Mapping[str, Any] | None = None,
        n_jobs: int | None = None,
        random_state: Any = 0,
    ) -> None:
        self.cell = cell
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.wide = wide
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.channels_first = channels_first
        self.settings = settings
        self.n_jobs = n_jobs
        self.random_state = random_state

    def save(self, path: str | Path) -> None:
        """Write the model as a file that the commands and `grucli.load` read.

        Raises:
            NotFittedError: there is none yet.
            AccessError: it cannot be written; an older file is still whole.
        """
        check_is_fitted(self)
        checkpoint.save(path, self._saved)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        tags.input_tags.allow_nan = self._missing == "mask"
        return tags

    @property
    def _missing(self) -> Any:
        settings = self.settings if isinstance(self.settings, Mapping) else {}
        return settings.get("data.missing", "refuse")

    def _parameters(self) -> dict[str, Any]:
        """Return the parameters that are keys of the config, by their dotted keys."""
        return {
            "seed": seed_of(self.random_state),
            "model.cell": self.cell,
            "model.hidden_size": self.hidden_size,
            "model.num_layers": self.num_layers,
            "model.bidirectional": self.bidirectional,
            "model.dropout": self.dropout,
            "model.wide": self.wide,
            "training.learning_rate": self.learning_rate,
            "training.batch_size": self.batch_size,
            "training.epochs": self.epochs,
            "training.workers": effective_n_jobs(self.n_jobs) - 1,
        }

    def _sequences(self, x: Any, *, is_new: bool = False) -> list[Any]:
        return sequences_of(
            self,
            x,
            is_new=is_new,
            channels_first=self.channels_first,
            missing=self._missing,
        )

    def _fit(self, x: Any, y: Any, sample_weight: Any) -> Targets:
        """Learn; return the targets of the rows that count: those without weight are none."""
        sequences = self._sequences(x, is_new=True)
        check_consistent_length(sequences, y)
        weights = row_weights(sample_weight, len(sequences))
        rows = np.flatnonzero(weights)
        if len(rows) < 2:
            raise ValueError(f"X: {len(rows)} sample, n_samples = {len(rows)}; give two at least")
        targets = self._targets(y, rows)
        config = config_of(self._parameters(), self.settings)
        kept = [sequences[row] for row in rows.tolist()]
        table = table_of(kept, targets, weights[rows], config, _columns_of(x))
        self._saved = learned(config, table)
        # it answers as the file does, which is opened in float64
        answering = dataclasses.replace(self._saved, model=self._saved.model.cast("float64"))
        self.model_ = Classifier(answering)
        return targets

    def _targets(self, y: Any, rows: Rows) -> Targets:
        raise NotImplementedError

    def _answers(self, x: Any) -> list[Any]:
        check_is_fitted(self)
        with told_as_value_errors():
            return self.model_.predict(self._sequences(x))


@contextmanager
def told_as_value_errors() -> Iterator[None]:
    """Raise what is wrong with data and settings as scikit-learn's estimators do."""
    try:
        yield
    except (ConfigError, DataError) as error:
        raise ValueError(str(error)) from error


def _columns_of(x: Any) -> tuple[str, ...]:
    """Return the names of the columns of a Series or a DataFrame, none of all else."""
    if (name := name_of(x)) is not None:
        return (name,)
    names = tuple(getattr(x, "columns", ()))
    return names if all(isinstance(name, str) for name in names) else ()
