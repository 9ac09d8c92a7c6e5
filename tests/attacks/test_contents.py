"""Contents that once slipped past the reader, each behind right hashes."""

import copy
import dataclasses
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest

from grucli.data.encoded import UNLIMITED
from grucli.errors import CheckpointError
from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive
from tests.attacks import contents, models
from tests.attacks.guard import SPARE_BYTES
from tests.cli.helpers import environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


def parts(folder, kind):
    whole = read_archive(models.file(kind, folder))
    return copy.deepcopy(whole.meta), dict(whole.arrays)


def load(data):
    with mock.patch("grucli.modelfile.archive.read_bytes", return_value=data):
        return checkpoint.load("m.npz")


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("classify", "wide_idf", lambda idf: idf * 0),
        ("classify", "wide_weight", lambda weight: weight * 1e38),
        ("classify", "param_embedding_weight", lambda table: np.full_like(table, -3e38)),
        ("classify", "param_head_weight", lambda weight: weight.astype(np.uint8)),
        ("tag", "param_head_bias", lambda bias: bias.astype(np.int64)),
        ("series", "scaling", lambda scaling: scaling * [[1], [0]]),
        ("series", "scaling", lambda scaling: scaling.astype(np.uint8)),
        ("series", "units", lambda units: -units),
    ],
)
def test_numbers_that_training_cannot_have_found_are_refused(folder, kind, name, change):
    meta, arrays = parts(folder, kind)
    arrays[name] = change(arrays[name])
    with pytest.raises(CheckpointError, match=r"m\.npz: inconsistent: .* do not fit; train the mo"):
        load(contents.contained(meta, arrays))


def test_the_usual_tags_are_those_of_texts(folder):
    meta, arrays = parts(folder, "tag")
    meta["words"]["tokens"][1] = [["film"]]
    with pytest.raises(CheckpointError, match=r"m\.npz: inconsistent: tags or words do not fit"):
        load(contents.contained(meta, arrays))


def test_a_number_is_small_enough_for_a_float(folder):
    meta, arrays = parts(folder, "classify")
    meta["card"]["scores"]["loss"] = 10**299
    assert load(contents.contained(meta, arrays)).card["scores"]["loss"] == 10**299
    meta["card"]["scores"]["loss"] *= 10
    with pytest.raises(CheckpointError, match=r"m\.npz: damaged \(meta is not the JSON"):
        load(contents.contained(meta, arrays))


def test_each_step_of_a_sequence_is_tagged_whatever_length_a_file_says(folder):
    meta, arrays = parts(folder, "tag")
    meta["encoder"]["max_length"] = 1
    assert load(contents.contained(meta, arrays)).encoder.max_length == UNLIMITED


def test_what_does_not_fit_is_told_in_one_line_however_long_it_is(folder):
    meta, arrays = parts(folder, "series")
    meta["remembered"]["delimiter"] = "\x1b" * 5000
    with pytest.raises(CheckpointError) as caught:
        load(contents.contained(meta, arrays))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


MEASURED = """
import resource, sys
from grucli.modelfile import checkpoint

UNIT = 1 if sys.platform == "darwin" else 1024

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT

checkpoint.load(sys.argv[1])
before = peak()
checkpoint.load(sys.argv[2])
print(peak() - before)
"""


def test_a_large_model_takes_its_size_and_its_dense_weights_in_float64(folder):
    small, large = models.file("multilabel", folder), folder / "large.npz"
    saved = models.saved("multilabel")
    model = Model(dataclasses.replace(saved.model.architecture, hidden_size=1000))
    checkpoint.save(large, dataclasses.replace(saved, model=model))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(small), str(large)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) <= large.stat().st_size + 2 * model.params.flat.nbytes + SPARE_BYTES
