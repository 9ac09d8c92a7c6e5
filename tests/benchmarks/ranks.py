"""Table `ranks`: a training step on ranks of MPI, beside one process and beside workers.

It needs mpi4py and an MPI in the environment, as `pip install '.[test]'` brings them.
"""

import time

from tests.benchmarks import work
from tests.benchmarks.run import say
from tests.benchmarks.steps import SETTLE_S, Server, figures
from tests.cli.mpi import launcher, mpi_environment, ranks

ROUNDS = 11
ROWS = ("document", "wide")
SIDES = {  # kind of step, ranks, workers beside the first
    "1 process, 2 shards": ("two", 1, 0),
    "1 worker, 2 shards": ("two", 1, 1),
    "2 ranks, 2 shards": ("two", 2, 0),
    "1 process, 4 shards": ("four", 1, 0),
    "3 workers, 4 shards": ("four", 1, 3),
    "2 ranks, 4 shards": ("four", 2, 0),
    "4 ranks, 4 shards": ("four", 4, 0),
}


def measure(run):
    """Measure a classifier's training step with all sides in turn."""
    for row in run.wanted("ranks", ROWS, SIDES, 0):
        if launcher() is None:
            raise SystemExit("there is no MPI here: pip install mpi4py mpich")
        say("ranks", row)
        servers = {side: _server(run, *about) for side, about in SIDES.items()}
        turns = {side: [] for side in SIDES}
        for number in range(run.rounds(ROUNDS) + 1):
            for side, server in servers.items():
                time.sleep(SETTLE_S)
                turn = server.turn(SIDES[side][0], row)
                if number:  # the first round is the warm-up
                    turns[side].append(turn)
        for side, server in servers.items():
            server.close()
            run.add("ranks", row, side, 0, figures(turns[side]) | {"batch": work.ROWS[row].batch})


def _server(run, _kind, number, workers):
    variables = run.environment(1, "grucli") | {"BENCHMARK_WORKERS": str(workers)}
    if number == 1:
        return Server("ranks", run.python("grucli"), 0, variables)
    library = mpi_environment()["MPI4PY_LIBMPI"]
    variables |= {"MPI4PY_LIBMPI": library}
    return Server("ranks", run.python("grucli"), 0, variables, before=ranks(number))
