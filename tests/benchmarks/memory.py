"""Table `memory`: how far back a network can learn to look, by cell and by initialisation.

The first symbol of a sequence decides and all others are noise: the label is the parity of its
place among SYMBOLS. Label and noise share one alphabet, so that neither counting symbols nor adding
them up with fixed weights helps. Were the first symbol one that occurs nowhere else, a plain
network that adds up would do, and the task would show nothing.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks import processes
from tests.benchmarks.run import say

SYMBOLS = "abcdefgh"
LABELS = ("even", "odd")
TRAIN_ROWS, TEST_ROWS = 4000, 2000
EPOCHS = {50: 20, 200: 20, 1000: 10}  # by length
SEEDS = {50: 10, 200: 10, 1000: 3}
REACHED = 0.99
GROWN = "a model of 200 steps"  # that itself started as chrono
# A plain network is at its best with orthogonal weights and small inputs (as the first vectors of
# tokens are): its states then pass on what they hold, nearly unchanged.
STARTS = {
    "gru": ("chrono", "orthogonal"),
    "gru_before": ("chrono", "orthogonal"),
    "rnn": ("orthogonal",),
}
ROWS = {
    f"{cell}, {start}, {length}": (cell, start, length)
    for length in EPOCHS
    for cell, starts in STARTS.items()
    for start in starts
} | {f"gru, {GROWN}, 1000": ("gru", GROWN, 1000)}
SETTINGS = {
    "data.tokens": "space",
    "model.bidirectional": "false",  # read backwards, the first symbol would be the last
    "model.pooling": "last",
    "model.dropout": "0",
    "model.token_dropout": "0",
    "model.wide": "false",  # a recurrence has to show what it remembers
    "training.folds": "off",
    "training.patience": "off",  # for many epochs nothing is learned, then everything
}


def measure(run):
    """Train and test each row with each of its seeds."""
    with tempfile.TemporaryDirectory() as folder:
        for row in run.wanted("memory", ROWS, ["grucli"], 1):
            cell, start, length = ROWS[row]
            seeds = range(run.rounds(SEEDS[length]))
            outcomes = [_learned(run, cell, start, length, seed, Path(folder)) for seed in seeds]
            figures = {
                "rounds": len(outcomes),
                "chosen": _chosen(run, cell, Path(folder)) == start,
                "accuracy": [each["accuracy"] for each in outcomes],
                "epochs": [each["epoch"] for each in outcomes],
                "seconds": round(statistics.median(each["seconds"] for each in outcomes), 1),
            }
            run.add("memory", row, "grucli", 1, figures)


def write(path, rows, length, seed):
    """Write a CSV of `rows` sequences of `length` symbols; the same at every call."""
    ids = np.random.default_rng([length, seed]).integers(len(SYMBOLS), size=(rows, length))
    lines = (f"{' '.join(SYMBOLS[k] for k in row)},{LABELS[row[0] % 2]}\n" for row in ids)
    path.write_text("text,label\n" + "".join(lines))


def _learned(run, cell, start, length, seed, folder):
    """Train on new data, and return the accuracy on other data and the epoch that reached it."""
    say("memory", cell, start, length, "seed", seed)
    files = [folder / name for name in ("train.csv", "test.csv", "model.npz", "log.jsonl")]
    train, test, model, log = files
    options = ["--seed", str(seed), "-o", str(model), "--force", "--quiet", "--log", str(log)]
    if start == GROWN:
        _learned(run, cell, "chrono", 200, seed, folder)
        options += ["--init-from", str(model.rename(folder / "grown.npz"))]
    write(train, TRAIN_ROWS, length, 2 * seed)
    write(test, TEST_ROWS, length, 2 * seed + 1)
    log.unlink(missing_ok=True)
    settings = {"model.cell": cell, "training.epochs": str(EPOCHS[length])}
    settings |= {} if start == GROWN else {"model.initialisation": start}
    command = _train(train, settings, *options)
    seconds = processes.run(command, run.environment(1)).seconds
    command = [sys.executable, "-m", "grucli", "evaluate", str(test), "-m", str(model), "--json"]
    score = json.loads(processes.run(command, run.environment(1)).output)
    return {"accuracy": score["accuracy"], "epoch": _reached(log), "seconds": seconds}


def _reached(log):
    """Return the first epoch that validates with REACHED, None if there is none."""
    epochs = [json.loads(line) for line in log.read_text().splitlines()]
    return next(
        (each["epoch"] for each in epochs if each.get("valid_accuracy", 0) >= REACHED), None
    )


def _chosen(run, cell, folder):
    """Return the initialisation that grucli itself chooses for the data that lies there."""
    command = _train(folder / "train.csv", {"model.cell": cell}, "--dry-run", "--json", "--quiet")
    found = json.loads(processes.run(command, run.environment(1)).output)
    return found["config"]["model.initialisation"]["value"]


def _train(path, settings, *options):
    words = [w for item in (SETTINGS | settings).items() for w in ("--set", "=".join(item))]
    return [sys.executable, "-m", "grucli", "train", str(path), *options, *words]
