"""grucli: for numbers one layer of the engine, for tokens the model that `grucli train` runs.

Beside the step of a GRU it times those of other cells, as `mingru_step` and `rnn_step`.
"""

import dataclasses
from contextlib import ExitStack

import numpy as np

from grucli.config.schema import Config
from grucli.data.batches import pack
from grucli.engine import recurrent
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.steps import Steps
from grucli.engine.tape import Tape
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from grucli.parallel.crew import Crew, usable_cores
from grucli.parallel.shards import ShardJob
from grucli.preparation import training_rules
from grucli.tasks.classify.learning import CrossEntropy
from grucli.tasks.generate.learning import SymbolLoss
from tests.benchmarks import work
from tests.examples import joined

GRU, OTHERS = "gru", ("mingru", "rnn")
_open = ExitStack()


def setup(threads):
    """Nothing to do: the environment says how many threads NumPy's BLAS has."""


def layer(row):
    return _of_cells(_layer, row)


def text(row):
    return _of_cells(_text, row)


def _of_cells(made, row):
    return made(row, GRU) | {f"{cell}_step": made(row, cell)["step"] for cell in OTHERS}


def _layer(row, cell):
    rng = np.random.default_rng(0)
    shapes = recurrent.CELLS[cell].shapes(row.inputs, row.hidden, 1)
    params, grads = (Parameters(shapes, np.float32) for _ in range(2))
    recurrent.initialise_(cell, params, rng)
    x = work.normal(row.steps * row.batch, row.inputs)
    d_outputs = work.normal(row.steps * row.batch, row.hidden)
    tape, d_x = Tape(np.float32), np.empty_like(x)

    def forward():
        packing = Packing(np.full(row.batch, row.steps))
        recurrent.forward(cell, params, x, packing, tape)
        return packing

    def step():
        packing = forward()
        recurrent.backward(cell, params, packing, tape, d_outputs, None, grads, d_x=d_x)

    return {"step": step, "forward": forward}


def _text(row, cell):
    model, examples, rows = trained(row, cell)
    runner, d_logits = Runner(model), work.normal(row.batch, 1)
    gradients = Parameters(model.architecture.shapes(), model.dtype)

    def forward():
        runner.forward(pack(examples, rows))

    def step():
        forward()
        runner.backward(d_logits, gradients)

    return {"step": step, "forward": forward}


def writing(row):
    """An encoder with a decoder, from tokens to the gradients of the loss of symbols."""
    model, examples, rows = _writer(row)
    runner, loss = Runner(model), SymbolLoss(label_smoothing=0.1)
    gradients = Parameters(model.architecture.shapes(), model.dtype)

    def step():
        batch = pack(examples, rows)
        d_scores = loss.loss(runner.forward(batch), batch.targets, np.ones(row.batch)).d_scores
        runner.backward(d_scores, gradients)

    return {"step": step}


def writing_on_all_cores(row):
    """The same by the worker processes that `training.workers: auto` would start."""
    return _by_crew(row, *_writer(row), SymbolLoss(label_smoothing=0.1))


def _writer(row):
    model = Model(
        dataclasses.replace(
            trained(row, GRU)[0].architecture,
            bidirectional=True,
            pooling=(),
            num_outputs=row.symbols + work.FIRST_TOKEN,
            writes=True,
        )
    )
    model.initialise(np.random.default_rng(0))
    ids, symbols = work.sequences(row), work.targets(row)
    targets = Steps(values=np.concatenate(symbols), lengths=np.array([*map(len, symbols)]))
    return model, dataclasses.replace(joined(ids), targets=targets), np.arange(row.batch)


def classifier(row):
    """A step of training, by the worker processes that `training.workers: auto` would start."""
    return _by_crew(row, *trained(row, GRU), CrossEntropy())


def _by_crew(row, model, examples, rows, objective):
    directions = {"hidden_size": row.hidden, "bidirectional": model.architecture.bidirectional}
    settings = {"model": directions, "training": {"batch_size": row.batch}}
    facts = training_rules.Facts(kind="text", rows=len(examples), lengths=examples.lengths)
    shards = training_rules.shards(facts, Config.model_validate(settings)).value
    job = ShardJob(objective=objective, shards=shards, batch_size=row.batch, seed=0)
    crew = Crew(model, examples, job)
    _open.enter_context(crew.joined(min(shards, usable_cores()) - 1))
    crew.wait()
    return {"step": lambda: crew.gradients(0, rows)}


def trained(row, cell):
    """Return a model, examples for one batch, and their rows."""
    model = Model(
        Architecture(
            cell=cell,
            vocabulary_size=row.vocabulary and row.vocabulary + work.FIRST_TOKEN,
            input_size=row.inputs,
            hidden_size=row.hidden,
            num_layers=1,
            bidirectional=False,
            pooling=("last",),
            dropout=0.0,
            token_dropout=0.0,
            num_outputs=1,
        )
    )
    model.initialise(np.random.default_rng(0))
    if row.vocabulary:
        sequences = work.sequences(row)
    else:
        sequences = list(work.normal(row.batch, row.steps, row.inputs))
    targets = work.answers(row).astype(np.int64)
    return model, joined(sequences, targets.tolist()), np.arange(row.batch)
