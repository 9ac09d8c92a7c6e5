"""Ranks of a real MPI: what one sends is what others have, and nothing is left over.

Covers: parallel/rank_channel.
"""

import sys
from types import SimpleNamespace

import pytest

from grucli.parallel.shard_ranks import ShardRanks
from tests.cli.helpers import ROOT
from tests.cli.mpi import needs_mpi, on_ranks


@needs_mpi
@pytest.mark.parametrize("number", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_ranks_have_what_they_are_sent(number):
    program = (sys.executable, "-W", "error", "-m", "tests.parallel.ranks_program")
    done = on_ranks(number, program=program, cwd=ROOT)
    assert done.code == 0, done.err
    assert sorted(done.lines) == [f"rank {rank} of {number}" for rank in range(number)]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("number", [1, 2, 3, 7, 64])
def test_each_shard_has_one_rank_and_the_first_rank_has_the_first(size, number):
    ranks = [ShardRanks(SimpleNamespace(rank=rank, size=size)) for rank in range(size)]
    dealt = [each.own(number) for each in ranks]
    assert [shard for own in dealt for shard in own] == list(range(number))
    assert dealt[0][0] == 0
    assert max(map(len, dealt)) == -(-number // size)
