"""What units know and do, against models of which it is known.

Covers: inspection/clamped, inspection/unit_measure, report/units.
"""

import dataclasses
import json

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.batches import Examples, pack
from grucli.data.records import Record
from grucli.engine.recurrent import CELLS
from grucli.engine.steps import Steps
from grucli.inspection.clamped import Unit, clamped, units_of
from grucli.inspection.layers import Layer
from grucli.inspection.states import states_of
from grucli.inspection.unit_measure import measure_units
from grucli.model.runner import Runner
from grucli.report.units import units_lines
from grucli.tasks import task_type
from tests.examples import joined
from tests.inspection.helpers import random_model, random_tokens, recall_model
from tests.inspection.reports import text_model
from tests.tasks.tag.helpers import tagged


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
    assert (unit.answer, unit.rises) == ("good", True)
    assert found.whole == pytest.approx(0.99, abs=0.02)
    lines = units_lines(found)
    assert max(map(cell_len, lines)) <= 80
    assert "layer 1 forward unit 0     1.00  good   +0.4" in "\n".join(lines)
    assert found.to_json()["units"][0]["encoded"] == 1
    blind = [Record(number=k, text="filler", label=("bad", "good")[k % 2]) for k in range(20)]
    none = measure_units(saved, blind, 0)
    assert (none.above_chance, none.uses[0].encoded) == (0, 0.5)


def test_what_cannot_be_measured_says_why():
    saved = text_model(recall_model(), ("bad", "good"))
    one, other = (Record(number=k, text="x", label="bad") for k in (1, 2))
    for rows, why in (([], "two sequences"), ([one], "two sequences"), ([one, other], "the same")):
        found = measure_units(saved, rows, 0)
        assert why in found.reason
        assert why in " ".join(" ".join(units_lines(found)).split())
        assert found.to_json() == {"unmeasured": found.reason}


def answering(name, rows):
    """A random model of a task that was fitted to some rows."""
    task = task_type(name).fit("d.csv", rows)
    sizes = {"num_outputs": task.num_outputs, "hidden_size": 3, "num_layers": 2, "scale": 1.0}
    if task.writes:
        more = {"writes": True, "pooling": (), "attention": True, "decoder_layers": 2}
    else:
        more = {"reads_steps": True, "pooling": ()} if task.reads_steps else {}
    return dataclasses.replace(text_model(random_model(**sizes, **more)), task=task)


TEXTS = ["bad good filler", "good", "not very bad", "very good", "filler bad", "not", "bad not"]


def rows_of(field, values):
    pairs = enumerate(zip(TEXTS, values, strict=True), 1)
    return [Record(number=k, text=text, **{field: value}) for k, (text, value) in pairs]


def of_labels(saved, scores, row):
    p = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    return p[saved.task.labels.index(row.label)]


def of_sets(saved, scores, row):
    p = 1 / (1 + np.exp(-scores))
    return np.where(np.isin(saved.task.labels, row.labels), p, 1 - p).prod()


def of_numbers(saved, scores, row):
    return -abs(saved.task.mean + saved.task.scale * scores[0] - float(row.label))


def of_steps(saved, scores, row):
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = saved.task.encode([row]).values
    return p[np.arange(len(p)), truth].prod() ** (1 / len(p))


SETS = [("a",), ("a", "b"), (), ("b",), ("c", "a"), ("b",), ()]
TAGS = ["A B B", "B", "A A B", "B A", "B A", "A", "B A"]
TASKS = {
    "classify": (rows_of("label", "abcabca"), of_labels),
    "multilabel": (rows_of("labels", SETS), of_sets),
    "regress": (rows_of("label", ["1", "4.5", "-3", "2", "9", "0", "1"]), of_numbers),
    "tag": (tagged(*TAGS, words=TEXTS), of_steps),
    "generate": (rows_of("label", ["ab", "b", "ba", "aab", "", "bb", "a"]), of_steps),
}


@pytest.mark.parametrize("name", TASKS)
def test_what_is_lost_is_what_the_model_loses_with_the_unit_held(name):
    rows, truth_of = TASKS[name]
    saved = answering(name, rows)
    found = measure_units(saved, rows, 0)
    states = states_of(Runner(saved.model), examples_of(saved, rows), of_steps=True)
    means = {layer: own.mean(axis=0) for layer, own in states.items()}
    whole = truth(saved, saved.model, rows, truth_of)
    assert found.whole == pytest.approx(abs(whole))
    assert found.sequences == len(rows)
    assert [one.unit for one in found.uses] == list(units_of(saved.model))
    for one in found.uses:
        held = clamped(saved.model, {one.unit: means[one.unit.layer][one.unit.number]})
        lost = whole - truth(saved, held, rows, truth_of)
        assert one.lost == pytest.approx(lost, abs=1e-9)
        is_asked = one.unit.layer.is_decoder or name != "generate"
        assert (one.encoded is not None) == is_asked
    assert max(map(cell_len, units_lines(found))) <= 80
    json.dumps(found.to_json(), allow_nan=False)


def examples_of(saved, rows):
    targets = saved.task.encode(rows) if saved.task.writes else None
    return Examples.of(saved.encoder.encode(rows), targets)


def truth(saved, model, rows, truth_of):
    """Mean over rows of how near a model comes to the truth, a row at a time."""
    found = []
    for row in rows:
        scores = Runner(model).forward(pack(examples_of(saved, [row]), np.zeros(1, np.int64)))
        own = scores.values if isinstance(scores, Steps) else scores[0]
        found.append(truth_of(saved, own, row))
    return np.mean(found)
