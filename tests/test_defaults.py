"""Rules that look at nothing but sizes: shards, and how many processes compute them."""

import numpy as np
import pytest

from grucli import defaults
from grucli.config import resolve
from grucli.data.ngrams import Pattern


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


@pytest.mark.parametrize(
    ("characters", "lengths", "expected"),
    [
        (4.5, [3, 9, 5], Pattern(longest=2, subwords=True, placed=False)),
        (1.0, [3, 9, 5], Pattern(longest=4, subwords=False, placed=False)),
        (1.0, [60] * 99 + [61], Pattern(longest=4, subwords=False, placed=True)),
        (1.0, [60] * 98 + [61] * 2, Pattern(longest=4, subwords=False, placed=False)),
        (5.0, [1, 1, 1], Pattern(longest=2, subwords=True, placed=False)),
    ],
)
def test_n_grams_are_those_of_words_or_of_characters_and_of_places_where_lengths_are_one(
    characters, lengths, expected
):
    assert defaults.pattern(characters, np.array(lengths)) == expected


@pytest.mark.parametrize(
    ("arguments", "value", "reason"),
    [
        (("auto", "text", 1000, 50), "auto", "lowers the validation loss"),
        (("auto", "text", 1000, 0), False, "no validation"),
        (("auto", "text", 1 << 26, 50), False, "67,108,864 n-grams: too many"),
        (("auto", "series", 0, 50), False, "series have no n-grams"),
        ((True, "text", 1 << 26, 0), True, "given"),
        ((False, "text", 1000, 50), False, "given"),
    ],
)
def test_when_there_is_a_wide_path(arguments, value, reason):
    choice = defaults.wide(*arguments)
    assert choice.value is value or choice.value == value == "auto"
    assert reason in choice.reason
