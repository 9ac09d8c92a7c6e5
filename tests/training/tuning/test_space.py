"""What a search tries, and how trials are drawn: the same from a seed, each once."""

import itertools
from collections import Counter

import pytest

from grucli.config.resolve import resolve
from grucli.preparation.prepare import prepare
from grucli.training.tuning.space import Space, changed, is_set
from tests.cli.helpers import SAMPLES

TEXTS, SERIES = SAMPLES / "reviews_train.csv", SAMPLES / "vowels_train.ts.gz"


def config_of(*assignments, **flags):
    return resolve(assignments=assignments, flags=flags).config


def space_of(path, *assignments):
    config = config_of(*assignments)
    return Space.of(config, prepare(str(path), config, "stop"))


@pytest.fixture(scope="module")
def texts():
    return space_of(TEXTS)


def test_the_default_stands_first_and_each_value_once(texts):
    assert texts.values["training.learning_rate"] == (0.002, 0.0005, 0.001, 0.004, 0.008)
    assert texts.values["model.hidden_size"] == (64, 32, 128)
    assert texts.values["model.dropout"] == (0.5, 0.1, 0.3)
    for values in texts.values.values():
        assert len(set(values)) == len(values) > 1


def test_texts_and_series_are_searched_where_they_differ(texts):
    series = space_of(SERIES)
    assert texts.values.keys() - series.values.keys() == {
        "model.embedding_size",
        "model.token_dropout",
        "model.subwords",
    }
    own = {"model.convolution", "training.augmentation"}
    assert series.values.keys() - texts.values.keys() == own


@pytest.mark.parametrize("key", ["training.learning_rate", "model.num_layers"])
def test_what_is_set_is_not_searched_even_to_its_default(texts, key):
    setting = f"{key}={texts.values[key][0]}"
    assert space_of(TEXTS, setting).values.keys() == texts.values.keys() - {key}


def test_what_is_set_to_auto_is_searched(texts):
    assert space_of(TEXTS, "model.dropout=auto").values == texts.values


def test_the_preset_of_comparisons_stays_as_it_is():
    config = config_of("preset=plain")
    assert is_set(config, "model.dropout")
    assert not is_set(config, "model.hidden_size")


def test_the_first_trial_changes_nothing_and_no_other_comes_twice(texts):
    drawn = list(itertools.islice(texts.trials(0), 200))
    assert drawn[0] == {}
    assert len({str(changes) for changes in drawn}) == 200
    for changes in drawn[1:]:
        for key, value in changes.items():
            assert value in texts.values[key][1:]


def test_the_nth_trial_of_a_seed_is_always_the_same(texts):
    first = list(itertools.islice(texts.trials(7), 30))
    assert list(itertools.islice(texts.trials(7), 10)) == first[:10]
    assert list(itertools.islice(texts.trials(8), 30)) != first


def test_about_half_of_the_settings_stay_and_all_values_are_drawn(texts):
    drawn = list(itertools.islice(texts.trials(1), 500))
    for key, values in texts.values.items():
        counts = Counter(changes.get(key, values[0]) for changes in drawn)
        assert set(counts) == set(values)
        assert 200 <= counts[values[0]] <= 300


def test_a_small_space_ends():
    space = Space(values={"model.num_layers": (1, 2), "model.dropout": (0.1, 0.3, 0.5)})
    drawn = [tuple(sorted(changes.items())) for changes in space.trials(0)]
    assert len(drawn) == space.size == 6 == len(set(drawn))


def test_changes_are_settings_that_somebody_gave():
    config = changed(config_of(), {"model.pooling": ("max",), "training.batch_size": 4})
    assert (config.model.pooling, config.training.batch_size) == (("max",), 4)
    assert is_set(config, "model.pooling")
    assert not is_set(config, "model.hidden_size")
