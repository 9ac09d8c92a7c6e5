"""Whether a launcher has started several processes."""

import pytest

from grucli.parallel.launcher import Launch, launch_of


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"PMI_RANK": "0", "PMI_SIZE": "4"}, (0, 4)),
        ({"PMI_RANK": "3", "PMI_SIZE": "4", "PMIX_RANK": "3"}, (3, 4)),
        ({"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "PMIX_RANK": "1"}, (1, 2)),
        ({"PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "8"}, (5, 8)),
        ({"PMI_RANK": "0", "PMI_SIZE": "1"}, None),  # one process is none of several
        ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "8"}, None),  # srun without an MPI
        ({"PMIX_RANK": "2"}, None),
        ({"PMI_RANK": "x", "PMI_SIZE": "4"}, None),
        ({"PMI_RANK": "", "PMI_SIZE": ""}, None),
    ],
)
def test_a_launcher_says_in_the_environment_which_process_this_is(environment, expected):
    found = launch_of(environment)
    assert found == (None if expected is None else Launch(rank=expected[0], size=expected[1]))
