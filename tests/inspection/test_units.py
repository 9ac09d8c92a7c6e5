"""What units know and do, against models of which it is known.

Covers: inspection/clamped, report/units.
"""

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.records import Record
from grucli.engine.recurrent import CELLS
from grucli.inspection.clamped import Unit, clamped, units_of
from grucli.inspection.layers import Layer
from grucli.inspection.states import states_of
from grucli.inspection.units import areas, measure_units
from grucli.model.runner import Runner
from grucli.report.units import units_lines
from tests.examples import joined
from tests.inspection.helpers import random_model, random_tokens, recall_model
from tests.inspection.reports import text_model


@pytest.mark.parametrize("cell", CELLS)
def test_a_held_unit_has_its_number_at_every_step(cell):
    model = random_model(cell=cell, num_layers=2)
    held = {
        Unit(layer=Layer(number=0, direction="backward"), number=2): 0.3,
        Unit(layer=Layer(number=1, direction="forward"), number=0): -0.6,
    }
    examples = joined(random_tokens([5, 3, 4]))
    before, after = (
        states_of(Runner(one), examples, of_steps=True) for one in (model, clamped(model, held))
    )
    for unit, value in held.items():
        own = after[unit.layer]
        assert own[:, unit.number] == pytest.approx(value, abs=1e-12)
        assert before[unit.layer][:, unit.number] != pytest.approx(value)
    untouched = Layer(number=0, direction="forward")
    np.testing.assert_array_equal(after[untouched], before[untouched])
    assert len(list(units_of(model))) == 16


def test_areas_are_shares_of_pairs():
    rng = np.random.default_rng(0)
    states, labels = rng.integers(0, 5, (30, 3)).astype(float), rng.integers(0, 3, 30)
    found = areas(states, labels[:, None] == np.arange(3))
    for unit in range(3):
        for label in range(3):
            inside, outside = states[labels == label, unit], states[labels != label, unit]
            pairs = inside[:, None] - outside[None]
            expected = (pairs > 0).mean() + 0.5 * (pairs == 0).mean()
            assert found[unit, label] == pytest.approx(expected)


def test_the_one_unit_that_decides_is_encoded_and_used():
    words = ["filler"] * 4
    rows = [
        Record(number=k, text=" ".join([*words[: k % 4], cue, *words[k % 4 :]]), label=cue)
        for k in range(1, 41)
        for cue in ("bad", "good")
    ]
    saved = text_model(recall_model(), ("bad", "good"))
    found = measure_units(saved, rows, 0)
    (unit,) = found.uses
    assert unit.encoded == 1 > found.chance
    assert unit.lost == pytest.approx(0.49, abs=0.02)  # p(truth) falls to a half
    assert found.above_chance == 1
    lines = units_lines(found)
    assert max(map(cell_len, lines)) <= 80
    assert found.to_json()["units"][0]["encoded"] == 1
    assert measure_units(saved, rows[:1], 0) is None
    blind = [Record(number=k, text="filler", label=("bad", "good")[k % 2]) for k in range(20)]
    none = measure_units(saved, blind, 0)
    assert (none.above_chance, none.uses[0].encoded) == (0, 0.5)
