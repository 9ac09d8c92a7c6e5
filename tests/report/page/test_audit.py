"""The audit on the page: three explanations, agreement, chance, and units beside their null.

Covers: report/page/judged, report/page/units.
"""

import dataclasses
import re

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.inspection.audit import METHODS
from grucli.inspection.chosen import Shown
from grucli.inspection.clamped import Unit
from grucli.inspection.comparison import compare
from grucli.inspection.faithfulness import SHARES
from grucli.inspection.layers import Layer
from grucli.inspection.measure import inspect
from grucli.inspection.units import Units, UnitUse, Unmeasured
from grucli.report.page.audit import audited
from grucli.report.page.page import page
from grucli.report.page.units import of_units
from grucli.report.sequences import mark
from grucli.tasks.observed import OF_LABEL
from tests.inspection.helpers import SETTINGS, random_model, random_tokens
from tests.inspection.reports import WORDS, sample, series_model, text_model
from tests.inspection.test_comparison import writing_model

from .test_page import check_harmless

AUDITED = dataclasses.replace(SETTINGS, audit=True)
NAMES = ["<unknown>", "<empty>", *WORDS]
UNIT = Unit(layer=Layer(number=0, direction="forward"), number=0)


def text_rows(number=8, length=9):
    rows = random_tokens([length] * number, seed=5)
    return [
        Record(number=k, text=" ".join(NAMES[i] for i in ids), label=("no", "yes")[k % 2])
        for k, ids in enumerate(rows, 1)
    ]


def series_rows():
    rng = np.random.default_rng(0)
    return [
        Record(number=k, values=rng.normal(size=(9, 3)).astype(np.float32), label="no")
        for k in range(1, 5)
    ]


def yes_or_no(seed=0):
    return text_model(random_model(seed=seed, scale=1.5, num_outputs=1), ("no", "yes"))


@pytest.fixture(scope="module")
def of_texts():
    return inspect("m.npz", yes_or_no(), Shown(numbers=(1,)), AUDITED, sample(text_rows(), (1,)))


def lines_of(markup, number):
    """The points of the first so many lines, as shares with 0 at the bottom."""
    found = re.findall(r'<polyline class="(line[^"]*)" points="([^"]*)"', markup)[:number]
    return [
        [1 - int(point.split(",")[1]) / 1000 for point in points.split()] for _, points in found
    ]


def test_lines_are_the_falls_of_the_audit(of_texts):
    audit = of_texts.audit
    curves = [*(audit.curves[name] for name in METHODS), audit.chance]
    drawn = lines_of(audited(of_texts, audit), 8)
    for sides, own in ((drawn[:4], "comprehensiveness"), (drawn[4:], "sufficiency")):
        values = np.array([getattr(curve, own) for curve in curves])
        assert np.shape(sides) == (4, len(SHARES))
        slope, level = np.polyfit(values.ravel(), np.ravel(sides), 1)
        assert slope > 0  # what falls further is drawn higher
        assert np.ravel(sides) == pytest.approx(slope * values.ravel() + level, abs=2e-3)


def test_the_page_has_what_three_methods_say_of_each_token(of_texts):
    (one,) = of_texts.audit.sequences[: of_texts.audit.explained]
    found = check_harmless(page(of_texts))
    for method in METHODS:
        effects = one.effects[method].tolist()
        told = " ".join(
            f"{part.text if part.known else f'‹{part.text}›'} {mark(effect, 0.1)}"
            for part, effect in zip(of_texts.examples[0].parts, effects, strict=True)
        )
        assert f"{method} {told}" in found.text
    for pair, value in of_texts.audit.agreement.items():
        assert f"{pair} {value:.3f}" in found.text
    ids = [verdict.id for verdict in of_texts.verdicts if verdict.id.startswith("trust.")]
    assert ids
    assert all(found.text.count(f"[{name}]") == 2 for name in ids)  # here, and among all verdicts


def test_the_page_has_bars_of_three_methods_for_a_series():
    one = inspect(
        "m.npz", series_model(), Shown(numbers=(1,)), AUDITED, sample(series_rows(), (1,))
    )
    source = page(one)
    check_harmless(source)
    for method in METHODS:
        assert source.count(f'role="img"><title>{method}</title>') == 1


