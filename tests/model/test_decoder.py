"""An encoder and a decoder as one model against the literal reference, whatever the mates of a row.

Covers: model/writing, model/upper_layers.
"""

import dataclasses
import itertools

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from grucli.data import batches
from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.data.text.symbols import END, UNKNOWN
from grucli.data.text.tokenized import Tokenized
from grucli.engine import losses
from grucli.engine.params import Parameters
from grucli.engine.steps import Steps
from grucli.model import logits
from grucli.model.logits import recurrence_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.model.writing import drafts
from grucli.tasks.drafts import Draft
from tests import reference
from tests.model.test_network import architecture, random_model, reference_vectors

SYMBOLS, TOKENS = 5, 7
SOURCES, TARGETS = (3, 1, 6, 4, 6), (2, 5, 1, 7, 3)


def writing_architecture(**changes):
    settings = {"writes": True, "pooling": (), "num_outputs": SYMBOLS, "vocabulary_size": TOKENS}
    return architecture(**{**settings, **changes})


ARCHITECTURES = [
    writing_architecture(**changes)
    for changes in (
        {},
        {"copying": True},
        {"bidirectional": False, "num_layers": 2, "cell": "gru_before", "copying": True},
        {"cell": "rnn", "subwords": "tokens", "buckets": 40},
        {"vocabulary_size": 0, "num_layers": 2},
        {"cell": "mingru"},
        {"attention": False},
        {"attention": False, "bidirectional": False, "num_layers": 2},
        {"decoder_layers": 2, "cell": "gru_before", "attention": False},
        {"decoder_layers": 3, "copying": True},
    )
]
FORWARD, LAYERED = ARCHITECTURES[7], ARCHITECTURES[-1]


def name_of(arch):
    kind = arch.subwords or ("tokens" if arch.vocabulary_size else "numbers")
    looks = "copies" if arch.copying else "attends" if arch.attention else "last"
    layers = f"{arch.num_layers}-{arch.decoder_layers}"
    return f"{arch.cell}-{arch.num_directions}-{layers}-{kind}-{looks}"


def pairs(arch, seed=1, sources=SOURCES, targets=TARGETS):
    rng = np.random.default_rng(seed)
    number, copies = sum(sources), None
    steps = rng.normal(size=(number, arch.input_size))
    if arch.vocabulary_size:
        steps = rng.integers(0, arch.vocabulary_size, number).astype(np.int32)
    if arch.copying:
        copies = rng.integers(UNKNOWN, SYMBOLS, arch.vocabulary_size).astype(np.int32)
    values = rng.choice([END, UNKNOWN, 3, 4], sum(targets))  # nobody reads 2
    return Examples(
        steps=steps,
        lengths=np.array(sources),
        targets=Steps(values=values, lengths=np.array(targets)),
        weights=np.ones(len(sources)),
        copies=copies,
    )


def within(values, prefix):
    return {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}


def reference_scores(arch, values, one):
    """The scores of one pair, step by step: (T, V)."""
    x = one.steps
    if arch.vocabulary_size:
        x = reference_vectors(arch, values["embedding_weight"], x, None)
    for layer in range(arch.num_layers):
        h0 = np.zeros((arch.num_directions, arch.hidden_size))
        x, final = reference.layer(arch.cell, within(values, f"layer{layer}_"), x, h0)
    names = ["decoder_", *(f"decoder{k}_" for k in range(1, arch.decoder_layers))]
    layers = [{n: value[0] for n, value in within(values, name).items()} for name in names]
    h, upper = final, [np.zeros(arch.hidden_size)] * (arch.decoder_layers - 1)
    if arch.attention or arch.bidirectional:
        h = anp.tanh(anp.dot(values["start_weight"], final) + values["start_bias"])
    scores, before = [], END
    for symbol in one.targets.values:
        h = reference.STEPS[arch.cell](layers[0], values["symbols"][before], h)
        output = h
        if arch.attention:
            output = reference.attended(within(values, "attention_"), h, x)
        for k, layer in enumerate(layers[1:]):
            state = reference.STEPS[arch.cell](layer, output, upper[k])
            upper = [*upper[:k], state, *upper[k + 1 :]]
            output = output + state
        own = anp.dot(values["head_weight"], output) + values["head_bias"]
        if arch.copying:
            held = one.copies[one.steps]
            own = reference.copied_log_p(within(values, "copying_"), own, output, x, held)
        scores.append(own)
        before = symbol
    return anp.stack(scores)


def upstream(scores, seed=4):
    values = np.random.default_rng(seed).normal(size=scores.values.shape)
    return Steps(values=values, lengths=scores.lengths)


