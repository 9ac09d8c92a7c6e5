"""Random models of the real Keras and PyTorch, saved by them, answer here as they do there.

Long forms, each in an environment that has the system (`pip install keras tensorflow-cpu`, or
`pip install torch`) beside what tests need; elsewhere they are skipped:

    python -m pytest --slow tests/modelfile/exchange/test_peers.py

Covers: modelfile/exchange/keras_file, modelfile/exchange/safetensors_file,
modelfile/exchange/onnx_file.
"""

import os
from itertools import product

import numpy as np
import pytest

from grucli.engine import losses
from tests.modelfile.exchange.taken import logits, ragged, write_series

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
CHANNELS, UNITS, CLASSES, TOKENS = 5, 6, 4, 9
NEAR = 2e-6  # they compute in float32
LABELS = [str(k) for k in range(CLASSES)]
KERAS = [*product(("GRU", "before", "SimpleRNN"), (1, 2), (1, 3), ("last", "mean", "max"))]
TORCH = [*product(("GRU", "RNN"), (1, 2), (1, 3), ("last", "mean", "max"))]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::Warning"),  # of the peers, which are not ours to mend
]


@pytest.fixture
def series(tmp_path):
    """Rows of all lengths up to 12, and the file that has them."""
    rows = ragged(np.random.default_rng(1), 24, CHANNELS, longest=12)
    return rows, write_series(tmp_path / "d.npz", rows, LABELS * 6)


@pytest.fixture
def texts(tmp_path):
    """Ids of texts, the file that has the texts, and the one that has the vocabulary."""
    rng = np.random.default_rng(2)
    vocabulary = ["", "[UNK]", *"abcdefg"]
    ids = [rng.integers(2, TOKENS, 1 + k % 7) for k in range(24)]
    lines = [f"{' '.join(vocabulary[k] for k in row)},{n % CLASSES}" for n, row in enumerate(ids)]
    (tmp_path / "d.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    (tmp_path / "tokens.txt").write_text("\n".join(vocabulary) + "\n")
    settings = f"data.vocabulary={tmp_path / 'tokens.txt'}", "data.tokens=space"
    return ids, tmp_path / "d.csv", settings


def check(path, data, theirs, *settings):
    """Compare probabilities, of all rows."""
    found, task = logits(path, data, *settings)
    order = [task.labels.index(label) for label in LABELS]
    ours = losses.probabilities(found)[:, order]
    assert np.ptp(theirs) > 0.05, "answers that are alike would hide mistakes"
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=NEAR)


def keras_model(keras, kind, directions, layers, pooling, *, embeds=False):
    parts = [keras.Input((None, CHANNELS)), keras.layers.Masking(99.0)]
    if embeds:
        embedding = keras.layers.Embedding(TOKENS, CHANNELS, mask_zero=True)
        parts = [keras.Input((None,), dtype="int32"), embedding]
    for number in range(layers):
        goes_on = number + 1 < layers or pooling != "last"
        options = {"return_sequences": goes_on, "name": f"any{number}"}
        if kind == "SimpleRNN":
            one = keras.layers.SimpleRNN(UNITS, **options)
        else:
            one = keras.layers.GRU(UNITS, reset_after=kind == "GRU", **options)
        parts.append(keras.layers.Bidirectional(one) if directions == 2 else one)
    if pooling != "last":
        kinds = {"mean": "GlobalAveragePooling1D", "max": "GlobalMaxPooling1D"}
        parts.append(getattr(keras.layers, kinds[pooling])())
    model = keras.Sequential([*parts, keras.layers.Dense(CLASSES, activation="softmax")])
    rng = np.random.default_rng(3)
    for variable in model.weights:  # biases of zero would hide mistakes
        variable.assign(rng.normal(0, 0.6, variable.shape))
    return model


