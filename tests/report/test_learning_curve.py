"""The picture of a training: where its curves run, and that it fits."""

import math

import pytest
from rich.cells import cell_len

from grucli.report.learning_curve import HEIGHT, learning_curve
from grucli.tasks.task import FigureKind, HeldOut
from grucli.training.progress import Fold, Progress
from grucli.training.scores import EpochScores, ValidScores

ACCURACY = FigureKind(name="accuracy", title="accuracy")


def history(learned, held=()):
    """Return epochs with these figures; without `held` nothing judges them."""
    valid = [ValidScores(alone=HeldOut(loss=1.0, figures={"accuracy": each})) for each in held]
    both = zip(learned, valid or [None] * len(learned), strict=True)
    rest = {"loss": 1.0, "gradient_norm": 1.0, "clipped": 0.0}
    return [EpochScores(figures={"accuracy": one}, valid=two, **rest) for one, two in both]


def drawn(progress, *, width=80, is_ascii=True, about=""):
    return learning_curve(progress, ACCURACY, about=about, width=width, is_ascii=is_ascii)


def columns_of(lines, sign):
    """Return the rows in which a sign stands, for each column of the picture."""
    picture = [line.partition("|")[2] for line in lines if "|" in line]
    return {
        column: [row for row, line in enumerate(picture) if line[column : column + 1] == sign]
        for column in range(60)
    }


def test_curves_run_from_the_first_epoch_to_the_last_one():
    progress = Progress(history=history([0.0, 0.5, 1.0], [1.0, 0.5, 0.0]), best_epoch=2)
    lines = drawn(progress)
    assert lines[0] == "accuracy by epoch: *** held out  ... training"
    assert lines[1].startswith("1.000 |")
    assert lines[HEIGHT].startswith("0.000 |")
    falling, rising = columns_of(lines, "*"), columns_of(lines, ".")
    assert (falling[0], falling[30][:1], falling[59]) == ([0], [2], [HEIGHT - 1])
    assert all(falling.values())
    dots = [column for column in rising if rising[column]]
    assert rising[dots[0]] == [HEIGHT - 1]
    assert max(rising[dots[-1]]) <= 1
    assert lines[-1].split() == ["1", "^2", "3"]
    assert lines[-1].index("^2") - lines[-1].index("1") == 30


def test_folds_are_averaged_over_those_that_got_so_far():
    folds = [
        Fold(best_epoch=1, history=history([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])),
        Fold(best_epoch=3, history=history([1.0] * 4, [1.0] * 4)),
    ]
    lines = drawn(Progress(folds=folds), about=" of the recurrence")
    head = "accuracy of the recurrence by epoch, mean of 2 folds: *** held out  ... training"
    assert lines[0] == head
    assert lines[1].startswith("1.000 |")
    assert lines[HEIGHT].startswith("0.500 |")
    held = columns_of(lines, "*")
    assert (held[0], held[59]) == ([HEIGHT - 1], [0])
    assert lines[-1].split() == ["1", "^2", "4"]


def test_without_rows_that_are_held_out_there_is_one_curve():
    lines = drawn(Progress(history=history([0.1, 0.2, 0.3]), best_epoch=3))
    assert lines[0] == "accuracy by epoch: ... training"
    assert "*" not in "\n".join(lines)


@pytest.mark.parametrize("is_ascii", [False, True])
@pytest.mark.parametrize("width", [14, 40, 80, 200])
def test_it_is_as_wide_as_the_terminal_at_most(width, is_ascii):
    epochs = [0.5 + math.sin(k) / 3 for k in range(150)]
    progress = Progress(history=history(epochs, epochs[::-1]), best_epoch=75)
    lines = drawn(progress, width=width, is_ascii=is_ascii)
    assert lines
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.isascii() for line in lines[1:]) == is_ascii


@pytest.mark.parametrize("learned", [[0.1], [0.1, 0.2], [0.5] * 9, [math.nan] * 5])
def test_too_little_to_see_is_not_drawn(learned):
    assert drawn(Progress(history=history(learned), best_epoch=1)) == []
    narrow = Progress(history=history([0.1, 0.2, 0.3]), best_epoch=1)
    assert drawn(narrow, width=10) == []
