"""What each symbol has looked at, and what an answer rests on, as text and as a page.

Covers: report/page/alignments.
"""

from dataclasses import replace

import numpy as np

from grucli.inspection.alignment import Alignment
from grucli.report.alignments import alignments, shown
from grucli.report.page.alignments import alignments as drawn

ONE = Alignment(
    name="text 1",
    text="a <b>",
    answer="xy",
    score=-0.25,
    source=("a", " ", "<", "b", ">"),
    symbols=("x", "y", "<end>"),
    probabilities=np.array([0.5, 1.0, 0.25]),
    weights=np.array(
        [[0.5, 0.3, 0.15, 0.05, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0], [0.2, 0.2, 0.2, 0.2, 0.2]]
    ),
    effects=np.array([[6.0, 0.0, -0.3, 0, 0], [0.0, 0.0, 0.0, 3.0, 0], [0.0, 0.0, 0.0, 0.0, 0.0]]),
    instead=(("y", -1.0), ("xy", -0.2), ("xz", -0.3), None, ("xy", -0.2)),
)


def test_the_steps_that_count_most_with_their_places():
    (lines,) = alignments([ONE])
    assert lines[0].endswith("a <b> -> xy  (score -0.2500)")
    assert lines[1].split() == ["SYMBOL", "probability", "looks", "at"]
    assert lines[2].split() == [
        "x",
        "0.500",
        "a",
        "(1)",
        "0.50",
        "␣",
        "(2)",
        "0.30",
        "<",
        "(3)",
        "0.15",
    ]
    assert lines[3].split() == ["y", "1.000", "␣", "(2)", "1.00"]
    assert lines[4].split()[:5] == ["<end>", "0.250", "a", "(1)", "0.20"]
    assert [line.split() for line in lines[5:]] == [
        ["LEFT", "OUT", "score", "writes"],
        ["a", "(1)", "-2.000", "y"],
        ["b", "(4)", "-1.000", "the", "same"],
        ["<", "(3)", "+0.100", "xz"],
    ]
    assert alignments([]) == []


def test_without_attention_symbols_rest_on_what_they_lose_most_without():
    (lines,) = alignments([replace(ONE, weights=np.zeros((3, 0)))])
    assert lines[1].split() == ["SYMBOL", "probability", "rests", "on"]
    assert lines[2].split() == ["x", "0.500", "a", "(1)", "6.00"]
    page = str(drawn([replace(ONE, weights=np.zeros((3, 0)))]))
    assert page.count('class="heat"') == 1


def test_a_blank_can_be_seen_and_nothing_can_do_harm():
    assert shown(" ") == "␣"
    assert "\x1b" not in shown("\x1b[31m")


def test_a_page_has_a_cell_for_each_symbol_and_step():
    page = str(drawn([ONE]))
    assert page.count("<tr") == 4 + 4 + 4
    assert page.count('class="heat"') == 2
    assert ">6.0</td>" in page
    assert 'class="a"' in page
    assert "<b>" not in page
    assert "&lt;end&gt;" in page
    assert ">50</td>" in page
    assert drawn([]) is None
