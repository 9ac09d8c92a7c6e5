"""Series are lines in the colour of what their windows do, with what is missing left out."""

import re

import numpy as np
import pytest

from grucli.inspection.attribution import explain, spans
from grucli.inspection.sequences import Channel, Example, SequencePart, Series
from grucli.report.page.plot import FINE
from grucli.report.page.series import REACH, drawn, thinned
from grucli.report.sequences import change, together
from grucli.tasks.classify.task import Classify

TASK = Classify(labels=("calm", "fall"))


def example(values, worth, most=99, channels=None, span=None):
    """Return a sequence whose steps are each worth so much [logit]."""
    worth, values = np.array(worth, float), np.array(values, float)

    def run(remains):
        return np.array([[worth[mask].sum()] for mask in remains]), None

    parts = spans(len(worth), most)
    why = explain(
        run, parts, lambda scores: TASK.explained(scores, None), seed=0, with_nothing=False
    )
    channels = channels or [
        Channel(name=f"channel {k + 1}", effect=None) for k in range(values.shape[1])
    ]
    return Example(
        name="#1",
        label="fall",
        unit="step",
        parts=tuple(SequencePart(start=a, stop=b, text="", known=True) for a, b in parts),
        steps=len(worth),
        truncated=False,
        known=1.0,
        attribution=why,
        series=Series(values=values, channels=tuple(channels), span=span),
    )


def picture(one, together=1):
    return drawn(one, one.series, together)


def lines(source):
    """Return each line's class and its points as shares of the axes."""
    found = re.findall(r'<polyline class="(s[^"]*)" points="([^"]*)"', source)
    return [
        (kind, [tuple(int(at) / FINE for at in point.split(",")) for point in points.split()])
        for kind, points in found
    ]


def test_colour_and_width_follow_the_effect_of_a_window():
    worth = [0, 0, 0, 0, 3, 3, 0, 0, -1, -1, 0.01, 0.01]
    source = picture(example(np.arange(12)[:, None], worth, most=6))
    kinds = [kind for kind, _ in lines(source)]
    assert kinds == ["s", "s f3", "s", "s a1", "s"]  # 6 of 6, then 2 of 6, then faint
    places = {kind: [x for x, _ in points] for kind, points in lines(source)}
    assert places["s f3"] == pytest.approx([3.5 / 12, 4.5 / 12, 5.5 / 12], abs=1e-3)
    assert places["s a1"] == pytest.approx([7.5 / 12, 8.5 / 12, 9.5 / 12], abs=1e-3)


def test_bars_rise_for_the_answer_and_bands_say_it_in_words():
    worth = [0, 0, 0, 0, 3, 3, 0, 0, -1, -1, 0, 0]
    source = picture(example(np.arange(12)[:, None], worth, most=6))
    assert "▲ for &#x27;fall&#x27;, ▼ for &#x27;calm&#x27;" in source
    assert "<title>steps 5 to 6 ▲6.00</title>" in source
    assert "<title>steps 9 to 10 ▼2.00</title>" in source
    assert (
        "for &#x27;fall&#x27;: steps 5 to 6 ▲6.00; for &#x27;calm&#x27;: steps 9 to 10 ▼2.00"
        in source
    )
    top = round(FINE * REACH)
    above, below = (re.search(rf'class="bars {kind}" d="([^"]*)"', source)[1] for kind in "fa")
    # a side moves past what the other one does
    past = "".join(f"M{x},500" for x in (667, 833, 1000))
    assert above == f"M0,500M167,500M333,500V{500 - top}H500V500{past}"
    below_it = f"V{500 + round(top / 3)}H833V500M1000,500"
    assert below == f"M0,500M167,500M333,500M500,500M667,500{below_it}"


def test_a_long_series_has_the_colours_of_its_stretches():
    worth = np.zeros(48)
    worth[20:24] = 1  # a stretch of twelve, and no one of its steps does much
    one = example(np.arange(48)[:, None], worth)
    source = picture(one)
    assert [kind for kind, _ in lines(source)] == ["s", "s f3", "s"]
    assert "<title>steps 21 to 24 ▲4.00</title>" in source
    assert 'class="bars outline f"' in source
    assert "outlined: 12 longer stretches" in source
    assert together(one) == "steps 21 to 24 ▲4.00"


def test_stretches_beside_each_other_are_left_out_as_one_in_words():
    worth = np.full(48, -0.2)
    worth[20:28], worth[40:44] = 1, 0.9
    one = example(np.arange(48)[:, None], worth)
    assert (
        one.attribution.turn.spans
        == ((20, 24), (24, 28), (40, 44))[: len(one.attribution.turn.spans)]
    )
    assert change(one).startswith("without steps 21 to 28")
    assert "'calm', p('fall') 0." in change(one)


def test_a_missing_step_is_a_gap_and_one_between_two_can_be_seen():
    values = [1, 2, np.nan, 3, np.nan, np.nan, 5, 4]
    source = picture(example(np.array(values)[:, None], np.zeros(8)))
    first, alone, last = (points for _, points in lines(source))
    assert [x for x, _ in first] == pytest.approx([0.5 / 8, 1.5 / 8], abs=1e-3)
    assert [x for x, _ in alone] == pytest.approx([3 / 8, 4 / 8], abs=1e-3)
    assert [x for x, _ in last] == pytest.approx([6.5 / 8, 7.5 / 8], abs=1e-3)
    assert "from 1.000 to 5.000; 3 steps of 8 missing" in source
    empty = picture(example(np.full((4, 1), np.nan), np.zeros(4)))
    assert lines(empty) == []
    assert "no value is there" in empty


def test_of_many_channels_those_that_matter_most_are_drawn_and_all_are_counted():
    channels = [Channel(name=f"<{k}>", effect=float(k % 50)) for k in range(100)]
    one = example(np.ones((5, 100)), np.ones(5), channels=channels)
    source = picture(one)
    titles = re.findall(r"<title>&lt;(\d+)&gt; (\S+)</title>", source)
    assert [name for name, _ in titles] == [str(k) for k in (*range(44, 50), *range(94, 100))]
    assert titles[0][1] == "▲44.00"
    assert "channels: 12 of 100 are drawn" in source
    assert picture(one, together=64).count("<figure>") == 2


def test_the_axis_has_the_times_of_its_ends():
    span = ("2024-01-01 00:00", "2024-01-01 00:03")
    source = picture(example(np.ones((4, 1)), np.ones(4), span=span))
    assert "step, from 2024-01-01 00:00 to 2024-01-01 00:03" in source


def test_spikes_survive_where_a_line_is_thinned():
    rng = np.random.default_rng(0)
    values = rng.normal(size=10_000)
    values[[1234, 5678]] = 99, -99
    kept = thinned(values, 400)
    assert len(kept) <= 400
    assert {1234, 5678} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()
    values[2000:4000] = np.nan
    gap = np.isnan(values[thinned(values, 400)])
    assert 38 <= gap.sum() <= 42  # a fifth of the stretches, a step of each
    assert thinned(values[:7], 400).tolist() == list(range(7))
