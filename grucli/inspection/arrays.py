"""Every gate and state of a sample, step by step, as arrays that `np.load` opens.

meta                         uint8, JSON: schema, model, convention, sample
labels                       (C,) str, none where answers have no names; tags as they are learned
records                      (n,) int64, number in the data, from 1
targets, predictions, …      as the task has them; of labels (n,) int64 in `labels`, where a
                             target of -1 is none, or an unseen one
probabilities                (n, C) float64, of labels
offsets                      (n + 1,) int64: sequence k has the steps offsets[k]:offsets[k + 1]
tokens, known                (S,) str, cut to 64 characters, and bool; of texts
values                       (S, channels) as in the data, NaN if missing; of series
state_offsets                (n + 1,) int64, as `offsets`, for the rows of what follows: the
                             same, unless convolutions with a stride pass on fewer steps
layer1_forward_keep          (N, H) float32, N rows in the order of the text in both directions;
layer1_forward_reset         so on for the backward direction and each layer; of a plain
layer1_forward_candidate     recurrent network the state alone
layer1_forward_state

Of a model that writes also, of the M symbols of all answers, an end behind each:

answer_offsets               (n + 1,) int64: answer k has the rows answer_offsets[k]:… of these
symbols                      (M,) str
symbol_probabilities         (M,) float64, of each after those before it
decoder_keep, …              (M, H) float32, as above; decoder1_keep, … of a second layer
attention_offsets            (n + 1,) int64; attention[attention_offsets[k]:…], as (symbols, steps)
attention                    of answer k, is how much each symbol looks at each step: float32
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from grucli.data.encoded import Encoded
from grucli.data.records import Record
from grucli.engine.recurrent import CELLS, of_direction
from grucli.errors import ConfigError
from grucli.inspection import written_arrays
from grucli.inspection.layers import DIRECTIONS
from grucli.inspection.report import Report
from grucli.inspection.states import state_lengths
from grucli.inspection.written_arrays import offsets_of
from grucli.model.logits import branch_logits
from grucli.model.network import Architecture
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.tasks.task import Scores
from grucli.tasks.writing_task import WritingTask

SCHEMA = "grucli.traces/1"
MOST_BYTES = 2**30
GATES = ("candidate", "reset", "keep")  # what is written of those that a cell has
STATE = "state"

Array = npt.NDArray[Any]


def check_size(saved: SavedModel, records: Sequence[Record]) -> None:
    """Refuse before anything runs what would take too much memory and disk.

    Raises:
        ConfigError: the arrays would take more than 1 GiB.
        DataError: a numeric sequence has other channels than those of training.
    """
    arch = saved.model.architecture
    lengths = saved.encoder.encode(records).lengths
    rows = int(state_lengths(arch, lengths).sum()) * len(_kept(arch))
    if saved.task.writes:  # how long answers are is not known before they are written
        longest = int(cast(WritingTask, saved.task).limits(lengths).sum())
        rows += longest * len(_kinds(arch)) * arch.decoder_layers
    size = rows * arch.hidden_size * np.dtype(np.float32).itemsize
    if size > MOST_BYTES:
        raise ConfigError(
            f"--npz: would take {size / 2**30:.1f} GiB for {len(records):,} sequences, at most "
            f"{MOST_BYTES / 2**30:g} GiB is written; ask for fewer with --sample"
        )


def trace(report: Report, records: Sequence[Record]) -> dict[str, Array]:
    """Run a model and keep all that its recurrence does.

    Args:
        report: of the model; its description goes into `meta`.
        records: readable ones of the model's kind, at least one.

    Raises:
        DataError: a numeric sequence has other channels than those of training.
    """
    saved = report.saved
    encoded = saved.encoder.encode(records)
    traces, scores = _run(saved, encoded)
    meta = {"schema": SCHEMA, **report.to_json()["meta"]}
    return {
        "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8),
        "labels": np.array(saved.task.labels, np.str_),
        "records": np.array([record.number for record in records], np.int64),
        **saved.task.arrays(scores, saved.task.encode(records)),
        "offsets": offsets_of(encoded.lengths),
        **saved.encoder.inputs(records, encoded),
        "state_offsets": offsets_of(state_lengths(saved.model.architecture, encoded.lengths)),
        **traces,
    }


def _run(saved: SavedModel, encoded: Encoded) -> tuple[dict[str, Array], Scores]:
    """Return what the layers did, and a decoder if there is one, and the scores (n, O)."""
    arch = saved.model.architecture
    offsets = offsets_of(state_lengths(arch, encoded.lengths))
    names = [_name(*one) for one in _kept(arch)]
    traces = {name: np.empty((int(offsets[-1]), arch.hidden_size), np.float32) for name in names}

    def keep(runner: Runner, rows: npt.NDArray[np.int64]) -> None:
        _keep(runner, rows, offsets, traces)

    if saved.task.writes:
        beside, drafts = written_arrays.run(saved, encoded, _kinds(arch), keep)
        return {**traces, **beside}, drafts
    runner = Runner(saved.model, alike=True)
    found = branch_logits(runner, encoded, lambda batch: keep(runner, batch.rows))
    return traces, found.blended(saved.model.mix)


def _keep(
    runner: Runner,
    of: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    traces: Mapping[str, Array],
) -> None:
    """Copy the tapes of the last forward pass, of these sequences, to the rows of their steps."""
    packing, own = runner.packing, CELLS[runner.model.architecture.cell].GATES
    rows = offsets[of][packing.row] + packing.step
    for (layer, direction, kind), array in zip(
        _kept(runner.model.architecture), traces.values(), strict=True
    ):
        tape, directions = runner.tapes[layer], runner.model.architecture.num_directions
        if kind == STATE:
            values = of_direction(tape["states"], direction, directions)[packing.batch_size :]
        else:
            values = of_direction(tape["gates"], direction, directions)[own.index(kind)]
        array[rows[packing.mirror] if direction else rows] = values


def _kept(arch: Architecture) -> list[tuple[int, int, str]]:
    """Return the layer, direction and kind of each array."""
    return list(product(range(arch.num_layers), range(arch.num_directions), _kinds(arch)))


def _kinds(arch: Architecture) -> tuple[str, ...]:
    return (*(gate for gate in GATES if gate in CELLS[arch.cell].GATES), STATE)


def _name(layer: int, direction: int, kind: str) -> str:
    return f"layer{layer + 1}_{DIRECTIONS[direction]}_{kind}"
