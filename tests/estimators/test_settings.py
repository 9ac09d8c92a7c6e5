"""Parameters as a config, and what is said of those that are wrong."""

import inspect

import numpy as np
import pytest
from joblib import cpu_count

from grucli import SequenceClassifier, SequenceRegressor
from grucli.config.schema import KEYS, Config
from grucli.errors import ConfigError
from grucli.estimators.settings import OF_FILES, config_of, seed_of


def config(estimator):
    return config_of(estimator._parameters(), estimator.settings)


def test_defaults_are_those_of_the_command():
    own, theirs = config(SequenceClassifier()), Config()
    assert own.training.workers == 0  # one process
    training = own.training.model_copy(update={"workers": None})
    assert own.model_copy(update={"training": training}) == theirs
    assert config(SequenceRegressor()).task == "regress"


def test_jobs_are_processes_with_the_first_one():
    found = {jobs: config(SequenceClassifier(n_jobs=jobs)).training.workers for jobs in (1, 3, -1)}
    assert (found[1], found[3], found[-1]) == (0, 2, cpu_count() - 1)


def test_parameters_are_keys_of_the_config():
    given = {"cell": "rnn", "hidden_size": np.int64(8), "num_layers": 2, "bidirectional": True}
    given |= {"dropout": 0, "wide": False, "learning_rate": np.float64(0.01), "batch_size": 16}
    given |= {"epochs": 5, "class_weight": {1: 2, 0: np.float32(0.5)}, "random_state": 3}
    found = config(
        SequenceClassifier(**given, settings={"training.patience": 2, "preset": "plain"})
    )
    assert found.model.hidden_size == 8
    assert (found.model.cell, found.model.num_layers, found.model.dropout) == ("rnn", 2, 0)
    assert (found.training.learning_rate, found.training.class_weight) == (0.01, {"1": 2, "0": 0.5})
    assert (found.training.patience, found.preset, found.seed) == (2, "plain", 3)


def test_each_parameter_is_a_key_or_says_what_it_is():
    others = {"self", "channels_first", "settings", "n_jobs", "random_state"}
    for kind in (SequenceClassifier, SequenceRegressor):
        names = set(inspect.signature(kind.__init__).parameters) - others
        assert names <= {path[-1] for path in KEYS}
        used = {key.rpartition(".")[2] for key in kind()._parameters()}
        assert used - {"seed", "workers", "task"} == names


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden_size": 0}, "argument  model.hidden_size  must be a whole number from 1 to 4096"),
        ({"cell": "lstm"}, "argument  model.cell  must be gru, .*, got 'lstm'"),
        ({"settings": {"training.patienc": 1}}, "unknown key; did you mean 'patience'"),
        ({"settings": {"hidden_size": 1}}, "did you mean 'model.hidden_size'"),
        ({"random_state": -1}, "argument  seed  must be"),
        ({"class_weight": "even"}, "argument  training.class_weight  must be"),
    ],
)
def test_a_wrong_value_is_told_as_the_command_tells_it(given, message):
    with pytest.raises(ConfigError, match=message):
        config(SequenceClassifier(**given))
    with pytest.raises(ValueError, match=message):
        SequenceClassifier(**given).fit(["a", "b", "c", "d"], [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (["training.patience"], TypeError, "settings: must map keys to values, got list"),
        ({3: 1}, TypeError, "settings: keys are texts such as 'training.patience', got 3"),
        ({"model.cell": "rnn"}, ValueError, "'model.cell' is the parameter cell; set that"),
        ({"seed": 1}, ValueError, "'seed' is the parameter random_state"),
        ({"training.workers": 1}, ValueError, "is the parameter n_jobs"),
        ({"task": "tag"}, ValueError, "'task' is what the estimator is; delete it"),
        ({"data.text": "a"}, ValueError, "'data.text' is about files, and none is read"),
        ({"data.valid": "v.csv"}, ValueError, "'data.valid' names a file, and none is read; give"),
        (
            {"model": {"cell": "rnn"}},
            ValueError,
            "'model' is a section; write each of its",
        ),
    ],
)
def test_a_setting_without_meaning_is_refused(settings, error, message):
    with pytest.raises(error, match=message):
        config(SequenceClassifier(settings=settings))


def test_keys_of_files_are_what_nothing_in_memory_has():
    data = {path[-1] for path in KEYS if path[0] == "data"}
    left = {"valid", "missing", "tokens", "min_count", "max_vocabulary", "channels", "max_length"}
    assert data - OF_FILES == left


def test_seeds_are_kept_or_drawn():
    assert seed_of(5) == 5
    assert seed_of(np.random.RandomState(0)) == seed_of(np.random.RandomState(0))
    assert len({seed_of(None) for _ in range(5)}) > 1
    assert all(0 <= seed_of(np.random.RandomState(k)) < 2**32 for k in range(20))
