"""A task without a linear path says so, and refuses to be asked for one."""

import pytest

from grucli.tasks.no_linear_path import NoLinearPath


def test_all_of_it_is_refused():
    task = NoLinearPath()
    assert not task.has_linear_path
    for refused in (
        lambda: task.share_of_first(None, None),
        lambda: task.learn_sparse(None, None, None, num_features=1, rng=None, start=None),
        lambda: task.row_parts(None, None),
        lambda: task.figure_of(None),
        lambda: task.learn_dense(None, None, None, None),
    ):
        with pytest.raises(ValueError, match="no linear path"):
            refused()
