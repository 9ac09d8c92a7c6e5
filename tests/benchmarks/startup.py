"""Table `startup`: short commands beside an empty program and the import of NumPy."""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import machine, processes
from tests.benchmarks.run import say

ROUNDS = 21
NUMPY = 'python -c "import numpy"'
TRAIN = machine.ROOT / "sample_data" / "reviews_train.csv"


def trained(folder, variables, wide="true"):
    """Return the file of a model of English reviews, trained shortly, with a wide path or not."""
    model = Path(folder) / f"model_wide_{wide}.npz"
    options = ["--force", "--quiet", "--set", "training.epochs=5", "--set", f"model.wide={wide}"]
    options += ["--set", "model.subwords=false"]
    command = [sys.executable, "-m", "grucli", "train", str(TRAIN), "-o", str(model), *options]
    processes.run(command, variables)
    return model


def measure(run):
    """Run all commands in turn."""
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(trained(folder, run.environment(1)))
        if not run.wanted("startup", commands, ["grucli"], 1):
            return
        line = Path(folder) / "line.txt"
        line.write_text("x\n")
        seconds = {name: [] for name in commands}
        for number in range(run.rounds(ROUNDS) + 1):
            say("startup", number)
            for name, command in commands.items():
                outcome = processes.run(command, run.environment(1), given=line)
                if number:
                    seconds[name].append(outcome.seconds)
    for name, each in seconds.items():
        figures = {
            "rounds": len(each),
            "ms": round(1e3 * statistics.median(each), 1),
            "min_ms": round(1e3 * min(each), 1),
        }
        run.add("startup", name, "grucli", 1, figures)


def _commands(model):
    python, grucli = [sys.executable, "-c"], [sys.executable, "-m", "grucli"]
    return {
        'python -c "pass"': [*python, "pass"],
        NUMPY: [*python, "import numpy"],
        "grucli --version": [*grucli, "--version"],
        "grucli --help": [*grucli, "--help"],
        "grucli predict, one line": [*grucli, "predict", "-m", str(model)],
    }
