"""Starting from another model: what has the same meaning is copied, nothing else is."""

import dataclasses

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.text.encoder import TextEncoder
from grucli.errors import CheckpointError
from grucli.model.network import Model
from grucli.modelfile.checkpoint import SavedModel
from grucli.preparation.prepare import prepare
from grucli.training import initial_weights, new_run

SMALL = ("model.hidden_size=5", "model.embedding_size=4")


def prepared(tmp_path, *words, labels=("no", "yes"), settings=SMALL, origin=None):
    rows = [f"{word} {word},{labels[k % len(labels)]}" for k, word in enumerate(words * 4)]
    path = tmp_path / "t.csv"
    path.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = resolve(assignments=["data.valid=0", *settings]).config
    return prepare(str(path), config, "stop", origin)


def saved(data, seed=7):
    """A model for these data, with random weights that no other one has."""
    model = new_run.first_model(data)
    rng = np.random.default_rng(seed)
    for _, array in model.arrays():
        array[...] = rng.normal(size=array.shape)
    return SavedModel(
        model=model,
        encoder=data.encoder,
        task=data.task,
        remembered=data.remembered,
        card={},
        sha256="0123456789abcdef" * 4,
    )


def vector(model, encoder, token):
    assert isinstance(encoder, TextEncoder)
    return model.table[encoder.vocabulary.encode([token])[0]]


def test_shared_tokens_keep_their_vectors_and_new_ones_are_drawn(tmp_path):
    base = saved(prepared(tmp_path, "red", "green", "blue"))
    data = prepared(tmp_path, "blue", "pink", "red", "grey", "white")
    drawn, model = new_run.first_model(data), new_run.first_model(data)
    words = initial_weights.take_over(model, data, base, "base.npz")
    assert words == ("4 of 7 token vectors", "recurrent weights", "head")
    for token in ("red", "blue"):
        np.testing.assert_array_equal(
            vector(model, data.encoder, token), vector(base.model, base.encoder, token)
        )
    for token in ("pink", "grey", "white"):
        np.testing.assert_array_equal(
            vector(model, data.encoder, token), vector(drawn, data.encoder, token)
        )
    np.testing.assert_array_equal(model.table[:2], base.model.table[:2])  # unknown, empty
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, base.model.params[name])


@pytest.mark.parametrize("labels", [("no", "ja"), ("yes", "no", "perhaps")])
def test_a_head_of_other_labels_is_drawn_anew(tmp_path, labels):
    base = saved(prepared(tmp_path, "red", "green", "blue"))
    data = prepared(tmp_path, "red", "green", "blue", labels=labels)
    drawn, model = new_run.first_model(data), new_run.first_model(data)
    words = initial_weights.take_over(model, data, base, "base.npz")
    assert "no head (other labels), it is drawn anew" in words
    for name, array in model.params.items():
        source = drawn if name.startswith("head_") else base.model
        np.testing.assert_array_equal(array, source.params[name])


def test_a_model_that_is_built_otherwise_is_refused_with_all_that_differs(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    settings = ("model.hidden_size=6", "model.embedding_size=4", "model.cell=rnn")
    data = prepared(tmp_path, "red", "green", settings=settings)
    with pytest.raises(CheckpointError) as caught:
        initial_weights.take_over(new_run.first_model(data), data, base, "base.npz")
    (problem,) = caught.value.problems
    assert problem.startswith("base.npz: ")
    assert "cell gru, here rnn" in problem
    assert "hidden_size 5, here 6" in problem
    assert "embedding_size" not in problem


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (("red", "green"), "model.subwords=64", True),  # characters mean the same everywhere
        (("a", "b"), "model.subwords=64", True),
        (("a", "b", "c"), "model.subwords=64", False),  # other tokens have other numbers
        (("red", "green"), "model.subwords=32", False),
    ],
)
def test_vectors_of_ngrams_are_taken_over_where_they_are_of_the_same(
    tmp_path, words, text, expected
):
    settings = (*SMALL, "model.subwords=64")
    base = saved(prepared(tmp_path, *words[:2], settings=settings))
    data = prepared(tmp_path, *words, settings=(*SMALL, text))
    model = new_run.first_model(data)
    initial_weights.take_over(model, data, base, "base.npz")
    ours, theirs = (each.table[each.architecture.vocabulary_size :] for each in (model, base.model))
    assert np.array_equal(ours, theirs) == expected
    assert expected or not ours.any()


def test_ngrams_left_open_follow_the_model(tmp_path):
    base = saved(prepared(tmp_path, "red", settings=(*SMALL, "model.subwords=64")))
    data = prepared(tmp_path, "red", "blue", settings=(), origin=initial_weights.origin_of(base))
    assert data.config.model.subwords == 64
    assert new_run.first_model(data).architecture.subwords == "characters"


def test_dropout_and_precision_may_differ(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    settings = (*SMALL, "model.dropout=0.7", "training.dtype=float64")
    data = prepared(tmp_path, "red", "green", settings=settings)
    model = new_run.first_model(data)
    initial_weights.take_over(model, data, base, "base.npz")
    assert model.dtype == np.float64
    np.testing.assert_array_equal(model.params["head_bias"], base.model.params["head_bias"])


def test_numbers_and_texts_do_not_mix(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    x = np.random.default_rng(0).normal(size=(20, 4, 3)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.arange(20) % 2)
    config = resolve(assignments=["data.valid=0", "model.hidden_size=5"]).config
    data = prepare(str(tmp_path / "d.npz"), config, "stop")
    with pytest.raises(CheckpointError, match=r"base\.npz: reads text, the data are numbers"):
        initial_weights.take_over(new_run.first_model(data), data, base, "base.npz")
    series = saved(data)
    architecture = dataclasses.replace(series.model.architecture, input_size=2)
    other = dataclasses.replace(series, model=Model(architecture))
    with pytest.raises(CheckpointError, match="numbers a step 2, here 10"):
        initial_weights.take_over(new_run.first_model(data), data, other, "base.npz")


def test_settings_left_open_follow_the_model_so_that_it_fits(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    data = prepared(tmp_path, "red", settings=(), origin=initial_weights.origin_of(base))
    initial_weights.take_over(new_run.first_model(data), data, base, "base.npz")
    assert data.origin is not None
    assert data.origin.sha256 == "0123456789ab"
