"""Everything that `evaluate` finds out about a model on rows with labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grucli.data.labelled import targets_of
from grucli.data.records import Record
from grucli.engine import losses
from grucli.engine.packing import Floats
from grucli.model.logits import branch_logits
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.branch_scores import PathScores, score_paths
from grucli.prediction.coverage import Coverage
from grucli.tasks import metrics
from grucli.tasks.metrics import Evaluation
from grucli.tasks.task import Targets


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """The scores of a model on n rows.

    Attributes:
        evaluation: of its answers.
        paths: of its two paths alone; None where there is one.
        coverage: how much of the rows it has read.
        scores: (n, O) of the model.
        targets: (n, ...) of the rows, as the task has them.
    """

    evaluation: Evaluation
    paths: PathScores | None
    coverage: Coverage
    scores: Floats
    targets: Targets

    def to_json(self) -> dict[str, Any]:
        """Return the object of the schema `grucli.evaluate/1`."""
        parts = {} if self.paths is None else self.paths.to_json()
        return self.evaluation.to_json() | self.coverage.to_json() | parts


def score(saved: SavedModel, records: Sequence[Record]) -> Scored:
    """Score a model on records that it can read, at least one, each with a label."""
    encoded, labels, mix = saved.encoder.encode(records), saved.labels, saved.model.mix
    branches = branch_logits(Runner(saved.model), encoded)
    scores = branches.blended(mix)
    targets = np.array(targets_of(records, labels), np.int64)
    unseen = Counter(records[k].label or "" for k in np.flatnonzero(targets < 0).tolist())
    paths = None
    if branches.linear is not None:
        paths = score_paths(mix, branches.recurrence, branches.linear, targets, labels, unseen)
    return Scored(
        evaluation=metrics.evaluate(losses.probabilities(scores), targets, labels, unseen),
        paths=paths,
        coverage=Coverage.of(saved.encoder, encoded),
        scores=scores,
        targets=targets,
    )
