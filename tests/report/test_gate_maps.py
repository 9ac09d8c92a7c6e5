"""Maps of gates in a terminal: digits and half-blocks of the same cells, and what words say."""

import re

import numpy as np
import pytest
from rich.cells import cell_len

from grucli.data.records import Record
from grucli.inspection.alignment import align
from grucli.inspection.chosen import Shown
from grucli.inspection.gate_traces import KINDS, GateTrace
from grucli.report.gate_maps import (
    BLUES,
    ORANGES,
    ages,
    full_scale,
    gate_maps,
    legend,
    of_alignment,
    of_example,
    words,
)
from grucli.tasks.drafts import END_SHOWN
from tests.inspection.helpers import random_model
from tests.inspection.reports import WORDS, report, text_model
from tests.inspection.test_comparison import writing_model


@pytest.fixture(name="aligned")
def aligned_answer():
    return align(writing_model(1), Record(number=1, text="abba"), "text 1")


def explained(text, **changes):
    (one,) = report(
        text_model(random_model(**changes), max_length=500), Shown(texts=(text,))
    ).examples
    return one


@pytest.mark.parametrize("text", ["good", "very good not bad", " ".join(WORDS * 20), ""])
@pytest.mark.parametrize("cell", ["gru", "rnn", "mingru"])
def test_maps_fit_80_columns(text, cell):
    one = explained(text, cell=cell, hidden_size=70, num_layers=2)
    for is_coloured in (False, True):
        lines = gate_maps(of_example(one), KINDS, is_coloured=is_coloured)
        assert lines
        plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
        assert max(map(cell_len, plain)) <= 80
        assert all(map(str.isprintable, plain))
        assert is_coloured == any("▀" in line for line in lines)


def test_digits_are_tenths_of_the_gate_of_each_unit():
    one = explained("good very bad", bidirectional=False, hidden_size=5)
    (trace,) = one.traces
    lines = gate_maps(of_example(one), ["keep"], is_coloured=False)
    rows = [line for line in lines if re.match(r"  u\d", line)]
    assert [row.split() for row in rows] == [
        [f"u{unit}", *(str(int(10 * value)) for value in trace.maps["keep"][:, unit])]
        for unit in trace.order
    ]


def test_digits_of_states_lie_between_the_largest_of_either_sign():
    one = explained("good very bad", bidirectional=False, hidden_size=5)
    (trace,) = one.traces
    size = full_scale(trace, "state")
    assert size == np.abs(trace.maps["state"]).max()
    assert full_scale(trace, "keep") == 1
    lines = gate_maps(of_example(one), ["state"], is_coloured=False)
    rows = [line.split() for line in lines if re.match(r"  u\d", line)]
    for unit, row in zip(trace.order, rows, strict=True):
        shares = (trace.maps["state"][:, unit] / size + 1) / 2
        assert row[1:] == [str(min(9, int(10 * share))) for share in shares]