def test_the_page_has_what_three_methods_say_of_an_input_that_is_written_about():
    one = inspect("m.npz", writing_model(1), Shown(texts=("abba",)), AUDITED)
    (own,) = one.audit.sequences
    found = check_harmless(page(one))
    for method in METHODS:
        cells = (f"{effect:.1f}" for effect in own.effects[method] if abs(effect) >= 0.05)
        assert " ".join((method, *cells)) in found.text


def test_a_page_of_two_models_has_the_audits_of_both():
    drawn = sample(text_rows(), (1,))
    one = compare(
        ("a.npz", "b.npz"), (yes_or_no(), yes_or_no(4)), Shown(numbers=(1,)), AUDITED, drawn
    )
    source = page(one)
    check_harmless(source)
    audits, units = (
        source[source.index(f'<section id="{name}">') :].partition("</section>")[0]
        for name in ("audit", "units")
    )
    for section in (audits, units):
        assert re.findall(r"<h3>(Model .)</h3>", section) == ["Model A", "Model B"]
    for own, chance in zip(
        (one, one.comparison.other), re.findall(r"stays below ([\d.]+)", units), strict=True
    ):
        assert chance == f"{own.units.chance:.2f}"
        (ahead,) = {f"{own.audit.ahead('integrated')[0]:+.3f}"}
        assert ahead in audits


def units_of(*figures, chance):
    uses = tuple(
        UnitUse(
            unit=dataclasses.replace(unit, number=k),
            encoded=encoded,
            answer="<b>",
            rises=True,
            lost=lost,
        )
        for k, (unit, (encoded, lost)) in enumerate(
            zip([UNIT] * len(figures), figures, strict=True)
        )
    )
    return Units(
        sequences=9,
        noun="label",
        observations=9,
        of_steps=False,
        truth=OF_LABEL,
        whole=0.9,
        blind=0.5,
        chance=chance,
        uses=uses,
        group=1,
        lost_encoded=0.2,
        lost_random=0.05,
    )


def test_each_unit_stands_where_it_is_known_and_used_beside_chance():
    found = units_of((0.5, 0.0), (1.0, 0.1), (0.75, -0.1), (0.75, -0.1), chance=0.6)
    markup = of_units(found)
    dots = re.findall(r'<circle class="dot"(.*?) r="[\d.]+"><title>(.*?)</title>', markup)
    places = {
        title: [
            float(dict(re.findall(r'(c[xy])="([\d.]+)%"', own)).get(axis, 0))
            for axis in ("cx", "cy")
        ]
        for own, title in dots
    }
    name = "layer 1 forward unit {}: encoded {:.2f} &lt;b&gt;, used {:+.3f}".format
    assert places == {
        "; ".join((name(2, 0.75, -0.1), name(3, 0.75, -0.1))): [50, 100],
        name(0, 0.5, 0.0): [0, 50],
        name(1, 1.0, 0.1): [100, 0],
    }
    ((chance,),) = [re.findall(r'<line class="since" x1="([\d.]+)%"', markup)]
    assert float(chance) == pytest.approx(20)
    assert "3 of 4 units know more than chance" in markup
    bars = [float(width) for width in re.findall(r'<i style="--w:([\d.]+)">', markup)]
    assert bars == [100, 25]


def test_of_a_model_that_writes_the_units_of_the_decoder_are_drawn():
    rows = [Record(number=k, text=own, label=own[::-1]) for k, own in enumerate(("ab", "ba", "b"))]
    one = inspect("m.npz", writing_model(1), Shown(), AUDITED, sample(rows))
    found = check_harmless(page(one))
    assert "a dot a unit of the decoder, a larger" in found.text
    assert "units of the encoder stand beside no symbol" in found.text
    assert len(re.findall('<circle class="dot"', of_units(one.units))) <= 3
    assert {use.encoded is None for use in one.units.uses} == {True, False}


def test_units_that_are_not_measured_say_why():
    assert "What they know and do is not measured: &lt;b&gt;." in of_units(Unmeasured(reason="<b>"))
