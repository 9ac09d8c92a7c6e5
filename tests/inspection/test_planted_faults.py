"""Each fault that is planted in a gate is named, and no healthy gate is blamed."""

import pytest

from grucli.data.records import Record
from tests.inspection.helpers import blocks, random_model, random_tokens
from tests.inspection.reports import WORDS, report, sample, text_model

RESET, KEEP, CANDIDATE = range(3)
ROWS = [
    Record(number=k, text=" ".join(WORDS[i - 2] for i in ids))
    for k, ids in enumerate(random_tokens([12] * 6), 1)
]


def blamed(model):
    found = report(text_model(model), None, sample(ROWS)).verdicts
    return {one.id for one in found if one.id.startswith("gates.")}


def still(block, bias=0.0):
    """Let a block of the first unit read nothing but a bias."""

    def plant(p):
        for name in ("weight_ih", "weight_hh"):
            p[name][0, block, 0] = 0
        p["bias"][0, block, 0] = bias
        p["bias_hn"][0, 0] *= block != CANDIDATE

    return plant


@pytest.mark.parametrize(
    ("fault", "plant"),
    [
        ("dead_units", still(CANDIDATE)),
        ("frozen", still(KEEP, 60)),
        ("no_carry", still(KEEP, -60)),
        ("reset_shut", still(RESET, -60)),
        ("constant_keep", still(KEEP, 0.4)),
        ("constant_reset", still(RESET, 0.4)),
    ],
)
def test_a_planted_fault_is_named(fault, plant):
    model = random_model(bidirectional=False)
    plant(blocks(model))
    assert f"gates.{fault}" in blamed(model)


def test_no_gate_of_fifty_healthy_models_is_blamed():
    models = [random_model(seed=seed, bidirectional=False) for seed in range(50)]
    assert list(map(blamed, models)) == [set()] * 50