def test_half_blocks_show_two_units_in_a_line():
    one = explained("good very bad", bidirectional=False, hidden_size=5)
    (trace,) = one.traces
    lines = [
        line for line in gate_maps(of_example(one), ["state"], is_coloured=True) if "▀" in line
    ]
    assert len(lines) == 3  # of five units
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).split()[0] for line in lines]
    a, b, c, d, e = trace.order
    assert plain == [f"u{a}/{b}", f"u{c}/{d}", f"u{e}"]
    size = full_scale(trace, "state")
    colours = [re.findall(r"\x1b\[38;5;(\d+);48;5;(\d+)m▀+", line) for line in lines]
    for k, unit in enumerate(trace.order):
        for step, value in enumerate(trace.maps["state"][:, unit] / size):
            level = round(abs(value) * (len(BLUES) - 1))
            expected = (ORANGES if value < 0 else BLUES)[level]
            assert int(colours[k // 2][step][k % 2]) == expected
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_a_map_of_an_answer_has_a_column_for_each_of_its_symbols(aligned):
    lines = gate_maps(of_alignment(aligned), ["keep"], is_coloured=False)
    rows = [line.split()[1:] for line in lines if re.match(r"  u\d", line)]
    heads = [line for line in lines if line.startswith("  keep")]
    assert [head.partition(": ")[0].split()[1:] for head in heads] == [
        ["layer", "1", direction] for direction in ("forward", "backward", "decoder")
    ]
    each = len(rows) // 3
    read, written = rows[: 2 * each], rows[2 * each :]
    number = len(aligned.symbols) + (aligned.symbols[-1] != END_SHOWN)
    assert {len(row) for row in read} == {4}
    assert {len(row) for row in written} == {number}
    keep = aligned.traces[-1].maps["keep"]
    order = aligned.traces[-1].order
    assert [list(row) for row in written] == [
        [str(int(10 * value)) for value in keep[:, unit]] for unit in order
    ]


def test_a_decoder_began_with_a_state_and_not_with_zeros():
    short = trace_of([0.5, 0.25, 0.25, 0.25], steps=3, direction="decoder")
    assert ages(short) == (
        "50 % of the last step, 25 % 1 to 2 steps old, 25 % of the state it began with"
    )
    above = trace_of([0.5, 0.25, 0.25, 0.25], steps=3, direction="decoder", layer=1)
    assert ages(above).endswith("25 % of the zeros it began with")


@pytest.mark.parametrize("hidden_size", [129, 1030])
def test_names_of_many_units_stand_apart_from_their_rows(hidden_size):
    one = explained(" ".join(WORDS * 20), bidirectional=False, hidden_size=hidden_size)
    for is_coloured in (False, True):
        lines = gate_maps(of_example(one), ["keep"], is_coloured=is_coloured)
        plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
        assert max(map(cell_len, plain)) <= 80
        rows = [line for line in plain if re.match(r"  u\d", line)]
        name = r"\d+…(/\d+…?)?" if is_coloured else r"\d+…"
        assert all(re.match(rf"  u{name} +[\d▀]", row) for row in rows)
        assert 8 <= len(rows) <= 16


@pytest.mark.parametrize(("hidden_size", "size"), [(16, 1), (32, 2), (64, 4)])
def test_a_row_is_the_mean_of_the_units_that_its_name_lists(hidden_size, size):
    one = explained("good very bad", bidirectional=False, hidden_size=hidden_size)
    (trace,) = one.traces
    lines = gate_maps(of_example(one), ["keep"], is_coloured=False)
    rows = [line.split() for line in lines if re.match(r"  u\d", line)]
    named = [[int(unit) for unit in name[1:].split(",")] for name, *_ in rows]
    assert [len(units) for units in named] == [size] * 16
    assert [unit for units in named for unit in units] == list(trace.order)
    for units, (_, *cells) in zip(named, rows, strict=True):
        means = trace.maps["keep"][:, units].mean(axis=1)
        assert cells == [str(int(10 * mean)) for mean in means]


def test_slashes_stand_between_the_two_rows_of_a_line():
    one = explained("good very bad", bidirectional=False, hidden_size=64)
    lines = gate_maps(of_example(one), ["keep"], is_coloured=True)
    names = [line.split()[0] for line in lines if "▀" in line]
    assert all(re.fullmatch(r"u\d+,\d+/\d+,\d+", name) for name in names)
    order = one.traces[0].order
    assert re.split("[,/]", ",".join(name[1:] for name in names)) == list(map(str, order))


@pytest.mark.parametrize(
    ("hidden_size", "of_digits", "of_colours"),
    [
        (16, "a row is a unit;", "a row is a unit;"),
        (64, "mean of the units that its name lists, at most 4;", "lists, at most 2;"),
        (65, "mean of up to 5 units, of which its name has the first;", "mean of up to 3 units"),
    ],
)
def test_the_legend_tells_what_a_row_is(hidden_size, of_digits, of_colours):
    tracks = of_example(explained("good", bidirectional=False, hidden_size=hidden_size))
    plain, coloured = (legend(tracks, is_coloured=flag) for flag in (False, True))
    assert of_digits in plain
    assert of_colours in coloured
    assert "the upper half named before the /" in coloured
    assert "/" not in plain
    assert ("--json" in plain) == ("--json" in coloured) == (hidden_size > 64)


def trace_of(carried, steps=30, **changes):
    states = np.zeros((steps, 2))
    given = {"layer": 0, "direction": "forward", "stride": 1, "window": 1, "order": (0, 1)}
    maps = {"keep": states, "state": states}
    return GateTrace(**given | changes, maps=maps, carried=np.array([carried]))


def test_ages_add_up_to_the_whole_state():
    trace = trace_of([0.5, 0.25, 0.25, 0.1])
    assert ages(trace) == (
        "50 % of the last step, 25 % 1 to 2 steps old, 15 % 8 to 20 steps old, 10 % older"
    )
    short = trace_of([0.5, 0.25, 0.25, 0.25], steps=3)
    assert ages(short) == (
        "50 % of the last step, 25 % 1 to 2 steps old, 25 % of the zeros it began with"
    )
    oldest = [0.5, 0.25, 0.25, 0.1]
    assert ages(trace_of(oldest, steps=21)).endswith(" 10 % of the zeros it began with")
    assert ages(trace_of(oldest, steps=22)).endswith(" 10 % older")
    strided = trace_of([0.5, 0, 0, 0], stride=4)
    assert ages(strided) == "50 % of the last 4 steps, 50 % 4 to 11 steps old"


def test_words_name_the_places_that_are_highest_and_lowest():
    one = explained("good very bad", bidirectional=False)
    (trace,) = one.traces
    keep = trace.maps["keep"]
    tokens = ("good", "very", "bad")
    said = words(*of_example(one), trace, "keep")
    by_step, by_unit = keep.mean(axis=1), keep.mean(axis=0)
    assert f"mean {keep.mean():.2f}; most at '{tokens[by_step.argmax()]}'" in said
    assert f"least at '{tokens[by_step.argmin()]}' ({by_step.min():.2f})" in said
    assert f"unit {by_unit.argmax()} has {by_unit.max():.2f} on average" in said
