"""Answers as columns and as objects."""

import numpy as np
import pytest

from grucli.engine.steps import Steps
from grucli.errors import ConfigError
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.tag.answers import Entity, TagAnswer
from tests.tasks.tag.helpers import fitted, scores_of, tagged

PLAIN = fitted(tagged("D N V"))
CHUNKS = fitted(tagged("S-PER O B-LOC E-LOC"))


def test_a_table_has_the_tags_and_the_probability_of_the_least_probable():
    scores = scores_of(PLAIN, "D N", "V")
    scores.values[1] = np.log([0.2, 0.5, 0.3])
    found = PLAIN.answers(scores, AnswerOptions())
    sure = np.exp(9) / (np.exp(9) + 2)
    assert found.table["tags"] == ["D N", "V"]
    assert found.table["probability"] == pytest.approx([0.5, sure])
    assert found.answers == ("tags",)
    assert found.fields["tags"].values == [["D", "N"], ["V"]]
    assert found.fields["probabilities"].values[0] == pytest.approx([sure, 0.5])
    assert found.steps == "tags"


def test_a_tag_that_is_not_probable_enough_is_not_given():
    scores = scores_of(PLAIN, "D N", "V")
    scores.values[1] = np.log([0.2, 0.5, 0.3])
    asked = AnswerOptions(min_probability=0.6, unknown="?")
    assert PLAIN.answers(scores, asked).table["tags"] == ["D ?", "V"]
    enough = AnswerOptions(min_probability=0.5)
    assert PLAIN.answers(scores, enough).table["tags"] == ["D N", "V"]


def test_no_sequence_has_all_columns():
    none = Steps(values=np.zeros((0, 3)), lengths=np.zeros(0, np.int64))
    assert list(PLAIN.answers(none, AnswerOptions()).table) == ["tags", "probability"]
    assert PLAIN.typed_answers(none) == []


@pytest.mark.parametrize(("task", "tags"), [(PLAIN, "D N"), (CHUNKS, "B-LOC I-LOC")])
def test_an_input_without_a_step_has_no_tag(task, tags):
    full = scores_of(task, "O" if task is CHUNKS else "V", tags, tags, chain=task is CHUNKS)
    some = full.emptied(np.array([True, False, True]))
    found = task.answers(some, AnswerOptions()).table
    assert found["tags"][::2] == ["", ""]
    assert found["tags"][1] == task.answers(full, AnswerOptions()).table["tags"][1]
    assert [len(one.tags) for one in task.typed_answers(some)] == [0, 2, 0]
    assert [len(one.entities) for one in task.typed_answers(some)] == [0, task is CHUNKS, 0]


def test_there_are_no_ranks():
    with pytest.raises(ConfigError, match="--top-k: there is one tag for each step; omit it"):
        PLAIN.answers(scores_of(PLAIN, "D"), AnswerOptions(top_k=2))


def test_chunks_are_answered_in_the_scheme_of_the_training_file():
    scores = scores_of(CHUNKS, "B-LOC I-LOC O B-PER", "B-PER", chain=True)
    found = CHUNKS.typed_answers(scores)
    assert [one.tags for one in found] == [("B-LOC", "E-LOC", "O", "S-PER"), ("S-PER",)]
    assert found[0].entities == (
        Entity(type="LOC", start=0, end=2),
        Entity(type="PER", start=3, end=4),
    )
    assert found[1].entities == (Entity(type="PER", start=0, end=1),)
    assert all(0.99 < p <= 1 for one in found for p in one.probabilities)


def test_plain_tags_mark_no_entities():
    (found,) = PLAIN.typed_answers(scores_of(PLAIN, "N"))
    assert isinstance(found, TagAnswer)
    assert found.entities == ()
