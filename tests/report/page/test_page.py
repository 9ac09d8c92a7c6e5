"""The page: harmless, closed in itself, and the same figures as the JSON.

Covers: report/page/charts, report/page/document, report/page/model_tables, report/page/sequences.
"""

import dataclasses
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.errors import counted
from grucli.inspection.chosen import Shown
from grucli.report.page.charts import saturation
from grucli.report.page.page import page
from grucli.report.page.sequences import STRONGEST
from grucli.report.page.style import STYLE
from grucli.report.sequences import mark
from tests.inspection.helpers import random_model, recall_model
from tests.inspection.reports import (
    HOSTILE,
    REVIEWS,
    WORDS,
    report,
    reports,
    sample,
    series_model,
    text_model,
    texts,
)

EVIL = (
    "<script>alert(1)</script>",
    "\"><img src=//evil onerror='alert(1)'>",
    "' onmouseover=alert(1) x='",
    "</style><style>@import url(//evil);",
    "<!--",
    "&lt;b&gt;&#60;script&#62;",
    "]]><svg onload=alert(1)>",
    "javascript:alert(1)",
    HOSTILE,
)


class Page(HTMLParser):
    """The elements, attributes and text of a page whose elements all end where they should."""

    def __init__(self, source):
        super().__init__()
        self.open, self.elements, self.attributes, self.pieces = [], [], [], []
        self.style = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.pieces.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self):
        return " ".join(" ".join(self.pieces).split())


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "section", "article", "footer", "div"),
    *("nav", "a", "details", "summary", "desc"),
    *("h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "li", "b", "i", "span", "table", "tr"),
    *("th", "td", "figure", "figcaption", "svg", "polyline", "rect", "circle"),
    *("line", "path", "text", "image"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "style", "role", "id", "href"),
    *("viewbox", "preserveaspectratio", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy"),
    *("r", "width", "height", "points", "d", "text-anchor", "scope", "title", "dir", "open"),
    *("aria-hidden", "tabindex"),
}


def check_harmless(source):
    found = Page(source)
    assert set(found.elements) <= ELEMENTS
    assert {name for _, name, _ in found.attributes} <= ATTRIBUTES
    assert found.elements.count("style") == 1
    assert re.search(r"url\(|@import|expression|//", found.style) is None
    for tag, name, value in found.attributes:
        assert name != "style" or re.fullmatch(r"(;?--[abew]:\d+(\.\d+)?)+", value)
        own = r"data:image/png;base64,[A-Za-z0-9+/]+=*" if tag == "image" else "#[a-z]+"
        assert name != "href" or re.fullmatch(own, value)
    policy = next(value for _, name, value in found.attributes if name == "content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert all(character.isprintable() or character == "\n" for character in source)
    assert re.search(r"\bnan\b|\bnone\b", found.text) is None
    return found


def everything():
    model = random_model(scale=1.5, num_outputs=3)
    card = {"reasons": {evil: evil for evil in EVIL}, "data": {"name": EVIL[0]}}
    saved = text_model(model, (EVIL[0], HOSTILE, "很长的标签" * 9), card=card)
    rows = texts(*((f"{evil} not 好 {evil}", evil) for evil in EVIL), ("very good", EVIL[0]))
    drawn = dataclasses.replace(sample(rows, (1, 2)), name=EVIL[1])
    shown = Shown(texts=(*EVIL, "", "漢字" * 99), numbers=(1, 2), picks=("wrong", "uncertain"))
    return dataclasses.replace(report(saved, shown, drawn), path=EVIL[0])


def test_hostile_strings_are_shown_and_nothing_else():
    found = check_harmless(page(everything()))
    for evil in EVIL[:3]:
        assert evil.split()[0][:20] in found.text
    assert r"\u202e" in found.text
    assert "漢" in found.text


def test_every_kind_of_report_is_a_sound_page_and_the_same_twice():
    for one, again in zip(reports(), reports(), strict=True):
        source = page(one)
        check_harmless(source)
        assert source == page(again)


def test_the_figures_are_those_of_the_json():
    saved = text_model(recall_model(), ("no", "yes"))
    rows = texts(("bad filler good", "no"), ("filler " * 30 + "good", "yes"), ("good bad", "no"))
    one = report(saved, Shown(texts=("good filler bad",)), sample(rows))
    found, plain = check_harmless(page(one)), one.to_json()
    for part in plain["data"]["gates"]:
        for gate in part["gates"]:
            low, high = np.mean(gate["low"]), np.mean(gate["high"])
            share = f"{100 * low:.0f} % {100 * max(0, 1 - low - high):.0f} % {100 * high:.0f} %"
            assert f"{gate['name']} {np.mean(gate['mean']):.2f} {share}" in found.text
    end, start = plain["data"]["memory"]
    assert (
        f"H99 = {counted(end['h99'], 'step')} from the end, {start['h99']} from the start"
        in found.text
    )
    for k, share, moved in zip(end["steps"], end["agreement"], end["distance"], strict=True):
        assert f" {k} {100 * share:.0f} % {moved:.3f} " in found.text
    assert f"accuracy {plain['meta']['input']['accuracy']:.3f}" in found.text
    assert plain["verdicts"]
    for verdict in plain["verdicts"]:
        assert f"{verdict['level']} {verdict['text']}" in found.text
    (example,) = plain["data"]["examples"]
    for piece in example["parts"]:
        assert f"{piece['text']} {mark(piece['effect'], 0.1)}" in found.text
    opacities = re.findall(r'<span class="[fa]" style="--e', page(one))
    coloured = [piece for piece in example["parts"] if abs(piece["effect"]) >= 0.1]
    assert len(opacities) == len(coloured) > 0
    (accuracy,) = (figure for figure in one.card.figures if figure.measure.name == "accuracy")
    assert accuracy.value == plain["data"]["scores"]["accuracy"]
    assert f"Accuracy {accuracy.value:.3f} (95 % interval" in found.text
    assert "How does each class fare?" in found.text
    assert "Which are confused?" in found.text
    total = plain["data"]["model"]["parameters"]["total"]
    assert f"total {total:,} 100.0 %" in found.text


def test_colour_follows_the_sign_and_grows_with_the_effect():
    saved = text_model(recall_model(), ("no", "yes"))
    one = report(saved, Shown(texts=("filler bad good",), target="no"))
    spans = re.findall(r'<span class="(.)" style="--e:([\d.]+)">(\w+)', page(one))
    effects = {
        part["text"]: part["effect"] for part in one.to_json()["data"]["examples"][0]["parts"]
    }
    assert spans
    for kind, opacity, text in spans:
        assert kind == ("f" if effects[text] > 0 else "a")
        assert 0.12 <= float(opacity) <= 0.62
    deepest = max(spans, key=lambda span: float(span[1]))
    assert abs(effects[deepest[2]]) == max(map(abs, effects.values()))


@pytest.mark.parametrize("length", [1, 2])
def test_short_and_constant_series(length):
    series = [Record(number=1, values=np.ones((length, 3), np.float32), label="no")]
    found = check_harmless(page(report(series_model(), Shown(numbers=(1,)), sample(series, (1,)))))
    numbers = [value for _, name, value in found.attributes if name in ("points", "cx", "y", "x")]
    values = [
        float(piece) for value in numbers for piece in re.split("[ ,]", value.replace("%", ""))
    ]
    assert all(math.isfinite(value) for value in values)
    assert ("nothing is left without it" in found.text) == (length == 1)
    assert "nan" not in found.text


def test_units_in_one_place_are_one_larger_dot_that_counts_them():
    health = report(text_model(random_model(hidden_size=4)), None, sample(REVIEWS)).health
    shares = np.array([0.0, 0.4, 0.0, 0.0])
    gate = dataclasses.replace(health[0].gates[0], low=shares, high=shares / 2)
    picture = saturation(gate, (0.1, 0.9))
    (many, large), (one, small) = re.findall(
        r'<circle.*?r="([\d.]+)"><title>(.*?)</title>', picture
    )
    assert float(many) > float(one)
    assert large == "3 units (0 2 3): below 0.1 at 0.0 % of the steps, above 0.9 at 0.0 %"
    assert small == "unit 1: below 0.1 at 40.0 % of the steps, above 0.9 at 20.0 %"
    assert "3 units of 4 never; the most saturated is unit 1" in picture
    assert "40 %</text>" in picture  # as far as the axis goes, for there is nothing beyond
    assert "50 %</text>" not in picture


def test_why_comes_first_and_the_model_last():
    one = report(text_model(), Shown(texts=("very good",)), sample(REVIEWS))
    headings = re.findall(r'<section id="(\w+)">', page(one))
    assert headings == ["why", "data", "memory", "gates", "verdicts", "model"]
    assert re.findall(r'href="#(\w+)"', page(one)) == headings


def test_every_picture_has_words():
    for one in reports():
        source = page(one)
        assert source.count("<figure>") == source.count('role="img"')
        assert len(re.findall(r'role="img"><title>[^<]+</title><desc>[^<]+</desc>', source)) == (
            source.count('role="img"')
        )


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_on_every_ground():
    roots = re.findall(r":root\{(--bg.*?)\}", STYLE, re.DOTALL)
    assert len(roots) == 3  # light, dark, print
    for root in roots:
        colours = dict(re.findall(r"--(\w+):([^;]+)", root.replace("\n", "")))
        found = {}
        for name, value in colours.items():
            if value.startswith("#"):
                digits = value[1:] if len(value) == 7 else "".join(2 * c for c in value[1:])
                found[name] = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
            else:
                found[name] = [int(part) / 255 for part in value.split(",")]
        for name in ("text", "faint", "blue", "orange"):
            assert contrast(found[name], found["bg"]) >= 4.5, (root, name)
        assert contrast(found["faint"], found["panel"]) >= 4.5
        for side in ("for", "against"):
            pairs = zip(found[side], found["bg"], strict=True)
            deepest = [STRONGEST * a + (1 - STRONGEST) * b for a, b in pairs]
            assert contrast(found["text"], deepest) >= 4.5, (root, side)


def test_a_large_report_stays_small():
    saved = text_model(random_model(hidden_size=128, scale=0.2), max_length=200)
    rows = texts(*((" ".join([EVIL[0]] * 200), "no") for _ in range(2)), ("good", "no"))
    one = report(saved, Shown(texts=(rows[0].text,)), sample(rows))
    five = dataclasses.replace(one, examples=one.examples * 5)
    size = len(page(five).encode())
    assert 100_000 < size <= 500_000


@pytest.mark.parametrize("kind", ["text", "series"])
def test_a_page_of_many_long_sequences_stays_small(kind):
    rng = np.random.default_rng(0)
    if kind == "text":
        saved = text_model(random_model(scale=0.9), max_length=200)
        shown = Shown(texts=(" ".join(rng.choice(WORDS, 200).tolist()),))
        (one,) = report(saved, shown).examples
    else:
        values = rng.normal(size=(1000, 3))
        drawn = sample([Record(number=1, values=values, label="no")], (1,))
        saved = series_model(scale=1.5)
        saved.encoder.max_length = 1000
        (one,) = report(saved, Shown(numbers=(1,)), drawn).examples
    source = page(dataclasses.replace(report(saved), examples=(one,) * 64))
    check_harmless(source)
    assert source.count("<article>") == 64
    assert len(source.encode()) <= 500_000
    assert source.count("while it is read") == 64
    few = page(dataclasses.replace(report(saved), examples=(one,)))
    assert len(few.encode()) > 1.5 * len(source.encode()) / 64  # alone it has more of everything
    assert ("…<i>" in source) == (kind == "text")
    assert "…<i>" not in few


def test_without_data_it_shows_the_model_and_the_explained_text():
    bare = check_harmless(page(report(text_model())))
    assert "The model" in bare.text
    assert "Gates" not in bare.text
    explained = check_harmless(page(report(text_model(), Shown(texts=("very good",)))))
    assert "Why" in explained.text
    plain = check_harmless(
        page(report(text_model(random_model(cell="rnn")), None, sample(REVIEWS)))
    )
    assert "this is a plain recurrent network" in plain.text
