import numpy as np
import pytest
from autograd import jacobian

from grucli.data import batches
from grucli.data.batches import bounded, pack
from grucli.engine.recurrent import CELLS, of_direction
from grucli.inspection.health import HealthMeter, gates_see_states, leak_time
from grucli.model.runner import Runner
from tests import reference
from tests.examples import joined
from tests.inspection.helpers import blocks, literal, random_model, random_tokens

LENGTHS = (5, 1, 9, 3, 9, 2, 7)


def measured(model, sequences, low=0.1, high=0.9):
    runner = Runner(model)
    meter = HealthMeter(runner, low, high)
    for batch in bounded(joined(sequences)):
        runner.forward(batch)
        meter.add()
    return meter.result()


@pytest.mark.parametrize("rows", [2, 64])
def test_statistics_are_those_of_a_literal_run_over_the_real_steps(monkeypatch, rows):
    monkeypatch.setattr(batches, "MOST_ROWS", rows)
    model = random_model(scale=2.0, num_layers=2)
    sequences = random_tokens(LENGTHS)
    traces = [literal(model, ids) for ids in sequences]
    parts = measured(model, sequences, 0.2, 0.7)
    assert [(p.layer, p.direction) for p in parts] == [
        (layer, name) for layer in (0, 1) for name in ("forward", "backward")
    ]
    for part in parts:
        key = part.layer, ("forward", "backward").index(part.direction)
        r, z, n, h = np.concatenate([trace[key] for trace in traces]).swapaxes(0, 1)
        assert [gate.name for gate in part.gates] == ["keep", "reset"]
        for gate, g in zip(part.gates, (z, r), strict=True):
            np.testing.assert_allclose(gate.mean, g.mean(axis=0), rtol=1e-12)
            np.testing.assert_allclose(gate.sd, g.std(axis=0), rtol=1e-12)
            np.testing.assert_allclose(gate.low, (g < 0.2).mean(axis=0))
            np.testing.assert_allclose(gate.high, (g > 0.7).mean(axis=0))
            np.testing.assert_allclose(gate.slope, (g * (1 - g)).mean(axis=0), rtol=1e-12)
        assert part.clipped == (np.abs(n) > 0.97).mean()
        np.testing.assert_allclose(part.leak, -1 / np.log(z).mean(axis=0), rtol=1e-9)
        reach = [
            sum(
                np.prod(trace[key][-k:, 1], axis=0) >= np.exp(-1)
                for k in range(1, len(trace[key]) + 1)
            )
            for trace in traces
        ]
        np.testing.assert_allclose(part.reach, np.mean(reach, axis=0), rtol=1e-12)
        assert part.dead == ()
        assert h.var(axis=0).min() > 0


def test_planted_faults_are_named_and_nothing_else():
    model = random_model(hidden_size=9, bidirectional=True, scale=0.7)
    p = blocks(model)
    for d, shift in ((0, 0), (1, 3)):  # other units in the second direction
        frozen, no_carry, shut, constant, dead = (np.arange(5) + shift) % 9
        p["bias"][d, 1, frozen] = 60
        p["bias"][d, 1, no_carry] = -60
        p["bias"][d, 0, shut] = -60
        for name in ("weight_ih", "weight_hh", "bias"):
            p[name][d, 1, constant] = 0
            p[name][d, 2, dead] = 0
        p["bias_hn"][d, dead] = 0
    for part, shift in zip(measured(model, random_tokens((30, 20, 25))), (0, 3), strict=True):
        keep, reset = part.gates
        assert keep.open == (shift,)
        assert keep.shut == (shift + 1,)
        assert reset.shut == (shift + 2,)
        assert reset.open == ()
        assert keep.constant == (shift + 1, shift + 3)  # a dead one's gate is not worth a bias
        assert reset.constant == (shift + 2,)
        assert part.dead == (shift, shift + 4)  # a frozen unit never leaves its first state


