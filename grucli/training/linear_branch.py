"""The linear path beside the recurrence while a model is trained."""

from __future__ import annotations

import numpy as np

from grucli import activity
from grucli.data.batches import Examples
from grucli.engine.packing import Floats
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.parallel.shards import Rows
from grucli.random import LINEAR, generator
from grucli.tasks.task import LinearLayer, Task
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What was learned in a stage; None for what nobody has asked for.

    Attributes:
        layer: of the path.
        held: its logits (n, O) of the rows that are held out.
    """

    layer: LinearLayer | None = None
    held: Floats | None = None


class LinearBranch:
    """What is learned anew in each stage, once somebody asks: it depends on the rows alone.

    Attributes:
        always: whether it counts even where it does not pay.
    """

    def __init__(self, features: LinearFeatures, train: Examples, task: Task, seed: int) -> None:
        """Prepare to learn from features of the training examples."""
        self.always = features.always
        self._features, self._train, self._task, self._seed = features, train, task, seed
        self.begin(np.arange(len(train)))

    def begin(self, rows: Rows) -> None:
        """Begin a stage that learns from these rows."""
        self._rows = rows
        self._path: LinearPath | None = None
        self._held: Floats | None = None

    @property
    def learned(self) -> Learned:
        """What has been learned in this stage so far."""
        return Learned(layer=None if self._path is None else self._path.layer, held=self._held)

    def take(self, learned: Learned) -> None:
        """Know what was learned in this stage elsewhere."""
        self._path = None if learned.layer is None else self._features.path(learned.layer)
        self._held = learned.held

    @property
    def path(self) -> LinearPath:
        """The path as learned from the rows of this stage."""
        if self._path is None:
            activity.at("learning the linear path")
            rng = generator(self._seed, LINEAR)
            self._path = self._features.learn(self._train, self._rows, self._task, rng)
        return self._path

    def logits(self, held: Rows | None) -> Floats | None:
        """Return (n, O) of the rows that are held out of this stage, the same every time.

        They are the training rows of a fold, or else those for validation.
        """
        if self._held is None:
            self._held = self._features.logits(self.path, held, self._rows)
        return self._held
