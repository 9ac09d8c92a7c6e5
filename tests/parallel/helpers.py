"""Trainers with crews, and what they have trained."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from grucli.model.network import Model
from grucli.random import INIT, generator
from grucli.tasks.classify.task import Classify
from grucli.training.trainer import Trainer
from tests.examples import joined
from tests.training.helpers import ARCHITECTURE, RECIPE, TRAIN, VALID, snapshot

on_linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc")
SERIES = joined(
    [np.random.default_rng(k).normal(size=(1 + k % 9, 3)).astype(np.float32) for k in range(50)],
    [k % 2 for k in range(50)],
)
SPELLED = dataclasses.replace(
    TRAIN,
    steps=np.where(np.arange(len(TRAIN.steps)) % 7, TRAIN.steps, 9).astype(np.int32),
    bags=np.random.default_rng(2).integers(8, 14, (10, 3), np.int32),
)
KINDS = {
    "text": ({}, TRAIN, VALID),
    "numbers": ({"vocabulary_size": 0, "input_size": 3}, SERIES, SERIES),
    "convolutions": ({"vocabulary_size": 0, "input_size": 3, "convolution": 2}, SERIES, SERIES),
    "plain cell, one way": ({"cell": "rnn", "bidirectional": False}, TRAIN, None),
    "reset before": ({"cell": "gru_before", "num_layers": 1}, TRAIN, VALID),
    "n-grams of characters": ({"subwords": "characters", "buckets": 6}, SPELLED, SPELLED),
    "n-grams of tokens": ({"subwords": "tokens", "buckets": 300, "num_layers": 1}, TRAIN, VALID),
    "three classes, float64": ({"num_outputs": 3, "dtype": "float64"}, TRAIN, VALID),
}
SMOOTH = {"label_smoothing": 0.1, "augmentation": 1.0, "class_weight": {"yes": 3.0}, "epochs": 2}


def trainer_of(kind="text", **recipe):
    changes, train, valid = KINDS[kind]
    architecture = dataclasses.replace(ARCHITECTURE, **changes)
    model = Model(architecture)
    model.initialise(generator(0, INIT))
    task = Classify(labels=("no", "yes", "neither")[: max(2, architecture.num_outputs)])
    recipe = dataclasses.replace(RECIPE, **{**SMOOTH, "shards": 2, **recipe})
    return Trainer(model, train, valid, recipe, seed=5, task=task)


def trained(trainer, workers, until=None):
    """Train with workers that have all started; return every array and number of the run."""
    with trainer.crew(workers) as crew:
        crew.wait()
        for count, _ in enumerate(trainer.run(), 1):
            if count == until:
                break
    return snapshot(trainer)


def assert_same_bytes(one, other):
    assert one[1] == other[1]
    assert one[0].keys() == other[0].keys()
    for name, array in one[0].items():
        assert array.tobytes() == other[0][name].tobytes(), name


def pids(crew):
    return [worker.pid for worker in crew._workers]


def held(pid: int) -> list[str]:
    """Return what kinds of files a process holds, one word a descriptor, sorted.

    Shared libraries are left out: some hold their own file for as long as they are loaded (libffi).
    """
    links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sorted(link.partition(":")[0] for link in links if ".so" not in Path(link).name)