def test_no_alarm_on_healthy_models():
    for seed in range(50):
        for part in measured(random_model(seed, 0.5, hidden_size=8), random_tokens((12, 9, 4))):
            assert part.dead == ()
            assert all(not (g.constant or g.open or g.shut) for g in part.gates)


def test_a_plain_network_has_no_gates_but_a_dead_unit():
    model = random_model(cell="rnn", scale=2.0)
    for name in ("weight_ih", "weight_hh", "bias"):
        model.params[f"layer0_{name}"][0, 2] = 0
    first, second = measured(model, random_tokens(LENGTHS))
    assert first.gates == second.gates == ()
    assert first.leak is None
    assert (first.dead, second.dead) == ((2,), ())
    assert 0 < first.clipped < 1


def test_a_minimal_network_has_no_reset_gate_and_no_tanh():
    model = random_model(cell="mingru", num_layers=1)
    model.params["layer0_bias"][:, 2] = 50
    for part in measured(model, random_tokens(LENGTHS)):
        (keep,) = part.gates
        assert (keep.name, keep.open, part.clipped) == ("keep", (2,), None)
        assert part.leak.shape == part.reach.shape == keep.mean.shape


def test_one_step_says_nothing_of_dead_units():
    (part, _) = measured(random_model(), random_tokens((1,)))
    assert part.dead == ()


def test_leak_time_stays_finite():
    with np.errstate(all="raise"):
        leak = leak_time(np.array([0.0, -1e-30, np.log(0.5), -800.0]))
    np.testing.assert_allclose(leak[[0, 1]], 1e6, rtol=1e-6)
    assert leak[2] == -1 / np.log(0.5)
    assert 0 < leak[3] < 0.1


def test_a_keep_gate_that_underflows_leaks_at_once():
    model = random_model(bidirectional=False)
    blocks(model)["bias"][0, 1] = -2000
    with np.errstate(all="raise", under="ignore"):
        (part,) = measured(model, random_tokens(LENGTHS))
    assert np.all(part.leak < 0.1)


def test_behind_a_stride_times_count_the_steps_of_the_sequence():
    strided = random_model(vocabulary_size=0, input_size=2, hidden_size=4, convolution=3)
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(n, 2)) for n in LENGTHS]
    parts = measured(strided, sequences)
    runner = Runner(strided)
    seen = [runner.forward(batch) is not None for batch in bounded(joined(sequences))]
    assert runner.packing.lengths.tolist() == [3, 3, 3, 2, 1, 1, 1]
    assert len(seen) == 1
    keep = of_direction(runner.tapes[0]["gates"], 0, 2)[2]  # of the one batch
    np.testing.assert_allclose(parts[0].leak, -3 / np.log(keep).mean(axis=0), rtol=1e-9)
    assert [part.name for part in parts] == ["layer 1 forward", "layer 1 backward"]


def test_products_of_keep_are_the_derivative_where_no_gate_sees_a_state():
    """Of a mingru; of a gru they are not, for its candidate and its gates see the state."""
    for cell in ("mingru", "gru"):
        model = random_model(cell=cell, bidirectional=False)
        (ids,) = random_tokens([9])
        runner = Runner(model)
        runner.forward(pack(joined([ids]), np.array([0])))
        gates = of_direction(runner.tapes[0]["gates"], 0, 1)
        keep = gates[CELLS[cell].GATES.index("keep")]
        params = {name: value[0] for name, value in model.params.within("layer0_").items()}
        x, size = model.table[ids], model.architecture.hidden_size

        def last(h, first, cell=cell, params=params, x=x):
            return reference.run_direction(cell, params, x[first:], h)[-1]

        state = reference.run_direction(cell, params, x[:4], np.zeros(size))[-1]
        found = jacobian(last)(state, 4)
        exact = np.allclose(found, np.diag(keep[4:].prod(axis=0)), rtol=0, atol=1e-12)
        assert exact == (not gates_see_states(cell))