@pytest.mark.parametrize(("kind", "directions", "layers", "pooling"), KERAS)
def test_keras_models_of_series(tmp_path, series, kind, directions, layers, pooling):
    keras = pytest.importorskip("keras")
    rows, data = series
    model = keras_model(keras, kind, directions, layers, pooling)
    model.save(tmp_path / "m.keras")
    check(tmp_path / "m.keras", data, np.concatenate([model(row[None]) for row in rows]))
    if pooling == "last":  # what is masked does not count
        padded = np.full((len(rows), 15, CHANNELS), 99.0, np.float32)
        for one, row in zip(padded, rows, strict=True):
            one[: len(row)] = row
        check(tmp_path / "m.keras", data, np.asarray(model(padded)))


@pytest.mark.parametrize("is_graph", [False, True], ids=["Sequential", "Functional"])
@pytest.mark.parametrize("pooling", ["last", "mean"])
def test_keras_models_of_texts(tmp_path, texts, pooling, is_graph):
    keras = pytest.importorskip("keras")
    ids, data, settings = texts
    model = keras_model(keras, "GRU", 2, 2, pooling, embeds=True)
    if is_graph:
        model = keras.Model(model.inputs, model.outputs)
    model.save(tmp_path / "m.keras")
    padded = np.zeros((len(ids), 9), np.int32)
    for one, row in zip(padded, ids, strict=True):
        one[: len(row)] = row
    check(tmp_path / "m.keras", data, np.asarray(model(padded)), *settings)


def torch_model(torch, kind, directions, layers, pooling, *, embeds=False):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.words = torch.nn.Embedding(TOKENS, CHANNELS) if embeds else torch.nn.Identity()
            cell = {"GRU": torch.nn.GRU, "RNN": torch.nn.RNN}[kind]
            both = directions == 2
            self.rnn = cell(CHANNELS, UNITS, layers, batch_first=True, bidirectional=both)
            self.head = torch.nn.Linear(UNITS * directions, CLASSES)

        def forward(self, x):
            every, last = self.rnn(self.words(x))
            if pooling == "last":
                pooled = torch.cat((last[-2], last[-1]), 1) if directions == 2 else last[-1]
            else:
                pooled = every.mean(1) if pooling == "mean" else every.max(1).values
            return self.head(pooled)

    model = Net().eval()
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.6, generator=generator)
    return model


def torch_answers(torch, model, rows):
    with torch.no_grad():
        each = [model(torch.tensor(row)[None]).softmax(1).numpy() for row in rows]
    return np.concatenate(each)


@pytest.mark.parametrize(("kind", "directions", "layers", "pooling"), TORCH)
def test_pytorch_models_of_series(tmp_path, series, kind, directions, layers, pooling):
    torch = pytest.importorskip("torch")
    save = pytest.importorskip("safetensors.torch").save_file
    rows, data = series
    model = torch_model(torch, kind, directions, layers, pooling)
    save(model.state_dict(), tmp_path / "m.safetensors")
    theirs = torch_answers(torch, model, rows)
    check(tmp_path / "m.safetensors", data, theirs, f"model.pooling={pooling}")
    axes = {"x": {0: "batch", 1: "time"}}
    example = torch.tensor(rows[5])[None]
    torch.onnx.export(
        model, (example,), tmp_path / "m.onnx", dynamo=False, input_names=["x"], dynamic_axes=axes
    )
    check(tmp_path / "m.onnx", data, theirs)


def test_pytorch_models_of_texts(tmp_path, texts):
    torch = pytest.importorskip("torch")
    save = pytest.importorskip("safetensors.torch").save_file
    ids, data, settings = texts
    model = torch_model(torch, "GRU", 2, 2, "last", embeds=True)
    save(model.state_dict(), tmp_path / "m.safetensors")
    theirs = torch_answers(torch, model, ids)
    check(tmp_path / "m.safetensors", data, theirs, *settings)
    axes = {"x": {0: "batch", 1: "time"}}
    torch.onnx.export(
        model,
        (torch.tensor(ids[5])[None],),
        tmp_path / "m.onnx",
        dynamo=False,
        input_names=["x"],
        dynamic_axes=axes,
    )
    check(tmp_path / "m.onnx", data, theirs, *settings)
