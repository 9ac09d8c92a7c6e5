"""Sequence classification with a GRU written in NumPy: `grucli.load(path)` opens a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grucli.prediction.stream import Classifier

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(path: str) -> Classifier:
    """Open the model file at `path`; the result's `predict` classifies texts or sequences.

    Raises:
        AccessError: the file is missing or unreadable.
        CheckpointError: it is no intact grucli model.
    """
    from grucli.prediction.stream import Classifier  # late: `grucli --help` must not wait for NumPy

    return Classifier.load(path)
