"""Pictures of gates on the page: all of them or none, small enough, and the order written."""

import dataclasses
import functools
import re

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.inspection.chosen import Shown
from grucli.report.page.gate_maps import MOST_EXPLAINED, MOST_MAPS
from grucli.report.page.page import page
from tests.inspection.helpers import random_model
from tests.inspection.reports import WORDS, report, sample, series_model, text_model
from tests.report.page.test_page import check_harmless
from tests.report.page.test_png import read

SCRIPT = "<script>alert(1)</script>"


def explained(text="good very bad", **changes):
    saved = text_model(random_model(**changes), max_length=200)
    return report(saved, Shown(texts=(text,)))


def test_a_picture_has_a_pixel_for_each_unit_and_step():
    one = explained(bidirectional=False, hidden_size=5)
    (trace,) = one.examples[0].traces
    source = page(one)
    found = check_harmless(source)
    uris = [value for tag, name, value in found.attributes if tag == "image" and name == "href"]
    assert len(uris) == len(trace.maps) == 4
    for uri, (kind, own) in zip(uris, trace.maps.items(), strict=True):
        shown = own[:, list(trace.order)].T
        size = np.abs(own).max() if kind in ("written", "state") else 1
        opacity = read(uri)[..., 3] / 255
        assert np.abs(opacity - np.abs(shown) / size).max() < 0.075
    assert f"units from the top: {' '.join(map(str, trace.order))}" in found.text
    assert one.to_json()["data"]["examples"][0]["gates"][0]["order"] == list(trace.order)


def test_every_layer_and_direction_has_its_pictures():
    source = page(explained(num_layers=2))
    headings = re.findall(r"<summary>gates of (.*?)</summary>", source)
    assert headings == [
        f"layer {k} {direction}" for k in (1, 2) for direction in ("forward", "backward")
    ]
    assert source.count("<image") == 16
    assert source.count("memory that keep carries") == 2 * 4  # as a title and a caption
    plain = page(explained(cell="rnn", bidirectional=False))
    assert plain.count("<image") == 1
    assert "memory that keep carries" not in plain


def test_a_series_and_a_script_in_a_token_are_harmless():
    values = np.random.default_rng(0).normal(size=(700, 3))
    drawn = sample([Record(number=1, values=values, label="no")], (1,))
    saved = series_model()
    saved.encoder.max_length = 1000
    check_harmless(page(report(saved, Shown(numbers=(1,)), drawn)))
    found = check_harmless(page(explained(f"{SCRIPT} good {SCRIPT}")))
    assert SCRIPT in found.text
    assert "script" not in found.elements


@functools.cache
def large():
    text = " ".join(np.random.default_rng(0).choice(WORDS, 200).tolist())
    return explained(text, hidden_size=128, scale=0.2)


@pytest.mark.parametrize("number", [5, MOST_EXPLAINED, MOST_EXPLAINED + 1])
def test_pictures_of_many_large_sequences_stay_small(number):
    one = large()
    many = dataclasses.replace(one, examples=one.examples * number)
    source = page(many)
    drawn = 0 if number > MOST_EXPLAINED else MOST_MAPS
    assert source.count("<image") == drawn
    assert len(source.encode()) <= 500_000
    assert ("They are drawn of the first 5." in source) == (number == MOST_EXPLAINED)
    assert source == page(many)
