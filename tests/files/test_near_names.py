"""Which file is meant by a wrong name, and that no unrelated one is guessed."""

import pytest

from grucli.files.near_names import nearest

HERE = ["reviews_test.csv", "reviews_test.npz", "m.npz", "names.csv.gz", "模型好.npz", ".hidden"]
HERE += ["small.last.npz", "small.npz"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("review_test.csv", "reviews_test.csv"),
        ("reviews_tset.npz", "reviews_test.npz"),
        ("Reviews_Test.csv", "reviews_test.csv"),
        ("reviews_test.tsv", "reviews_test.csv"),
        ("test_reviews.csv", "reviews_test.csv"),
        ("names.csv", "names.csv.gz"),
        ("nmaes.csv.gz", "names.csv.gz"),
        ("small", "small.npz"),
    ],
)
def test_a_slip_is_told_the_file_that_is_meant(wrong, meant):
    assert nearest(wrong, HERE) == f"; did you mean '{meant}'?"


@pytest.mark.parametrize("wrong", ["n.npz", "nope.npz", "a.csv", "模.npz", "mm.npz", "", ".npz"])
def test_an_unrelated_file_is_not_guessed(wrong):
    assert nearest(wrong, HERE) == ""
