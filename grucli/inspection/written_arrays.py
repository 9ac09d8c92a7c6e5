"""What a decoder does at each symbol of the answers to a sample, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.engine.recurrent import CELLS
from grucli.engine.steps import Steps
from grucli.inspection.rereading import reread, with_answers
from grucli.model import upper_layers
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks.drafts import END_SHOWN, Drafts
from grucli.tasks.writing_task import WritingTask

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]


def run(
    saved: SavedModel,
    encoded: Encoded,
    kinds: Sequence[str],
    keep: Callable[[Runner, Rows], None],
) -> tuple[dict[str, Array], Drafts]:
    """Write answers to n inputs and read them again; return the arrays, and the answers.

    Args:
        saved: a model that writes.
        encoded: the inputs.
        kinds: what is kept of the recurrence: "state", or gates of the cell.
        keep: is told a runner and the rows of each batch while it has the encoder's gates.
    """
    runner = Runner(saved.model)
    drafts = scores_of(saved.task, runner, encoded)
    examples = with_answers(encoded, drafts)
    assert isinstance(examples.targets, Steps)
    offsets = offsets_of(examples.targets.lengths)
    size = int(offsets[-1]), saved.model.architecture.hidden_size
    parts = ["decoder", *upper_layers.names(saved.model.architecture)]
    traces = [{f"{part}_{kind}": np.empty(size, np.float32) for kind in kinds} for part in parts]
    looks = offsets_of(examples.targets.lengths * encoded.lengths)
    attention = np.zeros(int(looks[-1]), np.float32)

    def keep_all(rows: Rows) -> None:
        keep(runner, rows)
        _keep(runner, offsets[rows], kinds, traces)
        weights = None if runner.decoder is None else runner.decoder.weights
        if weights is not None:
            for row, own in zip(rows.tolist(), weights, strict=True):
                steps, sources = int(offsets[row + 1] - offsets[row]), int(encoded.lengths[row])
                attention[looks[row] : looks[row + 1]] = own[:steps, :sources].reshape(-1)

    found = reread(runner, examples, keep_all)
    task = cast(WritingTask, saved.task)
    symbols = [piece for draft in drafts.best for piece in (*task.pieces(draft), END_SHOWN)]
    arrays = {
        "answer_offsets": offsets,
        "symbols": np.array(symbols, np.str_),
        "symbol_probabilities": found.probabilities,
        **{name: array for layer in traces for name, array in layer.items()},
    }
    if saved.model.architecture.attention:
        arrays |= {"attention_offsets": looks, "attention": attention}
    return arrays, drafts


def offsets_of(lengths: Rows) -> Rows:
    """Return (n + 1,) where each of n pieces begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(lengths)))


def _keep(
    runner: Runner, starts: Rows, kinds: Sequence[str], traces: Sequence[dict[str, Array]]
) -> None:
    """Copy what the decoder's tapes have of a batch, whose answers begin at `starts`."""
    assert runner.decoder is not None
    pairs, names = runner.decoder.pairs, CELLS[runner.model.architecture.cell].GATES
    rows = starts[pairs.rows] + pairs.target.step
    for tape, arrays in zip(runner.decoder.tapes, traces, strict=True):
        for kind, array in zip(kinds, arrays.values(), strict=True):
            if kind == "state":
                array[rows] = tape["states"][pairs.target.batch_size :]
            else:
                array[rows] = tape["gates"][names.index(kind)]
