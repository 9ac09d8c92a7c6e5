"""A trained model as an object of a program: what `grucli.load` returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from grucli.data.forms.spans import divided
from grucli.modelfile.checkpoint import SavedModel, load
from grucli.prediction.stream import predict


class Classifier:
    """A trained model in a program of yours: read-only, so threads may share it; can be pickled."""

    def __init__(self, saved: SavedModel) -> None:
        """Use `load` instead, unless the model is already in memory."""
        saved.model.seal()
        self._saved = saved

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can answer."""
        return self._saved.task.labels

    @property
    def kind(self) -> str:
        """What it takes: "text" or "series"."""
        return self._saved.encoder.kind

    @classmethod
    def load(cls, path: str) -> Classifier:
        """Open a model file.

        Raises:
            AccessError: it is missing or unreadable.
            CheckpointError: it is no intact grucli model.
        """
        return cls(load(path))

    def __reduce__(self) -> tuple[type[Classifier], tuple[SavedModel]]:
        """Pickle what it is made of; arrays come out of a pickle writable, and are sealed again."""
        return type(self), (self._saved,)

    def predict(self, inputs: Sequence[str] | Sequence[npt.ArrayLike]) -> list[Any]:
        """Answer texts, lists of tokens, or numeric sequences (T,) or (T, I), each of any length.

        NaN in all channels at the end makes a sequence shorter.

        Returns:
            an answer for each input, of the type that the model's task has: `grucli.Answer`,
            `LabelSet`, `NumberAnswer`, `TagAnswer` or `TextAnswer`.

        Raises:
            TypeError: `inputs` is one text, or an input is not what the model reads.
            DataError: a sequence has other channels than those of training, no value, or a number
                that is infinite or too large.
        """
        if isinstance(inputs, str | bytes):
            raise TypeError("inputs is one text; give a list of texts")
        records = [
            self._saved.encoder.record(number, value) for number, value in enumerate(inputs, 1)
        ]
        if (division := self._saved.remembered.division) is not None:
            records = list(divided(iter(records), division))
        answers = self._saved.task.typed_answers
        return [
            answer for window in predict(self._saved, records) for answer in answers(window.scores)
        ]
