"""The whole classifier against the literal reference: values, gradients, independence of rows.

Covers: model/runner.
"""

import dataclasses
import itertools

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.data.batches import bounded, pack
from grucli.data.text.vocabulary import UNKNOWN
from grucli.engine import bags, losses, recurrent
from grucli.engine.params import Parameters
from grucli.engine.pooling import POOLINGS
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from tests import reference
from tests.examples import joined

LENGTHS = (3, 1, 6, 4, 6)
SMOOTHING = 0.1


def architecture(**changes):
    settings = {
        "cell": "gru",
        "vocabulary_size": 7,
        "input_size": 3,
        "hidden_size": 4,
        "num_layers": 1,
        "bidirectional": True,
        "pooling": ("last", "mean", "max"),
        "dropout": 0.0,
        "token_dropout": 0.0,
        "num_outputs": 3,
        "dtype": "float64",
    }
    return Architecture(**{**settings, **changes})


def random_model(arch, seed=0):
    rng = np.random.default_rng(seed)
    model = Model(arch)
    model.params.flat[:] = rng.normal(0, 0.7, model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    return model


def random_examples(arch, seed=1, lengths=LENGTHS):
    rng = np.random.default_rng(seed)
    if arch.vocabulary_size:
        sequences = [rng.integers(0, arch.vocabulary_size, n).astype(np.int32) for n in lengths]
    else:
        sequences = [rng.normal(size=(n, arch.input_size)) for n in lengths]
    targets = rng.integers(0, max(2, arch.num_outputs), len(lengths))
    held = None
    if arch.subwords == "characters":  # the last two ids are of tokens that the vocabulary lacks
        rows = arch.vocabulary_size + rng.integers(0, arch.buckets, (arch.vocabulary_size + 2, 3))
        fewer = np.arange(3) >= rng.integers(0, 4, (len(rows), 1))
        held = np.where(fewer, bags.NONE, rows).astype(np.int32)
        sequences[0][0], sequences[-1][-2:] = len(held) - 1, len(held) - 2
    return joined(sequences, targets.tolist(), bags=held)


def reference_vectors(arch, table, ids, held):
    """What each step reads, one by one, from a token's own row and those of its n-grams."""
    vectors = []
    for k, token in enumerate(ids):
        own, bag = token, []
        if arch.subwords == "characters":
            own = token if token < arch.vocabulary_size else UNKNOWN
            bag = [row for row in held[token] if row != bags.NONE]
        elif arch.subwords == "tokens":
            marked = [0, 0, *(int(t) + 1 for t in ids[: k + 1])]
            number = (marked[-3] << 40) + (marked[-2] << 20) + marked[-1]
            found = bags.buckets_of(np.array([number], np.uint64), arch.buckets)[0]
            bag = [arch.vocabulary_size + bucket for bucket in found]
        vector = table[own]
        for row in bag:
            vector = vector + table[row] / len(bag)
        vectors.append(vector)
    return anp.stack(vectors)


def reference_loss(arch, values, x, target, weight, held=None):
    if arch.vocabulary_size:
        x = reference_vectors(arch, values["embedding_weight"], x, held)
    features = np.zeros(0)
    if arch.convolution:
        params = {n.removeprefix("front"): v for n, v in values.items() if n.startswith("front")}
        x, features = reference.front(params, x, arch.convolution)
    for layer in range(arch.num_layers):
        prefix = f"layer{layer}_"
        params = {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}
        h0 = np.zeros((arch.num_directions, arch.hidden_size))
        x, final = reference.layer(arch.cell, params, x, h0)
    pooled = reference.pool(arch.pooling, x, final, values.get("pooling_query"))
    pooled = anp.concatenate((pooled, features))
    logits = values["head_weight"] @ pooled + values["head_bias"]
    return reference.cross_entropy(logits, target, weight, SMOOTHING)


ARCHITECTURES = [
    architecture(cell=cell, bidirectional=both, pooling=pooling, num_outputs=outputs)
    for cell, both, (pooling, outputs) in itertools.product(
        recurrent.CELLS,
        (False, True),
        [((kind,), 1) for kind in POOLINGS] + [(("max", "attention", "last", "mean"), 3)],
    )
] + [
    architecture(num_layers=2, bidirectional=both, cell=cell, vocabulary_size=vocabulary)
    for both, cell, vocabulary in itertools.product((False, True), recurrent.CELLS, (0, 7))
]
WITH_NGRAMS = [{"subwords": "characters", "buckets": 5}, {"subwords": "tokens", "buckets": 40}]
ARCHITECTURES += [architecture(**changes) for changes in WITH_NGRAMS]
CONVOLUTIONS = [
    architecture(convolution=stride, vocabulary_size=vocabulary, num_layers=layers, pooling=pooling)
    for stride, vocabulary, layers, pooling in (
        (1, 0, 1, ("last",)),
        (2, 7, 2, ("last", "mean", "max")),
        (9, 0, 1, ("attention",)),
    )
]


def name_of(arch):
    kind = "tokens" if arch.vocabulary_size else "series"
    kind += f"-{arch.subwords}" if arch.subwords else ""
    return (
        f"{arch.cell}-{arch.num_directions}-{'+'.join(arch.pooling)}"
        f"-{arch.num_outputs}-{arch.num_layers}-{kind}-{arch.convolution}"
    )


@pytest.mark.parametrize("arch", ARCHITECTURES + CONVOLUTIONS, ids=name_of)
def test_loss_and_gradients_equal_autograd_of_the_reference(arch):
    model, examples = random_model(arch), random_examples(arch)
    weights = np.random.default_rng(8).uniform(0.2, 4, len(examples))
    batch = pack(examples, np.arange(len(examples)))

    def total(values):
        rows = [examples.select(np.array([k])) for k in range(len(examples))]
        terms = [
            reference_loss(arch, values, row.steps, row.targets[0], weight, row.bags)
            for row, weight in zip(rows, weights, strict=True)
        ]
        return anp.sum(anp.stack(terms))

    runner, values = Runner(model), dict(model.arrays())
    expected = autograd.grad(total)(values)
    memory = Parameters(arch.shapes(), model.dtype)
    memory.flat.fill(np.nan)  # then it holds the gradients of the first turn
    for _ in range(2):
        loss, d_logits = losses.cross_entropy(
            runner.forward(batch), batch.targets, weights[batch.rows], SMOOTHING
        )
        assert loss == pytest.approx(float(total(values)), rel=1e-12)
        gradients = runner.backward(d_logits, memory)
        for name, gradient in gradients.dense.items():
            np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)
        if arch.vocabulary_size:
            table = np.zeros_like(model.table)
            table[gradients.tokens] = gradients.rows
            np.testing.assert_allclose(table, expected["embedding_weight"], atol=1e-10)
            assert np.array_equal(gradients.tokens, np.unique(gradients.tokens))
            if not arch.subwords:
                assert np.array_equal(gradients.tokens, np.unique(batch.x))


