"""Tables `step`, `step-all-cores`, `writing`: a training step, a forward pass, sides in turn."""

import json
import statistics
import subprocess
import time

from tests.benchmarks import peers, work
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.run import say

ROUNDS = 11
OWN_THREADS = {"grucli": 1, REFERENCE: 1}  # all cores: of each of its processes
SETTLE_S = 0.05  # threads that spin for a while after their work would disturb the next side


class Server:
    """A side in a process of its own."""

    def __init__(self, module, python, threads, variables, before=()):
        """Start a module of `sides`, behind the words that start a launcher if there are any."""
        self._process = subprocess.Popen(
            [*before, python, "-m", "tests.benchmarks.serve", module, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=variables,
            cwd=variables["PYTHONPATH"],
        )

    def turn(self, kind, row):
        """Return what was timed: name -> (milliseconds, of which on processors)."""
        print(kind, row, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a side has died: {' '.join(self._process.args)}")
        return json.loads(line)

    def close(self):
        self._process.communicate()


def one_thread(run):
    """Measure a layer on numbers, and the text model on tokens."""
    kinds = {name: "text" if row.vocabulary else "layer" for name, row in work.ROWS.items()}
    _measure(run, "step", 1, kinds, run.sides(*peers.MODULES))


def writing(run):
    """Measure a network that writes: encoder, decoder with attention, loss."""
    kinds = dict.fromkeys(work.WRITING, "writing")
    _measure(run, "writing", 1, kinds, run.sides("grucli", "pytorch"))
    kinds = dict.fromkeys(work.WRITING, "writing_on_all_cores")
    _measure(run, "writing", 0, kinds, run.sides("grucli", "pytorch"))


def all_cores(run):
    """Measure a classifier's training step."""
    kinds = dict.fromkeys(work.ROWS, "classifier")
    _measure(
        run, "step-all-cores", 0, kinds, run.sides("grucli", REFERENCE, "pytorch", "keras", "jax")
    )


def _measure(run, table, threads, kinds, sides):
    wanted = run.wanted(table, kinds, sides, threads)
    servers = {}
    for side in sides if wanted else ():
        variables = run.environment(OWN_THREADS.get(side, threads), side)
        servers[side] = Server(peers.MODULES[side], run.python(side), threads, variables)
    for name in wanted:
        say(table, name)
        turns = {side: [] for side in sides}
        for number in range(run.rounds(ROUNDS) + 1):
            for side, server in servers.items():
                time.sleep(0 if threads == 1 else SETTLE_S)
                turn = server.turn(kinds[name], name)
                if number:  # the first round is the warm-up
                    turns[side].append(turn)
        for side in sides:
            run.add(table, name, side, threads, figures(turns[side]))
    for server in servers.values():
        server.close()


def figures(turns):
    """Return medians and minima [ms], and the cores at work."""
    figures = {"rounds": len(turns)}
    for what in turns[0]:
        walls, used = zip(*(turn[what] for turn in turns), strict=True)
        figures |= {
            f"{what}_ms": round(statistics.median(walls), 4),
            f"{what}_min_ms": round(min(walls), 4),
            f"{what}_cores": round(sum(used) / sum(walls), 2),
        }
    return figures
