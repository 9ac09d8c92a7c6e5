"""Table `growth`: what training costs as one size after the other grows a hundredfold.

python -m tests.benchmarks.growth SIZE    # one round: a JSON list of milliseconds
"""

import json
import math
import statistics
import sys

import numpy as np

from grucli.config.schema import Config
from grucli.model.network import Architecture, Model
from grucli.tasks.classify.task import Classify
from grucli.training.progress import EpochInfo
from grucli.training.settings import Recipe
from grucli.training.trainer import Trainer
from tests.benchmarks import processes, work
from tests.benchmarks.run import say
from tests.benchmarks.serve import timed
from tests.examples import joined

ROUNDS = 5
FACTORS = (1, 3, 10, 30, 100)
USUAL = {"rows": 32, "steps": 20, "batch": 32, "hidden": 64, "classes": 10}
STARTS = {"rows": 320, "steps": 10, "batch": 8, "hidden": 8, "classes": 10}
INPUTS = 16
SETTINGS = {
    "learning_rate": 1e-3,
    "weight_decay": 0.0,
    "epochs": 1_000_000,
    "patience": "off",
    "clip_norm": 1.0,
    "averaging": "off",
    "augmentation": "off",
    "label_smoothing": 0.0,
    "schedule": "constant",
    "warmup_steps": 0,
    "shards": 1,
}


def measure(run):
    """Measure each size in turn, a process a round."""
    rounds = {size: [] for size in run.wanted("growth", STARTS, ["grucli"], 1)}
    for number in range(run.rounds(ROUNDS)):
        for size, each in rounds.items():
            say("growth", number, size)
            command = [sys.executable, "-m", "tests.benchmarks.growth", size]
            outcome = processes.run(command, run.environment(1), one_core=True)
            each.append(json.loads(outcome.output))
    for size, each in rounds.items():
        medians = [statistics.median(column) for column in zip(*each, strict=True)]
        figures = {
            "rounds": len(each),
            "sizes": [factor * STARTS[size] for factor in FACTORS],
            "ms": [round(value, 4) for value in medians],
            "exponent": round(exponent(medians), 2),
        }
        run.add("growth", size, "grucli", 1, figures)


def exponent(times):
    """Return the power of the size by which the time grows over the last decade of FACTORS."""
    last_but_ten = FACTORS.index(FACTORS[-1] // 10)
    return math.log10(times[-1] / times[last_but_ten])


def _work(size, value):
    """Return the function to be timed: an epoch if rows grow, else a step on one batch."""
    sizes = USUAL | {size: value}
    rows = value if size == "rows" else sizes["batch"]
    trainer = _trainer(rows, sizes)
    if size != "rows":
        return lambda: trainer.step(np.arange(rows))
    steps = trainer.run()

    def epoch():
        while not isinstance(next(steps), EpochInfo):
            pass

    return epoch


def _trainer(rows, sizes):
    """Return grucli's trainer of a GRU on random numbers."""
    task = Classify(labels=tuple(map(str, range(sizes["classes"]))))
    architecture = Architecture(
        cell="gru",
        vocabulary_size=0,
        input_size=INPUTS,
        hidden_size=sizes["hidden"],
        num_layers=1,
        bidirectional=False,
        pooling=("last",),
        dropout=0.0,
        token_dropout=0.0,
        num_outputs=task.num_outputs,
    )
    model = Model(architecture)
    model.initialise(np.random.default_rng(0))
    x = work.normal(rows, sizes["steps"], INPUTS)
    examples = joined(list(x), (np.arange(rows) % sizes["classes"]).tolist())
    section = Config().training.model_dump() | SETTINGS | {"batch_size": sizes["batch"]}
    return Trainer(model, examples, None, Recipe.of(section), seed=0, task=task)


if __name__ == "__main__":
    name = sys.argv[1]
    print(json.dumps([timed(_work(name, factor * STARTS[name]))[0] for factor in FACTORS]))
