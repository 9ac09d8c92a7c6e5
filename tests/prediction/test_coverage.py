"""What was read of inputs, and what is said of it.

Covers: report/coverage.
"""

import numpy as np
import pytest

from grucli.cli.output import warning_line
from grucli.data.records import Record, Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.model.network import Model
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.coverage import Coverage
from grucli.report.chance import doubts
from grucli.report.coverage import lost, reason, rows
from grucli.tasks.classify.baseline import Majority
from grucli.tasks.classify.task import Classify
from tests.model.test_network import architecture

TEXT = TextEncoder(Vocabulary(("a", "b", "c")), "space", 3)
SERIES = SeriesEncoder(np.zeros(1), np.ones(1), 2)


def model_with(encoder: TextEncoder | SeriesEncoder) -> SavedModel:
    return SavedModel(
        model=Model(architecture()),
        encoder=encoder,
        task=Classify(labels=("p", "q", "r")),
        remembered=Remembered(),
        card={},
    )


def read(*texts: str) -> Coverage:
    records = [Record(number=k, text=text) for k, text in enumerate(texts, 1)]
    return Coverage.of(TEXT, TEXT.encode(records))


def test_texts_are_counted():
    found = read("a b", "a b c a", "x y z x", "", "a x")
    assert found == Coverage(rows=5, truncated=2, tokens=11, known_tokens=6, none_known=2)
    assert found.to_json() == {"truncated": 2, "known": 6 / 11, "none_known": 2}


def test_parts_add_up_to_the_whole():
    assert read("a b", "a b c a") + read("x y z x", "") + Coverage() == read(
        "a b", "a b c a", "x y z x", ""
    )


def test_numeric_sequences_have_no_tokens():
    records = [Record(number=k, values=np.ones((k, 1), np.float32)) for k in (1, 2, 3)]
    found = Coverage.of(SERIES, SERIES.encode(records))
    assert found == Coverage(rows=3, truncated=1)
    assert found.to_json() == {"truncated": 1, "known": None, "none_known": None}
    assert list(lost(found, model_with(SERIES))) == ["3 inputs: 1 cut at 2 steps"]
    assert [row[:2] for row in rows(found, model_with(SERIES))] == [("cut", 1)]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("a b", "x a"), []),
        (("a b c a",), ["1 input: 1 cut at 3 tokens"]),
        (("a", "x"), ["2 inputs: 1 without a token that the model knows"]),
        (("a b c a", ""), ["2 inputs: 1 cut at 3 tokens, 1 without a token that the model knows"]),
        (
            ("a", "x", "y z"),
            [
                Notice(
                    "data.nothing_known",
                    "3 inputs: 2 without a token that the model knows; "
                    "is it the right column and encoding?",
                )
            ],
        ),
    ],
)
def test_what_was_lost_is_said_and_warned_of_if_it_is_most(texts, said):
    assert list(lost(read(*texts), model_with(TEXT))) == said


@pytest.mark.parametrize(
    ("texts", "unseen", "why"),
    [
        (("a", "b"), 0, ""),
        (("a b c a", "b"), 0, "50% of the inputs were cut at 3 tokens (data.max_length)"),
        (("a x", "x"), 0, "33% of the tokens are known (is it the right column and encoding?)"),
        (("a", "b"), 1, "50% of the rows have labels that training lacks"),
        (("a b c a", "b"), 2, "50% of inputs cut at 3 tokens and 100% of labels unseen"),
    ],
)
def test_a_reason_is_a_likely_one(texts, unseen, why):
    found = reason(read(*texts), model_with(TEXT), unseen)
    assert found.startswith(why)
    assert bool(found) == bool(why)


def test_all_reasons_at_once_fit_in_the_line_of_a_warning():
    """Of a model that keeps 99,999 tokens, on a million rows."""
    saved = model_with(TextEncoder(TEXT.vocabulary, "space", 99_999))
    why = reason(Coverage(rows=10**6, truncated=10**6, tokens=9, none_known=10**6), saved, 10**6)
    assert why == (
        "100% of inputs cut at 99,999 tokens, 0% of tokens known (column, encoding?) and "
        "100% of labels unseen"
    )
    (warning,) = doubts(0.5, Majority(rows=10**6, value=0.5), why)
    assert warning_line(warning).endswith("labels unseen [score.chance]")
