"""The split: stratified, seeded, equal inputs on one side, nothing lost."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.splits import MOST_BLOCKS, deal, in_blocks, split


def draw(targets, inputs, share, seed=0, groups=None):
    groups = [None] * len(targets) if groups is None else groups
    return split(targets, inputs, groups, share, np.random.default_rng(seed))


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


@given(
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9)), min_size=1, max_size=60),
    st.floats(0, 0.9),
)
def test_no_input_and_no_group_is_on_both_sides(rows, share):
    inputs, groups = [i for i, _ in rows], [g for _, g in rows]
    train, valid = draw([0] * len(rows), inputs, share, groups=groups)
    assert sorted([*train, *valid]) == list(range(len(rows)))
    assert {inputs[k] for k in train}.isdisjoint(inputs[k] for k in valid)
    assert ({groups[k] for k in train} - {None}).isdisjoint(groups[k] for k in valid)


def test_rows_are_held_together_through_a_chain_of_inputs_and_groups():
    """0 and 1 share an input, 1 and 2 a group, 2 and 3 an input."""
    inputs = ["a", "a", "b", "b", *range(20)]
    groups = [None, "g", "g", None, *[None] * 20]
    for seed in range(10):
        _, valid = draw([0] * 24, inputs, 0.5, seed, groups)
        assert len(valid) == 12
        assert len({0, 1, 2, 3} & set(valid.tolist())) in (0, 4)


def test_a_group_named_like_an_input_is_another_thing():
    _, valid = draw([0, 0], ["a", "b"], 0.5, groups=[None, "a"])
    assert len(valid) == 1


def test_long_chains_are_followed_without_recursion():
    rows = 20_000
    groups = [k // 2 for k in range(rows)]
    inputs = [(k + 1) // 2 for k in range(rows)]
    train, valid = draw([0] * rows, inputs, 0.5, groups=groups)
    assert (len(train), len(valid)) == (rows, 0)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), min_size=1, max_size=80),
    st.integers(2, 5),
    st.integers(0, 5),
)
def test_folds_keep_equal_inputs_together_and_classes_apart_evenly(rows, folds, seed):
    targets, inputs = [t for t, _ in rows], [i for _, i in rows]
    none = [None] * len(rows)
    dealt = deal(targets, inputs, none, folds, np.random.default_rng(seed))
    assert set(dealt) <= set(range(folds))
    assert all(len({dealt[k] for k, i in enumerate(inputs) if i == own}) == 1 for own in inputs)
    again = deal(targets, inputs, none, folds, np.random.default_rng(seed))
    assert list(dealt) == list(again)


def test_distinct_rows_are_dealt_evenly_class_by_class_and_over_all():
    targets = [0] * 100 + [1] * 31 + [2] * 4
    dealt = deal(targets, range(135), [None] * 135, 3, np.random.default_rng(0))
    for target in (0, 1, 2):
        counts = np.bincount(dealt[np.array(targets) == target], minlength=3)
        assert counts.max() - counts.min() <= 1
    sizes = np.bincount(dealt)
    assert sizes.max() - sizes.min() <= 1


def test_a_group_is_in_one_fold_whatever_its_classes():
    groups = [k // 10 for k in range(60)]
    dealt = deal([k % 2 for k in range(60)], range(60), groups, 3, np.random.default_rng(0))
    assert all(len(set(dealt[10 * g : 10 * g + 10])) == 1 for g in range(6))
    assert len(set(dealt)) == 3


def spans_of(starts, length=0):
    return [(str(start), str(start + length)) for start in starts]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=60), st.randoms(use_true_random=False))
def test_rows_that_follow_each_other_in_time_are_dealt_in_blocks(episodes, random):
    """An episode of one class stays whole, and a block holds its share or is the last."""
    targets = [k % 2 for k, length in enumerate(episodes) for _ in range(length)]
    count = len(targets)
    rows = list(range(count))
    blocks = in_blocks(spans_of(rows), targets)
    assert blocks is not None
    assert blocks == sorted(blocks)
    for k in range(1, count):
        assert blocks[k] == blocks[k - 1] or targets[k] != targets[k - 1]
    sizes = Counter(blocks)
    assert all(sizes[b] >= count / MOST_BLOCKS for b in range(max(blocks)))
    random.shuffle(rows)  # as they stand in a file says nothing
    assert in_blocks(spans_of(rows), [targets[k] for k in rows]) == [blocks[k] for k in rows]


def test_neighbours_in_time_stay_on_one_side():
    targets = [k // 7 % 2 for k in range(420)]
    days = [f"2024-{1 + k // 28:02}-{1 + k % 28:02}" for k in range(336)]
    for spans, own in (
        (spans_of(range(0, 4200, 10)), targets),
        (spans_of(range(0, 4200, 10), length=95), targets),  # windows that overlap
        ([(day, day) for day in days], targets[:336]),
    ):
        blocks = in_blocks(spans, own)
        for fold in range(3):
            folds = deal(own, range(len(own)), blocks, 3, np.random.default_rng(fold))
            cuts = sum(folds[k] != folds[k - 1] for k in range(1, len(own)))
            assert len(set(folds)) == 3
            assert cuts < MOST_BLOCKS
            assert all(folds[k] == folds[k - 1] or own[k] != own[k - 1] for k in range(1, len(own)))


def test_rows_without_an_order_in_time_are_in_no_blocks():
    targets = [k % 2 for k in range(60)]
    for spans in (
        [None] * 60,
        [*spans_of(range(59)), None],
        spans_of([0] * 60, length=24),  # each begins anew
        spans_of([k / 100 for k in range(60)], length=1000),  # side by side
        [("soon", "late")] * 60,
        spans_of([1, 2] * 30),
    ):
        assert in_blocks(spans, targets) is None
