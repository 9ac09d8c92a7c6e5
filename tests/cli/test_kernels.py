"""Kernels beside the recurrence of numeric sequences, through real processes."""

import json
from pathlib import Path

import numpy as np
import pytest

from grucli.modelfile.archive import read_archive

from . import helpers
from .helpers import Ran, grucli

TINY = ("model.hidden_size=4", "training.epochs=3", "training.folds=3", "model.convolution=false")


def train(folder: Path, data: object, model: str, *settings: str, flags: tuple = ()) -> Ran:
    return helpers.train(folder, data, model, (*TINY, *settings), flags)


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise with a slow or a fast wave somewhere in it, 30 to 60 steps long."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("waves") / "waves.csv"
    lines = ["label," + ",".join(f"v{k}" for k in range(60))]
    for row in range(60):
        values = rng.normal(0, 0.5, int(rng.integers(30, 60)))
        at = int(rng.integers(0, len(values) - 20))
        values[at : at + 20] += np.sin(np.arange(20) * (1.9 if row % 2 else 0.6))
        cells = [f"{value:.4f}" for value in values] + [""] * (60 - len(values))
        lines.append(f"{'fast' if row % 2 else 'slow'},{','.join(cells)}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def waves_model(waves: Path) -> Path:
    ran = train(waves.parent, waves, "m.npz", flags=("--json",))
    assert ran.code == 0, ran.err
    assert "kernels: 9,996 thresholds of 84 kernels" in ran.err
    assert "kernels: counted; with them the validation loss is" in ran.err
    assert "cross-validated (3 folds)" in ran.err
    wide = json.loads(ran.text)["wide"]
    assert wide["chosen"] is True
    assert wide["gain"] > wide["gain_error"] > 0
    return waves.with_name("m.npz")


def test_evaluate_says_what_each_path_says_alone(waves: Path, waves_model: Path):
    ran = grucli("evaluate", waves, "-m", waves_model, "--json")
    result = json.loads(ran.text)
    assert result["parts"]["wide"]["accuracy"] > 0.9
    assert result["accuracy"] > 0.9
    assert 0 <= result["recurrence_share"] < 0.5
    shown = grucli("evaluate", waves, "-m", waves_model).text
    assert "kernels alone" in shown
    assert "n-grams" not in shown


def test_predictions_do_not_depend_on_what_stands_beside(waves: Path, waves_model: Path):
    header, *rows = waves.read_text().splitlines()
    whole = grucli("predict", waves, "-m", waves_model).text.splitlines()
    assert len(whole) == len(rows)
    for k in (0, 7, 59):
        alone = grucli(
            "predict",
            "-",
            "-m",
            waves_model,
            "--format",
            "csv",
            stdin=f"{header}\n{rows[k]}\n".encode(),
        )
        label, p = alone.text.split()
        assert label == whole[k].split()[0]
        assert float(p) == pytest.approx(float(whole[k].split()[1]), abs=1.1e-6)


def test_inspect_gates_names_them(waves: Path, waves_model: Path):
    shown = grucli("inspect-gates", waves, "-m", waves_model).text
    assert "% by kernels" in " ".join(shown.split())
    assert "n-grams" not in shown
    inside = grucli("inspect-gates", "-m", waves_model, "--json")
    wide = json.loads(inside.text)["data"]["model"]["wide"]
    assert wide["thresholds"] == 9996
    assert wide["parameters"] == 9997
    assert wide["dilations"][0] == 1


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_kernels(
    waves: Path, waves_model: Path, tmp_path: Path
):
    for seed, is_same in ((0, True), (1, False)):
        assert train(tmp_path, waves, f"{seed}.npz", f"seed={seed}", flags=("-q",)).code == 0
        again = tmp_path / f"{seed}.npz"
        assert (again.read_bytes() == waves_model.read_bytes()) is is_same
        ours, theirs = (
            read_archive(path).arrays["wide_thresholds"] for path in (again, waves_model)
        )
        assert np.array_equal(ours, theirs) is is_same


def test_they_can_be_left_out_and_be_asked_for_without_validation(waves: Path, tmp_path: Path):
    assert train(tmp_path, waves, "off.npz", "model.wide=false", flags=("-q",)).code == 0
    assert not [name for name in read_archive(tmp_path / "off.npz").arrays if "wide" in name]
    settings = ("model.wide=true", "training.folds=off", "data.valid=0")
    assert train(tmp_path, waves, "on.npz", *settings, flags=("-q",)).code == 0
    assert read_archive(tmp_path / "on.npz").meta["mix"] == {"recurrence": 1.0, "wide": 1.0}


def test_they_read_the_first_view_whichever_it_is(waves: Path, tmp_path: Path):
    ran = train(tmp_path, waves, "m.npz", "data.channels=[place, shape, values]", flags=("-q",))
    assert ran.code == 0, ran.err
    assert grucli("predict", waves, "-m", tmp_path / "m.npz").code == 0


def test_too_many_series_are_refused_if_asked_for_and_passed_over_if_not(tmp_path: Path):
    steps = np.random.default_rng(0).normal(size=(4700, 2))
    np.savez(tmp_path / "many.npz", X=steps, y=np.array(["a", "b"] * 2350))
    settings = ("training.folds=off", "training.epochs=1", "training.batch_size=512")
    refused = train(tmp_path, "many.npz", "m.npz", *settings, "model.wide=true")
    assert refused.code == 2
    assert refused.err.splitlines()[-1].startswith("grucli: model.wide: ")
    assert "too many for kernels" in refused.err
    passed = train(tmp_path, "many.npz", "m.npz", *settings)
    assert passed.code == 0, passed.err
    assert "kernels" not in passed.err
