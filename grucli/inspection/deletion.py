"""What the model says of a sequence of which only a part is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.parts import RecordParts
from grucli.engine.packing import Floats, slices
from grucli.inspection.attribution import Run, StepMask
from grucli.model.logits import branch_logits
from grucli.model.network import Model
from grucli.model.runner import Runner

STEPS_TOGETHER = 1 << 15


def run_on_remains(model: Model, parts: RecordParts) -> Run:
    """Return what runs remains of one record."""
    runner = Runner(model)

    def run(kept: Sequence[StepMask]) -> tuple[Floats, Floats | None]:
        steps = np.array([np.count_nonzero(mask) for mask in kept])
        found = [
            _scores(runner, parts.remains(kept[some])) for some in slices(steps, STEPS_TOGETHER)
        ]
        linear = [own for _, own in found if own is not None]
        return np.concatenate([both for both, _ in found]), (
            np.concatenate(linear) if linear else None
        )

    return run


def _scores(runner: Runner, encoded: Encoded) -> tuple[Floats, Floats | None]:
    """Return the scores (n, O) of both branches together, and what the linear one adds."""
    branches, mix = branch_logits(runner, encoded), runner.model.mix
    _, linear = mix.parts(branches.recurrence, branches.linear)
    return branches.blended(mix), linear