def check_decoder(arch):
    model, examples = random_model(arch), pairs(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)
    d_scores = upstream(runner.forward(batch))

    def total(values):
        terms = []
        for row, own in zip(batch.rows, d_scores.per_sequence(), strict=True):
            scores = reference_scores(arch, values, examples.select(np.array([row])))
            terms.append(anp.sum(scores * own))
        return anp.sum(anp.stack(terms))

    values = dict(model.arrays())
    expected = autograd.grad(total)(values)
    memory = Parameters(arch.shapes(), model.dtype)
    memory.flat.fill(np.nan)
    for _ in range(2):
        scores = runner.forward(batch)
        found = float(np.sum(scores.values * d_scores.values))
        np.testing.assert_allclose(found, float(total(values)), rtol=1e-12)
        gradients = runner.backward(d_scores, memory)
        for name, gradient in gradients.dense.items():
            np.testing.assert_allclose(gradient, expected[name], atol=1e-10, err_msg=name)
        if arch.vocabulary_size:
            table = np.zeros_like(model.table)
            table[gradients.tokens] = gradients.rows
            np.testing.assert_allclose(table, expected["embedding_weight"], atol=1e-10)
        for tape in (*runner.tapes, *runner.decoder.tapes, runner.decoder.looks):
            tape.fill(np.nan)


@pytest.mark.parametrize("arch", ARCHITECTURES, ids=name_of)
def test_scores_and_gradients_equal_autograd_of_the_reference(arch):
    check_decoder(arch)


@pytest.mark.parametrize("arch", [*ARCHITECTURES[:3], LAYERED], ids=name_of)
def test_dropout_gradient_is_that_of_the_same_masks(arch):
    arch = dataclasses.replace(arch, dropout=0.4)
    model, examples = random_model(arch), pairs(arch)
    batch, runner = pack(examples, np.arange(len(examples))), Runner(model)

    def run():
        return runner.forward(batch, np.random.default_rng(5))

    d_scores = upstream(run())
    assert not np.allclose(run().values, runner.forward(batch).values)
    run()
    analytic = runner.backward(d_scores).dense.flat.copy()
    direction = np.random.default_rng(6).normal(size=analytic.shape)
    value, sides = model.params.flat.copy(), []
    for sign in (1, -1):
        model.params.flat[:] = value + sign * 1e-6 * direction
        sides.append(np.sum(run().values * d_scores.values))
    assert analytic @ direction == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-5)


@pytest.mark.parametrize("arch", ARCHITECTURES, ids=name_of)
def test_held_out_targets_are_judged_in_their_order_whatever_their_mates(arch, monkeypatch):
    monkeypatch.setattr(batches, "MOST_ROWS", 2)
    model, examples = random_model(arch), pairs(arch)
    together, runner = recurrence_logits(Runner(model), examples), Runner(model)
    assert together.lengths.tolist() == list(TARGETS)
    monkeypatch.setattr(logits, "MOST_NUMBERS", 1)
    one_by_one = recurrence_logits(Runner(model), examples)
    np.testing.assert_allclose(together.values, one_by_one.values, atol=1e-12)
    for row, found in enumerate(together.per_sequence()):
        one = examples.select(np.array([row]))
        scores = runner.forward(pack(one, np.array([0]))).values
        own, steps = one.targets.values, np.arange(TARGETS[row])
        np.testing.assert_allclose(
            found[:, 0], losses.log_probabilities(scores)[steps, own], atol=1e-12
        )
        assert found[:, 1].tolist() == (scores.argmax(axis=1) == own).tolist()


def encoded_of(examples):
    """The sources as an encoder gives them; token k is called `t<k>`."""
    lengths = np.array(examples.lengths)
    tokens = [f"t{k}" for k in range(TOKENS)]
    texts = Tokenized(tokens=tokens, places=np.array(examples.steps, np.int32), lengths=lengths)
    return Encoded(
        steps=examples.steps,
        lengths=lengths,
        known=np.ones(len(lengths)),
        truncated=np.zeros(len(lengths), bool),
        copies=examples.copies,
        texts=texts,
    )


def every_draft(arch, model, examples, row, longest):
    """All sequences that end, with their scores, by the literal reference."""
    values, found = dict(model.arrays()), {}
    symbols = [s for s in range(SYMBOLS) if s != END]
    held = examples.copies[examples.select(np.array([row])).steps] if arch.copying else ()
    for length in range(longest):
        for own in itertools.product(symbols, repeat=length):
            if UNKNOWN in own and UNKNOWN not in held:
                continue
            target = Steps(values=np.array([*own, END]), lengths=np.array([length + 1]))
            one = dataclasses.replace(examples.select(np.array([row])), targets=target)
            log_p = losses.log_probabilities(reference_scores(arch, values, one))
            found[own] = float(log_p[np.arange(length + 1), target.values].mean())
    return found


