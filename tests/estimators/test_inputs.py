"""X in all its forms, and what is refused.

Covers: data/series/given.
"""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from grucli import SequenceClassifier
from grucli.estimators.inputs import sequences_of

from .helpers import QUICK, reviews, waves


def found(x, **options):
    options = {"is_new": True, "channels_first": False, "missing": "refuse"} | options
    return sequences_of(SequenceClassifier(), x, **options)


@pytest.mark.parametrize(
    "texts",
    [
        ["a", "", "b c"],
        ("a", "", "b c"),
        np.array(["a", "", "b c"]),
        np.array(["a", "", "b c"], object),
        np.array([["a"], [""], ["b c"]], object),
        np.array([["a"], [""], ["b c"]]),
    ],
    ids=["list", "tuple", "array", "objects", "column of objects", "column"],
)
def test_texts_come_in_any_container(texts):
    assert found(texts) == ["a", "", "b c"]
    assert all(type(text) in (str, np.str_) for text in found(texts))


def equal(some, others):
    assert [each.shape for each in some] == [each.shape for each in others]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(some, others, strict=True))


def test_series_come_as_lists_and_arrays():
    x, _ = waves(5)
    equal(found(x), list(x))
    equal(found(list(x)), list(x))
    equal(found(x.tolist()), list(x))
    equal(found(x.swapaxes(1, 2), channels_first=True), list(x))
    equal(found([row.T for row in x], channels_first=True), list(x))
    ragged = [x[0], x[1, :3], x[2, :1]]
    equal(found(ragged), ragged)
    equal(found([row.T for row in ragged], channels_first=True), ragged)
    objects = np.empty(3, object)
    objects[:] = ragged
    equal(found(objects), ragged)


def test_one_channel_needs_no_axis():
    x = np.arange(12.0).reshape(3, 4)
    columns = [row[:, None] for row in x]
    equal(found(x), columns)
    equal(found(list(x)), columns)
    equal(found(list(x), channels_first=True), columns)
    equal(found(x, channels_first=True), columns)
    equal(found([[1, 2], [3]]), [np.array([[1.0], [2]]), np.array([[3.0]])])


def test_missing_values_at_the_end_are_none():
    x = np.array([[1, 2, np.nan], [3, np.nan, np.nan]])
    equal(found(x), [np.array([[1.0], [2]]), np.array([[3.0]])])
    x[0, 0] = np.nan
    equal(found(x, missing="mask"), [np.array([[np.nan], [2]]), np.array([[3.0]])])


def test_a_table_has_columns_and_sequences_have_none():
    x, y = waves(channels=1)
    model = SequenceClassifier(**QUICK).fit(x[:, :, 0], y)
    assert model.n_features_in_ == 12
    with pytest.raises(ValueError, match=r"X has 5 features, but .* is expecting 12"):
        model.predict(x[:, :5, 0])
    assert len(model.predict(list(x[:, :5, 0]))) == len(x)
    model.fit(list(x), y)
    assert not hasattr(model, "n_features_in_")
    assert len(model.predict(x[:, :5, 0])) == len(x)


BAD = [
    ("a text", TypeError, "X is one text; give a list of texts"),
    (b"bytes", TypeError, "X is one text"),
    (["a", None], TypeError, "record 2: NoneType, but the first is a text; write '' where"),
    (["a", [1.0]], TypeError, "record 2: list, but the first is a text"),
    ([[1.0], "a"], TypeError, "record 2: no array of numbers"),
    ([[["a"]]], TypeError, "record 1: no array of numbers"),
    ([[1.0], [[1], [2, 3]]], TypeError, "record 2: no array of numbers"),
    ([1.0, 2.0], ValueError, "record 1: one number; put a single sequence in a list"),
    ([[1.0], []], ValueError, "record 2: a sequence without a value"),
    ([[1.0], [np.nan]], ValueError, "record 2: a sequence without a value"),
    ([[1.0], [1, np.nan, 2]], ValueError, "record 2, step 2: NaN, a missing value; fill it in, or"),
    ([[1.0], [1, np.inf]], ValueError, "record 2: a number is infinite or too large"),
    ([np.ones((3, 2)), np.ones((2, 3))], ValueError, "3 channels, but the first has 2; if these"),
    ([np.ones((3, 2)), np.ones((2, 3))], ValueError, "pass channels_first=True"),
    ([np.ones((2, 2, 2))], ValueError, "record 1: has 3 axes; a sequence is"),
    (np.ones((2, 2, 2, 2)), ValueError, "Found array with dim 4"),
    (np.ones(3), ValueError, "Expected 2D array, got 1D array instead"),
    (np.ones((2, 3), complex), ValueError, "Complex data not supported"),
    (csr_matrix(np.eye(3)), TypeError, "Sparse data was passed"),
    (None, ValueError, "Expected 2D array, got scalar array"),
    (np.array([["a", "b"]]), ValueError, "dtype='numeric' is not compatible with arrays of"),
]


@pytest.mark.parametrize(("x", "error", "message"), BAD, ids=range(len(BAD)))
def test_what_is_no_sequence_is_refused(x, error, message):
    with pytest.raises(error, match=message):
        SequenceClassifier(**QUICK).fit(x, [0, 1])


def test_an_order_of_axes_is_not_guessed_from_what_is_no_answer():
    with pytest.raises(ValueError, match="channels_first: must be True or False, got no"):
        found([[1.0], [2.0]], channels_first="no")
    equal(found([[1.0], [2.0]], channels_first=np.True_), [np.array([[1.0]]), np.array([[2.0]])])


def test_a_model_refuses_what_it_has_not_learned():
    texts, labels, _ = reviews()
    x, y = waves()
    of_texts, of_series = (
        SequenceClassifier(**QUICK).fit(*each) for each in ((texts, labels), (x, y))
    )
    with pytest.raises(TypeError, match="record 1: ndarray, but the model reads texts"):
        of_texts.predict(x)
    with pytest.raises(TypeError, match="record 1: no array of numbers"):
        of_series.predict(texts)
    with pytest.raises(ValueError, match="reads sequences of 2 channels"):
        of_series.predict(x[:, :, :1])
    assert of_texts.predict(texts[:2]).tolist() == of_texts.predict(texts)[:2].tolist()
    assert len(of_series.predict([])) == 0
    assert of_series.predict_proba([]).shape == (0, 2)
