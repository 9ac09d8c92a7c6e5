"""Rows of one id that stand apart in a file."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.tables import scattered_ids


@given(st.lists(st.sampled_from("abcdef")), st.sampled_from([1, 2, 4]))
def test_ids_come_apart_where_one_has_two_runs(ids: list[str], first: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scattered_ids, "_FIRST_LOOK", first)
        runs = [key for key, _ in itertools.groupby(ids)]
        assert scattered_ids.are_scattered(ids) == (len(set(runs)) < len(runs))
