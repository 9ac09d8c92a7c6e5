"""A file of another system, taken over by data, and what it then answers."""

import numpy as np

from grucli.config.resolve import resolve
from grucli.data.labelled import read_table
from grucli.model.logits import branch_logits
from grucli.model.runner import Runner
from grucli.preparation.prepare import prepare_table, read_options
from grucli.training import initial_weights, new_run
from grucli.training.start import Start


def ragged(rng, rows, channels, longest=9):
    """Return sequences (T, I) of all lengths from 1 on."""
    return [rng.normal(size=(1 + k % longest, channels)).astype(np.float32) for k in range(rows)]


def write_series(path, sequences, labels):
    """Write series as an `.npz` that grucli reads: exact, and padded with what must not count."""
    steps = max(map(len, sequences))
    x = np.full((len(sequences), steps, sequences[0].shape[1]), 99.0, np.float32)
    for row, sequence in zip(x, sequences, strict=True):
        row[: len(sequence)] = sequence
    lengths = np.array([len(sequence) for sequence in sequences])
    np.savez(path, X=x, y=np.array(labels), lengths=lengths)
    return path


def take(path, data, *settings):
    """Return the model that training would begin with, what it was prepared for, and all words."""
    config = resolve(assignments=["training.epochs=0", *settings]).config
    start = Start.read(str(path), config.training.dtype)
    options = read_options(config, "stop", None, start.task)
    table = read_table(str(data), options)
    start = start.named_by(table, config)
    prepared = prepare_table(table, options, config, start.origin)
    model = new_run.first_model(prepared)
    words = initial_weights.take_over(model, prepared, start.saved, str(path))
    return model, prepared, (*words, *start.notes), table


def logits(path, data, *settings):
    """Return what the model says of the data, (n, O) or Steps, and its task."""
    model, prepared, _, table = take(path, data, "training.dtype=float64", *settings)
    found = branch_logits(Runner(model), prepared.encoder.encode(table.records))
    assert found.linear is None
    return found.recurrence, prepared.task
