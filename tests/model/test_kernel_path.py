"""What kernels say of series, without the shares of all series in memory at once."""

import tracemalloc

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.series.kernels import Kernels
from grucli.model.kernel_path import KernelPath
from grucli.preparation import linear_path
from grucli.tasks.classify.task import Classify
from tests.examples import joined

TASK = Classify(labels=("a", "b"))


def records(number, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(4, 30, number)
    return [
        Record(number=row, values=rng.normal(size=(length, 2)).cumsum(axis=0).astype(np.float32))
        for row, length in enumerate(lengths, 1)
    ]


def path_of(kernels, outputs):
    rng = np.random.default_rng(outputs)
    weight, bias = (rng.normal(size=s).astype(np.float32) for s in ((len(kernels), outputs), 1))
    return KernelPath(kernels=kernels, weight=weight, bias=np.repeat(bias, outputs))


@pytest.mark.parametrize("number", [1, 2, 127, 128, 129, 255, 256, 257, 700])
def test_logits_are_those_of_all_shares_at_once(number):
    values = [record.values for record in records(number)]
    steps, lengths = np.concatenate(values), np.array([len(one) for one in values], np.int64)
    kernels = Kernels.fit(steps, lengths, 500, np.random.default_rng(0))
    shares = kernels.features(steps, lengths)
    for outputs in (1, 2, 5):
        path = path_of(kernels, outputs)
        wanted = shares.astype(np.float64) @ path.weight + path.bias
        np.testing.assert_allclose(path.of_series(steps, lengths), wanted, rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module")
def rows():
    """What 40 series give to learn from, and 3000 to judge, seen in two ways."""
    train = records(40, seed=1)
    encoder = SeriesEncoder.fit(
        [record.values for record in train], 25, "mask", ("values", "place")
    )
    encoded = encoder.encode(train)
    valid = encoder.encode(records(3000, seed=2))
    found, _ = linear_path.linear_features(
        encoded, valid, setting=True, judged_rows=40, task=TASK, origin=None, seed=3
    )
    return found


def test_shares_of_series_to_judge_are_not_kept(rows):
    steps, lengths = rows.valid
    assert len(lengths) == 3000
    assert steps.base is None  # nor what the kernels do not read
    assert rows.nbytes == rows.train.nbytes + steps.nbytes + lengths.nbytes < 5e6
    assert steps.shape[1] == rows.kernels.channels.shape[2]
    path = path_of(rows.kernels, 1)
    tracemalloc.start()
    found = rows.logits(path, None, np.arange(40))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.shape == (3000, 1)
    assert peak < 4 * 3000 * len(rows.kernels) / 3


def test_training_rows_are_answered_from_the_shares_at_hand(rows):
    targets = [0, 1] * 20
    train = joined([np.zeros((1, 1), np.float32)] * 40, targets)
    path = rows.learn(train, np.arange(30), TASK, np.random.default_rng(0))
    held = np.arange(30, 40)
    wanted = rows.train[held].astype(np.float64) @ path.weight + path.bias
    assert rows.logits(path, held, np.arange(30)).tobytes() == wanted.tobytes()
