"""Maps stand below what they are of: of each model that has them, and of what is written."""

import re

import pytest
from rich.cells import cell_len

from grucli.inspection.chosen import Shown
from grucli.report.inspection import text
from tests.inspection.helpers import random_model
from tests.inspection.reports import text_model
from tests.inspection.test_comparison import compared, writing_model

FORWARD, BACKWARD = "layer 1 forward", "layer 1 backward"


def outline(lines):
    """The sequences, and below each which map of what it has."""
    found = []
    for line in lines:
        if head := re.match(r"([AB] text \d)  ", line):
            found.append((head[1], []))
        elif of := re.match(r"  (keep|state) +(layer \d \w+): ", line):
            found[-1][1].append(of.groups())
    return found


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        (("gru", "mingru"), (("keep", "state"), ("keep", "state"))),
        (("gru", "rnn"), (("keep", "state"), ("state",))),
    ],
)
def test_maps_of_two_models_stand_below_the_same_sequence(cells, kinds):
    models = [text_model(random_model(seed=k, cell=cell)) for k, cell in enumerate(cells)]
    report = compared(*models, Shown(texts=("very not good",)), None)
    lines = text(report, ["keep", "state"]).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert outline(lines) == [
        (f"{name} text 1", [(kind, of) for kind in own for of in (FORWARD, BACKWARD)])
        for name, own in zip("AB", kinds, strict=True)
    ]


def test_maps_of_two_models_that_write_are_of_encoder_and_decoder():
    report = compared(writing_model(1), writing_model(2), Shown(texts=("ab",)), None)
    lines = text(report, ["keep"]).splitlines()
    assert max(map(cell_len, lines)) <= 80
    of = [("keep", name) for name in (FORWARD, BACKWARD, "layer 1 decoder")]
    assert outline(lines) == [("A text 1", of), ("B text 1", of)]
    assert "▀" in text(report, ["keep"], is_coloured=True)
    assert outline(text(report).splitlines()) == [("A text 1", []), ("B text 1", [])]
