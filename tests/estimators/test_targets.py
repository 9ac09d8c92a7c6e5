"""y and sample_weight: labels, numbers, sets, and what is refused."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from grucli.errors import DataError
from grucli.estimators.targets import class_targets, number_targets, row_weights

from .helpers import Named


def classes(y, rows=None):
    return class_targets(y, np.arange(len(y)) if rows is None else np.array(rows))


@pytest.mark.parametrize(
    ("y", "values"),
    [
        (["b", "a", "b"], ["b", "a", "b"]),
        (np.array([3, 10, 3]), ["3", "10", "3"]),
        (np.array([3, 10, 3], np.uint8), ["3", "10", "3"]),
        (np.array([1.0, 0.5, 1.0]) * 2, ["2.0", "1.0", "2.0"]),
        (np.array([True, False, True]), ["True", "False", "True"]),
        (np.array(["b", "a", "b"], object), ["b", "a", "b"]),
    ],
)
def test_classes_are_written_as_str_writes_them(y, values):
    found = classes(y)
    assert (found.form, found.values, found.name) == ("label", values, None)
    assert found.classes.tolist() == sorted(set(np.asarray(y).tolist()))


class Boxed(list):
    """A column of whole numbers that might be missing, as a Series of pandas of the type Int64."""

    dtype, name = "Int64", "code"

    def __array__(self, dtype=None, copy=None):
        return np.array(self, object if dtype is None else dtype)


def test_whole_numbers_that_might_be_missing_stay_what_they_are():
    found = classes(Boxed([2**53, 2**53 + 1, 2**53]))
    assert found.values == ["9007199254740992", "9007199254740993", "9007199254740992"]
    assert (found.classes.dtype, found.name) == (np.int64, "code")


def test_classes_are_those_of_the_rows_that_count():
    found = classes(Named("mood", ["b", "a", "c"]), [0, 2])
    assert (found.values, found.name, found.classes.tolist()) == (["b", "c"], "mood", ["b", "c"])


@pytest.mark.parametrize("make", [np.array, csr_matrix, list], ids=["array", "sparse", "list"])
def test_a_matrix_has_sets_of_labels(make):
    found = class_targets(make([[1, 0, 1], [0, 0, 0], [0, 1, 0]]), np.arange(3))
    assert found.form == "labels"
    assert found.values == [("0", "2"), (), ("1",)]
    assert found.classes.tolist() == [0, 1, 2]


class Framed(np.ndarray):
    """A matrix with names of columns, as a DataFrame of pandas."""

    columns = ("a", "")


def test_each_label_of_a_set_has_a_name():
    with pytest.raises(ValueError, match="y: a label is empty; give it a name"):
        class_targets(np.array([[1, 0], [1, 1]]).view(Framed), np.arange(2))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.5, 0.25], "Unknown label type: continuous"),
        ([["a"], ["a", "b"]], "MultiLabelBinarizer|inhomogeneous"),
        ([[1, 2], [3, 4]], "several classes a row; give one, or a 0 or 1 for each"),
        (["a", ""], "y: a label is empty"),
        (["a", "b\ud800"], "y: label 'b.*': half a surrogate pair; write whole characters"),
        (np.array(["a", None], object), "y: '<' not supported .*; give labels of one type, and"),
        ([np.nan, 1.0], "NaN"),
    ],
)
def test_what_are_no_classes_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        classes(y)


def test_numbers_are_as_short_as_can_be():
    assert number_targets([1, 2], np.arange(2)).values == ["1", "2"]
    assert number_targets(np.array([0.1, 2], np.float32), np.arange(2)).values == ["0.1", "2.0"]
    assert number_targets([0.1, 1e-7, -2.5e9], np.array([1, 2])).values == [
        "1e-07",
        "-2500000000.0",
    ]
    assert number_targets(["1.5", "2"], np.arange(2)).values == ["1.5", "2.0"]


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (["a", "b"], ValueError, "could not convert string to float"),
        ([1.0, np.inf], ValueError, "infinity"),
        ([1.0, 1e39], DataError, "y: row 2: target '1e.39' is too large"),
        ([[1, 2], [3, 4]], ValueError, "y should be a 1d array"),
    ],
)
def test_what_are_no_numbers_is_refused(y, error, message):
    with pytest.raises(error, match=message):
        number_targets(y, np.arange(2))


@pytest.mark.parametrize("targets", [class_targets, number_targets])
def test_y_is_needed(targets):
    with pytest.raises(ValueError, match="requires y to be passed"):
        targets(None, np.arange(2))


def test_weights_are_one_a_row():
    assert row_weights(None, 2).tolist() == [1, 1]
    assert row_weights(3, 2).tolist() == [3, 3]
    assert row_weights([0, 2], 2).tolist() == [0, 2]
    for bad in ([1], [[1], [2]], [1, -1], [0, 0], [1, np.inf], [1, np.nan], ["a", 1]):
        with pytest.raises(ValueError, match="sample_weight: "):
            row_weights(bad, 2)
