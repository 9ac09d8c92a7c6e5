"""How much is done, in a line that fits."""

import pytest
from rich.cells import cell_len

from grucli.report.bar import bar_line, duration, measured

WORDS = "fold 2 of 3, epoch 12, loss 0.0499"


def test_a_bar_stands_between_what_is_done_and_what_is_left():
    line = bar_line(WORDS, 0.62, 12.4, 79)
    assert line == f"{WORDS:<40}  [========>    ]  62%  12 s left"
    assert bar_line(WORDS, 1.0, None, 79) == f"{WORDS:<40}  [=============] 100%"
    assert bar_line(WORDS, 0.0, None, 79) == f"{WORDS:<40}  [>            ]   0%"


@pytest.mark.parametrize(
    "what", [WORDS, "reading 评论评论评论评论评论评论评论评论评论评论评论.csv"]
)
@pytest.mark.parametrize("width", [1, 5, 20, 39, 60, 79, 199])
def test_no_line_is_wider_than_the_terminal_and_the_bar_stays_in_its_place(what, width):
    places = set()
    for share, left_s in ((0.0, None), (0.5, 5000), (1.0, 1.0)):
        line = bar_line(what, share, left_s, width)
        assert cell_len(line) <= width
        places.add(cell_len(line.partition("[")[0]))
    assert places == {42} or width < 79


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3569, "59 min"), (4830, "1 h 20 min")],
)
def test_a_time_is_no_finer_than_it_is_known(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0339, "0.034 s"), (8.14, "8.1 s"), (9.99, "10 s"), (11.4, "11 s"), (640, "11 min")],
)
def test_a_measured_time_has_two_digits_and_no_power_of_ten(seconds, words):
    assert measured(seconds) == words
