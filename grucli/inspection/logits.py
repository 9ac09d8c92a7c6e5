"""The logits of many sequences, times the factor that the model has for them."""

import numpy as np

from grucli.data.batches import Batch, Examples, bounded
from grucli.engine.blend_factors import both_classes
from grucli.engine.packing import Floats
from grucli.model.runner import Runner


def logits_of(runner: Runner, batch: Batch) -> Floats:
    """Return (B, C) logits; a single logit of two classes becomes (0, logit)."""
    return runner.model.mix.recurrence * both_classes(runner.forward(batch))


def logits(runner: Runner, examples: Examples) -> Floats:
    """Return (n, C) logits in the order of `examples`."""
    model = runner.model
    result = np.empty((len(examples), model.architecture.num_classes), model.dtype)
    for batch in bounded(examples):
        result[batch.rows] = logits_of(runner, batch)
    return result
