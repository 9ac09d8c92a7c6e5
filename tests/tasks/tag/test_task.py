"""The task of a tag for each step: what it makes of targets.

Covers: tasks/tag/answering.
"""

import json

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, DataError
from grucli.tasks import task_for, task_from_json, task_type
from tests.tasks.tag.helpers import fitted, scores_of, tagged

RECORDS = tagged("D N V", "N V", "V")
TASK = fitted(RECORDS)


def test_data_that_hold_tags_choose_it():
    assert task_for("tags") == "tag"
    assert task_type("tag").reads_steps


def test_it_is_fitted_to_the_distinct_tags_in_order():
    assert TASK.labels == TASK.tags == ("D", "N", "V")
    assert TASK.num_outputs == 3
    assert TASK.head_json() == {"num_tags": 3}
    assert TASK.chain == (False, "each tag stands for itself")


def test_targets_have_a_tag_for_each_step():
    found = TASK.encode([*tagged("N X", "D"), Record(number=3, text="two words")])
    assert found.values.tolist() == [1, -1, 0, -1, -1]
    assert found.lengths.tolist() == [2, 1, 2]
    empty = TASK.encode([Record(number=1, text=""), Record(number=2, tokens=(), tags=())])
    assert empty.values.tolist() == [-1, -1]


@pytest.mark.parametrize("tags", ["N N", ""])
def test_one_tag_cannot_be_learned(tags):
    with pytest.raises(DataError, match=r"a\.conll: has (0 tags|1 tag \(N\)); need two"):
        fitted(tagged(tags))


def test_it_comes_back_from_json():
    again = task_from_json(json.loads(json.dumps(TASK.to_json())))
    assert again == TASK
    assert type(again) is type(TASK)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["N", "N", "V"]},
        {"labels": ["N"]},
        {"labels": [1, 2, 3]},
        {"words": {"default": 5, "tokens": [[], [], []]}},
        {"words": {"default": 0, "tokens": [[]]}},
    ],
)
def test_damaged_json_is_refused(change):
    with pytest.raises(ValueError, match="fit"):
        task_from_json(TASK.to_json() | change)


def test_the_training_file_in_a_line_and_in_facts():
    assert TASK.describe(RECORDS) == "3 tags of 6 tokens: V 3, N 2, D 1"
    assert TASK.facts(RECORDS) == {"tag_steps": [1, 2, 3]}
    assert TASK.named_facts({"rows": 3, "tag_steps": [1, 2, 3]}) == {
        "rows": 3,
        "tags": {"D": 1, "N": 2, "V": 3},
    }
    assert TASK.listed == "3 tags: D, N, V"


def test_it_grows_by_the_tags_of_another_file():
    records = tagged("A N", "V Z V")
    grown = TASK.grown("b", records)
    assert grown.tags == ("D", "N", "V", "A", "Z")
    assert grown.grown("b", records) == grown
    np.testing.assert_array_equal(grown.outputs_from(TASK), np.eye(5, 3))


def test_each_part_of_a_split_gets_its_share_of_rare_tags():
    targets = TASK.encode(tagged("D N V", "N V", "V", "V D"))
    strata = TASK.strata(targets)
    assert strata[0] == strata[3] != strata[1] != strata[2]


def test_what_can_be_learned_and_is_known():
    targets = TASK.encode(tagged("N N", "X X", "X V"))
    assert TASK.known(targets).tolist() == [True, False, True]
    assert TASK.can_learn_from(targets)
    assert not TASK.can_learn_from(targets[:1])


def test_data_without_a_known_tag_are_refused():
    TASK.check_known("b", tagged("X N"), "the model")
    with pytest.raises(DataError, match=r"b: no token has a tag of the model \(D, N, V\): 'X'"):
        TASK.check_known("b", tagged("X X"), "the model")
    with pytest.raises(DataError, match="b: has no tags"):
        TASK.check_known("b", [Record(number=1, text="a")], "the model")


