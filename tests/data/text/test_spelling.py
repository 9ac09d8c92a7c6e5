"""Spelling of given tokens: what each token's features are, and where they are hashed to."""

import numpy as np
import pytest

from grucli.data.text.spelling import NUM_FEATURES, bags, features, shape


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("Paris", "Xx"),
        ("NATO", "X"),
        ("mid-1990s", "x-0x"),
        ("3.14", "0.0"),
        ("好的", "a"),
        ("iPhone4", "xXx0"),
        ("a.b.c.d.e.f", "x.x.x.x."),
        ("", ""),
    ],
)
def test_shapes(token, expected):
    assert shape(token) == expected


def test_features_are_told_apart_by_their_kind():
    assert features("Unrest") == [
        "0unrest",
        "1Xx",
        "2u",
        "3un",
        "4unr",
        "5t",
        "6st",
        "7est",
        "8rest",
    ]
    assert features("好")[2:5] == ["2好", "3好", "4好"]
    assert len(set(features("aa"))) == NUM_FEATURES


def test_tokens_share_the_buckets_of_what_they_have_in_common():
    found = bags(["walked", "Talked", "x", ""], 1 << 20)
    assert found.shape == (4, NUM_FEATURES)
    assert found.dtype == np.int32
    same = found[0] == found[1]
    assert same.tolist() == [False, False, False, False, False, True, True, True, True]
    assert (bags(["walked"], 16) < 16).all()
    np.testing.assert_array_equal(bags(["x"], 1 << 20)[0], found[2])
