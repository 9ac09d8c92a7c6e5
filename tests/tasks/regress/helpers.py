"""Numbers to predict: records, and a task that was fitted to some."""

import numpy as np

from grucli.data.records import Record
from grucli.tasks.regress.task import Regress

STANDARD = Regress(mean=0.0, scale=1.0, low=-3.0, high=3.0, levels=None)


def records(labels):
    """Return a record for each label, in the lines 2, 3, …"""
    return [
        Record(number=k, line=k + 1, text="x", label=label) for k, label in enumerate(labels, 1)
    ]


def fitted(labels):
    return Regress.fit("t.csv", records(labels))


def column(*values):
    """Return scores (n, 1)."""
    return np.array(values, np.float64)[:, None]
