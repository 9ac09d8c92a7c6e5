"""Rules that look at nothing but sizes: recipes, shards, how many processes compute them."""

import numpy as np
import pytest

from grucli import defaults
from grucli.config import resolve


def sized(batch_size, hidden_size, *others):
    sizes = [f"training.batch_size={batch_size}", f"model.hidden_size={hidden_size}"]
    return resolve(assignments=[*sizes, *others]).config


@pytest.mark.parametrize(
    ("batch_size", "hidden_size", "expected"),
    [
        (32, 64, 1),
        (32, 128, 1),
        (63, 128, 1),
        (64, 128, 2),
        (32, 256, 2),
        (2, 4096, 2),
        (128, 256, 2),
    ],
)
def test_large_batches_of_large_networks_are_shared(batch_size, hidden_size, expected):
    choice = defaults.shards(sized(batch_size, hidden_size))
    assert choice.value == expected
    assert f"{batch_size * hidden_size:,} numbers" in choice.reason
    both = defaults.shards(sized(batch_size, hidden_size, "model.bidirectional=true"))
    assert both == choice  # each direction alone is as quick


@pytest.mark.parametrize(
    ("shards", "cores", "threads", "expected"),
    [
        (1, 8, "1", 0),
        (2, 1, "1", 0),
        (2, 2, "1", 1),
        (2, 64, "1", 1),
        (8, 4, "1", 3),
        (2, 2, "2", 0),
        (2, 2, "", 0),
    ],
)
def test_workers_are_as_many_as_have_a_core_and_a_shard(shards, cores, threads, expected):
    assert defaults.workers(shards, cores, threads).value == expected


def chosen(kind, rows, length):
    facts = defaults.Facts(
        kind=kind, rows=rows, num_classes=3, lengths=np.full(rows, length, np.int64)
    )
    return {path: choice.value for path, choice in defaults.choose(facts, "adam").items()}


@pytest.mark.parametrize("rows", [1, 2, 20, 270, 1999])
def test_few_series_are_trained_on_to_the_end_of_a_cosine_in_steps_enough(rows):
    settings = chosen("series", rows, 100)
    assert settings["training.schedule"] == "cosine"
    assert settings["training.patience"] == settings["training.averaging"] == "off"
    assert settings["training.augmentation"] == 1
    assert settings["training.label_smoothing"] == 0.1
    steps = settings["training.epochs"] * -(-rows // settings["training.batch_size"])
    assert defaults.SERIES_STEPS <= steps < 1.5 * max(defaults.SERIES_STEPS, 60 * rows / 16 + 60)
    assert defaults.valid_share("series", rows).value == 0


def test_many_series_and_all_texts_end_by_validation():
    for settings in (chosen("series", 5000, 100), chosen("text", 100, 9)):
        assert settings["training.schedule"] == "constant"
        assert settings["training.augmentation"] == "off"
        assert settings["training.patience"] in (5, 20)
    assert defaults.valid_share("series", 5000).value == defaults.VALID_SHARE
    assert defaults.valid_share("text", 30).value == defaults.VALID_SHARE


@pytest.mark.parametrize(("length", "stride"), [(1, 1), (24, 1), (89, 1), (150, 2), (300, 5)])
def test_the_stride_leaves_the_recurrence_about_sixty_steps(length, stride):
    assert chosen("series", 50, length)["model.convolution"] == stride
    assert chosen("series", 5000, length)["model.convolution"] == stride
    assert chosen("text", 50, length)["model.convolution"] is False


def test_logarithms_are_for_series_that_differ_in_size_by_orders():
    usual, wide = defaults.channels(0.5), defaults.channels(5)
    assert set(wide.value) - set(usual.value) == {"log"}
    assert "5 orders of magnitude" in wide.reason
