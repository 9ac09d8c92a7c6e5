import dataclasses
import io
import json

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.engine import losses
from grucli.errors import ConfigError
from grucli.inspection import arrays
from grucli.inspection.arrays import check_size, trace
from grucli.inspection.chosen import Shown
from grucli.inspection.measure import inspect
from grucli.prediction.stream import predict
from tests.inspection.helpers import SETTINGS, literal, random_model
from tests.inspection.reports import LABELS, REVIEWS, sample, series_model, text_model


def traced(saved, records):
    return trace(inspect("m.npz", saved, Shown(), SETTINGS, sample(records)), records)


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gates_and_states_are_those_of_the_literal_network(num_layers, bidirectional):
    saved = text_model(random_model(num_layers=num_layers, bidirectional=bidirectional))
    found = traced(saved, REVIEWS)
    names = [name for name in found if name.startswith("layer")]
    assert len(names) == num_layers * (1 + bidirectional) * 4
    np.testing.assert_array_equal(found["offsets"], found["state_offsets"])
    for k, record in enumerate(REVIEWS):
        rows = slice(*found["offsets"][k : k + 2])
        ids = saved.encoder.encode([record]).steps
        for (layer, direction), expected in literal(saved.model, ids).items():
            in_text_order = expected[::-1] if direction else expected
            prefix = f"layer{layer + 1}_{('forward', 'backward')[direction]}_"
            for kind, values in zip(
                ("reset", "keep", "candidate", "state"),
                np.moveaxis(in_text_order, 1, 0),
                strict=True,
            ):
                array = found[prefix + kind]
                assert array.dtype == np.float32
                np.testing.assert_allclose(array[rows], values, rtol=0, atol=1e-6)


@pytest.mark.parametrize("cell", ["gru", "gru_before", "mingru"])
def test_the_arrays_keep_the_convention(cell):
    found = traced(text_model(random_model(cell=cell)), REVIEWS)
    for direction, back in (("forward", 1), ("backward", -1)):
        keep, candidate, state = (
            found[f"layer1_{direction}_{kind}"].astype(float)
            for kind in ("keep", "candidate", "state")
        )
        for first, stop in zip(found["offsets"], found["offsets"][1:], strict=False):
            z, n, h = (array[first:stop][::back] for array in (keep, candidate, state))
            before = np.vstack([np.zeros_like(h[:1]), h[:-1]])
            np.testing.assert_allclose(h, (1 - z) * n + z * before, rtol=0, atol=1e-6)


def test_a_plain_recurrent_network_has_states_alone():
    found = traced(text_model(random_model(cell="rnn", bidirectional=False)), REVIEWS)
    assert [name for name in found if name.startswith("layer")] == ["layer1_forward_state"]


def test_tokens_and_answers_are_those_of_the_records():
    saved = text_model()
    found = traced(saved, REVIEWS)
    assert found["labels"].tolist() == list(LABELS)
    assert found["records"].tolist() == [1, 2, 3, 4, 5]
    assert found["targets"].tolist() == [0, 0, 1, -1, -1]
    tokens = np.split(found["tokens"], found["offsets"][1:-1])
    assert [part.tolist() for part in tokens[:2]] == [["very", "good"], ["<empty>"]]
    assert tokens[2].tolist() == ["not", "好", "good"] * 9
    known = np.split(found["known"], found["offsets"][1:-1])
    assert known[2].tolist() == [True, False, True] * 9
    assert known[1].tolist() == [True]
    (answers,) = predict(saved, REVIEWS)
    probabilities = losses.probabilities(answers.scores)
    np.testing.assert_allclose(found["probabilities"], probabilities, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found["predictions"], probabilities.argmax(axis=1))


def test_long_tokens_are_cut_and_long_texts_as_the_model_reads_them():
    record = Record(number=7, text="\x1b[2J\u202e " + "x" * 999 + " a b c d")
    found = traced(text_model(max_length=3), [record])
    assert found["tokens"].tolist() == ["\x1b[2J\u202e", "x" * 64, "a"]
    assert found["offsets"].tolist() == [0, 3]


def test_values_stand_in_the_units_of_the_data():
    saved = series_model()
    records = [
        Record(number=k, values=np.full((n, 3), k, np.float32)) for k, n in enumerate((2, 600), 1)
    ]
    scaled = dataclasses.replace(saved)
    found = traced(scaled, records)
    assert "tokens" not in found
    assert found["offsets"].tolist() == [0, 2, 502]  # at most 500 are read
    np.testing.assert_array_equal(found["values"][:, 0], [1] * 2 + [2] * 500)


def test_equal_calls_give_equal_bytes_that_load_without_pickle():
    files = []
    for _ in range(2):
        file = io.BytesIO()
        np.savez(file, **traced(text_model(), REVIEWS))
        files.append(file.getvalue())
    assert files[0] == files[1]
    with np.load(io.BytesIO(files[0]), allow_pickle=False) as loaded:
        meta = json.loads(loaded["meta"].tobytes())
        assert meta["schema"] == "grucli.traces/1"
        assert meta["input"]["sequences"] == 5
        assert all(loaded[name].dtype.kind in "iufbU" for name in loaded)


def test_what_would_take_too_much_is_refused_with_its_size(monkeypatch):
    saved = text_model()
    steps = sum(max(1, len((record.text or "").split())) for record in REVIEWS)
    size = steps * 2 * 4 * saved.model.architecture.hidden_size * 4
    monkeypatch.setattr(arrays, "MOST_BYTES", size)
    check_size(saved, REVIEWS)
    monkeypatch.setattr(arrays, "MOST_BYTES", size - 1)
    with pytest.raises(ConfigError, match=r"5 sequences, at most .* fewer with --sample"):
        check_size(saved, REVIEWS)
