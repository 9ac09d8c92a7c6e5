"""Classes and sets of labels as answers."""

import numpy as np
import pytest

from grucli import SequenceClassifier

from .helpers import QUICK, waves

LEARNED = {"hidden_size": 8, "epochs": 20, "settings": {"training.folds": "off", "data.valid": 0}}


@pytest.mark.parametrize(
    "names", [["no", "yes"], [10, 9], [1.0, -2.0], [False, True], ["é", "日本"]], ids=str
)
def test_answers_are_the_classes_that_were_given(names):
    x, y = waves(60)
    names = np.array(names)
    model = SequenceClassifier(**LEARNED).fit(x, names[y])
    assert model.classes_.tolist() == sorted(names.tolist())
    assert model.classes_.dtype == names.dtype
    answers, p = model.predict(x), model.predict_proba(x)
    assert model.score(x, names[y]) > 0.9
    assert np.array_equal(answers, model.classes_[p.argmax(axis=1)])
    assert np.allclose(p.sum(axis=1), 1)


def test_many_classes_keep_their_columns():
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(8, 12), 15)  # as text 10 stands before 8
    x = y[:, None] + rng.normal(0, 0.1, (60, 5))
    model = SequenceClassifier(**{**LEARNED, "epochs": 40}).fit(x, y)
    assert model.classes_.tolist() == [8, 9, 10, 11]
    assert model.score(x, y) > 0.9
    assert np.array_equal(model.classes_[model.predict_proba(x).argmax(axis=1)], model.predict(x))


def test_classes_may_weigh():
    x, y = waves(60)
    even = SequenceClassifier(**QUICK).fit(x, y).predict_proba(x)[:, 1].mean()
    weighed = SequenceClassifier(**QUICK, class_weight={0: 1, 1: 20}).fit(x, y)
    assert weighed.predict_proba(x)[:, 1].mean() > even + 0.1
    with pytest.raises(ValueError, match="class_weight"):
        SequenceClassifier(**QUICK, class_weight={7: 1}).fit(x, y)


def test_a_matrix_comes_back_as_one():
    x, y = waves(80)
    other = np.arange(80) % 2
    x[:, :, 1] += other[:, None]
    matrix = np.stack([y, np.zeros(80, int), other], axis=1)  # the middle one is never there
    model = SequenceClassifier(**{**LEARNED, "epochs": 40}).fit(x, matrix)
    answers, p = model.predict(x), model.predict_proba(x)
    assert model.classes_.tolist() == [0, 1, 2]
    assert answers.shape == p.shape == matrix.shape
    assert (answers == matrix).mean() > 0.9
    assert not answers[:, 1].any()
    assert (p[:, 1] == 0).all()
    assert model.score(x, matrix) > 0.7


def test_one_class_teaches_nothing():
    x, _ = waves(10)
    with pytest.raises(ValueError, match=r"X: has one class \(3\); need two"):
        SequenceClassifier(**QUICK).fit(x, np.full(10, 3))
