"""A `.keras` file may hold anything: nothing outside it is opened, and memory has a bound."""

import io
import json
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

from grucli.errors import CheckpointError, show_path
from grucli.modelfile.exchange.reading import read_foreign
from tests.modelfile.exchange import keras_model as keras

LAYERS = keras.sequential(keras.recurrent("GRU", "g", 4), keras.dense(3))


def weights():
    rng = np.random.default_rng(1)
    return {
        "layers/gru/cell": keras.weights_of(rng, "GRU", 3, 4),
        "layers/dense": [np.ones((4, 3), np.float32), np.ones(3, np.float32)],
    }


def with_h5(path, change, config=LAYERS):
    """Write a file whose weights were changed while they were open."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for place, arrays in weights().items():
            for number, array in enumerate(arrays):
                file[f"{place}/vars/{number}"] = array
        change(file)
    keras.write_members(path, json.dumps(config), held.getvalue())
    return path


def refused(path):
    with pytest.raises(CheckpointError) as error:
        read_foreign(path)
    (problem,) = error.value.problems
    assert problem.startswith(f"{show_path(path)}: ")
    assert ";" in problem, "no mend"
    return problem


def assert_is_whole(found):
    """Whatever else of a file was changed, the numbers are those that were written."""
    ours = found.layers[0]
    kernel, _, bias = weights()["layers/gru/cell"]  # columns keep | reset | candidate
    np.testing.assert_array_equal(ours["weight_ih"][0, 4:8], kernel.T[:4])
    np.testing.assert_array_equal(ours["bias_hn"][0], bias[1, 8:])
    np.testing.assert_array_equal(found.head_weight, np.ones((3, 4)))
    np.testing.assert_array_equal(found.head_bias, np.ones(3))


def test_a_file_as_keras_writes_it_is_read(tmp_path):
    assert_is_whole(read_foreign(with_h5(tmp_path / "m.keras", lambda file: None)))


def external_link(file, path):
    del file["layers/dense"]
    file["layers/dense"] = h5py.ExternalLink(str(path), "/layers/dense")


def soft_link(file, path):
    file.move("layers/dense", "elsewhere")
    file["layers/dense"] = h5py.SoftLink("/elsewhere")


def external_data(file, path):
    del file["layers/dense/vars/1"]
    path.write_bytes(bytes(12))
    group = file["layers/dense/vars"]
    group.create_dataset("1", (3,), "<f4", external=[(str(path), 0, 12)])


def virtual_data(file, path):
    del file["layers/dense/vars/1"]
    layout = h5py.VirtualLayout((3,), "<f4")
    layout[:] = h5py.VirtualSource(str(path), "x", (3,))
    file["layers/dense/vars"].create_virtual_dataset("1", layout)


@pytest.mark.parametrize("change", [external_link, soft_link, external_data, virtual_data])
def test_what_lies_elsewhere_is_not_opened(tmp_path, change):
    other = tmp_path / "other.h5"
    if change is not external_data:
        with h5py.File(other, "w") as file:
            file["layers/dense/vars/0"], file["x"] = np.ones((4, 3), "f4"), np.ones(3, "f4")
            file["layers/dense/vars/1"] = np.ones(3, "f4")
    model = with_h5(tmp_path / "m.keras", lambda file: change(file, other))
    assert "of its own" in (problem := refused(model)) or "outside" in problem


def huge(file):
    del file["layers/dense/vars/0"]
    group = file["layers/dense/vars"]
    group.create_dataset("0", (1 << 17, 1 << 17), "<f4", chunks=(1024, 1024))


def packed(file):
    del file["layers/dense/vars/0"]
    group = file["layers/dense/vars"]
    group.create_dataset("0", data=np.zeros((4096, 4096), "f4"), compression="gzip")


@pytest.mark.parametrize("change", [huge, packed])
def test_an_array_takes_no_more_memory_than_the_file(tmp_path, change):
    model = with_h5(tmp_path / "m.keras", change)
    tracemalloc.start()
    try:
        assert "compressed" in refused(model)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_zip_bomb_is_not_opened(tmp_path):
    model = tmp_path / "m.keras"
    keras.write_members(model, " " * (64 << 20), b"", zipfile.ZIP_DEFLATED)
    assert "compressed or too large" in refused(model)


def integers(file):
    del file["layers/dense/vars/1"]
    file["layers/dense/vars/1"] = np.arange(3)


def one_more(file):
    file["layers/dense/vars/2"] = np.ones(3)


def a_group(file):
    del file["layers/dense/vars/1"]
    file.create_group("layers/dense/vars/1")


@pytest.mark.parametrize("change", [integers, one_more, a_group])
def test_other_arrays_are_refused(tmp_path, change):
    assert "layers/dense" in refused(with_h5(tmp_path / "m.keras", change))


CONFIGS = {
    "no JSON": "{",
    "no object": "[]",
    "deep": "[" * 100_000,
    "no layers": '{"class_name": "Sequential", "config": {}}',
    "no names": '{"class_name": "Sequential", "config": {"layers": [{"config": {}}]}}',
    "another model": '{"class_name": "Mine", "config": {}}',
    "numbers": '{"class_name": "Sequential", "config": {"layers": 7}}',
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_that_keras_does_not_write_is_refused(tmp_path, name):
    model = tmp_path / "m.keras"
    held = io.BytesIO()
    h5py.File(held, "w").close()
    keras.write_members(model, CONFIGS[name], held.getvalue())
    refused(model)


def test_layers_that_read_each_other_in_a_circle_are_refused(tmp_path):
    graph = [
        (keras.layer("InputLayer", "in"), (), ()),
        (keras.recurrent("GRU", "a", 4), ("b",), ()),
        (keras.dense(3, name="b"), ("a",), ()),
    ]
    config = keras.functional(graph, ["in", 0, 0], [["b", 0, 0]])
    model = with_h5(tmp_path / "m.keras", lambda file: None, config)
    assert "circle" in refused(model)


@pytest.mark.parametrize(
    ("inputs", "outputs"), [([["in", 0, 0]] * 2, ["d", 0, 0]), (["in", 0, 0], [["d", 0, 0]] * 2)]
)
def test_several_inputs_or_outputs_are_refused(tmp_path, inputs, outputs):
    graph = [(keras.layer("InputLayer", "in"), (), ()), (keras.dense(3, name="d"), ("in",), ())]
    config = keras.functional(graph, inputs, outputs)
    assert "several of" in refused(with_h5(tmp_path / "m.keras", lambda file: None, config))


def test_cuts_are_refused_and_changed_bytes_change_no_number(tmp_path):
    whole = with_h5(tmp_path / "m.keras", lambda file: None).read_bytes()
    rng, model = np.random.default_rng(2), tmp_path / "d.keras"
    for size in rng.integers(0, len(whole), 40):
        model.write_bytes(whole[:size])
        refused(model)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] = rng.integers(256)
        model.write_bytes(damaged)
        try:
            found = read_foreign(model)
        except CheckpointError:
            continue
        assert_is_whole(found)


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_a_missing_member_is_named(tmp_path, missing):
    model = keras.write(tmp_path / "m.keras", LAYERS, weights(), without=(missing,))
    assert missing in refused(model)


def test_a_small_file_that_is_compressed_is_refused_too(tmp_path):
    packed_zip = zipfile.ZIP_DEFLATED
    model = keras.write(tmp_path / "m.keras", LAYERS, weights(), compression=packed_zip)
    assert "compressed" in refused(model)