@pytest.mark.parametrize("arch", [*ARCHITECTURES[:3], LAYERED], ids=name_of)
def test_a_wide_beam_writes_the_best_of_all_sequences(arch):
    model, examples, longest = random_model(arch), pairs(arch), 3
    written = drafts(Runner(model), encoded_of(examples), width=200, longest=longest)
    for row, found in enumerate(written.rows):
        wanted = every_draft(arch, model, examples, row, longest)
        assert {one.symbols: one.score for one in found} == pytest.approx(wanted)
        scores = [one.score for one in found]
        assert scores == sorted(scores, reverse=True)
        source = [f"t{k}" for k in examples.select(np.array([row])).steps]
        for one in found:
            assert len(one.copied) == one.symbols.count(UNKNOWN)
            assert set(one.copied) <= set(source)


@pytest.mark.parametrize("width", [1, 3])
def test_an_answer_depends_on_its_own_row_alone(width):
    arch = ARCHITECTURES[1]
    model, examples = random_model(arch), pairs(arch)
    together = drafts(Runner(model), encoded_of(examples), width=width, longest=9)
    for row, found in enumerate(together.rows):
        one = examples.select(np.array([row]))
        (alone,) = drafts(Runner(model), encoded_of(one), width=width, longest=9).rows
        assert [own.symbols for own in found] == [own.symbols for own in alone]
        assert [own.score for own in found] == pytest.approx([own.score for own in alone])


def test_greedy_answers_are_targets_of_which_each_symbol_is_the_most_probable():
    arch = ARCHITECTURES[1]
    model, examples = random_model(arch), pairs(arch)
    written = drafts(Runner(model), encoded_of(examples), width=1, longest=31)
    ended = [own[0] for own in written.rows if own[0].is_ended]
    assert ended
    for row, (own,) in enumerate(written.rows):
        if not own.is_ended:
            assert len(own.symbols) == 30
            continue
        target = Steps(
            values=np.array([*own.symbols, END]), lengths=np.array([len(own.symbols) + 1])
        )
        one = dataclasses.replace(examples.select(np.array([row])), targets=target)
        judged = recurrence_logits(Runner(model), one).values
        held = one.copies[one.steps]
        if UNKNOWN in held:  # else it is not to be written, however probable
            assert judged[:, 1].all()
        assert own.score == pytest.approx(judged[:, 0].mean())


@pytest.mark.parametrize(
    "changes", [{}, {"copying": True}, {"attention": False}, {"decoder_layers": 3}], ids=str
)
def test_no_bit_of_an_answer_depends_on_what_is_written_beside_it(changes):
    arch = writing_architecture(hidden_size=20, num_outputs=37, **changes)
    lengths = (3, 1, 290, 8, 17, 129, 2)
    model, examples = random_model(arch), pairs(arch, sources=lengths, targets=(1,) * 7)
    runner = Runner(model, alike=True)
    together = drafts(runner, encoded_of(examples), width=3, longest=6)
    for row, found in enumerate(together.rows):
        one = encoded_of(examples.select(np.array([row])))
        (alone,) = drafts(Runner(model, alike=True), one, width=3, longest=6).rows
        assert found == alone  # scores to the last bit


def test_each_input_has_a_limit_of_its_own():
    arch = ARCHITECTURES[0]
    model, examples = random_model(arch), pairs(arch)
    limits = np.array([1, 2, 3, 4, 5])
    found = drafts(Runner(model), encoded_of(examples), width=2, longest=limits)
    for row, limit in enumerate(limits.tolist()):
        one = encoded_of(examples.select(np.array([row])))
        (alone,) = drafts(Runner(model), one, width=2, longest=limit).rows
        assert [own.symbols for own in found.rows[row]] == [own.symbols for own in alone]
        assert len(found.best[row].symbols) < limit


def test_an_input_without_a_token_has_an_empty_answer():
    arch = ARCHITECTURES[0]
    model, examples = random_model(arch), pairs(arch, sources=(2, 1), targets=(1, 1))
    encoded = encoded_of(examples)
    empty = dataclasses.replace(
        encoded.texts, places=encoded.texts.places[:2], lengths=np.array([2, 0])
    )
    found = drafts(Runner(model), dataclasses.replace(encoded, texts=empty), width=1, longest=4)
    assert found.rows[1] == [Draft()]
    assert found.rows[0] != [Draft()]


def test_first_values_and_float32():
    arch = writing_architecture(dtype="float32", copying=True)
    model = Model(arch)
    model.params.flat.fill(7)
    model.initialise(np.random.default_rng(0))
    for name in ("start_bias", "attention_bias", "copying_bias", "head_bias", "decoder_bias"):
        assert not model.params[name].any(), name
    assert 7 not in model.params.flat
    scores = Runner(model).forward(pack(pairs(arch), np.arange(5)))
    assert scores.values.dtype == np.float32
