"""The worst answers: one of each row, in their order, explained while there is time."""

import numpy as np
import pytest

from grucli.inspection import worst_answers as module
from grucli.inspection.worst_answers import SHOWN, worst_answers
from grucli.tasks.columns import Mistakes

from .helpers import recall_model
from .reports import text_model, texts


def mistakes(rows, steps=None):
    wrong = ["yes"] * len(rows)
    return Mistakes(
        rows=np.array(rows),
        answers={"predicted": wrong},
        steps=None if steps is None else np.array(steps),
    )


def test_each_row_is_shown_once_at_its_worst():
    saved = text_model(recall_model(), ("no", "yes"))
    rows = texts(("bad filler", "no"), ("good bad", "no"), ("good", "no"))
    first, other = worst_answers(saved, rows, mistakes([2, 0, 2]))
    assert [first.place, other.place] == [0, 1]
    assert [first.record, other.record] == [rows[2], rows[0]]
    assert [part.text for part in other.example.parts] == ["bad", "filler"]
    assert (first.step, other.example.name) == (None, "#1")


def test_there_are_only_so_many():
    saved = text_model(recall_model(), ("no", "yes"))
    rows = texts(*[("good", "no")] * 30)
    assert len(worst_answers(saved, rows, mistakes(range(30)))) == SHOWN
    assert worst_answers(saved, rows, mistakes([])) == ()


@pytest.mark.parametrize(("times", "explained"), [(0, 0), (1e-4, 2)])
def test_what_would_take_too_long_is_shown_without_its_reasons(times, explained, monkeypatch):
    monkeypatch.setattr(module, "TIMES_READ", times)  # of 2 ** 21 steps; each takes 87
    saved = text_model(recall_model(), ("no", "yes"))
    rows = texts(*[("good bad", "no")] * 5)
    shown = worst_answers(saved, rows, mistakes(range(5)))
    assert [one.example is not None for one in shown] == [True] * explained + [False] * (
        5 - explained
    )
