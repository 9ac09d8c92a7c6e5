"""Time one GRU layer, forward and backward, beside PyTorch: one thread each, interleaved.

    python -m tests.benchmarks.kernel                          # grucli and the limit
    python -m tests.benchmarks.kernel --torch /path/to/python  # and PyTorch of that environment

Each row is measured in rounds, one side after the other, after a warm-up; what is printed is the
median of the rounds in milliseconds, and ratios of these. The limit is the time of the same
floating-point operations at the speed of one large matrix product, measured in the same run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

ROWS = {  # steps, batch, inputs, hidden units
    "seed": (10, 32, 64, 128),
    "sentence": (50, 32, 64, 128),
    "document": (200, 64, 64, 128),
    "series": (100, 64, 1, 64),
    "long": (500, 32, 8, 64),
    "wide": (30, 128, 128, 256),
    "small": (100, 16, 32, 32),
}
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


def grucli_side():
    """Return a function row -> (training step, forward) to be timed."""
    import numpy as np

    from grucli.engine import gru, recurrent
    from grucli.engine.packing import Packing
    from grucli.engine.params import Parameters
    from grucli.engine.tape import Tape

    def prepared(steps, batch, inputs, hidden):
        rng = np.random.default_rng(0)
        params, grads = (Parameters(gru.shapes(inputs, hidden, 1), np.float32) for _ in range(2))
        recurrent.initialise_(params, rng)
        x, d_outputs = (
            rng.normal(size=(steps * batch, n)).astype(np.float32) for n in (inputs, hidden)
        )
        tape = Tape(np.float32)

        def forward():
            packing = Packing(np.full(batch, steps))
            recurrent.forward("gru", params, x, packing, tape)
            return packing

        def step():
            packing = forward()
            recurrent.backward("gru", params, packing, tape, d_outputs, None, grads)

        return step, forward

    return prepared


def torch_side():
    """The same for PyTorch's nn.GRU."""
    import torch

    torch.set_num_threads(1)

    def prepared(steps, batch, inputs, hidden):
        layer = torch.nn.GRU(inputs, hidden)
        x, d_outputs = (
            torch.randn(steps, batch, inputs, requires_grad=True),
            torch.randn(steps, batch, hidden),
        )

        def step():
            layer.zero_grad()
            x.grad = None
            layer(x)[0].backward(d_outputs)

        def forward():
            with torch.inference_mode():
                layer(x)

        return step, forward

    return prepared


def limit_side():
    """The same operations as one large product each, twice as many backward as forward."""
    import numpy as np

    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)

    def prepared(steps, batch, inputs, hidden):
        forward = steps * batch * 3 * hidden * (inputs + hidden) / len(a) ** 3

        def product_as(passes):
            def product():
                a @ a

            product.scale = passes * forward
            return product

        return product_as(3), product_as(1)

    return prepared


SIDES = {"grucli": grucli_side, "pytorch": torch_side, "limit": limit_side}


def serve(side):
    """Answer each row's name on stdin with the milliseconds of a step and of a forward pass."""
    prepared = SIDES[side]()
    ready = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            ready[name] = prepared(*ROWS[name])
            for run in (*ready[name], *ready[name]):
                run()
        answer = []
        for run in ready[name]:
            started = time.perf_counter()
            run()
            elapsed_s = time.perf_counter() - started
            answer.append(1e3 * elapsed_s * getattr(run, "scale", 1))
        print(json.dumps(answer), flush=True)


def measure(pythons, rounds):
    """Return row -> side -> (step, forward) in milliseconds, medians over the rounds."""
    command = ["-m", "tests.benchmarks.kernel", "--serve"]
    servers = {
        side: subprocess.Popen(
            [python, *command, side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        for side, python in pythons.items()
    }
    found = {}
    for name in ROWS:
        times = {side: [] for side in servers}
        for _ in range(rounds):
            for side, server in servers.items():
                server.stdin.write(name + "\n")
                server.stdin.flush()
                times[side].append(json.loads(server.stdout.readline()))
        found[name] = {
            side: [statistics.median(column) for column in zip(*each, strict=True)]
            for side, each in times.items()
        }
    for server in servers.values():
        server.communicate()
    return found


def report(found):
    """Print the table, and the geometric mean of PyTorch's time over grucli's."""
    sides = list(next(iter(found.values())))
    print("| row | " + " | ".join(f"{s}: step, forward [ms]" for s in sides) + " | step / limit |")
    print("|---" * (len(sides) + 2) + "|")
    for name, times in found.items():
        cells = [f"{step:.2f}, {forward:.2f}" for step, forward in times.values()]
        over = times["grucli"][0] / times["limit"][0]
        print(f"| {name} | " + " | ".join(cells) + f" | {over:.2f} |")
    if "pytorch" in sides:
        ratios = [times["pytorch"][0] / times["grucli"][0] for times in found.values()]
        print(f"\nPyTorch / grucli, geometric mean: {statistics.geometric_mean(ratios):.2f}")


def main():
    """Measure and print, or serve as one side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", metavar="PYTHON", help="an interpreter with PyTorch")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    pythons = {"grucli": sys.executable, "limit": sys.executable}
    if arguments.torch:
        pythons["pytorch"] = arguments.torch
    report(measure(pythons, arguments.rounds))


if __name__ == "__main__":
    main()
