"""The tables of a scorecard as sections: what is counted, rows or tokens."""

import numpy as np
import pytest

from grucli.report.page.card_sections import card_sections
from grucli.tasks.classify.baseline import Majority
from grucli.tasks.confusion import Confusion
from grucli.tasks.scorecard import ConfusionTable, CountTable, Figure, Measure, Scorecard

TRUTHS, ANSWERS = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 1, 1, 1])


def card() -> Scorecard:
    measure = Measure(name="accuracy", title="accuracy", larger_is_better=True)
    counts = Confusion.of(TRUTHS, ANSWERS, 2)
    return Scorecard(
        rows=5,
        unknown=0,
        figures=(Figure(measure=measure, value=0.6),),
        baseline=Majority(rows=5, value=0.6, subject="a"),
        tables=(
            ConfusionTable(name="confusion", labels=("a", "b"), counts=counts),
            CountTable(name="sizes", title="labels a row", counts={"1": 5}, hint=str),
        ),
    )


@pytest.mark.parametrize(("reads_steps", "unit"), [(False, "rows"), (True, "tokens")])
def test_steps_are_counted_as_tokens_and_whole_sequences_as_rows(reads_steps, unit):
    (section,) = card_sections(card(), reads_steps=reads_steps)
    assert section.name == "confusion"
    assert section.answer == f"Most often 'a' is taken for 'b' in 2 {unit} (67 % of its own)."
