"""Scores of epochs in a model file: as many as a config allows, and none mistaken for another."""

import json

import numpy as np
import pytest

from grucli.errors import CheckpointError
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive, write_archive
from grucli.modelfile.checkpoint import RunState
from grucli.modelfile.history import packed, unpacked
from grucli.tasks.classify.task import Classify
from grucli.training.progress import Progress
from tests.modelfile.test_checkpoint import change, saved_model

TASK = Classify(labels=("a", "b"))
LEARNED = ("loss", "accuracy", "gradient_norm", "clipped")
JUDGED = ("valid_loss", "valid_accuracy", "valid_macro_f1", "calibrated_loss")
WEIGHED = (
    *("mix_recurrence", "mix_wide", "wide_gain", "wide_error", "recurrence_share"),
    *("kept_loss", "kept_accuracy", "kept_macro_f1"),
)


def history(epochs, seed=0):
    """Return scores of which every third epoch has more, as the best ones have."""
    rng = np.random.default_rng(seed)
    names = [(*LEARNED, *JUDGED, *(WEIGHED if k % 3 == 0 else ())) for k in range(epochs)]
    return [dict(zip(own, rng.random(len(own)).tolist(), strict=True)) for own in names]


def progress_of(epochs, *folds):
    done = [{"best_epoch": min(1, count), "history": history(count, count)} for count in folds]
    whole = {**Progress().to_json(), "epoch": epochs, "history": history(epochs), "folds": done}
    return Progress.from_json(whole, TASK).to_json()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.last.npz"


@pytest.mark.parametrize("counts", [(0,), (1,), (7,), (0, 3, 5), (4, 1), (2, 0, 1)])
def test_every_digit_comes_back(path, counts):
    progress = progress_of(*counts)
    for scores in progress["history"]:
        scores |= {"loss": 5e-324, "accuracy": -0.0, "clipped": 0.1 + 0.2}
    wanted = json.dumps(progress, sort_keys=True)
    checkpoint.save(path, saved_model(), RunState(progress=progress))
    found = checkpoint.load_run(path)[1]
    assert (
        json.dumps(found.progress, sort_keys=True) == wanted == json.dumps(progress, sort_keys=True)
    )
    assert not found.arrays
    Progress.from_json(found.progress, TASK)


def test_as_many_epochs_as_a_config_allows_can_be_saved(path):
    progress = progress_of(100_000)
    checkpoint.save(path, saved_model(), RunState(progress=progress))
    assert checkpoint.load_run(path)[1].progress == progress
    assert path.stat().st_size < 100_000 * 200


def test_a_file_that_has_the_scores_in_its_json_is_read_as_before(path):
    checkpoint.save(path, saved_model(), RunState(progress=progress_of(0)))
    archive, progress = read_archive(path), progress_of(3, 2)
    write_archive(path, {**archive.meta, "progress": progress}, archive.arrays)
    assert checkpoint.load_run(path)[1].progress == progress
    assert unpacked({"epoch": 1}, {}) == {"epoch": 1}


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("history", 3),
        ("history", -4),
        ("history", 4.0),
        ("history", ...),
        ("folds", []),
        ("folds", ...),
        ("folds", [2]),
        ("scores", ["loss"]),
        ("scores", 16),
        ("scores", [[]] * 16),
    ],
)
def test_counts_and_names_that_do_not_fit_are_refused(path, dotted, value):
    checkpoint.save(path, saved_model(), RunState(progress=progress_of(4, 2)))
    archive = read_archive(path)
    change(archive.meta["progress"], dotted, value)
    write_archive(path, archive.meta, archive.arrays)
    with pytest.raises(CheckpointError, match=r"m\.last\.npz: inconsistent: "):
        checkpoint.load_run(path)


@pytest.mark.parametrize("name", ["history_values", "history_known"])
def test_scores_that_are_missing_or_of_another_shape_are_refused(path, name):
    checkpoint.save(path, saved_model(), RunState(progress=progress_of(4, 2)))
    archive = read_archive(path)
    for other in ({}, {name: archive.arrays[name][1:]}, {name: archive.arrays[name][0]}):
        left = {key: array for key, array in archive.arrays.items() if key != name}
        write_archive(path, archive.meta, left | other)
        with pytest.raises(CheckpointError, match=r"m\.last\.npz: inconsistent: "):
            checkpoint.load_run(path)


def test_a_score_that_is_not_finite_is_not_written_as_one_that_is_missing(path):
    progress = progress_of(2)
    progress["history"][1]["loss"] = float("nan")
    with pytest.raises(ValueError, match="history_values"):
        checkpoint.save(path, saved_model(), RunState(progress=progress))
    assert not path.exists()


def test_what_is_packed_says_how_many_epochs_there_are():
    rest, arrays = packed(progress_of(2, 3))
    assert (rest["history"], rest["folds"]) == (2, [{"best_epoch": 1, "history": 3}])
    assert sorted(rest["scores"]) == rest["scores"] == sorted({*LEARNED, *JUDGED, *WEIGHED})
    assert arrays["history_values"].shape == (5, 16)
    assert arrays["history_known"].sum(axis=1).tolist() == [16, 8, 16, 8, 8]
