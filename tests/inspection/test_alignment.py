"""What each symbol of an answer looks at, of a model whose weights say it."""

import numpy as np
import pytest

from grucli.data.records import Record, Remembered
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import END, Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine import losses, recurrent
from grucli.engine.packing import Packing
from grucli.engine.tape import Tape
from grucli.inspection.alignment import align
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import scores_of
from grucli.tasks import task_type
from grucli.tasks.drafts import END_SHOWN
from tests import reference
from tests.model.test_decoder import writing_architecture

TEXTS = ["ab", "ba", "abba"]


@pytest.fixture(name="saved", params=[{}, {"copying": True}, {"decoder_layers": 2}], ids=str)
def saved_model(request):
    task = task_type("generate")(symbols=Symbols.fit(TEXTS, "char"), longest=6)
    encoder = TextEncoder(Vocabulary(["a", "b"]), "char", 9)
    sizes = {"num_outputs": task.num_outputs, "vocabulary_size": 4}
    model = Model(writing_architecture(**sizes, **request.param))
    rng = np.random.default_rng(1)
    model.params.flat[:] = rng.normal(0, 0.7, model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    if model.architecture.copying:
        encoder.copies = task.copies_of(encoder.vocabulary)
    return SavedModel(model=model, encoder=encoder, task=task, remembered=Remembered(), card={})


def test_it_is_read_again_as_it_was_written(saved):
    found = align(saved, Record(number=4, text="abba"), "text 4")
    assert (found.name, found.text, found.source) == ("text 4", "abba", ("a", "b", "b", "a"))
    assert found.weights.shape == (len(found.symbols), 4)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1)
    assert np.log(found.probabilities).mean() == pytest.approx(found.score)
    ended = found.symbols[-1] == END_SHOWN
    assert len(found.symbols) <= saved.task.longest
    assert len(found.symbols) == saved.task.longest - 1 or ended


def test_weights_are_those_of_the_equations(saved):
    found, params = align(saved, Record(number=1, text="ab"), "x"), saved.model.params
    sources, start = states_of(saved, "ab")
    keys = sources @ params["attention_source"][: len(start)].T
    first = decoder_step(saved, start, 0)
    np.testing.assert_allclose(found.weights[0], losses.probabilities((first @ keys.T)[None])[0])


def states_of(saved, text):
    """States of the encoder, and the first one of the decoder, by the engine alone."""
    model, encoded = saved.model, saved.encoder.encode([Record(number=1, text=text)])
    packing, x = Packing(encoded.lengths), model.table[encoded.steps]
    layer = model.params.within("layer0_")
    states, final = recurrent.forward("gru", layer, x, packing, Tape(np.float64))
    start = np.tanh(final[0] @ model.params["start_weight"].T + model.params["start_bias"])
    return states, start


def decoder_step(saved, state, symbol):
    cell = {name: value[0] for name, value in saved.model.params.within("decoder_").items()}
    return reference.gru_step(cell, saved.model.params["symbols"][symbol], state)


def test_gates_of_the_decoder_are_those_of_the_equations(saved):
    found = align(saved, Record(number=1, text="ab"), "x")
    layers = saved.model.architecture.decoder_layers
    written = found.traces[-layers]  # the lowest of them
    _, start = states_of(saved, "ab")
    number = len(found.symbols) + (found.symbols[-1] != END_SHOWN)
    assert len(written.maps["keep"]) == number
    (draft,) = scores_of(saved.task, Runner(saved.model), encoded(saved, "ab")).best
    state, states = start, []
    for symbol in (END, *draft.symbols):
        state = decoder_step(saved, state, symbol)
        states.append(state)
    np.testing.assert_allclose(written.maps["state"], np.reshape(states, (number, -1)))


def encoded(saved, text):
    return saved.encoder.encode([Record(number=1, text=text)])


def test_an_empty_input_has_looked_at_nothing(saved):
    found = align(saved, Record(number=1, text=""), "text 1")
    assert found.traces == ()
    assert (found.answer, found.symbols, found.weights.shape) == ("", (), (0, 1))
    assert found.to_json()["weights"] == []


def test_as_json(saved):
    found = align(saved, Record(number=1, text="ab"), "text 1").to_json()
    assert list(found) == [
        "name",
        "text",
        "answer",
        "score",
        "source",
        "symbols",
        "probabilities",
        "weights",
        "effects",
        "instead",
        "gates",
    ]
    directions = [one["direction"] for one in found["gates"]]
    layers = saved.model.architecture.decoder_layers
    assert directions == ["forward", "backward", *["decoder"] * layers]
    assert len(found["weights"]) == len(found["symbols"]) == len(found["probabilities"])
