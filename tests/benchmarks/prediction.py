"""Table `prediction`: short lines through `grucli predict` and through ONNX Runtime.

On all cores, a file of lines through a model with n-grams, beside an older build if there is one.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks import processes
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.run import say
from tests.benchmarks.startup import trained

ROUNDS = 3
MOST_APART = 2e-4  # of two probabilities that mean the same
SCRIPTS = Path(__file__).parent / "scripts"
RATE_ROW, RATE_LINES = "100,000 lines", 100_000
MEMORY_ROWS = {f"memory, {n:,} lines": n for n in (10_000, 100_000, 1_000_000)}
FILES = {f"a file of {n:,} lines": n for n in (100_000, 1_000_000)}
ONE_PROCESS = "grucli, one process"
WITH_NGRAMS = "grucli with n-grams"  # the same recurrence and a wide path; peers have none
SIDES = {
    "grucli": None,
    WITH_NGRAMS: None,
    "onnxruntime, one by one": "1",
    "onnxruntime, 64 of a length": "64",
}


def measure(run):
    """Compare rows a second on one core, then look at the memory over growing inputs."""
    with tempfile.TemporaryDirectory() as folder:
        model = trained(run, folder)
        if run.wanted("prediction", [RATE_ROW], SIDES, 1):
            alone = trained(run, folder, wide="false")
            _compare(run, Path(folder), {"grucli": alone, WITH_NGRAMS: model})
        for row in run.wanted("prediction", MEMORY_ROWS, ["grucli"], 1):
            say("prediction", row)
            lines = _lines(Path(folder), model, MEMORY_ROWS[row])
            outcome = _predicted(run, model, lines)
            figures = {"seconds": round(outcome.seconds, 2), "peak_mb": round(outcome.peak_mb, 1)}
            run.add("prediction", row, "grucli", 1, figures)
        sides = ["grucli", ONE_PROCESS, *run.sides(REFERENCE)]
        if rows := run.wanted("prediction", FILES, sides, 0):
            model = trained(run, folder, side=run.sides("grucli", REFERENCE)[-1])
            for row in rows:
                _compare_files(run, row, sides, model, _lines(Path(folder), model, FILES[row]))


def _lines(folder, model, number):
    """Write lines of 4 to 12 words that the model knows, 8 on average; return the file."""
    with np.load(model) as file:
        tokens = file["vocabulary"].tobytes().decode().split("\n")
    words = [token for token in tokens if token.isascii() and token.isalpha()]
    rng = np.random.default_rng(0)
    path = folder / f"{number}.txt"
    with path.open("w") as file:
        for length in rng.integers(4, 13, number).tolist():
            file.write(" ".join(words[k] for k in rng.integers(len(words), size=length)) + "\n")
    return path


def _predicted(run, model, lines):
    command = [sys.executable, "-m", "grucli", "predict", "-m", str(model)]
    return processes.run(command, run.environment(1), one_core=True, given=lines)


def _compare_files(run, row, sides, model, lines):
    outcomes = {side: [] for side in sides}
    for _ in range(run.rounds(ROUNDS)):
        for side in sides:
            say("prediction", row, side)
            command = [run.python(side), "-m", "grucli", "predict", str(lines), "-m", str(model)]
            command += ["--workers", "0"] if side == ONE_PROCESS else []
            outcome = processes.run(command, run.environment(0, side), watch=True)
            outcomes[side].append(outcome)
    ours = outcomes["grucli"][0].output
    for side, each in outcomes.items():
        run.add(
            "prediction", row, side, 0, _figures(each) | {"apart": _apart(ours, each[0].output)}
        )


def _compare(run, folder, models):
    model = models["grucli"]
    lines = _lines(folder, model, RATE_LINES)
    python, variables = run.python("onnxruntime"), run.environment(1)
    export = [python, str(SCRIPTS / "onnx_export.py"), str(model)]
    processes.run(export, variables)
    outcomes = {side: [] for side in SIDES}
    for number in range(run.rounds(ROUNDS) + 1):
        for side, batch in SIDES.items():
            say("prediction", RATE_ROW, side)
            if batch is None:
                outcome = _predicted(run, models[side], lines)
            else:
                command = [python, str(SCRIPTS / "onnx_predict.py"), str(model), batch]
                outcome = processes.run(command, variables, one_core=True, given=lines)
            if number:
                outcomes[side].append(outcome)
    ours = outcomes["grucli"][0].output
    for side, each in outcomes.items():
        figures = _figures(each)
        if side != WITH_NGRAMS:
            figures["apart"] = _apart(ours, each[0].output)
        run.add("prediction", RATE_ROW, side, 1, figures)


def _figures(outcomes):
    seconds = [outcome.seconds for outcome in outcomes]
    sums = [outcome.sum_mb for outcome in outcomes if outcome.sum_mb]
    return {
        "rounds": len(outcomes),
        "seconds": round(statistics.median(seconds), 3),
        "seconds_min": round(min(seconds), 3),
        "cpu_s": round(statistics.median(outcome.cpu_s for outcome in outcomes), 3),
        "peak_mb": round(max(outcome.peak_mb for outcome in outcomes), 1),
    } | ({"sum_mb": round(max(sums), 1)} if sums else {})


def _apart(ours, theirs):
    """Return how far two outputs are apart in probability.

    Raises:
        SystemExit: they are not the same answers.
    """
    pairs = [[line.split("\t") for line in output.splitlines()] for output in (ours, theirs)]
    apart = 0.0
    for (label, probability), (label2, probability2) in zip(*pairs, strict=True):
        value, value2 = float(probability), float(probability2)
        apart = max(apart, abs(value - (value2 if label == label2 else 1 - value2)))
    if apart > MOST_APART:
        raise SystemExit(f"the answers differ by {apart:g}")
    return round(apart, 7)
