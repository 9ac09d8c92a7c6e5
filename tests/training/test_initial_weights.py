"""Starting from another model: it answers as before, until it learns, and answers more."""

import dataclasses

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.batches import Examples
from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.engine import losses
from grucli.errors import CheckpointError, ConfigError
from grucli.model.logits import recurrence_logits
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.preparation.prepare import prepare
from grucli.tasks.classify.task import Classify
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


def test_a_chain_keeps_what_it_knows_of_the_labels_that_both_have():
    theirs = np.arange(1.0, 9).reshape(4, 2)  # of a and b; the last rows begin and end
    outputs = np.array([[0.0, 1], [0, 0], [1, 0]])  # b, a new one, a
    ours = np.full((5, 3), np.nan)
    initial_weights._take_over_chain(ours, theirs, outputs)
    assert ours.tolist() == [[4, 0, 3], [0, 0, 0], [2, 0, 1], [6, 0, 5], [8, 0, 7]]


def vector(model, encoder, token):
    assert isinstance(encoder, TextEncoder)
    return model.table[encoder.vocabulary.encode([token])[0]]


def grown(tmp_path, base, *words, **options):
    """Return data by which the base has grown, the model with its weights, and what was said."""
    data = prepared(tmp_path, *words, origin=initial_weights.origin_of(base), **options)
    model = new_run.first_model(data)
    return data, model, initial_weights.take_over(model, data, base, "base.npz")


def scores(model, encoder, records):
    """Return what a model says of records, without anything else that it may be mixed with."""
    return recurrence_logits(Runner(model), Examples.of(encoder.encode(records)))


def probabilities(task, found, labels):
    """Return (n, len(labels)) of these labels alone, summing to 1."""
    columns = [task.labels.index(label) for label in labels]
    own = losses.probabilities(found)[:, columns]
    return own / own.sum(axis=1, keepdims=True)


def check_answers_stay(base, data, model, records):
    """Compare what both say of records, of the labels that both have."""
    labels = base.task.labels
    before = probabilities(base.task, scores(base.model, base.encoder, records), labels)
    after = probabilities(data.task, scores(model, data.encoder, records), labels)
    assert np.ptp(before) > 0.1, "the check sees nothing where all answers are alike"
    np.testing.assert_allclose(after, before, atol=1e-6)


def texts(*several):
    return [Record(number=k, text=text) for k, text in enumerate(several, start=1)]


OLD_TEXTS = texts("red green", "blue", "", "green pink red", "white", "blue blue grey red red")


def test_all_tokens_keep_their_vectors_and_new_ones_begin_as_unknown(tmp_path):
    base = saved(prepared(tmp_path, "red", "green", "blue"))
    data, model, words = grown(tmp_path, base, "blue", "pink", "red", "grey", "white")
    assert words == ("5 token vectors kept and 3 added", "recurrent weights", "head with 2 labels")
    assert data.encoder.vocabulary.tokens[:3] == base.encoder.vocabulary.tokens
    for token in ("red", "green", "blue"):
        np.testing.assert_array_equal(
            vector(model, data.encoder, token), vector(base.model, base.encoder, token)
        )
    for token in ("pink", "grey", "white"):
        assert data.encoder.vocabulary.encode([token])[0] >= 5
        np.testing.assert_array_equal(vector(model, data.encoder, token), base.model.table[0])
    np.testing.assert_array_equal(model.table[:2], base.model.table[:2])  # unknown, empty
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, base.model.params[name])
    check_answers_stay(base, data, model, OLD_TEXTS)


