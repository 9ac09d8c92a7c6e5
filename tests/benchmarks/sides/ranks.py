"""grucli on the ranks that a launcher has started, or on one process with WORKERS beside it."""

import os
import sys
from contextlib import ExitStack

WORKERS = "BENCHMARK_WORKERS"  # variable
_open = ExitStack()
_ranks = None


def setup(threads):
    """Meet the other ranks; those of them that do not lead stay here until they are dismissed."""
    global _ranks
    from grucli.parallel.launcher import launch_of
    from grucli.parallel.ranks import join

    launch = launch_of(os.environ)
    if launch is None:
        return
    _ranks = join(launch)
    if launch.rank:
        _ranks.obey()
        sys.exit()
    _open.callback(_ranks.dismiss)


def two(row):
    return _of_shards(row, 2)


def four(row):
    return _of_shards(row, 4)


def _of_shards(row, shards):
    """A gradient of a classifier, and the weights for the next one."""
    from grucli.parallel.crew import Crew
    from grucli.parallel.shards import ShardJob
    from grucli.tasks.classify.learning import CrossEntropy
    from tests.benchmarks.sides import ours

    model, examples, rows = ours.trained(row, ours.GRU)
    job = ShardJob(objective=CrossEntropy(), shards=shards, batch_size=row.batch, seed=0)
    crew = Crew(model, examples, job)
    _open.enter_context(crew.joined(int(os.environ.get(WORKERS, "0")), _ranks))
    crew.wait()
    return {"step": lambda: crew.gradients(0, rows)}


def finish():
    _open.close()
