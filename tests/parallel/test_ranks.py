"""Ranks of a real MPI: what one sends is what others have, and nothing is left over.

Covers: parallel/rank_channel.
"""

import sys

import pytest

from tests.cli.helpers import ROOT
from tests.cli.mpi import needs_mpi, on_ranks


@needs_mpi
@pytest.mark.parametrize("number", [2, 3])
def test_ranks_have_what_they_are_sent(number):
    program = (sys.executable, "-W", "error", "-m", "tests.parallel.ranks_program")
    done = on_ranks(number, program=program, cwd=ROOT)
    assert done.code == 0, done.err
    assert sorted(done.lines) == [f"rank {rank} of {number}" for rank in range(number)]
