"""The split: stratified, seeded, equal inputs on one side, nothing lost."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.splits import split


def draw(targets, inputs, share, seed=0):
    return split(targets, inputs, share, np.random.default_rng(seed))


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), min_size=1, max_size=80),
    st.floats(0, 0.9),
    st.integers(0, 5),
)
def test_every_row_is_on_one_side_and_equal_inputs_on_the_same(rows, share, seed):
    targets, inputs = [t for t, _ in rows], [i for _, i in rows]
    train, valid = draw(targets, inputs, share, seed)
    assert sorted([*train, *valid]) == list(range(len(rows)))
    assert {inputs[k] for k in train}.isdisjoint(inputs[k] for k in valid)
    assert len(train) > 0
    again = draw(targets, inputs, share, seed)
    assert [list(part) for part in again] == [list(train), list(valid)]


def test_classes_keep_their_shares_and_other_seeds_draw_other_rows():
    targets = [0] * 800 + [1] * 200
    _, valid = draw(targets, range(1000), 0.1)
    assert Counter(targets[k] for k in valid) == {0: 80, 1: 20}
    _, other = draw(targets, range(1000), 0.1, seed=1)
    assert list(other) != list(valid)


def test_a_class_of_one_row_stays_in_training_and_no_share_holds_nothing_out():
    train, valid = draw([0, 0, 0, 0, 1], range(5), 0.5)
    assert 4 in train
    assert len(valid) == 2
    assert len(draw([0, 1], range(2), 0.0)[1]) == 0
