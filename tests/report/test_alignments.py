"""What each symbol has looked at, as text and as a page.

Covers: report/page/alignments.
"""

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
    assert alignments([]) == []


def test_a_blank_can_be_seen_and_nothing_can_do_harm():
    assert shown(" ") == "␣"
    assert "\x1b" not in shown("\x1b[31m")


def test_a_page_has_a_cell_for_each_symbol_and_step():
    page = str(drawn([ONE]))
    assert page.count("<tr") == 4
    assert page.count('scope="col"') == 5
    assert "<b>" not in page
    assert "&lt;end&gt;" in page
    assert ">50</td>" in page
    assert drawn([]) is None
