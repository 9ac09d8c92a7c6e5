"""Table `startup`: short commands beside an empty program and the import of NumPy.

Where there is an older build, its `predict` of one line takes part.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import machine, processes
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.run import say

ROUNDS = 21
NUMPY = 'python -c "import numpy"'
LINE = "grucli predict, one line"
TRAIN = machine.ROOT / "sample_data" / "reviews_train.csv"


def trained(run, folder, wide="true", side="grucli"):
    """Return the file of a model of English reviews, trained shortly, with a wide path or not.

    Its side may be the older build: that of today reads what both have to answer with.
    """
    model = Path(folder) / f"{side}_wide_{wide}.npz"
    options = ["--force", "--quiet", "--set", "training.epochs=5", "--set", f"model.wide={wide}"]
    options += ["--set", "model.subwords=false"]
    command = [run.python(side), "-m", "grucli", "train", str(TRAIN), "-o", str(model), *options]
    processes.run(command, run.environment(1, side))
    return model


def measure(run):
    """Run all commands in turn."""
    with tempfile.TemporaryDirectory() as folder:
        sides = run.sides("grucli", REFERENCE)
        model = trained(run, folder, side=sides[-1])
        commands = {(side, row): c for side in sides for row, c in _commands(run, side, model)}
        if not any(run.wanted("startup", [row], [side], 1) for side, row in commands):
            return
        line = Path(folder) / "line.txt"
        line.write_text("x\n")
        seconds = {name: [] for name in commands}
        for number in range(run.rounds(ROUNDS) + 1):
            say("startup", number)
            for (side, row), command in commands.items():
                outcome = processes.run(command, run.environment(1, side), given=line)
                if number:
                    seconds[side, row].append(outcome.seconds)
    for (side, row), each in seconds.items():
        figures = {
            "rounds": len(each),
            "ms": round(1e3 * statistics.median(each), 1),
            "min_ms": round(1e3 * min(each), 1),
        }
        run.add("startup", row, side, 1, figures)


def _commands(run, side, model):
    """Yield rows with their commands."""
    python, grucli = [sys.executable, "-c"], [run.python(side), "-m", "grucli"]
    if side == "grucli":
        yield 'python -c "pass"', [*python, "pass"]
        yield NUMPY, [*python, "import numpy"]
        yield "grucli --version", [*grucli, "--version"]
        yield "grucli --help", [*grucli, "--help"]
    yield LINE, [*grucli, "predict", "-m", str(model)]
