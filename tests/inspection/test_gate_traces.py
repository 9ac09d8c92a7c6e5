"""Maps of gates: the gates of the literal equations, units by an independent eigenvector."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.inspection.gate_traces import (
    AGES,
    MOST_COLUMNS,
    columns,
    component_order,
    gate_traces,
    kinds_of,
)
from grucli.model.runner import Runner
from tests.inspection.helpers import literal, random_model
from tests.inspection.reports import WORDS, text_model

TEXT = "very good bad filler not good very very bad"


def traced(text=TEXT, **changes):
    saved = text_model(random_model(**changes), max_length=2000)
    encoded = saved.encoder.encode([Record(number=1, text=text)])
    return saved.model, encoded.steps, gate_traces(Runner(saved.model, alike=True), encoded)


def test_maps_are_the_gates_in_the_order_of_the_text():
    model, ids, traces = traced(num_layers=2)
    expected = literal(model, ids)
    assert [(trace.layer, trace.direction) for trace in traces] == [
        (layer, direction) for layer in (0, 1) for direction in ("forward", "backward")
    ]
    for trace in traces:
        d = int(trace.direction == "backward")
        reset, keep, candidate, state = np.moveaxis(expected[trace.layer, d], 1, 0)
        if d:
            reset, keep, candidate, state = (rows[::-1] for rows in (reset, keep, candidate, state))
        assert tuple(trace.maps) == ("keep", "reset", "written", "state")
        for kind, rows in zip(
            trace.maps, (keep, reset, (1 - keep) * np.abs(candidate), state), strict=True
        ):
            np.testing.assert_allclose(trace.maps[kind], rows, atol=1e-12)


def test_carried_is_the_product_of_the_keeps_of_an_age():
    model, ids, traces = traced(TEXT + " " + " ".join(["not good"] * 20))
    for trace in traces:
        keep = literal(model, ids)[0, int(trace.direction == "backward")][:, 1]
        old = [
            [np.prod(keep[max(0, t + 1 - age) : t + 1], axis=0).mean() for age in AGES]
            for t in range(len(keep))
        ]
        found = trace.carried[::-1] if trace.direction == "backward" else trace.carried
        np.testing.assert_allclose(found, old, rtol=1e-10)
        np.testing.assert_allclose(trace.carried_at_the_end, old[-1], rtol=1e-10)


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("rnn", ("state",)),
        ("mingru", ("keep", "written", "state")),
        ("gru", ("keep", "reset", "written", "state")),
        ("gru_before", ("keep", "reset", "written", "state")),
    ],
)
def test_each_cell_has_the_maps_that_it_has_gates_for(cell, kinds):
    _, ids, traces = traced(cell=cell, num_layers=2)
    assert kinds_of(cell) == kinds
    for trace in traces:
        assert tuple(trace.maps) == kinds
        assert all(own.shape == (len(ids), 4) for own in trace.maps.values())
        assert (trace.carried is None) == (cell == "rnn")


def test_units_stand_by_their_weight_in_the_leading_eigenvector():
    rng = np.random.default_rng(0)
    base = rng.normal(size=30)
    weights = np.array([0.5, -2, 0, 1, 3, -0.1])
    states = np.outer(base, weights) + rng.normal(0, 1e-3, (30, 6))
    values, vectors = np.linalg.eigh(np.cov(states.T))
    leading = vectors[:, values.argmax()]
    leading *= np.sign(leading[np.abs(leading).argmax()])
    assert component_order(states) == tuple(np.argsort(-leading))
    assert component_order(states) == (4, 3, 0, 2, 5, 1)


def test_ties_stand_by_index_and_a_sign_does_not_turn_them_over():
    states = np.outer(np.arange(5.0), [1, -1, 1, 0, -1])
    assert component_order(states) == component_order(-states) == (0, 2, 3, 1, 4)
    assert component_order(np.ones((7, 3))) == (0, 1, 2)
    assert component_order(np.ones((1, 3)) / 3) == (0, 1, 2)


def test_columns_are_means_and_the_last_one_may_be_short():
    values = np.arange(14.0).reshape(7, 2)
    expected = [[2, 3], [8, 9], [12, 13]]
    np.testing.assert_array_equal(columns(values, 3), expected)
    np.testing.assert_array_equal(columns(values[:, 0], 7), [6])


def test_a_long_sequence_is_drawn_in_windows():
    model, ids, (trace,) = traced(" ".join(WORDS * 200), bidirectional=False)
    keep = literal(model, ids)[0, 0][:, 1]
    assert len(ids) == 1000
    assert (trace.stride, trace.window) == (1, 3)
    assert len(trace.maps["keep"]) == 334 <= MOST_COLUMNS
    np.testing.assert_allclose(trace.maps["keep"][1], keep[3:6].mean(axis=0), atol=1e-12)
    small = trace.shrunk("keep", 2, 10)
    assert small.shape == (2, 10)
    first = trace.maps["keep"][:34, list(trace.order[:2])].mean()
    assert small[0, 0] == pytest.approx(first)


def test_strides_of_convolutions_count_as_steps():
    _, ids, traces = traced(convolution=2)
    for trace in traces:
        assert (trace.stride, trace.window) == (2, 2)
        assert len(trace.maps["state"]) == -(-len(ids) // 2)