def test_rows_that_were_held_out_are_scored():
    records = tagged("D N V", "N X")
    scores = scores_of(TASK, "D N D", "N N")
    found = TASK.held_out(scores, TASK.encode(records))
    sure = np.log(1 + 2 * np.exp(-9))
    assert found.figures == {"accuracy": 0.6}
    assert found.loss == pytest.approx((3 * sure + sure + 9) / 4)


def test_a_factor_makes_probabilities_of_held_out_rows_mean_what_they_say():
    records = tagged(*["D N V N"] * 30, *["N N V N"] * 10)
    scores = scores_of(TASK, *["D N V N"] * 40)
    targets = TASK.encode(records)
    (factor,) = TASK.blend((scores,), targets)
    assert TASK.decoded(factor * scores).certainty[0] == pytest.approx(150 / 160, abs=0.02)
    before, after = (TASK.calibration_error(s, targets) for s in (scores, factor * scores))
    assert before == pytest.approx(10 / 160, abs=0.001)
    assert after < before / 4
    assert TASK.calibrated(scores, targets, {}) is TASK
    assert TASK.calibration == ()


def test_tags_do_not_weigh_differently():
    targets = TASK.encode(RECORDS)
    assert TASK.row_factors(targets, {"class_weight": "none"}) is None
    with pytest.raises(ConfigError, match=r"training\.class_weight: .* omit it"):
        TASK.row_factors(targets, {"class_weight": "balanced"})


def test_whole_sequences_are_compared():
    targets = TASK.encode(tagged("D N", "N V", "X"))
    scores = scores_of(TASK, "D N", "N N", "V")
    others = scores_of(TASK, "D N", "N V", "V")
    assert TASK.right(scores, targets).tolist() == [True, False, False]
    assert TASK.agree(scores, others).tolist() == [True, False, True]
    assert TASK.num_answers(scores) == 3
    assert TASK.distance(scores, others) == pytest.approx([0, 0.5, 0], abs=1e-3)
    assert TASK.support(scores, targets) == pytest.approx([1, 0, 0], abs=1e-3)
    scores.values[3] = 0
    assert TASK.certainty(scores) == pytest.approx([1, 1 / 3, 1], abs=1e-3)
    found = TASK.arrays(scores, targets)
    assert found["targets"].tolist() == [0, 1, 1, 2, -1]
    assert found["predictions"].tolist() == [0, 1, 1, 0, 2]
    assert found["probabilities"].shape == (5, 3)


def test_wrong_tags_are_listed_with_their_place_the_most_confident_first():
    targets = TASK.encode(tagged("D N", "N V", "X"))
    scores = scores_of(TASK, "D D", "N N", "V")
    scores.values[1] *= 0.1
    scores.values[4] *= 2
    found = TASK.mistakes(scores, targets)
    assert found.rows.tolist() == [2, 1, 0]
    assert found.steps.tolist() == [0, 1, 1]
    assert found.answers["predicted"] == ["V", "N", "D"]
    assert found.answers["probability"] == sorted(found.answers["probability"], reverse=True)


def test_whether_validation_found_more_than_the_majority():
    assert TASK.has_learned({"tag_steps": [1, 2, 3]}, {"valid_accuracy": 0.6})
    assert not TASK.has_learned({"tag_steps": [1, 2, 3]}, {"valid_accuracy": 0.5})
    assert TASK.has_learned({}, {})


def test_odd_tags_are_told():
    assert [one.name for one in TASK.target_warnings("a", RECORDS, {})] == ["data.rare_label"]
    assert [one.name for one in TASK.unseen_warnings(tagged("N V"), "b", tagged("D"))] == [
        "data.unseen_label"
    ]
    assert [one.name for one in TASK.unknown_warnings("b", tagged("X N"))] == ["data.unseen_label"]
    assert list(TASK.size_warnings(Steps(values=np.zeros(1), lengths=np.array([1])))) == []
    assert TASK.stratum(RECORDS[0]) is None
