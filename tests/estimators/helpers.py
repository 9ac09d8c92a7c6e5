"""Sequences of the sample data as a program would have them, and settings that are quick."""

import csv
from pathlib import Path

import numpy as np

from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions

SAMPLES = Path(__file__).parents[2] / "sample_data"
QUICK = {"hidden_size": 8, "epochs": 3}
ARGUMENTS = ("--set", "model.hidden_size=8", "--set", "training.epochs=3")
"""The same for the command."""


def reviews(count=None):
    """Return texts, labels and scores."""
    with (SAMPLES / "reviews_train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:count]
    return tuple([row[name] for row in rows] for name in ("text", "label", "score"))


def waves(count=40, steps=12, channels=2, seed=0):
    """Return (n, T, D) float64 whose first channel rises or falls, and the classes (n,)."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, count)
    x = rng.normal(0, 0.3, (count, steps, channels))
    x[:, :, 0] += np.linspace(-1, 1, steps) * (2 * y[:, None] - 1)
    return x, y


def vowels():
    """Return sequences (T, 12) of unequal lengths, and their labels."""
    records = read_table(str(SAMPLES / "vowels_train.ts.gz"), ReadOptions()).records
    return list(records.column("values")), list(records.column("label"))


class Named(list):
    """A list that has a name, as a Series of pandas."""

    def __init__(self, name, values):
        super().__init__(values)
        self.name = name
