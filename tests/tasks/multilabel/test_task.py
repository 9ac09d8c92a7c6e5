"""The task of any number of labels: what it makes of targets and scores."""

import json

import numpy as np
import pytest

from grucli.engine.sparse_linear import Sparse
from grucli.errors import DataError
from grucli.tasks import task_for, task_from_json, task_type
from grucli.tasks.multilabel.decision import Decision
from grucli.tasks.multilabel.task import Multilabel
from tests.tasks.multilabel.test_label_sets import rows

RECORDS = rows(("b", "a"), ("a",), (), ("c", "a"), ("a", "b"))


def fitted():
    return Multilabel.fit("a.csv", RECORDS)


def test_it_is_fitted_to_the_distinct_labels_in_order():
    task = fitted()
    assert task.labels == ("a", "b", "c")
    assert task.num_outputs == 3
    assert task.decision == Decision.plain(3)
    said = "3 labels, 1.40 a row, 1 row without: a 4, b 2, c 1"
    assert task.describe(RECORDS) == said
    assert task.named_facts(task.facts(RECORDS)) == {"labels": {"a": 4, "b": 2, "c": 1}}


def test_data_that_differ_in_nothing_cannot_be_learned():
    with pytest.raises(DataError, match=r"a\.csv: no row has a label"):
        Multilabel.fit("a.csv", rows((), ()))
    with pytest.raises(DataError, match=r"all rows have the same labels \(a, b\)"):
        Multilabel.fit("a.csv", rows(("a", "b"), ("b", "a")))
    assert Multilabel.fit("a.csv", rows(("a",), ())).labels == ("a",)


def test_lists_of_labels_are_its_own_and_one_label_a_row_is_learned_too():
    assert task_for("labels") == "multilabel"
    assert "label" in task_type("multilabel").target_forms
    assert Multilabel.fit("a.csv", rows("a", "b", None)).labels == ("a", "b")


def test_it_comes_back_from_json_with_what_it_decides_by():
    task = fitted().calibrated(*_scored(0), {})
    assert task.decision != Decision.plain(3)
    again = task_from_json(json.loads(json.dumps(task.to_json())))
    assert again == task


@pytest.mark.parametrize("labels", [[], ["a", "a"], ["a", 1], "ab", None])
def test_damaged_labels_are_refused(labels):
    with pytest.raises(ValueError, match="labels do not fit"):
        task_from_json({"task": "multilabel", "labels": labels, **Decision.plain(2).to_json()})


def test_it_grows_by_labels_and_keeps_what_it_decides_by():
    task = fitted().calibrated(*_scored(0), {})
    grown = task.grown("b.csv", rows(("z", "a"), ("d",)))
    assert grown.labels == ("a", "b", "c", "d", "z")
    assert grown.decision.thresholds[:3] == task.decision.thresholds
    assert grown.decision.thresholds[3:] == (0.5, 0.5)
    assert grown.outputs_from(task).tolist() == np.eye(5, 3).tolist()


def test_rows_are_spread_by_their_rarest_label():
    task = fitted()
    assert task.strata(task.encode(RECORDS)).tolist() == [1, 0, 3, 2, 1]
    assert task.can_learn_from(task.encode(RECORDS))
    assert not task.can_learn_from(task.encode(rows(("a",), ("a",))))


def test_data_of_which_no_label_is_known_are_refused_but_not_data_without_labels():
    with pytest.raises(DataError, match="no row has a label of the model"):
        fitted().check_known("b.csv", rows(("x", "y"), ()), "the model")
    fitted().check_known("b.csv", rows((), ()), "the model")
    (notice,) = fitted().unknown_warnings("b.csv", rows(("x", "a"), ("aa",)))
    assert "2 rows with a label that training lacks, always counted as missed" in notice.text


