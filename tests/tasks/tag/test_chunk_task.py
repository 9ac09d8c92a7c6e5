"""Tags that are parts of chunks: learned in one scheme, answered in that of the file."""

import json

import numpy as np
import pytest

from grucli.errors import DataError
from grucli.tasks import task_from_json
from tests.tasks.tag.helpers import fitted, random_scores, scores_of, tagged
from tests.tasks.tag.test_chunks import SAME

TASK = fitted(tagged(*SAME["IOB2"]))


@pytest.mark.parametrize("scheme", SAME)
def test_the_same_chunks_are_the_same_task_but_for_how_it_answers(scheme):
    records = tagged(*SAME[scheme])
    task = fitted(records)
    assert task.tags == TASK.tags == ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")
    assert task.words == TASK.words
    targets = task.encode(records)
    np.testing.assert_array_equal(targets.values, TASK.encode(records).values)
    assert " ".join(task.written(targets.values, targets.starts)) == " ".join(SAME[scheme])
    assert set(" ".join(SAME[scheme]).split()) <= set(task.labels)


@pytest.mark.parametrize("scheme", SAME)
def test_data_in_any_scheme_are_measured_alike(scheme):
    scores = random_scores(TASK, (5, 1, 4))
    records, own = tagged(*SAME[scheme]), tagged(*SAME["IOB2"])
    found, expected = (
        TASK.measure(scores, TASK.encode(some), some).to_json() for some in (records, own)
    )
    found["confusion"] = expected["confusion"] = None
    assert found == expected


def test_it_comes_back_from_json():
    again = task_from_json(json.loads(json.dumps(TASK.to_json())))
    assert again == TASK
    assert again.scheme == "IOB2"
    for change in ({"scheme": "IOB9"}, {"labels": ["B-X", "X", *TASK.tags[2:]]}):
        with pytest.raises(ValueError, match="fit"):
            task_from_json(TASK.to_json() | change)


def test_an_unknown_type_is_unknown_and_a_tag_of_another_scheme_is_not():
    records = tagged("S-PER O B-NEW", "O-x")
    assert TASK.encode(records).values.tolist() == [1, 4, -1, 4]
    assert TASK.unseen(records) == {"B-NEW": 1, "O-x": 1}


def test_answers_follow_the_grammar_whatever_the_scores_say():
    scores = random_scores(TASK, (6,) * 50)
    for tags in (one.tags for one in TASK.typed_answers(scores)):
        for before, tag in zip(("O", *tags), tags, strict=False):
            if tag.startswith("I-"):
                assert before in (f"B-{tag[2:]}", f"I-{tag[2:]}")


def test_without_a_chain_tags_out_of_order_are_mended_by_the_rule():
    scores = scores_of(TASK, "I-PER I-PER O I-LOC I-PER")
    assert TASK.typed_answers(scores)[0].tags == ("B-PER", "I-PER", "O", "B-LOC", "B-PER")


@pytest.mark.parametrize("chain", [True, False])
def test_an_input_without_a_step_has_no_tag(chain):
    scores = random_scores(TASK, (2, 1, 3, 1), chain=chain)
    empty = scores.emptied(np.array([False, True, False, True]))
    answers = TASK.typed_answers(empty)
    alone = TASK.typed_answers(scores)
    assert [answer.tags for answer in answers] == [alone[0].tags, (), alone[2].tags, ()]
    nothing = scores.emptied(np.ones(4, bool))
    assert [answer.tags for answer in TASK.typed_answers(nothing)] == [()] * 4


def test_tags_are_scored_together_unless_they_are_too_many():
    assert TASK.chain == (True, "tags are parts of chunks")
    many = fitted(tagged(" ".join(f"B-{k} I-{k}" for k in range(40))))
    assert many.chain == (False, "80 tags have too many pairs")


def test_rows_that_were_held_out_are_scored():
    records = tagged("B-PER I-PER O B-LOC", "B-NEW")
    scores = scores_of(TASK, "B-PER I-PER O B-PER", "O", chain=True)
    figures = TASK.held_out(scores, TASK.encode(records)).figures
    assert figures == {"accuracy": 0.6, "entity_f1": pytest.approx(2 * 1 / (3 + 2))}


def test_it_grows_by_the_types_of_another_file():
    records = tagged("S-NEW O B-PER E-PER")
    grown = TASK.grown("b", records)
    assert grown.tags == (*TASK.tags, "B-NEW")
    assert grown.scheme == "IOB2"
    assert grown.grown("b", records) == grown
    with pytest.raises(DataError, match="b: not all tags are parts of chunks"):
        TASK.grown("b", tagged("N V"))


def test_the_training_file_in_a_line():
    assert TASK.describe(tagged(*SAME["IOB2"])) == ("6 chunks in IOB2 of 10 tokens: LOC 3, PER 3")
    assert TASK.size == "2 types of chunks"
    assert TASK.listed == "2 types of chunks in IOB2: LOC, PER"
    assert TASK.labels == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert fitted(tagged("B E S", "B M E")).labels == ("B", "E", "M", "S")


def test_odd_tags_are_told():
    records = tagged("B-PER O", "B-PER O", "I-PER O", "B-LOC O B-LOC O")
    found = list(fitted(records).target_warnings("a", records, {}))
    assert [one.name for one in found] == ["data.rare_label", "data.odd_tags"]
    assert found[1].text == "a: 1 of 5 chunks do not begin as in IOB2; read as if they did"


def test_letters_alone_are_chunks_of_one_type():
    task = fitted(tagged("B E S", "B M E"))
    assert task.tags == ("B", "I")
    assert task.describe(tagged("B E S")) == "2 chunks in BMES of 3 tokens: chunk 2"
    assert task.typed_answers(scores_of(task, "B I B"))[0].tags == ("B", "E", "S")
    assert task.typed_answers(scores_of(task, "B I B"))[0].entities[0].type == ""
