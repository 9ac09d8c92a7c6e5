"""Scorecards of tags against values worked out by hand."""

import numpy as np
import pytest

from grucli.tasks.tag.scorecard import MEASURES
from tests.tasks.helpers import exact
from tests.tasks.tag.helpers import fitted, scores_of, tagged

PLAIN = fitted(tagged("D N V", "N V"))
CHUNKS = fitted(tagged("B-PER I-PER O", "B-LOC O"))


def plain_card(known=None):
    records = tagged("D N V", "N V", "X")
    for record, own in zip(records, known or [None] * 3, strict=True):
        record.known = own
    scores = scores_of(PLAIN, "D N N", "N V", "V")
    return PLAIN.measure(scores, PLAIN.encode(records), records)


def test_tags_that_stand_for_themselves():
    found = plain_card().to_json()
    assert found["rows"] == 3
    assert found["tokens"] == 6
    assert found["accuracy"] == exact(4 / 6)
    assert found["sentences"] == exact(1 / 3)
    assert found["macro_f1"] == exact((1 + 2 * 2 / 5 + 2 * 1 / 4 + 0) / 4)
    assert found["per_tag"]["N"] == {"precision": exact(2 / 3), "recall": 1, "f1": 0.8, "rows": 2}
    assert [list(row) for row in found["confusion"]["matrix"]] == [[1, 0, 0], [0, 2, 0], [0, 1, 1]]
    assert found["unseen"] == {"X": 1}
    assert "unknown_accuracy" not in found
    low, high = found["accuracy_interval"]
    assert 0 <= low < 4 / 6 < high <= 1


def test_the_loss_is_the_mean_of_a_token_and_a_tag_that_is_unknown_costs_most():
    sure = np.log(1 + 2 * np.exp(-9))
    floor = -np.log(np.finfo(np.float64).eps)
    assert plain_card().to_json()["log_loss"] == exact((5 * sure + 9 + floor) / 6)


def test_words_that_the_vocabulary_lacks_are_measured_apart():
    known = [(True, True, False), (True, False), (True,)]
    found = plain_card(known).to_json()
    assert found["unknown_accuracy"] == 0.5
    every = plain_card([(True,) * 3, (True,) * 2, (True,)])
    assert every.to_json()["unknown_accuracy"] is None
    assert "knows every token" in every.reasons["unknown_accuracy"]


def test_what_each_tokens_most_frequent_tag_reaches():
    """In training w0 is D and N, w1 N and V, w2 V: the first of equals, or that of all tokens."""
    card = plain_card()
    assert card.baseline.owner == "lexicon"
    records = tagged("D N V", "N V", "X")
    blind = PLAIN.words.answers(records).tolist()
    right = np.sum(np.array(blind) == PLAIN.encode(records).values)
    assert card.baseline.value == exact(right / 6)


def test_chunks_count_first():
    records = tagged("B-PER I-PER O", "S-LOC O B-NEW")
    scores = scores_of(CHUNKS, "B-PER I-PER O", "B-PER O O", chain=True)
    card = CHUNKS.measure(scores, CHUNKS.encode(records), records)
    found = card.to_json()
    assert card.figures[0].measure.name == "entity_f1"
    assert found["entity_f1"] == exact(2 * 1 / (3 + 2))
    assert found["precision"] == 0.5
    assert found["recall"] == exact(1 / 3)
    assert found["accuracy"] == exact(4 / 6)
    assert found["sentences"] == 0.5
    assert found["per_type"]["LOC"] == {"precision": None, "recall": 0, "f1": 0, "rows": 1}
    assert found["per_type"]["NEW"]["rows"] == 1
    assert found["unseen"] == {"B-NEW": 1}
    assert card.baseline.measure.name == "entity_f1"
    low, high = found["entity_f1_interval"]
    assert 0 <= low < 0.4 < high <= 1


def test_the_majority_answers_the_most_frequent_tag():
    blind = PLAIN.baseline(PLAIN.encode(tagged("N N V", "X")))
    assert (blind.value, blind.subject, blind.rows) == (0.5, "N", 2)


def test_names_of_measures_are_distinct():
    names = [one.name for one in MEASURES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["log_loss", "ece"])
def test_of_which_less_is_better(name):
    assert not next(one for one in MEASURES if one.name == name).larger_is_better
