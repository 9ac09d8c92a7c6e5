"""Sequence classification with a GRU written in NumPy: `grucli.load(path)` opens a model."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grucli.estimators.classifier import SequenceClassifier as SequenceClassifier
    from grucli.estimators.regressor import SequenceRegressor as SequenceRegressor
    from grucli.prediction.classifier import Classifier
    from grucli.tasks.classify.answers import Answer
    from grucli.tasks.generate.answers import TextAnswer
    from grucli.tasks.multilabel.answers import LabelSet
    from grucli.tasks.regress.answers import NumberAnswer
    from grucli.tasks.tag.answers import Entity, TagAnswer

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Entity",
    "LabelSet",
    "NumberAnswer",
    "TagAnswer",
    "TextAnswer",
    "__version__",
    "load",
]
_ANSWERS = {
    "Answer": "grucli.tasks.classify.answers",
    "Entity": "grucli.tasks.tag.answers",
    "LabelSet": "grucli.tasks.multilabel.answers",
    "NumberAnswer": "grucli.tasks.regress.answers",
    "TagAnswer": "grucli.tasks.tag.answers",
    "TextAnswer": "grucli.tasks.generate.answers",
}
_ESTIMATORS = {  # not in __all__: `import *` must not fail where scikit-learn is missing
    "SequenceClassifier": "grucli.estimators.classifier",
    "SequenceRegressor": "grucli.estimators.regressor",
}


def load(path: str) -> Classifier:
    """Open the model file at `path`; the result's `predict` answers texts or sequences.

    Raises:
        AccessError: the file is missing or unreadable.
        CheckpointError: it is no intact grucli model.
    """
    from grucli.prediction.classifier import Classifier  # late: --help must not wait for NumPy

    return Classifier.load(path)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for.

    Raises:
        ImportError: it is an estimator, and scikit-learn is missing.
    """
    module = {**_ANSWERS, **_ESTIMATORS}.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(module), name)
    except ImportError as error:
        if name not in _ESTIMATORS:
            raise
        raise ImportError(
            f"grucli.{name}: needs scikit-learn 1.6 or later ({error}); "
            "pip install 'grucli[sklearn]'"
        ) from error
