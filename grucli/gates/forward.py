"""The logits of many sequences, times the factor that the model has for them."""

import numpy as np

from grucli.data.batches import Batch, Examples, bounded
from grucli.engine.factors import both_classes
from grucli.engine.packing import Floats
from grucli.model import Model


def logits_of(model: Model, batch: Batch) -> Floats:
    """Return (B, C) logits; a single logit of two classes becomes (0, logit)."""
    return model.mix.recurrence * both_classes(model.forward(batch))


def logits(model: Model, examples: Examples) -> Floats:
    """Return (n, C) logits in the order of `examples`."""
    result = np.empty((len(examples), model.architecture.num_classes), model.dtype)
    for batch in bounded(examples):
        result[batch.rows] = logits_of(model, batch)
    return result
