"""What reports conclude of memory, gates and units, and that it never contradicts itself."""

import dataclasses
import functools

import pytest

from grucli.inspection.health import LayerHealth
from grucli.inspection.memory import SIDES, Horizon
from grucli.inspection.report import Report
from grucli.inspection.verdicts import IDS, verdicts
from grucli.report.inspection import text
from tests.inspection.helpers import blocks, random_model, recall_model
from tests.inspection.reports import REVIEWS, report, sample, text_model, texts


def verdict_ids(one: Report):
    return [verdict.id for verdict in one.verdicts]


def recall(first):
    """Forty texts of 21 words whose first or last one decides."""
    filler = " ".join(["filler"] * 20)
    cues = ("bad", "good") * 20
    pairs = [(f"{cue} {filler}" if first else f"{filler} {cue}", cue) for cue in cues]
    return report(text_model(recall_model(), ("bad", "good")), None, sample(texts(*pairs)))


@functools.cache
def recalled():
    """Return what is known of the inputs of one report, and the architecture of a model."""
    return recall(first=True).input, random_model(num_outputs=1, pooling=("mean",)).architecture


def memory_verdicts(*h99, median=20.0, long=21.0):
    """Return the ids of what is said of both horizons, from the end and from the start."""
    horizons = [
        Horizon(side=side, steps=(1,), agreement=(1.0,), distance=(0.0,), h99=steps)
        for side, steps in zip(SIDES, h99, strict=True)
    ]
    data, architecture = recalled()
    data = dataclasses.replace(data, median_length=median, long_length=long)
    return [verdict.id for verdict in verdicts(architecture, data, (NO_GATES,), horizons)]


NO_GATES = LayerHealth(
    layer=0, direction="forward", gates=(), dead=(), clipped=0.0, leak=None, reach=None
)


@pytest.mark.parametrize(
    ("end", "start", "expected"),
    [
        (21, 21, ["memory.whole"]),
        (19, 20, ["memory.whole"]),
        (21, 1, ["memory.ignores_end"]),
        (1, 21, ["memory.ignores_start"]),
        (3, 12, ["memory.ignores_start"]),
        (1, 2, ["memory.redundant"]),
        (3, 3, ["memory.redundant"]),
        (21, 12, []),
        (12, 21, []),
        (10, 10, []),
    ],
)
def test_what_is_said_of_both_ends_never_contradicts_itself(end, start, expected):
    assert memory_verdicts(end, start) == expected
    assert {f"memory.{name}" for name in ("whole", "redundant")} < set(IDS)


def test_every_pair_of_horizons_has_at_most_one_verdict():
    for end in range(1, 22):
        for start in range(1, 22):
            assert len(memory_verdicts(end, start)) <= 1


def test_redundant_sequences_ignore_neither_end():
    """The same word at both ends: each of them decides alone."""
    filler = " ".join(["filler"] * 20)
    pairs = [(f"{cue} {filler} {cue}", cue) for cue in ("bad", "good") * 20]
    one = report(text_model(recall_model(), ("bad", "good")), None, sample(texts(*pairs)))
    assert one.input.accuracy == 1
    (verdict,) = [one for one in one.verdicts if one.id.startswith("memory.")]
    assert verdict.id == "memory.redundant"
    assert (verdict.value, verdict.value < verdict.threshold) == (1, True)
    assert "! either end alone decides, within 1 step: " in text(one)


def test_verdicts_on_memory():
    whole, last = recall(first=True), recall(first=False)
    assert whole.input.accuracy == last.input.accuracy == 1
    assert "memory.whole" not in verdict_ids(whole)
    assert "memory.ignores_end" in verdict_ids(whole)
    assert "memory.ignores_start" in verdict_ids(last)
    assert "memory.whole" not in verdict_ids(last)
    assert "memory.candidate_path" not in verdict_ids(last)  # one step needs no memory
    assert "H99 = 21 steps from the end, 1 from the start" in text(whole)
    assert "H99 = 1 step from the end, 21 from the start" in text(last)


def test_memory_without_the_keep_gate_is_said_to_run_through_the_candidate():
    model = recall_model()  # h = tanh(3 h + 6 cue): a latch; keep is always 0
    p = blocks(model)
    p["weight_ih"][...] = 0
    p["bias"][0, 1] = -40
    p["bias"][0, 0] = 40  # reset never shuts
    p["weight_ih"][0, 2, 0] = (6, 0)
    p["weight_hh"][0, 2] = 3
    cues = ("bad", "good") * 20
    pairs = [(f"{cue} {' '.join(['filler'] * 20)}", cue) for cue in cues]
    one = report(text_model(model, ("bad", "good")), None, sample(texts(*pairs)))
    assert one.input.accuracy == 1
    assert one.horizons[0].h99 == 21
    assert "memory.candidate_path" in verdict_ids(one)
    assert "memory.candidate_path" not in verdict_ids(recall(first=True))


def test_pooling_reads_all_states_so_nothing_is_said_of_the_candidate_path():
    model = random_model(num_outputs=1, bidirectional=False, pooling=("mean",))
    one = report(text_model(model, ("a", "b")), None, sample(REVIEWS))
    assert "memory.candidate_path" not in verdict_ids(one)


def test_a_model_with_one_answer_has_no_memory_to_speak_of():
    model = random_model(num_outputs=1)
    model.params["head_bias"][...] = 1000
    one = report(text_model(model, ("a", "b")), None, sample(REVIEWS))
    assert verdict_ids(one) == ["memory.one_answer"]


def test_planted_units_are_named_in_text_and_verdicts():
    model = random_model(hidden_size=9, bidirectional=False, scale=0.5)
    p = blocks(model)
    p["bias"][0, 1, 2] = 60
    p["bias"][0, 0, 7] = -60
    one = report(text_model(model), None, sample(REVIEWS))
    assert {v.id: v.value for v in one.verdicts if v.id.startswith("gates.")} == {
        "gates.dead_units": 1,
        "gates.frozen": 1,
        "gates.reset_shut": 1,
        "gates.constant_reset": 1,
    }
    shown = " ".join(text(one).split())
    assert "frozen: unit 2" in shown
    assert "always reset: unit 7" in shown
    assert "1 of 9 units is dead, with a state that never varies: unit 2 (counted from 0)" in shown
    assert "1 of 9 units always resets, with reset below 0.01: unit 7 (counted from 0)" in shown
    assert "no carry" not in shown


def test_units_are_counted_and_then_listed():
    one = report(
        text_model(random_model(hidden_size=30, bidirectional=False)), None, sample(REVIEWS)
    )
    (part,) = one.health
    for dead, said in (
        ((3,), "1 of 30 units is dead, with a state that never varies: unit 3 (counted from 0)"),
        ((3, 5), "2 of 30 units are dead, with a state that never varies: units 3 5 (counted"),
        (tuple(range(29)), "29 of 30 units are dead, with a state that never varies: units 0 1 2"),
        (tuple(range(30)), "all 30 units are dead, with a state that never varies; try"),
    ):
        idle = dataclasses.replace(part, dead=dead)
        found = verdicts(one.saved.model.architecture, one.input, (idle,), one.horizons)
        (text_of,) = [own.text for own in found if own.id == "gates.dead_units"]
        assert said in text_of
        assert ("11 … (counted from 0)" in text_of) == (len(dead) == 29)


def test_one_step_is_no_number_of_steps():
    assert "decided by the first step: " in str(recall(first=True).verdicts)
    assert "decided by the last step: " in str(recall(first=False).verdicts)
