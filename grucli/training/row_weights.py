"""How much each row counts in training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from grucli.data.batches import Examples
from grucli.data.spilled import spilled
from grucli.tasks.task import Task


def weighted(train: Examples, task: Task, settings: Mapping[str, Any]) -> Examples:
    """Return the examples with weights that are one on average, and then as the task has them.

    Args:
        train: with the weights of the data.
        task: what the answers are.
        settings: the config's section `training`.

    Raises:
        ConfigError: a setting does not fit the targets.
    """
    weights = train.weights / train.weights.mean()
    factors = task.row_factors(train.targets, settings)
    weights = weights if factors is None else weights * factors
    return dataclasses.replace(train, weights=spilled(weights))
