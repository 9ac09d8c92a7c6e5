"""Tiny models, trained once by the real program, and one with labels that are hard to print."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.tasks.classify.task import Classify

from .helpers import SAMPLES, grucli

ODD_LABELS = ('a\tb\\c"d', "=cmd(),[red]\n\x1b[31m\u2028", "好，评", "plain")


def _train(data: str, model: Path, epochs: int, wide: str = "false") -> Path:
    tiny = ("model.hidden_size=8", "training.learning_rate=0.02", f"training.epochs={epochs}")
    settings = [
        word
        for setting in (*tiny, f"model.wide={wide}", "data.valid=0.1")
        for word in ("--set", setting)
    ]
    ran = grucli("train", SAMPLES / data, "-o", model, "-q", *settings)
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    return model


@pytest.fixture(scope="session")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _train("reviews_train.csv", tmp_path_factory.mktemp("models") / "text.npz", 6)


@pytest.fixture(scope="session")
def linear_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of texts whose n-grams count."""
    return _train("reviews_train.csv", tmp_path_factory.mktemp("models") / "wide.npz", 6, "true")


@pytest.fixture(scope="session")
def series_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _train("classic_train.npz", tmp_path_factory.mktemp("models") / "series.npz", 3)


@pytest.fixture(scope="session")
def odd_model(text_model: Path) -> Path:
    """A model of four classes whose labels no format can print as they are; random weights."""
    saved = checkpoint.load(text_model, None)
    architecture = dataclasses.replace(saved.model.architecture, num_outputs=len(ODD_LABELS))
    model = Model(architecture)
    model.initialise(np.random.default_rng(0))
    path = text_model.with_name("odd.npz")
    checkpoint.save(path, dataclasses.replace(saved, model=model, task=Classify(labels=ODD_LABELS)))
    return path