@pytest.mark.parametrize("convolution", [0, 2])
def test_dropout_gradient_is_that_of_the_same_masks(convolution):
    arch = architecture(num_layers=2, dropout=0.4, convolution=convolution)
    model, examples = random_model(arch), random_examples(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)

    def run():
        logits = runner.forward(batch, np.random.default_rng(5))
        return losses.cross_entropy(logits, batch.targets)

    _, d_logits = run()
    gradients = runner.backward(d_logits)
    analytic = gradients.dense.flat.copy()
    direction = np.random.default_rng(6).normal(size=analytic.shape)
    value = model.params.flat.copy()
    sides = []
    for sign in (1, -1):
        model.params.flat[:] = value + sign * 1e-6 * direction
        sides.append(run()[0])
    assert analytic @ direction == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5)


def test_dropped_tokens_are_read_as_unknown_and_teach_its_vector():
    arch = architecture(token_dropout=0.3, input_size=1, vocabulary_size=9)
    model = random_model(arch)
    model.table[...] = np.arange(9)[:, None]
    examples = joined([np.full(4000, 5, np.int32)], [0])
    runner = Runner(model)
    logits = runner.forward(pack(examples, np.arange(1)), np.random.default_rng(0))
    read = runner._forward.vectors.tokens[runner._forward.places]
    assert set(read) == {UNKNOWN, 5}
    assert np.mean(read == UNKNOWN) == pytest.approx(0.3, abs=0.03)
    gradients = runner.backward(np.ones_like(logits))
    assert gradients.tokens.tolist() == [UNKNOWN, 5]
    runner.forward(pack(examples, np.arange(1)))
    assert set(runner._forward.vectors.tokens[runner._forward.places]) == {5}


