"""How copying is taught for what no vocabulary has: now and then a token of a source is unknown.

Wherever its target has the same symbol, that is one to copy, too. One token of a row at most is
hidden, for UNKNOWN does not say which of several is meant.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grucli.data.batches import Batch
from grucli.data.text import symbols
from grucli.data.text.vocabulary import SPECIAL, UNKNOWN
from grucli.engine.steps import Steps


def hidden(batch: Batch, rate: float, rng: np.random.Generator) -> Batch:
    """Return a batch in which some tokens are unknown, and their symbols are to be copied.

    Args:
        batch: of a model that copies, with targets; not changed.
        rate: share of the distinct tokens, of those that stand in their target, that is hidden on
            average, as far as one a row goes.
        rng: draws which.
    """
    targets, copies, packing = batch.targets, batch.copies, batch.packing
    assert isinstance(targets, Steps)
    assert copies is not None
    x, values = batch.x.copy(), targets.values.copy()
    order = np.argsort(packing.row, kind="stable")
    places = np.split(order, np.cumsum(packing.lengths)[:-1])
    chances, choices = rng.random((2, len(places)))
    for row, (at, start) in enumerate(zip(places, targets.starts.tolist(), strict=True)):
        own = values[start : start + targets.lengths[row]]
        tokens = np.unique(x[at])
        tokens = tokens[(tokens >= len(SPECIAL)) & (tokens < len(copies))]
        tokens = tokens[np.isin(copies[tokens], own[own >= symbols.FIRST])]
        if chances[row] < rate * len(tokens):
            token = tokens[int(choices[row] * len(tokens))]
            own[own == copies[token]] = symbols.UNKNOWN
            x[at[x[at] == token]] = UNKNOWN
    return replace(batch, x=x, targets=Steps(values=values, lengths=targets.lengths))
