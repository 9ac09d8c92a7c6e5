"""One side as a process: reads a kind and a row a line, answers with milliseconds.

    python -m tests.benchmarks.serve SIDE THREADS

A turn warms up with one call, for others have used the cache since the last one, then calls for
a while and answers with the mean. The first turn of a row compiles and allocates, and does not
count. Beside the time stands the processor time it took, which tells how many cores were at work.
"""

import importlib
import json
import os
import sys
import time

from tests.benchmarks import work

TURN_S = 0.03


def timed(run):
    """Return milliseconds of wall clock and of processor time for one call."""
    run()
    calls, began, used = 0, time.perf_counter(), time.process_time()
    while calls == 0 or time.perf_counter() - began < TURN_S:
        run()
        calls += 1
    elapsed_s, used_s = time.perf_counter() - began, time.process_time() - used
    scale = 1e3 * getattr(run, "scale", 1) / calls
    return elapsed_s * scale, used_s * scale


def fastest(forms):
    """Return the form that is fastest after a warm-up."""
    forms = forms if isinstance(forms, list) else [forms]
    for run in forms:
        run()
    return min(forms, key=lambda run: min(timed(run) for _ in range(3)))


def main():
    side, threads = sys.argv[1], int(sys.argv[2])
    if threads == 1:  # whatever helpers a library starts, all of them share one core
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    module = importlib.import_module(f"tests.benchmarks.sides.{side}")
    module.setup(threads)
    ready = {}
    for line in sys.stdin:
        kind, name = line.split()
        if (kind, name) not in ready:
            made = getattr(module, kind, lambda row: {})((work.ROWS | work.WRITING)[name])
            ready[kind, name] = {what: fastest(forms) for what, forms in made.items()}
        answer = {what: timed(run) for what, run in ready[kind, name].items()}
        print(json.dumps(answer), flush=True)
    getattr(module, "finish", lambda: None)()


if __name__ == "__main__":
    main()
