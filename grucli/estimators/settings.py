"""Parameters of an estimator as a config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from grucli.config.resolve import resolve
from grucli.config.schema import SECTIONS, Config
from grucli.data.records import ReadOptions
from grucli.errors import excerpt

SEEDS = 2**32
OF_FILES = {each.name for each in fields(ReadOptions)} - {"missing"}
OF_FILES |= {"train", "test", "labels", "vocabulary"}
"""Keys of `data` that name files, or say how one is read."""
OTHER_NAMES = {"seed": "random_state", "training.workers": "n_jobs"}
"""Parameters that are called as other estimators call them, by the key."""


def config_of(parameters: Mapping[str, Any], settings: Mapping[str, Any] | None) -> Config:
    """Return a config.

    Args:
        parameters: values by dotted key, and the task if it has to be named.
        settings: of all other keys, likewise.

    Raises:
        ConfigError: a value is not what its key takes, or there is no such key.
        ValueError, TypeError: settings are no mapping, or a key is a parameter, or without meaning.
    """
    if settings is not None and not isinstance(settings, Mapping):
        raise TypeError(f"settings: must map keys to values, got {type(settings).__name__}")
    others = {key: _plain(value) for key, value in (settings or {}).items()}
    for key in others:
        _check_key(key, parameters)
    own = {key: _plain(value) for key, value in parameters.items()}
    config = resolve(arguments=own | others).config
    if isinstance(config.data.valid, str):
        raise ValueError("settings: 'data.valid' names a file, and none is read; give a share")
    return config


def seed_of(random_state: Any) -> Any:
    """Return the seed that a parameter of this name stands for; numbers are that themselves."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return int(check_random_state(random_state).randint(SEEDS, dtype=np.int64))
    return random_state


def _check_key(key: Any, parameters: Mapping[str, Any]) -> None:
    if not isinstance(key, str):
        raise TypeError(f"settings: keys are texts such as 'training.patience', got {excerpt(key)}")
    section, _, name = key.partition(".")
    problem = ""
    if key == "task":
        problem = "is what the estimator is; delete it"
    elif key in parameters or key in OTHER_NAMES:
        problem = f"is the parameter {OTHER_NAMES.get(key, name)}; set that"
    elif key in SECTIONS:
        problem = f"is a section; write each of its keys as '{key}.KEY'"
    elif section == "data" and name in OF_FILES:
        problem = "is about files, and none is read; delete it"
    if problem:
        raise ValueError(f"settings: '{key}' {problem}")


def _plain(value: Any) -> Any:
    """Return numbers of NumPy, as of a grid, as Python has them."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    return value
