"""Reports of a task that answers with numbers: nothing in report/ knows that others have labels."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from grucli.inspection.attribution import explain, spans
from grucli.inspection.sequences import Example, SequencePart
from grucli.prediction.score import BranchScores
from grucli.report.chance import doubts
from grucli.report.page.sequences import examples as on_page
from grucli.report.scorecard import text
from grucli.report.scores import branches_text, worth
from grucli.report.sequences import examples, mark, signed
from grucli.tasks.scorecard import CountTable, Figure, Measure, Scorecard

RMSE = Measure(name="rmse", title="RMSE", larger_is_better=False, is_brief=True)
R2 = Measure(name="r2", title="R2", undefined="all targets are equal")


@dataclass(frozen=True, kw_only=True)
class Mean:
    """The error of always answering the mean, known to a tenth of it."""

    measure = RMSE
    owner = "mean"
    meaning = "always answering"
    limit = ""

    rows: int
    value: float
    subject: str

    def interval(self, value):
        return 0.9 * value, 1.1 * value

    def is_passed_by(self, value):
        return self.interval(value)[1] < self.value

    def is_missed_by(self, value):
        return self.interval(value)[0] > self.value


def card(rmse, r2=0.5):
    return Scorecard(
        rows=50,
        unknown=0,
        figures=(
            Figure(measure=RMSE, value=rmse, interval=(0.9 * rmse, 1.1 * rmse)),
            Figure(measure=R2, value=r2, meaning="of the variance is explained"),
        ),
        baseline=Mean(rows=50, value=2.0, subject="3.4"),
        tables=(CountTable(name="far", title="off by more", counts={}, hint=str),),
    )


def test_the_scorecard():
    assert text(card(1.0)) == (
        "rows              50\n"
        "RMSE           1.000  95 % interval 0.900 to 1.100\n"
        "mean baseline  2.000  always answering '3.4'\n"
        "R2             0.500  of the variance is explained\n"
    )
    assert card(1.0).to_json() == {
        "rows": 50,
        "rmse": 1.0,
        "rmse_interval": [0.9, 1.1],
        "r2": 0.5,
        "baseline": 2.0,
        "above_baseline": True,
        "far": {},
    }
    assert card(1.0, None).reasons == {"rmse": "", "r2": "all targets are equal"}


@pytest.mark.parametrize(
    ("rmse", "line"),
    [
        (1.9, "! on these rows, not better than always answering '3.4'"),
        (2.5, "! worse than always answering '3.4'"),
    ],
)
def test_of_errors_less_is_better(rmse, line):
    assert line in text(card(rmse)).splitlines()
    (doubt,) = doubts(rmse, card(rmse).baseline, "too few rows")
    assert f"RMSE {rmse:.3f} ({0.9 * rmse:.3f} to {1.1 * rmse:.3f}) is not below the mean's" in (
        doubt.text
    )
    assert not doubts(1.0, card(1.0).baseline, "too few rows")


def test_the_branches():
    both = BranchScores(recurrence=card(1.0), linear=card(3.0), recurrence_share=0.75, p_value=0.01)
    assert branches_text(both, card(0.5), "n-grams").splitlines() == [
        "recurrence alone  RMSE 1.000",
        "n-grams alone     RMSE 3.000",
        "share of the decision: recurrence 75 %, n-grams 25 %",
        "the recurrence earns its time: RMSE 3.000 with n-grams alone, 0.500 with the",
        "  recurrence (p 0.010)",
    ]
    assert worth(both, card(3.5), "n-grams").startswith("the recurrence does harm: RMSE 3.000 with")
    unsure = replace(both, p_value=0.05)
    assert worth(unsure, card(0.5), "n-grams").startswith(
        "the recurrence adds nothing that 50 rows can tell: RMSE 3.000 with n-grams alone, 0.500"
    )
    assert both.to_json()["parts"] == {"recurrence": {"rmse": 1.0}, "wide": {"rmse": 3.0}}


class Number:
    """What is explained of a number: the number, which has no name."""

    faint = 0.5
    legend = "▲ raises the number, ▼ lowers it; · by less than 0.5"
    sides = "raises it", "lowers it"
    subject = "number"
    level_name = "number"
    answer = "6.000"
    step = None

    def margin(self, scores):
        return scores[:, 0]

    def level(self, scores):
        return scores[:, 0] / 10

    def leading(self, scores):
        return None

    def outcome(self, scores):
        return None

    def to_json(self):
        return {"predicted": 6.0}


def test_a_number_is_explained_without_a_name_for_it():
    worth = np.array([2.0, 0.25, 4.0])

    def run(remains):
        return np.array([[worth[mask].sum()] for mask in remains]), None

    why = explain(run, spans(3, 9), lambda scores: Number(), seed=0, with_nothing=True)
    assert why.effect.tolist() == worth.tolist()
    one = Example(
        name="text 1",
        label="5.5",
        unit="token",
        parts=tuple(
            SequencePart(start=k, stop=k + 1, text=word, known=True)
            for k, word in enumerate(("a", "b", "c"))
        ),
        steps=3,
        truncated=False,
        known=1.0,
        attribution=why,
    )
    legend, lines = examples([one])
    assert legend[0].startswith("WHY")
    assert "▲ raises the number" in " ".join(legend)
    shown = "\n".join(lines)
    assert "true '5.5', predicted 6.000; number +6.25" in shown
    assert "a ▲2.00   b ·   c ▲4.00" in shown
    assert "number 0.200 to 0.625" in shown
    assert "leads" not in shown
    assert "change" not in shown  # numbers have no other answer
    page = on_page([one])
    assert "<dt>raises it</dt><dd>&#x27;c&#x27; ▲4.00, &#x27;a&#x27; ▲2.00</dd>" in page
    assert "<dt>lowers it</dt>" not in page


def test_the_step_that_is_answered_is_framed():
    number = Number()
    number.step = 1
    why = explain(
        lambda remains: (np.array([[6.0 * mask[1]] for mask in remains]), None),
        spans(3, 9),
        lambda scores: number,
        seed=0,
        with_nothing=True,
    )
    parts = [
        SequencePart(start=k, stop=k + 1, text=word, known=True) for k, word in enumerate("abc")
    ]
    one = Example(
        name="text 1",
        label=None,
        unit="token",
        parts=tuple(parts),
        steps=3,
        truncated=False,
        known=1.0,
        attribution=why,
    )
    page = on_page([one])
    assert '<span class="q f" style="--e:0.62">b<i>▲6.00</i></span>' in page
    assert page.count('class="q') == 1
    assert "framed: whose answer it is" in page


@pytest.mark.parametrize(
    ("faint", "shown"), [(0.1, "+1.23"), (0.03, "+1.235"), (5e-5, "+1.234568"), (40.0, "+1")]
)
def test_effects_have_the_digits_of_their_unit(faint, shown):
    assert signed(1.2345678, faint) == shown
    assert mark(-1.2345678, faint) == ("·" if faint > 2 else shown.replace("+", "▼"))
