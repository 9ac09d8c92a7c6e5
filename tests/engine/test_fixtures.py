"""The engine against PyTorch's and Keras's answers of `tests/fixtures`."""

from pathlib import Path

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.engine import losses, recurrent
from grucli.engine.optim import Adam
from grucli.engine.packing import Packing
from grucli.engine.params import Parameters
from grucli.engine.tape import Tape
from grucli.model.network import Architecture, Model
from grucli.model.runner import Runner
from tests.engine.helpers import backward
from tests.examples import joined
from tests.fixtures import classic

FIXTURES = Path(classic.__file__).parent


def load(peer):
    with np.load(FIXTURES / f"{peer}.npz") as archive:
        return {name: archive[name] for name in archive}


ANSWERS = {peer: load(peer) for peer in ("pytorch", "keras")}


def members(peer, case):
    """One case's arrays by their bare names."""
    prefix = f"{case}__"
    found = {k.removeprefix(prefix): v for k, v in ANSWERS[peer].items() if k.startswith(prefix)}
    assert found
    return found


CASES = [
    (peer, case, cell)
    for peer, answers in ANSWERS.items()
    for case in sorted({name.split("__")[0] for name in answers if "__" in name})
    if (cell := case.rsplit("_", 2)[0]) in recurrent.CELLS
]


def layers_of(given):
    """Parameters by layer."""
    layers = []
    for number in range(len(given["h0"])):
        prefix = f"layer{number}_"
        layers.append({k.removeprefix(prefix): v for k, v in given.items() if k.startswith(prefix)})
    return layers


def padded(packing, packed):
    """(B, T, ...) with zeros in the padding."""
    array = np.zeros((packing.batch_size, packing.num_steps, *packed.shape[1:]))
    array[packing.row, packing.step] = packed
    return array


def run_stack(cell, given):
    """Outputs, final states and all gradients, named as in the fixtures."""
    packing, layers = Packing(given["lengths"]), layers_of(given)
    tapes = [Tape(np.float64) for _ in layers]
    x = given["x"][packing.row, packing.step]
    for params, tape, h0 in zip(layers, tapes, given["h0"], strict=True):
        x, final = recurrent.forward(cell, params, x, packing, tape, h0)
    answer = {"outputs": padded(packing, x), "final": final.copy()}
    d_x, d_final, d_h0 = given["G"][packing.row, packing.step], given["F"], []
    for number, (params, tape) in reversed(list(enumerate(zip(layers, tapes, strict=True)))):
        grads = Parameters({name: value.shape for name, value in params.items()}, np.float64)
        d_x, d_start = backward(cell, params, packing, tape, d_x, d_final, grads)
        d_final = None
        d_h0.insert(0, d_start)
        answer |= {f"d_layer{number}_{name}": gradient for name, gradient in grads.items()}
    return answer | {"d_x": padded(packing, d_x), "d_h0": np.stack(d_h0)}


@pytest.mark.parametrize(("peer", "case", "cell"), CASES)
def test_values_and_gradients_equal_the_peers(peer, case, cell):
    given = members(peer, case)
    answer = run_stack(cell, given)
    inputs = {"x", "h0", "lengths", "G", "F"}
    expected = {n for n in given if n not in inputs and not n.startswith("layer")}
    assert set(answer) == expected
    for name in sorted(expected):
        np.testing.assert_allclose(answer[name], given[name], atol=1e-10, rtol=0, err_msg=name)


def test_both_peers_answer_for_both_cells_and_directions():
    found = {case[:2] for case in CASES}
    for name in ("gru_1l_1d", "gru_1l_2d", "rnn_1l_1d", "rnn_1l_2d"):
        assert found >= {("pytorch", name), ("keras", name), ("pytorch", name.replace("1l", "2l"))}


def train(dtype):
    """20 steps of Adam on the classic program: the losses before each, and the trained model."""
    problem = classic.classic_problem()
    model = Model(
        Architecture(
            cell="gru",
            vocabulary_size=0,
            input_size=classic.I,
            hidden_size=classic.H,
            num_layers=1,
            bidirectional=False,
            pooling=("last",),
            dropout=0.0,
            token_dropout=0.0,
            num_outputs=1,
            dtype=dtype,
        )
    )
    for name in classic.PARAMETERS:
        weights(model, name)[...] = problem[name]
    examples = joined(list(problem["X"]), problem["y"].astype(int).tolist())
    adam = Adam(beta1=classic.BETA1, beta2=classic.BETA2, epsilon=classic.EPS)
    runner = Runner(model)
    moments = [np.zeros_like(model.params.flat) for _ in range(adam.num_moments)]
    history, size = [], classic.BATCH_SIZE
    for step in range(classic.NUM_BATCHES):
        batch = pack(examples, np.arange(step * size, (step + 1) * size))
        loss, d_logits = losses.cross_entropy(runner.forward(batch), batch.targets)
        history.append(loss / size)
        grads = runner.backward(d_logits / size).dense.flat
        adam.update_(
            model.params.flat,
            grads,
            moments,
            learning_rate=classic.LEARNING_RATE,
            decay=0.0,
            step=step + 1,
        )
    return np.array(history), model


def weights(model, name):
    return model.params[name if name.startswith("head") else f"layer0_{name}"]


@pytest.mark.parametrize(
    ("peer", "case", "dtype", "tolerance"),
    [
        ("pytorch", "classic_torch", "float32", 1e-5),
        ("keras", "classic_keras", "float32", 1e-5),
        ("pytorch", "classic_torch64", "float64", 1e-9),
    ],
)
def test_twenty_steps_of_training_equal_the_peers(peer, case, dtype, tolerance):
    expected = members(peer, case)
    assert classic.fingerprint(classic.classic_problem()) == str(expected["fingerprint"])
    assert float(expected["eps"]) == classic.EPS
    history, model = train(dtype)
    assert expected["losses"][0] > expected["losses"][-1] + 0.05
    np.testing.assert_allclose(history, expected["losses"], atol=tolerance, rtol=0)
    for name in classic.PARAMETERS:
        trained = weights(model, name).astype(np.float64)
        norm = float(expected[f"{name}_norm"])
        assert np.linalg.norm(trained) == pytest.approx(norm, rel=10 * tolerance), name
        np.testing.assert_allclose(
            classic.sample(trained),
            expected[f"{name}_sample"],
            atol=10 * tolerance,
            rtol=0,
            err_msg=name,
        )