@pytest.mark.parametrize("changes", WITH_NGRAMS, ids=lambda changes: changes["subwords"])
def test_a_dropped_token_is_read_as_an_unknown_one_without_its_ngrams(changes):
    arch = architecture(**changes)
    model, examples = random_model(arch), random_examples(arch, lengths=(40, 40))
    batch, runner = pack(examples, np.arange(2)), Runner(model)
    model.architecture = dataclasses.replace(arch, token_dropout=0.5)
    dropped = runner.forward(batch, np.random.default_rng(3))
    keep = np.random.default_rng(3).random(batch.x.shape, np.float32) >= 0.5
    model.architecture = arch
    read = runner.forward(dataclasses.replace(batch, x=np.where(keep, batch.x, UNKNOWN)))
    np.testing.assert_array_equal(dropped, read)
    assert not np.allclose(read, runner.forward(batch))


def test_ngrams_start_at_zero_and_change_no_other_weight():
    plain = Model(architecture())
    plain.initialise(np.random.default_rng(0))
    for changes in WITH_NGRAMS:
        model = Model(architecture(**changes))
        model.table.fill(7)
        model.initialise(np.random.default_rng(0))
        np.testing.assert_array_equal(model.params.flat, plain.params.flat)
        np.testing.assert_array_equal(model.table[:7], plain.table)
        assert not model.table[7:].any()


def test_dropout_keeps_the_mean_and_its_share():
    arch = architecture(dropout=0.25, num_outputs=1, pooling=("last",), input_size=200)
    model = random_model(arch)
    model.table.fill(1)
    examples = random_examples(arch, lengths=(50, 50))
    runner = Runner(model)
    runner.forward(pack(examples, np.arange(2)), np.random.default_rng(0))
    x = runner.tapes[0]["rows"][..., :-1]
    assert set(np.unique(x)) == {0, 1 / 0.75}
    assert x.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("convolution", [0, 3])
@pytest.mark.parametrize(
    "changes", [{"vocabulary_size": 0}, {}, *WITH_NGRAMS], ids=["numbers", "tokens", "3-5", "2-3"]
)
@pytest.mark.parametrize("cell", recurrent.CELLS)
def test_a_row_depends_neither_on_its_mates_nor_on_the_order(cell, changes, convolution):
    arch = architecture(cell=cell, num_layers=2, convolution=convolution, **changes)
    model, examples = random_model(arch), random_examples(arch)
    runner, together = Runner(model), np.empty((len(examples), 3))
    for batch in bounded(examples):
        together[batch.rows] = runner.forward(batch)
    for row in range(len(examples)):
        alone = runner.forward(pack(examples, np.array([row])))
        np.testing.assert_allclose(alone[0], together[row], atol=1e-12)


@pytest.mark.parametrize("convolution", [0, 2])
def test_float32_stays_float32(convolution):
    arch = architecture(dtype="float32", dropout=0.2, convolution=convolution)
    model, examples = random_model(arch), random_examples(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)
    logits = runner.forward(batch, np.random.default_rng(0))
    _, d_logits = losses.cross_entropy(logits, batch.targets)
    gradients = runner.backward(d_logits)
    kinds = {logits.dtype, d_logits.dtype, gradients.dense.flat.dtype, gradients.rows.dtype}
    assert kinds == {np.dtype(np.float32)}
    buffers = [buffer for tape in runner.tapes for buffer in tape._flat.values()]
    assert all(buffer.dtype == np.float32 for buffer in buffers)


def test_parameter_counts_are_those_of_the_equations():
    counts = {
        cell: sum(np.prod(shape) for shape in recurrent.CELLS[cell].shapes(64, 128, 1).values())
        for cell in recurrent.CELLS
    }
    block = (64 + 128 + 1) * 128
    assert counts == {
        "gru": 3 * block + 128,
        "gru_before": 3 * block,
        "mingru": 2 * (64 + 1) * 128,
        "rnn": block,
    }


def test_a_copy_stays_until_it_takes_other_weights_and_gives_what_it_has():
    model = random_model(architecture())
    first = {name: array.copy() for name, array in model.arrays()}
    copy = model.copy()
    model.params.flat[:] += 1
    model.table[...] += 1
    model.take(copy)
    assert all(array.tobytes() == first[name].tobytes() for name, array in model.arrays())
    model.params.flat[:] = 3
    copy.take(model)
    model.params.flat[:] = 4
    model.take(copy)
    assert (model.params.flat == 3).all()
    assert model.table.tobytes() == first["embedding_weight"].tobytes()
