"""Heads that read each step, with and without a chain, against the literal reference."""

import dataclasses

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.data import batches
from grucli.data.batches import pack
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine import bags
from grucli.engine.params import Parameters
from grucli.engine.steps import Steps, joined
from grucli.model.logits import no_scores, recurrence_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from tests import reference
from tests.model.test_network import (
    architecture,
    random_examples,
    random_model,
    reference_vectors,
)

SPELLED = {"subwords": "characters", "buckets": 5}


def step_architecture(**changes):
    return architecture(**{"reads_steps": True, "pooling": (), **changes})


ARCHITECTURES = [
    step_architecture(bidirectional=both, num_layers=layers, chain=chain, **changes)
    for both, layers, chain, changes in (
        (True, 1, True, {}),
        (False, 2, False, {"cell": "rnn"}),
        (True, 2, True, {"vocabulary_size": 0, "cell": "gru_before"}),
        (True, 1, True, SPELLED),
    )
]


def reference_scores(arch, values, x, held=None):
    """The scores of one sequence, (T, K)."""
    if arch.vocabulary_size:
        x = reference_vectors(arch, values["embedding_weight"], x, held)
    for layer in range(arch.num_layers):
        prefix = f"layer{layer}_"
        params = {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}
        h0 = np.zeros((arch.num_directions, arch.hidden_size))
        x, _ = reference.layer(arch.cell, params, x, h0)
    return anp.dot(x, values["head_weight"].T) + values["head_bias"]


def name_of(arch):
    kind = arch.subwords or ("tokens" if arch.vocabulary_size else "numbers")
    return f"{arch.cell}-{arch.num_directions}-{arch.num_layers}-{kind}-{arch.chain}"


def upstream(scores, seed=4):
    """A random gradient of the form of the scores."""
    rng = np.random.default_rng(seed)
    chains = None if scores.chains is None else rng.normal(size=scores.chains.shape)
    values = rng.normal(size=scores.values.shape)
    return Steps(values=values, lengths=scores.lengths, chains=chains)


def check_step_head(arch):
    model, examples = random_model(arch), random_examples(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)
    d_scores = upstream(runner.forward(batch))

    def total(values):
        terms = []
        for k, row in enumerate(batch.rows):
            one = examples.select(np.array([row]))
            scores = reference_scores(arch, values, one.steps, one.bags)
            terms.append(anp.sum(scores * d_scores.per_sequence()[k]))
            if arch.chain:
                terms.append(anp.sum(values["head_chain"] * d_scores.chains[k]))
        return anp.sum(anp.stack(terms))

    values = dict(model.arrays())
    expected = autograd.grad(total)(values)
    memory = Parameters(arch.shapes(), model.dtype)
    memory.flat.fill(np.nan)
    for _ in range(2):
        scores = runner.forward(batch)
        found = float(np.sum(scores.values * d_scores.values))
        found += float(np.sum(scores.chains * d_scores.chains)) if arch.chain else 0.0
        np.testing.assert_allclose(found, float(total(values)), rtol=1e-12)
        gradients = runner.backward(d_scores, memory)
        for name, gradient in gradients.dense.items():
            np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)
        if arch.vocabulary_size:
            table = np.zeros_like(model.table)
            table[gradients.tokens] = gradients.rows
            np.testing.assert_allclose(table, expected["embedding_weight"], atol=1e-10)


@pytest.mark.parametrize("arch", ARCHITECTURES, ids=name_of)
def test_scores_and_gradients_equal_autograd_of_the_reference(arch):
    check_step_head(arch)


@pytest.mark.parametrize("arch", ARCHITECTURES, ids=name_of)
def test_scores_come_in_the_order_of_the_examples_whatever_their_mates(arch, monkeypatch):
    monkeypatch.setattr(batches, "MOST_ROWS", 2)
    model, examples = random_model(arch), random_examples(arch)
    together, runner = recurrence_logits(Runner(model), examples), Runner(model)
    assert together.lengths.tolist() == examples.lengths.tolist()
    for row, found in enumerate(together.per_sequence()):
        alone = runner.forward(pack(examples, np.array([row])))
        np.testing.assert_allclose(found, alone.values, atol=1e-12)
    if arch.chain:
        assert together.chains.shape == (len(examples), 5, 3)
        assert together.chains.strides[0] == 0
        np.testing.assert_array_equal(together.chains[-1], model.params["head_chain"])
    else:
        assert together.chains is None


def test_dropout_gradient_is_that_of_the_same_masks():
    arch = step_architecture(num_layers=2, dropout=0.4, chain=True)
    model, examples = random_model(arch), random_examples(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)

    def run():
        return runner.forward(batch, np.random.default_rng(5))

    d_scores = upstream(run())
    analytic = runner.backward(d_scores).dense.flat.copy()
    direction = np.random.default_rng(6).normal(size=analytic.shape)
    value, sides = model.params.flat.copy(), []
    for sign in (1, -1):
        model.params.flat[:] = value + sign * 1e-6 * direction
        scores = run()
        sides.append(
            np.sum(scores.values * d_scores.values) + np.sum(scores.chains * d_scores.chains)
        )
    assert analytic @ direction == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5)


def test_a_dropped_token_keeps_its_spelling():
    arch = step_architecture(**SPELLED)
    model, examples = random_model(arch), random_examples(arch, lengths=(40, 40))
    batch, runner = pack(examples, np.arange(2)), Runner(model)
    model.architecture = dataclasses.replace(arch, token_dropout=0.5)
    dropped = runner.forward(batch, np.random.default_rng(3))
    keep = np.random.default_rng(3).random(batch.x.shape, np.float32) >= 0.5
    model.architecture = arch
    number = len(batch.bags)
    unknown = np.concatenate((batch.bags, batch.bags))  # twice: as ids that no vocabulary has
    x = np.where(keep, batch.x, batch.x + number)
    read = runner.forward(dataclasses.replace(batch, x=x, bags=unknown))
    np.testing.assert_array_equal(dropped.values, read.values)
    batch.bags[UNKNOWN] = bags.NONE
    without = runner.forward(dataclasses.replace(batch, x=np.where(keep, batch.x, UNKNOWN)))
    assert not np.allclose(without.values, read.values)


def test_float32_stays_float32_and_a_new_chain_prefers_nothing():
    arch = step_architecture(dtype="float32", chain=True)
    model = Model(arch)
    model.params.flat.fill(7)
    model.initialise(np.random.default_rng(0))
    assert not model.params["head_chain"].any()
    scores = Runner(model).forward(pack(random_examples(arch), np.arange(5)))
    assert {scores.values.dtype, scores.chains.dtype} == {np.dtype(np.float32)}


def test_room_for_scores():
    lengths = np.array([2, 1])
    room = no_scores(step_architecture(chain=True), lengths)
    assert (room.values.shape, room.chains.shape) == ((3, 3), (2, 5, 3))
    assert no_scores(step_architecture(), lengths[:0]).values.shape == (0, 3)
    assert no_scores(architecture(), lengths).shape == (2, 3)
    both = joined([room, room])
    assert (both.values.shape, both.lengths.tolist()) == ((6, 3), [2, 1, 2, 1])
    assert joined([np.zeros((2, 3)), np.ones((1, 3))]).sum() == 3
