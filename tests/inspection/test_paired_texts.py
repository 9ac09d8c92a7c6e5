"""What two models write for the same inputs, against counts by hand."""

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.text.symbols import Symbols
from grucli.inspection.paired_texts import answers
from grucli.tasks.drafts import Draft, Drafts
from grucli.tasks.generate.task import Generate

ROWS = [("x", "ab"), ("x", "ba"), ("y", "bb"), ("z", "abab"), ("w", None)]


def records(rows):
    return [Record(number=k, text=text, label=label) for k, (text, label) in enumerate(rows, 1)]


def writer(symbols, texts):
    """A task whose symbols have an order of their own, and drafts of texts."""
    task = Generate(symbols=Symbols.fit(symbols, "char"), longest=9)
    ids = [own[:-1] for own in task.symbols.encode(texts).per_sequence()]
    return task, Drafts(rows=[[Draft(symbols=tuple(own.tolist()))] for own in ids])


def test_an_input_counts_once_and_any_of_its_targets_is_right():
    first, ours = writer(["ab"], ["ba", "ba", "bb", "aa", "a"])
    second, theirs = writer(["c", "ba"], ["ab", "ab", "b", "abab", "a"])
    found = answers((first, second), (ours, theirs), records(ROWS), 0)
    assert found.flips.tolist() == [0, 1, 2, 3]  # of "ab" and "ba" all is another, of others half
    assert found.moved == pytest.approx((1 + 1 + 0.5 + 0.5 + 0) / 5)
    assert (found.only_first, found.only_second, found.p) == (1, 1, 1.0)  # y, z; x is both's
    exact, edits = found.figures
    assert (exact.measure.name, exact.first, exact.second) == ("exact_match", 2 / 3, 2 / 3)
    assert (edits.measure.name, edits.first, edits.second) == ("edit_rate", 2 / 8, 1 / 8)
    plain = found.to_json()
    assert (plain["exact_match_drop"], plain["edit_rate_rise"]) == (0, -1 / 8)


def test_without_targets_only_answers_are_compared():
    task, own = writer(["ab"], ["ab", "b"])
    found = answers((task, task), (own, own), records([("x", None), ("y", None)]), 0)
    assert (found.sequences, found.flips.tolist(), found.moved) == (2, [], 0)
    assert (found.only_first, found.p, found.figures) == (None, None, ())


def test_empty_targets_have_no_edit_rate():
    task, own = writer(["ab"], ["", "b"])
    found = answers((task, task), (own, own), records([("x", ""), ("y", "")]), 0)
    assert [(one.measure.name, one.first) for one in found.figures] == [("exact_match", 0.5)]
    assert np.isfinite(found.figures[0].interval).all()
