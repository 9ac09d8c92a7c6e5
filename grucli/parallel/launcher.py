"""Whether an MPI launcher has started this process as one of several, by its environment alone."""

from __future__ import annotations

from collections.abc import Mapping

from grucli.values import dataclass

VARIABLES = (
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),  # Open MPI
    ("PMI_RANK", "PMI_SIZE"),  # MPICH, Intel MPI, Slurm
    ("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),  # srun --mpi=pmix
)
"""In which a launcher says a rank, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One of several processes that were started alike.

    Attributes:
        rank: 0 for the first.
        size: how many there are, at least 2.
    """

    rank: int
    size: int


def launch_of(environment: Mapping[str, str]) -> Launch | None:
    """Return which process of a launcher this is; None if it is the only one, or has none."""
    for names in VARIABLES:
        rank, size = (environment.get(name, "") for name in names)
        if rank.isdecimal() and size.isdecimal() and int(size) > 1:
            return Launch(rank=int(rank), size=int(size))
    return None
