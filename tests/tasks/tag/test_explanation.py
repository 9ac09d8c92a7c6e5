"""What is explained of the tag of a step."""

import numpy as np
import pytest

from grucli.errors import ConfigError
from tests.tasks.tag.helpers import fitted, random_scores, scores_of, tagged

TASK = fitted(tagged("D N V"))


def unsure():
    scores = scores_of(TASK, "D N V")
    scores.values[1] = np.log([0.15, 0.5, 0.35])
    return scores


def test_the_least_certain_step_is_explained():
    found = TASK.explained(unsure(), None)
    assert found.answer == "'N' 0.500 ('V' 0.350, 'D' 0.150)"
    assert found.step == 1
    assert found.subject == "margin of 'N' over 'V'"
    assert found.level_name == "p('N')"
    assert found.margin(unsure())[0] == pytest.approx(np.log(0.5 / 0.35))
    assert found.level(unsure())[0] == pytest.approx(0.5)
    assert found.to_json()["step"] == 2
    assert found.to_json()["probabilities"] == pytest.approx({"D": 0.15, "N": 0.5, "V": 0.35})


def test_a_step_that_was_asked_for_is_explained_or_the_last_one():
    assert TASK.explained(unsure(), "1").step == 0
    assert TASK.explained(unsure(), "9").step == 2


def test_several_sequences_are_followed_at_the_same_step():
    one = TASK.explained(unsure(), "2")
    scores = random_scores(TASK, (3, 2, 4))
    p = TASK.decoded(scores).p[scores.starts + 1]
    np.testing.assert_array_equal(one.level(scores), p[:, 1])
    answers = TASK.decoded(scores).tags[scores.starts + 1]
    assert one.leading(scores) == [TASK.tags[k] for k in answers]


@pytest.mark.parametrize("target", ["0", "N", "-1", "1.5", ""])
def test_what_is_no_step_is_refused(target):
    with pytest.raises(ConfigError, match="--target: must be the number of a step, from 1"):
        TASK.check_target(target)
    TASK.check_target("1")


@pytest.mark.parametrize("chain", [False, True])
def test_its_gradient_is_that_of_central_differences(chain):
    scores = random_scores(TASK, (3, 2, 4), chain=chain)
    one, gradient = TASK.explained(scores[:1], "2"), np.zeros(scores.values.shape)
    for place in np.ndindex(gradient.shape):
        ends = []
        for shift in (1e-5, -1e-5):
            scores.values[place] += shift
            ends.append(one.margin(scores).sum())
            scores.values[place] -= shift
        gradient[place] = (ends[0] - ends[1]) / 2e-5
    assert one.d_margin(scores).values == pytest.approx(gradient, abs=1e-9)


def test_a_tag_that_is_all_but_impossible_pulls_no_more():
    scores = unsure()
    one = TASK.explained(scores, "2")
    scores.values[1, one.other] = -1e3
    floored = one.d_margin(scores).values[1]
    assert one.margin(scores)[0] == pytest.approx(np.log(1 / 1e-12), abs=1)
    p = np.exp(scores.values[1] - np.logaddexp.reduce(scores.values[1]))
    assert floored == pytest.approx(np.eye(3)[one.target] - p, abs=1e-12)
