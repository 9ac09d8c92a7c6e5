"""Answers that are texts, as columns for every form."""

import math

import pytest

from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.generate.answers import TextAnswer, columns

BEST = TextAnswer(text="a b", score=-0.25, finish="end")
SECOND = TextAnswer(text="a\tc", score=-1.0, finish="length")
SURE = TextAnswer(text="", score=-1e-9, finish="end")


def test_a_table_has_the_text_its_score_and_how_it_ends():
    found = columns([[BEST, SECOND], [SURE]], AnswerOptions())
    assert found.table == {
        "text": ["a b", ""],
        "score": ["-0.250000", "0.000000"],
        "finish": ["end", "end"],
    }
    assert found.answers == ["text"]
    assert found.fields["score"] == [-0.25, -1e-9]
    assert list(found.fields) == ["text", "score", "finish"]


def test_ranked_texts_stand_beside_each_other_and_are_empty_where_there_are_fewer():
    found = columns([[BEST, SECOND], [SURE]], AnswerOptions(top_k=2))
    assert list(found.table) == ["text_1", "score_1", "finish_1", "text_2", "score_2", "finish_2"]
    assert found.table["text_2"] == ["a\tc", ""]
    assert found.table["score_2"] == ["-1.000000", ""]
    assert found.table["finish_2"] == ["length", ""]
    assert found.fields["texts"].values == [["a b", "a\tc"], [""]]
    assert found.fields["scores"].values == [[-0.25, -1.0], [-1e-9]]


def test_no_input_has_all_columns():
    assert list(columns([], AnswerOptions()).table) == ["text", "score", "finish"]
    assert len(columns([], AnswerOptions(top_k=3)).table) == 9


def test_a_score_is_no_probability_of_the_text():
    with pytest.raises(ConfigError, match="--min-prob: a text has a score"):
        columns([[BEST]], AnswerOptions(min_probability=0.5))
    assert BEST.probability == pytest.approx(math.exp(-0.25))
