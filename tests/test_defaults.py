"""Rules that look at nothing but sizes: shards, and how many processes compute them."""

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
    ("shards", "directions", "cores", "threads", "expected"),
    [
        (1, 1, 8, "1", 0),
        (1, 2, 8, "1", 1),
        (1, 2, 1, "1", 0),
        (1, 2, 2, "", 0),
        (2, 1, 1, "1", 0),
        (2, 2, 2, "1", 1),
        (2, 2, 64, "1", 1),
        (8, 1, 4, "1", 3),
        (2, 1, 2, "2", 0),
        (2, 1, 2, "", 0),
    ],
)
def test_workers_are_as_many_as_have_a_core_and_a_part(
    shards, directions, cores, threads, expected
):
    assert defaults.workers(shards, directions, cores, threads).value == expected
