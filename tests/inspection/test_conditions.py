import pytest

from grucli.errors import ConfigError
from grucli.inspection.chosen import Shown
from grucli.inspection.conditions import Condition
from grucli.inspection.measure import inspect
from grucli.inspection.verdicts import IDS
from tests.inspection.helpers import SETTINGS, random_model
from tests.inspection.reports import LABELS, REVIEWS, sample, text_model

REPORT = {
    "schema": "grucli.gates/1",
    "meta": {"input": {"accuracy": None, "rows": 5}, "model": "m.npz"},
    "data": {
        "model": {"parameters": {"total": 7, "layer 1": 3, "a.b": 2, "<x>": 4}},
        "gates": [
            {"clipped": 0.25, "gates": [{"name": "keep", "mean": [0.1, 0.9]}], "dead": [3, 17]},
            {"clipped": 0.5, "gates": [{"name": "reset", "mean": [0.3, None]}], "dead": []},
        ],
        "memory": [{"side": "end", "h99": 24}, {"side": "start", "h99": 1}],
        "examples": [{"name": "#12", "margin": -0.5, "check": None}],
    },
    "verdicts": [
        {"id": "gates.dead_units", "value": 2},
        {"id": "gates.dead_units", "value": 5},
    ],
}


@pytest.mark.parametrize(
    ("given", "offender"),
    [
        ("gates.dead_units>0", 5),  # the verdict's id, over the layers
        ("gates.dead_units<3", 2),
        ("gates.dead_units > 5", None),
        ("gates.frozen>0", None),  # a verdict that was not given
        ("memory.h99>=24", 24),
        ("memory.h99<=24", 1),
        ("memory.start.h99>1", None),
        ("memory.0.h99>1", 24),
        ("data.memory.end.h99>1e0", 24),
        ("gates.clipped>.3", 0.5),
        ("gates.0.clipped>.3", None),
        ("gates.gates.mean<0.2", 0.1),
        ("gates.gates.mean.0>0.2", 0.3),
        ("gates.gates.keep.mean.1>0.2", 0.9),
        ("gates.gates.reset.mean>0.2", 0.3),  # an undefined one beside it
        ("model.parameters.a.b>1", 2),
        ("model.parameters.layer 1>1", 3),
        ("model.parameters.<x>>=4", 4),
        ("meta.input.rows<6", 5),
        ("examples.#12.margin<0", -0.5),
        ("examples.margin<-1", None),
    ],
)
def test_what_holds(given, offender):
    assert Condition.read(given).offender(REPORT) == offender


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("memory.hh99>1", "did you mean 'memory.h99'"),
        ("gates.dead_unit>1", "did you mean 'gates.dead_units'"),
        ("memory.7.h99>1", "no figure"),
        ("gates.dead_units.3>1", "no figure"),
        ("model>1", "no figure"),  # no number
        ("schema>1", "no figure"),
        ("x\x1b[2J\u202e>1", "--json prints all"),
        ("input.accuracy<0.5", "is undefined here"),
        ("examples.check.parts<1", "is undefined here"),
    ],
)
def test_what_is_not_there(given, says):
    with pytest.raises(ConfigError, match=r"^--fail-if: ") as caught:
        Condition.read(given).offender(REPORT)
    (line,) = caught.value.problems
    assert says in line
    assert len(line) <= 190
    assert line.isprintable()


@pytest.mark.parametrize(
    "given", ["", "a", ">1", "a>", "a>b", "a==1", "a=1", "a!=1", "a>nan", "a<inf"]
)
def test_what_is_no_condition(given):
    with pytest.raises(ConfigError, match="must be FIGURE>VALUE"):
        Condition.read(given)


def test_ids_are_those_that_verdicts_have():
    model = random_model(scale=3.0)
    model.params["layer0_weight_ih"][...] = 0
    model.params["layer0_weight_hh"][...] = 0
    model.params["layer0_bias"][...] = 9
    models = [model, random_model(num_outputs=1), random_model(pooling=("last",))]
    models[1].params["head_weight"][...] = 0
    found = set()
    for one in models:
        saved = text_model(one, LABELS[: max(2, one.architecture.num_outputs)])
        report = inspect("m.npz", saved, Shown(), SETTINGS, sample(REVIEWS)).to_json()
        found |= {verdict["id"] for verdict in report["verdicts"]}
        for verdict in report["verdicts"]:
            bound = f"{verdict['id']}>={verdict['value']}"
            assert Condition.read(bound).offender(report) >= verdict["value"]
    assert {"gates.frozen", "gates.constant_keep", "memory.one_answer"} <= found <= set(IDS)


def test_without_data_it_says_that_data_is_missing():
    report = inspect("m.npz", text_model(), Shown(), SETTINGS).to_json()
    for figure in ("gates.dead_units", "memory.h99", "trust.unlearned", "compare.looks_back"):
        with pytest.raises(ConfigError, match="without DATA"):
            Condition.read(f"{figure}>1").offender(report)
    assert Condition.read("model.parameters.total>1").offender(report) > 1


def test_what_is_of_two_models_needs_a_second_one():
    report = inspect("m.npz", text_model(), Shown(), SETTINGS, sample(REVIEWS)).to_json()
    for figure in ("compare.flips", "compare.looks_back"):
        with pytest.raises(ConfigError, match="without --compare"):
            Condition.read(f"{figure}>1").offender(report)