LABELS = {
    "two stay two": (("no", "yes"), ("yes", "no"), ("no", "yes")),
    "of two one is there": (("no", "yes"), ("yes", "yes"), ("no", "yes")),
    "two become three": (("no", "yes"), ("perhaps",), ("no", "yes", "perhaps")),
    "two become five": (("no", "yes"), ("z", "yes", "a", "k"), ("no", "yes", "a", "k", "z")),
    "three stay three": (("b", "c", "a"), ("c", "a"), ("a", "b", "c")),
    "three become five": (("b", "c", "a"), ("0", "b", "z"), ("a", "b", "c", "0", "z")),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_head_keeps_its_labels_and_grows(tmp_path, case):
    old, new, labels = LABELS[case]
    base = saved(prepared(tmp_path, "red", "green", "blue", labels=old))
    data, model, words = grown(tmp_path, base, "red", "pink", "blue", labels=new)
    assert data.task.labels == labels
    added = len(labels) - len(old)
    kept = f"head with {len(old)} labels"
    assert words[-1] == (f"{kept} kept and {added} added" if added else kept)
    check_answers_stay(base, data, model, OLD_TEXTS)
    drawn = new_run.first_model(data)
    for name in ("head_weight", "head_bias"):
        if added:
            np.testing.assert_array_equal(model.params[name][-added:], drawn.params[name][-added:])


MISTAKES = {
    "rows in another order": lambda outputs: outputs[::-1],
    "the same row twice": lambda outputs: outputs[[0, *range(len(outputs) - 1)]],
    "the other sign": lambda outputs: -outputs,
    "not halved": lambda outputs: 2 * outputs,
    "one row too few": lambda outputs: outputs * (np.arange(len(outputs)) > 0)[:, None],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_wrong_rows_of_a_head_are_found(tmp_path, monkeypatch, mistake):
    base = saved(prepared(tmp_path, "red", "green", "blue"))
    own = Classify.outputs_from
    wrong = MISTAKES[mistake]
    monkeypatch.setattr(Classify, "outputs_from", lambda self, other: wrong(own(self, other)))
    data, model, _ = grown(tmp_path, base, "red", "pink", labels=("maybe", "yes"))
    with pytest.raises(AssertionError, match="Not equal"):
        check_answers_stay(base, data, model, OLD_TEXTS)


def test_what_has_grown_grows_no_more_by_the_same_data(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    data, _, _ = grown(tmp_path, base, "pink", "red", labels=("no", "so"))
    again = saved(data)
    twice, copy, words = grown(tmp_path, again, "pink", "red", labels=("no", "so"))
    assert twice.encoder.vocabulary == data.encoder.vocabulary
    assert (twice.task, twice.encoder.max_length) == (data.task, data.encoder.max_length)
    assert words == ("5 token vectors", "recurrent weights", "head with 3 labels")
    for (name, array), (_, other) in zip(copy.arrays(), again.model.arrays(), strict=True):
        np.testing.assert_array_equal(array, other, err_msg=name)


def test_a_full_vocabulary_takes_no_new_tokens_and_says_so(tmp_path):
    base = saved(prepared(tmp_path, "red", "green", "blue"))
    for most, tokens in ((2, 3), (3, 3), (4, 4)):
        settings = (*SMALL, f"data.max_vocabulary={most}")
        data, _, words = grown(tmp_path, base, "pink", "grey", settings=settings)
        assert len(data.encoder.vocabulary.tokens) == tokens
        assert "(data.max_vocabulary allows no more)" in words[0]


def test_a_longer_text_of_before_is_still_read_to_its_end(tmp_path):
    base = saved(prepared(tmp_path, "red red red red red", "green"))
    data, model, _ = grown(tmp_path, base, "blue")
    assert data.encoder.max_length == base.encoder.max_length == 10
    check_answers_stay(base, data, model, texts("red " * 5 + "green " * 5, "green " * 12))


@pytest.mark.parametrize(
    ("settings", "old", "new", "labels"),
    [
        ("task=multilabel", ("b;a", "c", ""), ("a;0", "b"), ("a", "b", "c", "0")),
        ("task=regress", ("1", "2.5", "7"), ("-20", "900"), ()),
    ],
)
def test_other_tasks_say_what_they_said(tmp_path, settings, old, new, labels):
    read = (*SMALL, settings, *(["data.label_separator=;"] if labels else []))
    base = saved(prepared(tmp_path, "red", "green", "blue", labels=old, settings=read))
    read = SMALL  # the task and the separator are those of the model
    data, model, _ = grown(tmp_path, base, "pink", "blue", labels=new, settings=read)
    assert (data.task.name, data.task.labels) == (base.task.name, labels)
    before = scores(base.model, base.encoder, OLD_TEXTS)
    after = scores(model, data.encoder, OLD_TEXTS)
    assert np.ptp(before) > 0.1
    np.testing.assert_allclose(after[:, : before.shape[1]], before, atol=1e-6)
    again = data.task.grown("t.csv", [])
    assert again.labels == data.task.labels
    if not labels:
        np.testing.assert_array_equal(data.task.values(after), base.task.values(before))


def test_another_task_is_refused(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    other = dataclasses.replace(base, task=Other())
    with pytest.raises(ConfigError, match=r"task: is classify, but the .* has other; omit one"):
        grown(tmp_path, other, "red", settings=(*SMALL, "task=classify"))


class Other:
    """What names itself: nothing more is asked of a task that does not fit."""

    name = "other"


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
    ("words", "kind"), [(("red", "green"), "characters"), (("a", "b", "c"), "tokens")]
)
@pytest.mark.parametrize("buckets", [64, 32])
def test_vectors_of_ngrams_are_taken_over_where_they_are_of_the_same(
    tmp_path, words, kind, buckets
):
    settings = (*SMALL, "model.subwords=64")
    base = saved(prepared(tmp_path, *words, settings=settings))
    settings = (*SMALL, f"model.subwords={buckets}")
    data, model, _ = grown(tmp_path, base, *words, "b d", settings=settings)
    assert model.architecture.subwords == kind
    ours, theirs = (each.table[each.architecture.vocabulary_size :] for each in (model, base.model))
    if buckets == 64:
        np.testing.assert_array_equal(ours, theirs)
        check_answers_stay(base, data, model, texts(*words, " ".join(words[:2]), ""))
    else:
        assert not ours.any()


def test_the_kind_of_ngrams_stays(tmp_path):
    base = saved(prepared(tmp_path, "red", "green", settings=(*SMALL, "model.subwords=64")))
    data, model, _ = grown(tmp_path, base, "a", "b")  # by themselves they would be characters
    assert (data.encoder.mode, model.architecture.subwords) == (base.encoder.mode, "characters")
    check_answers_stay(base, data, model, OLD_TEXTS)


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


def series(tmp_path, rng_seed, labels, steps=6, scale=1.0, origin=None, settings=()):
    """Return series of two channels, of a level that their file has."""
    rng = np.random.default_rng(rng_seed)
    x = 5 + scale * rng.normal(size=(20, steps, 2)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.resize(labels, 20))
    config = resolve(assignments=["data.valid=0", "model.hidden_size=5", *settings]).config
    return prepare(str(tmp_path / "d.npz"), config, "stop", origin), x


def test_series_keep_their_scale(tmp_path):
    data, x = series(tmp_path, 0, ["up", "down"])
    base = saved(data)
    origin = initial_weights.origin_of(base)
    new, _ = series(tmp_path, 1, ["flat", "up"], steps=9, scale=100.0, origin=origin)
    assert new.task.labels == ("down", "up", "flat")
    assert new.encoder.max_length == 9
    for ours, theirs in zip(
        new.encoder.arrays().values(), data.encoder.arrays().values(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    model = new_run.first_model(new)
    words = initial_weights.take_over(model, new, base, "base.npz")
    assert words == ("recurrent weights", "head with 2 labels kept and 1 added")
    records = [Record(number=k, values=np.float64(one)) for k, one in enumerate(x, start=1)]
    check_answers_stay(base, new, model, records)


def test_series_seen_in_other_ways_are_refused(tmp_path):
    base = saved(series(tmp_path, 0, ["up", "down"])[0])
    origin = initial_weights.origin_of(base)
    seen = "data.channels=[shape, values, change, place]"  # as many numbers, with another meaning
    data, _ = series(tmp_path, 0, ["up", "down"], origin=origin, settings=[seen])
    with pytest.raises(CheckpointError, match=r"data\.channels values, shape, change, place, h"):
        initial_weights.take_over(new_run.first_model(data), data, base, "base.npz")


def test_texts_read_by_other_tokens_are_refused(tmp_path):
    base = saved(prepared(tmp_path, "red", "green"))
    with pytest.raises(CheckpointError, match=r"data\.tokens auto, here char; omit"):
        grown(tmp_path, base, "red", settings=(*SMALL, "data.tokens=char"))
