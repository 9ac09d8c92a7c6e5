"""Axes hold all values between round ends, and a picture says in words what it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.report.page.plot import Axis, Scale, curves, dot, folded, plot, spaced, upright
from grucli.report.page.style import STYLE


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0, 11, ["0", "5", "10", "15"]),
        (-0.7, 1.9, ["-1", "0", "1", "2"]),
        (0.0, 0.07, ["0.000", "0.025", "0.050", "0.075"]),
        (3, 3, ["1", "2", "3", "4", "5"]),
        (0, 0, ["-1", "0", "1"]),
        (1e6, 3e6, ["1e+06", "2e+06", "3e+06"]),
        (20.1, 20.4, ["20.1", "20.2", "20.3", "20.4"]),
    ],
)
def test_ends_and_ticks_are_round(low, high, shown):
    axis = Scale.over(low, high).axis("steps")
    assert [label for _, label in axis.ticks] == shown
    assert axis.ticks[0][0] == pytest.approx(0)
    assert axis.ticks[-1][0] == pytest.approx(1)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.integers(2, 6))
def test_a_scale_holds_what_it_is_made_for(low, span, parts):
    scale = Scale.over(low, low + span, parts)
    assert -1e-6 <= scale.place(low) <= scale.place(low + span) <= 1 + 1e-6
    assert 2 <= len(scale.axis("x").ticks) <= 2 * parts + 3


def test_a_picture_has_its_title_its_words_and_its_numbers():
    below, left = Axis(name="step", ticks=[(0, "1"), (1, "9")]), Scale.over(0, 4).axis("level")
    numbers = folded("numbers", ("step", "level"), [("<1>", "2")], "rr")
    found = plot(
        "a <title>", "from 1 to 4", below, left, dot(0.25, 0.75, 3, "one"), numbers=numbers
    )
    assert found.count('role="img"') == 1
    assert "<title>a &lt;title&gt;</title><desc>from 1 to 4</desc>" in found
    assert '<circle class="dot" cx="25%" cy="25%" r="3.0"><title>one</title></circle>' in found
    assert "<details><summary>numbers</summary>" in found
    assert '<td class="r">&lt;1&gt;</td>' in found


def test_lines_are_stretched_and_go_up():
    assert 'points="0,1000 500,750 1000,0"' in curves(([(0, 0), (0.5, 0.25), (1, 1)], "line"))


def test_a_label_stands_in_the_middle_of_its_place_unless_it_says_otherwise():
    assert 'text-anchor="middle"' not in upright(0.5, "since", "3", before=True)
    assert "svg{text-anchor:middle}" in STYLE  # a rule for texts would win over what they say
    assert "text-anchor" not in STYLE.replace("svg{text-anchor:middle}", "")


def test_labels_leave_each_other_room_and_none_leaves_the_frame():
    assert spaced([(0, "a"), (0.95, "b"), (1, "c")]) == [(0, "a"), (1, "c")]
    assert spaced([(0, "1"), (0.91, "1220"), (1, "1344")]) == [(0, "1"), (1, "1344")]
    assert len(spaced([(0, "1"), (0.5, "50"), (0.9, "90"), (1, "99")])) == 4
    assert len(spaced([(0, "2026-03-02 06:00:00+02:00"), (1, "2026-03-02 07:00:00+02:00")])) == 2
    assert 'text-anchor="start"' in upright(0.02, "since", "3", before=True)
    assert 'text-anchor="end"' in upright(0.98, "since", "3", before=False)
