"""States in the order of the data, against the equations written step by step."""

import dataclasses

import numpy as np

from grucli.data.text.symbols import END
from grucli.engine.steps import Steps
from grucli.inspection.layers import Layer, layers_of
from grucli.inspection.states import states_of
from grucli.model.network import Model
from grucli.model.runner import Runner
from tests import reference
from tests.examples import joined
from tests.inspection.helpers import literal, random_model, random_tokens
from tests.model.test_decoder import writing_architecture

LENGTHS = [4, 1, 6, 3]


def step(model, name, x, state):
    cell = {key: value[0] for key, value in model.params.within(name).items()}
    return reference.gru_step(cell, x, state)


def test_all_layers_of_an_encoder_in_both_directions():
    model, texts = random_model(num_layers=2), random_tokens(LENGTHS)
    both = [states_of(Runner(model), joined(texts), of_steps=own) for own in (True, False)]
    alone = [literal(model, ids) for ids in texts]
    assert list(both[0]) == list(layers_of(model.architecture))
    for layer in both[0]:
        each = [own[layer.number, layer.way][:, 3] for own in alone]
        in_order = [own[::-1] if layer.way else own for own in each]
        np.testing.assert_allclose(both[0][layer], np.concatenate(in_order), atol=1e-12)
        np.testing.assert_allclose(both[1][layer], [own[-1] for own in each], atol=1e-12)


def test_all_layers_of_a_decoder_while_it_reads_targets():
    model = Model(
        writing_architecture(
            num_outputs=7, vocabulary_size=7, attention=False, bidirectional=False, decoder_layers=3
        )
    )
    rng = np.random.default_rng(0)
    model.params.flat[:] = rng.normal(0, 0.7, model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    sources = random_tokens(LENGTHS)
    texts = [[*rng.integers(2, 7, n).tolist(), END] for n in (2, 5, 0, 3)]
    read = Steps(values=np.concatenate(texts), lengths=np.array([len(own) for own in texts]))
    examples = dataclasses.replace(joined(sources), targets=read)
    found, last = (states_of(Runner(model), examples, of_steps=own) for own in (True, False))
    decoders = [Layer(number=number, direction="decoder") for number in range(3)]
    assert list(found)[-3:] == list(last)[-3:] == decoders
    expected = [decoded(model, ids, text) for ids, text in zip(sources, texts, strict=True)]
    for number, layer in enumerate(decoders):
        own = [each[number] for each in expected]
        np.testing.assert_allclose(found[layer], np.concatenate(own), atol=1e-12)
        np.testing.assert_allclose(last[layer], [each[-1] for each in own], atol=1e-12)
    assert not any(
        layer.is_decoder for layer in states_of(Runner(model), joined(sources), of_steps=True)
    )


def decoded(model, ids, text):
    """States of three layers of a decoder without attention, step by step: [(T, H), …]."""
    states = [literal(model, ids)[0, 0][-1, 3], *np.zeros((2, 4))]
    found = []
    for symbol in [END, *text[:-1]]:
        states[0] = step(model, "decoder_", model.params["symbols"][symbol], states[0])
        given = states[0]
        for k in (1, 2):
            states[k] = step(model, f"decoder{k}_", given, states[k])
            given = given + states[k]
        found.append(list(states))
    return np.moveaxis(np.array(found), 1, 0)