def test_odd_labels_are_named():
    found = fitted().target_warnings("a.csv", rows(("a", "A"), ("n/a", "a"), ("A",)), {})
    assert {one.name for one in found} == {
        "data.similar_labels",
        "data.missing_labels",
        "data.rare_label",
        "data.absent_label",
    }
    (few,) = fitted().size_warnings(fitted().encode(RECORDS))
    assert few.name == "data.small_validation"
    assert "micro-F1" in few.text


def _scored(seed, rows=200):
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1, 2, (rows, 3))
    truth = rng.random(logits.shape) < 1 / (1 + np.exp(-logits))
    targets = np.hstack((truth, np.zeros((rows, 1)))).astype(np.uint8)
    return 2 * logits, targets


def test_held_out_rows_have_the_loss_that_is_learned_and_f1():
    task = fitted()
    scores, targets = _scored(1)
    found = task.held_out(scores, targets)
    assert found.loss == pytest.approx(task.row_losses(scores, targets).mean())
    assert set(found.figures) == {"micro_f1", "macro_f1"}
    total = task.objective({"label_smoothing": 0.0}).loss(scores, targets, np.ones(200)).total
    assert total == pytest.approx(200 * found.loss)
    assert task.known(targets).all()


def test_thresholds_of_held_out_rows_reach_more_on_others_and_this_is_said():
    task = fitted()
    decided = task.calibrated(*_scored(2, 2000), {})
    others = _scored(3, 2000)
    before, after = (one.held_out(*others) for one in (task, decided))
    assert after.figures["micro_f1"] > before.figures["micro_f1"]
    assert after.loss < before.loss
    thresholds, errors = decided.calibration
    assert thresholds.startswith("thresholds of labels fitted to 2,000 held-out rows: micro-F1 0.")
    assert errors.startswith("calibration of labels likelier than not: error 0.")
    assert task.calibration_error(*others) is None
    assert task.calibration == ()


def test_the_first_branch_has_its_share_of_what_is_answered():
    ours, theirs = np.array([[1.0, -2.0, -3.0]]), np.array([[3.0, 1.0, -1.0]])
    task = fitted()
    assert task.share_of_first(ours, theirs) == pytest.approx(1 / 4)
    assert (task.share_of_first(0 * ours, theirs), task.share_of_first(ours, 0 * theirs)) == (0, 1)
    assert task.share_of_first(0 * ours, 0 * theirs) == 1


def test_n_grams_are_learned_for_each_label_against_all_else():
    ids = np.array([0, 1, 2] * 40, np.int32)
    features = Sparse(ids=ids, values=np.ones(120, np.float32), lengths=np.ones(120, np.int64))
    targets = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]] * 40, np.uint8)

    def learned(targets, start):
        rng = np.random.default_rng(0)
        given = features, targets, np.ones(120)
        return fitted().learn_sparse(*given, num_features=3, rng=rng, start=start)

    weight, bias = learned(targets, None)
    assert ((weight + bias > 0) == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]).all()
    start = np.full((3, 3), -9, np.float32), np.zeros(3, np.float32)
    start[0][1, 2] = start[0][0, 0] = 9  # one of them wrong, the other right
    weight, bias = learned(targets, start)
    assert ((weight + bias > 0) == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]).all()
    assert weight[0, 0] > 9 - 0.1


def test_rows_weigh_by_their_labels_where_the_config_says_so():
    task, targets = fitted(), fitted().encode(RECORDS)
    assert task.row_factors(targets, {"class_weight": "none"}) is None
    found = task.row_factors(targets, {"class_weight": {"c": 3.0}})
    np.testing.assert_allclose(found / found[0], [1, 1, 1, 2, 1])


def test_lists_that_nothing_has_divided_are_named():
    found = fitted().target_warnings("a.csv", rows(*[("a|b",), ("b|a",), ("a",)] * 2), {})
    (notice,) = (one for one in found if one.name == "data.list_labels")
    assert notice.text.endswith("pass --label-separator '|'")
    divided = fitted().target_warnings("a.csv", rows(*[("a|b", "b|a"), ("a",)] * 2), {})
    assert "data.list_labels" not in {one.name for one in divided}
