"""Dead units remember nothing, whatever their gates do; frozen ones hold what they read."""

import dataclasses
from types import SimpleNamespace

import numpy as np

from grucli.inspection.living_units import living_times
from grucli.inspection.verdicts import verdicts
from grucli.report import comparison
from grucli.report.inspection import text
from tests.inspection.helpers import blocks, random_model
from tests.inspection.reports import REVIEWS, report, sample, text_model


def test_times_are_those_of_units_whose_state_varies():
    times = np.array([9.0, 1.0, 4.0, 20.0, 3.0])
    found = living_times(times, (0, 3))
    assert (found.longest, found.unit, found.median, found.dead) == (4.0, 2, 3.0, 2)
    whole = living_times(times, ())
    assert (whole.longest, whole.unit, whole.median, whole.dead) == (20.0, 3, 4.0, 0)
    assert living_times(times, range(5)) is None


def with_idle_unit(unit=4):
    """Return a model one unit of which keeps much, of nothing: its candidate is always 0."""
    model = random_model(hidden_size=9, bidirectional=False)
    p = blocks(model)
    for name in ("weight_ih", "weight_hh", "bias"):
        p[name][0, 2, unit] = 0
    p["bias_hn"][0, unit] = 0
    p["bias"][0, 1, unit] = 8
    return model


def test_a_dead_unit_is_not_the_longest():
    one = report(text_model(with_idle_unit()), None, sample(REVIEWS))
    (part,) = one.health
    assert part.dead == (4,)
    assert part.leak.argmax() == 4
    living = np.delete(part.leak, 4)
    unit = int(np.flatnonzero(part.leak == living.max())[0])
    shown = " ".join(text(one).split())
    assert (
        f"longest unit {living.max():.1f} (unit {unit}), median {np.median(living):.1f} "
        "(without 1 dead unit)"
    ) in shown


def test_a_frozen_unit_that_holds_something_is_the_longest():
    model = random_model(hidden_size=9, bidirectional=False)
    p = blocks(model)
    p["bias"][0, 1, 2] = 6  # writes a little at each step
    p["weight_ih"][0, 1, 2] = p["weight_hh"][0, 1, 2] = 0
    one = report(text_model(model), None, sample(REVIEWS))
    (part,) = one.health
    assert part.gates[0].open == (2,)
    assert part.dead == ()
    assert f"longest unit {part.leak[2]:.1f} (unit 2), median" in " ".join(text(one).split())


def test_where_all_units_are_dead_none_is_the_longest():
    model = random_model(bidirectional=False)
    p = blocks(model)
    for name in ("weight_ih", "weight_hh", "bias"):
        p[name][0, 2] = 0
    p["bias_hn"][...] = 0
    one = report(text_model(model), None, sample(REVIEWS))
    assert "layer 1 forward: none, all units are dead" in " ".join(text(one).split())


def test_what_a_dead_unit_keeps_is_no_memory():
    """A verdict and `--compare` speak of the same units as the line on leak times."""
    one = report(text_model(random_model(bidirectional=False)), None, sample(REVIEWS))
    far, data = (
        dataclasses.replace(one.horizons[0], h99=21),
        dataclasses.replace(one.input, answers=2),
    )
    times = np.array([1.0, 50.0, 2.0])
    part = dataclasses.replace(one.health[0], leak=times, reach=times)
    arch = dataclasses.replace(one.saved.model.architecture, pooling=("last",))
    for dead, of_candidate, longest in (((1,), True, "2.0"), ((), False, "50.0")):
        health = (dataclasses.replace(part, dead=dead),)
        found = verdicts(arch, data, health, (far, one.horizons[1]))
        given = [verdict.text for verdict in found if verdict.id == "memory.candidate_path"]
        assert bool(given) == of_candidate
        assert all("forget in 2.0 steps, but decisions need 21" in said for said in given)
        both = dataclasses.replace(one, health=health)
        rows = comparison.inside_rows(both, SimpleNamespace(other=both))
        assert ("leak time of the longest unit [steps]", longest, longest) in rows
