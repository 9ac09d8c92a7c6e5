"""The table of ranks: what was measured on one machine, and what follows for more of them."""

from math import ceil, log2, prod

from grucli.engine.cells import gru
from tests.benchmarks import work
from tests.benchmarks.markdown import markdown, number, titled

BYTES = 4  # of a weight
DELAY_S = 50e-6  # of a message on a network
NETWORKS = {"1 Gbit/s": 125e6, "10 Gbit/s": 1.25e9}  # bytes a second
NUMBERS = (2, 4, 8, 16, 32)
ALONE, SHARDS = "1 process, {}", "4 shards"


def ranks(results):
    """Ranks of MPI beside workers."""
    found = results.latest("ranks")
    sides = dict.fromkeys(side for cells in found.values() for side, _ in cells)
    measured = [[side, *(_measured(cells, side) for cells in found.values())] for side in sides]
    calculated = [
        [row, network, *_calculated(row, cells[ALONE.format(SHARDS), 0], rate)]
        for row, cells in found.items()
        if (ALONE.format(SHARDS), 0) in cells
        for network, rate in NETWORKS.items()
    ]
    what = (
        "A classifier's gradient by ranks of MPI on this machine and by workers, fastest of the "
        "rounds [ms], in brackets how many times as fast as one process with as many shards:"
    )
    more = (
        "How many times as fast as one process it is at best on ranks of machines like this one, a "
        "core each, over a network with a delay of 50 µs, calculated as "
        "[mpi.md](../guide/mpi.md#how-far-it-goes) says:"
    )
    head = ["step", "network", *(f"{each} ranks" for each in NUMBERS)]
    return titled({what: markdown(["who", *found], measured), more: markdown(head, calculated)})


def least_gain(results, side):
    """Return how many times as fast a side is as one process with as many shards, at least."""
    alone = ALONE.format(side.partition(", ")[2])
    found = results.latest("ranks").values()
    return min(cells[alone, 0]["step_min_ms"] / cells[side, 0]["step_min_ms"] for cells in found)


def _measured(cells, side):
    each = cells.get((side, 0))
    one = cells.get((ALONE.format(side.partition(", ")[2]), 0))
    if each is None or one is None:
        return ""
    return f"{each['step_min_ms']:.1f} ({one['step_min_ms'] / each['step_min_ms']:.2f})"


def _calculated(row, alone, rate):
    """Yield how many times as fast so many ranks are; compare `docs/guide/mpi.md`."""
    seconds = alone["step_min_ms"] / 1e3
    message_s = BYTES * dense_weights(work.ROWS[row]) / rate + DELAY_S
    for each in NUMBERS:
        shared_s = seconds / each + 2 * ceil(log2(each)) * message_s
        yield number(seconds / shared_s)


def dense_weights(row):
    """Return P, the weights of a classifier of two classes beside token vectors."""
    shapes = gru.shapes(row.inputs, row.hidden, 1).values()
    return sum(map(prod, shapes)) + row.hidden + 1
