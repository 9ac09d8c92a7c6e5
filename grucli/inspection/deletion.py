"""What the model says of a sequence of which only a part is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.encoding import SeriesEncoder, TextEncoder
from grucli.data.text.tokenized import Tokenized
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats, slices
from grucli.inspection.attribution import Answer, Kept
from grucli.model.logits import branch_logits
from grucli.model.network import Model
from grucli.model.runner import Runner

STEPS_TOGETHER = 1 << 15

Reader = Callable[[Sequence[Kept]], Encoded]


def of_text(model: Model, encoder: TextEncoder, text: Tokenized) -> Answer:
    """Return who answers for remains of the one text; of an empty one, a step is left or not."""
    tokens = int(text.lengths[0])
    return _answer(
        model, lambda kept: encoder.encode_tokens(text.remains([mask[:tokens] for mask in kept]))
    )


def of_series(model: Model, encoder: SeriesEncoder, whole: Encoded) -> Answer:
    """Return who answers for remains of the one numeric sequence, scaled as the whole of it."""
    return _answer(model, lambda kept: encoder.encode_steps([whole.steps[mask] for mask in kept]))


def _answer(model: Model, read: Reader) -> Answer:
    runner = Runner(model)

    def answer(kept: Sequence[Kept]) -> tuple[Floats, Floats | None]:
        steps = np.array([np.count_nonzero(mask) for mask in kept])
        found = [_logits(runner, read(kept[some])) for some in slices(steps, STEPS_TOGETHER)]
        linear = [own for _, own in found if own is not None]
        return np.concatenate([both for both, _ in found]), (
            np.concatenate(linear) if linear else None
        )

    return answer


def _logits(runner: Runner, encoded: Encoded) -> tuple[Floats, Floats | None]:
    """Return logits (n, C) of both paths together, and what the linear one adds."""
    branches, mix = branch_logits(runner, encoded), runner.model.mix
    _, linear = mix.parts(branches.recurrence, branches.linear)
    both = both_classes(branches.blended(mix))
    return both, None if linear is None else both_classes(linear)
