"""A short training of a small model, stopped anywhere, resumed, and compared to the byte."""

import dataclasses

import numpy as np

from grucli.data.series.kernels import Kernels
from grucli.model.kernel_path import KernelFeatures
from grucli.model.network import Architecture, Model
from grucli.random import INIT, generator
from grucli.tasks.classify.task import Classify
from grucli.training.settings import Recipe
from grucli.training.trainer import Trainer
from tests.examples import joined

RECIPE = Recipe(
    optimizer="adam",
    momentum=None,
    learning_rate=0.02,
    weight_decay=0.01,
    batch_size=6,
    epoch_rows=None,
    epochs=4,
    patience=None,
    clip_norm=1.0,
    averaging=0.9,
    augmentation=None,
    schedule="cosine",
    warmup_steps=3,
    class_weight="none",
    label_smoothing=0.1,
    loss=None,
    recall=None,
    precision=None,
    shards=1,
    dtype="float32",
)
ARCHITECTURE = Architecture(
    cell="gru",
    vocabulary_size=8,
    input_size=4,
    hidden_size=5,
    num_layers=2,
    bidirectional=True,
    pooling=("last", "max"),
    dropout=0.2,
    token_dropout=0.1,
    num_outputs=1,
)
NO_OR_YES = Classify(labels=("no", "yes"))


def parity_examples(rows, seed):
    """Random tokens; the class says whether token 7 occurs: learnable by any cell."""
    rng = np.random.default_rng(seed)
    sequences = [rng.integers(0, 7, rng.integers(1, 9)).astype(np.int32) for _ in range(rows)]
    targets = rng.integers(0, 2, rows)
    for sequence, target in zip(sequences, targets, strict=True):
        if target:
            sequence[rng.integers(len(sequence))] = 7
    return joined(sequences, targets.tolist())


TRAIN, VALID = parity_examples(50, 0), parity_examples(30, 1)


def make_trainer(
    recipe=RECIPE, architecture=ARCHITECTURE, train=TRAIN, valid=VALID, seed=3, **more
):
    model = Model(architecture)
    model.initialise(generator(seed, INIT))
    return Trainer(model, train, valid, recipe, seed=seed, task=NO_OR_YES, **more)


def snapshot(trainer):
    arrays = {**dict(trainer.model.arrays()), **trainer.arrays()}
    copied = {name: array.copy() for name, array in arrays.items()}
    return copied, trainer.progress.to_json()


def assert_same(one, other):
    assert one[1] == other[1]
    for name, array in one[0].items():
        np.testing.assert_array_equal(array, other[0][name], err_msg=name)


def assert_resumes(make, every=5):
    """Stop runs of trainers that `make` returns at every so many yields, and resume each.

    Returns:
        the yields of an uninterrupted run.
    """
    whole = make()
    yields = sum(1 for _ in whole.run())
    for stop in range(1, yields, every):
        first = make()
        for _, _ in zip(range(stop), first.run(), strict=False):
            pass
        arrays, progress = snapshot(first)
        second = make()
        for name, array in second.model.arrays():
            array[...] = arrays[name]
        second.restore(progress, arrays)
        for _ in second.run():
            pass
        assert_same(snapshot(second), snapshot(whole))
    return yields


def series_trainer(folds=False, **recipe):
    """Series whose class is whether they rise, in a model with everything that series may have."""
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 40)
    ramps = [np.linspace(-1, 1, n)[:, None] for n in rng.integers(1, 20, 40)]
    steps = [
        r * (2 * t - 1) + rng.normal(0, 0.2, r.shape) for r, t in zip(ramps, targets, strict=True)
    ]
    train = joined([s.astype(np.float32) for s in steps], targets.tolist())
    changes = {"vocabulary_size": 0, "input_size": 1, "convolution": 3, "num_layers": 1}
    model = Model(dataclasses.replace(ARCHITECTURE, **changes))
    model.initialise(generator(0, INIT))
    recipe = dataclasses.replace(RECIPE, **{"augmentation": 1.0, "averaging": None, **recipe})
    beside = {"folds": np.arange(40) % 3, "linear": kernel_features(train)} if folds else {}
    return Trainer(model, train, None, recipe, seed=5, task=NO_OR_YES, **beside)


def kernel_features(train):
    kernels = Kernels.fit(train.steps, train.lengths, 84, np.random.default_rng(0))
    shares = kernels.features(train.steps, train.lengths)
    return KernelFeatures(kernels=kernels, train=shares, valid=None, always=False)
