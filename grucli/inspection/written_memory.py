"""How much of their inputs written answers need: inputs are cut, and the answers read again.

Each symbol of an answer is a decision: it stays where the most probable one after those before it
is the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.engine.steps import Steps
from grucli.inspection.memory import AGREEMENT, Horizon, Side, cut, grid, smallest
from grucli.inspection.rereading import Reading, reread
from grucli.model.runner import Runner


def horizon(runner: Runner, examples: Examples, whole: Reading, side: Side) -> Horizon:
    """Measure one side of the inputs.

    Args:
        runner: of the model that has written.
        examples: uncut, with answers as targets.
        whole: what it says of the answers then.
        side: where the kept steps are.

    Returns:
        Of symbols: the share that stays, and how much the probability of one moves on average.
    """
    steps = grid(int(examples.lengths.max()))
    measured = [_cut_to(runner, examples, whole, keep, side) for keep in steps]
    agreement, distance = ([each[k] for each in measured] for k in range(2))

    def agrees(keep: int) -> bool:
        return _cut_to(runner, examples, whole, keep, side)[0] >= AGREEMENT

    return Horizon(
        side=side,
        steps=steps,
        agreement=tuple(agreement),
        distance=tuple(distance),
        h99=smallest(steps, agreement, agrees),
    )


def _cut_to(
    runner: Runner, examples: Examples, whole: Reading, keep: int, side: Side
) -> tuple[float, float]:
    """Return the share of symbols that stay when k steps are read, and how far they move."""
    rows = np.flatnonzero(examples.lengths > keep)
    if not rows.size:
        return 1.0, 0.0
    targets = examples.targets
    assert isinstance(targets, Steps)
    some = examples.select(rows)
    kept, _ = cut(some, keep, side, _end(some.lengths, side))
    found, places = reread(runner, kept), targets.places(rows)
    differ = int((found.best != whole.best[places]).sum())
    moved = float(np.abs(found.probabilities - whole.probabilities[places]).sum())
    return 1 - differ / len(whole.best), moved / len(whole.best)


def _end(lengths: npt.NDArray[np.int64], side: Side) -> npt.NDArray[np.int64]:
    return lengths - 1 if side == "end" else np.zeros_like(lengths)
