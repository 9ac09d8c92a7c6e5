"""Models that Keras and PyTorch have trained answer here as there, and can be looked into.

Covers: training/foreign_weights. Their own answers are in tests/fixtures.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import grucli as library
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from tests.cli.helpers import SAMPLES, grucli

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="module", params=[("keras", "keras"), ("torch", "safetensors")])
def taken(request, tmp_path_factory):
    """The answers of a system to all 370 test rows, and the model that was taken over from it."""
    system, suffix = request.param
    folder = tmp_path_factory.mktemp(system)
    start = (SAMPLES / "vowels_train.ts.gz", "--init-from", SAMPLES / f"vowels.{suffix}")
    done = grucli("train", *start, "--set", "training.epochs=0", "-o", "m.npz", cwd=folder)
    assert done.code == 0, done.err
    with np.load(FIXTURES / f"vowels_{system}.npz") as answers:
        return answers["probabilities"], folder / "m.npz"


def test_all_rows_are_answered_alike(taken):
    theirs, model = taken
    table = read_table(str(SAMPLES / "vowels_test.ts.gz"), ReadOptions())
    answers = library.load(model).predict([record.values for record in table.records])
    ours = np.array([list(answer.probabilities.values()) for answer in answers])
    assert ours.shape == theirs.shape == (370, 9)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(ours.argmax(axis=1), theirs.argmax(axis=1))


def test_the_report_on_gates_is_that_of_these_rows(taken):
    theirs, model = taken
    told = grucli("inspect-gates", SAMPLES / "vowels_test.ts.gz", "-m", model, "--json")
    report = json.loads(told.text)
    truth = [
        int(record.label)
        for record in read_table(str(SAMPLES / "vowels_test.ts.gz"), ReadOptions()).records
    ]
    assert report["meta"]["input"]["accuracy"] == pytest.approx(
        np.mean(theirs.argmax(axis=1) + 1 == truth)
    )
