"""Shards: they add up to the batch, are balanced, and draw their own dropout."""

import dataclasses
from functools import reduce

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.engine import losses
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.parallel.crew import Crew
from grucli.parallel.shards import ShardJob, Shards, middle_of
from grucli.random import DROPOUT, INIT, generator
from grucli.tasks.classify.learning import CrossEntropy
from tests.parallel.helpers import SERIES
from tests.training.helpers import ARCHITECTURE, TRAIN


@pytest.mark.parametrize("cell", ["gru", "gru_before", "mingru", "rnn"])
@pytest.mark.parametrize("vocabulary", [0, 8])
@pytest.mark.parametrize("rows", [1, 2, 7, 12])
def test_the_shards_add_up_to_the_gradient_of_the_batch(cell, vocabulary, rows):
    architecture = dataclasses.replace(
        ARCHITECTURE,
        cell=cell,
        vocabulary_size=vocabulary,
        input_size=4 if vocabulary else 3,
        dropout=0.0,
        token_dropout=0.0,
        dtype="float64",
    )
    examples = dataclasses.replace(
        TRAIN if vocabulary else SERIES, weights=np.random.default_rng(0).uniform(0.5, 2, 50)
    )
    model = Model(architecture)
    model.initialise(generator(1, INIT))
    chosen = np.random.default_rng(rows).permutation(50)[:rows]
    batch = pack(examples, chosen)
    runner = Runner(model)
    logits = runner.forward(batch)
    loss, d_logits = losses.cross_entropy(logits, batch.targets, examples.weights[batch.rows], 0.1)
    grads = runner.backward(d_logits)
    dense = grads.dense.flat.copy()
    table = np.zeros_like(model.table)
    table[grads.tokens] = grads.rows
    for shards in (1, 2, 5, 64):
        objective = CrossEntropy(label_smoothing=0.1)
        job = ShardJob(objective=objective, shards=shards, batch_size=12, seed=0)
        sums = Crew(model, examples, job).gradients(3, chosen)
        assert sums.loss == pytest.approx(loss, rel=1e-12)
        assert sums.right == np.count_nonzero((logits[:, 0] > 0) == batch.targets)
        np.testing.assert_allclose(sums.gradients.dense.flat, dense, rtol=0, atol=1e-12)
        summed = np.zeros_like(table)
        summed[sums.gradients.tokens] = sums.gradients.rows
        np.testing.assert_allclose(summed, table, rtol=0, atol=1e-12)
        assert len(np.unique(sums.gradients.tokens)) == len(sums.gradients.tokens)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2, "(0+1)"),
        (3, "((0+1)+2)"),
        (4, "((0+1)+(2+3))"),
        (5, "(((0+1)+(2+3))+4)"),
        (7, "(((0+1)+(2+3))+((4+5)+6))"),
    ],
)
def test_shards_are_added_as_a_tree(number, expected):
    def words(first, end):
        if end - first == 1:
            return str(first)
        middle = middle_of(first, end)
        return f"({words(first, middle)}+{words(middle, end)})"

    assert words(0, number) == expected


@pytest.mark.parametrize("shards", [2, 3, 4, 7])
def test_the_order_of_the_sum_is_that_of_the_tree(shards):
    model = Model(ARCHITECTURE)
    model.initialise(generator(1, INIT))
    job = ShardJob(objective=CrossEntropy(), shards=shards, batch_size=12, seed=0)
    rows = np.arange(12)

    found = Shards(model, TRAIN, job)
    assert found.deal(rows) == shards
    parts = []
    for shard in range(shards):
        found.compute(0, 12, shard)
        table = np.zeros_like(model.table)
        gradients = found.of(shard).gradients
        table[gradients.tokens] = gradients.rows
        parts.append((gradients.dense.flat.copy(), table))

    while len(parts) > 1:  # neighbours pair by pair; one that has none waits
        pairs = [parts[k : k + 2] for k in range(0, len(parts), 2)]
        parts = [tuple(reduce(np.add, both) for both in zip(*pair, strict=True)) for pair in pairs]
    sums = Crew(model, TRAIN, job).gradients(0, rows).gradients
    table = np.zeros_like(model.table)
    table[sums.tokens] = sums.rows
    assert sums.dense.flat.tobytes() == parts[0][0].tobytes()
    np.testing.assert_array_equal(table, parts[0][1])


def test_shards_are_balanced_and_draw_their_own_dropout(monkeypatch):
    drawn, dealt = [], []
    forward = Runner.forward

    def watched(runner, batch, dropout=None):
        dealt.append(batch.rows.tolist())
        drawn.append(dropout.bit_generator.state["state"])
        return forward(runner, batch, dropout)

    monkeypatch.setattr(Runner, "forward", watched)
    job = ShardJob(objective=CrossEntropy(), shards=3, batch_size=11, seed=4)
    crew = Crew(Model(ARCHITECTURE), TRAIN, job)
    crew.gradients(7, np.arange(11))
    by_length = sorted(range(11), key=lambda row: -TRAIN.lengths[row])
    assert dealt == [by_length[k::3] for k in range(3)]
    expected = [generator(4, DROPOUT, 7 * 3 + k) for k in range(3)]
    assert drawn == [each.bit_generator.state["state"] for each in expected]
