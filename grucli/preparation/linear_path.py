"""Whether a linear path is learned, and what it learns from."""

from __future__ import annotations

from typing import Any

import numpy as np

from grucli.data.encoded import Encoded
from grucli.data.series.kernels import Kernels
from grucli.data.text.ngrams import Ngrams
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.tokens import letters
from grucli.errors import ConfigError
from grucli.model.kernel_path import KernelFeatures
from grucli.model.linear_path import LinearFeatures
from grucli.model.ngram_path import NgramFeatures
from grucli.preparation import data_rules
from grucli.preparation.defaults import Choice
from grucli.random import LINEAR, generator
from grucli.tasks.task import Task

KERNELS_COUNTER = 1  # apart from what learning draws


def linear_features(
    train: Encoded, valid: Encoded | None, *, setting: Any, judged_rows: int, task: Task, seed: int
) -> tuple[LinearFeatures | None, Choice]:
    """Return the features to learn from, None for no linear path, and the choice.

    Args:
        train: inputs to train on.
        valid: inputs to validate on, None without any.
        setting: True, False or "auto".
        judged_rows: inputs that are held out of some training.
        task: whether it has a linear path, and how many outputs.
        seed: of what kernels draw.

    Raises:
        ConfigError: it is asked for, and the task has none or there are too many series.
    """
    if not task.has_linear_path:
        if setting is True:
            raise ConfigError(f"model.wide: the task {task.name} has no linear path; delete it")
        return None, Choice(value=False, reason=f"the task {task.name} has none")
    if train.texts is not None:
        return _ngrams(train.texts, valid, setting, judged_rows, task.num_outputs)
    return _kernels(train, valid, setting, judged_rows, seed)


def _ngrams(
    texts: Tokenized, valid: Encoded | None, setting: Any, judged_rows: int, num_outputs: int
) -> tuple[LinearFeatures | None, Choice]:
    tokens = int(texts.lengths.sum())
    pattern = data_rules.pattern(texts.total(letters) / max(tokens, 1), texts.lengths)
    found = pattern.count(texts.total(len), tokens)
    too_many = f"{found:,} n-grams: too many for the memory"
    is_possible = found <= data_rules.MOST_NGRAMS
    choice = data_rules.linear_path(setting, "text", None if is_possible else too_many, judged_rows)
    if choice.value is False:
        return None, choice
    ngrams = Ngrams.fit(texts, pattern, data_rules.NGRAM_NUMBERS // (num_outputs + 2))
    if not len(ngrams):  # all texts are empty
        return None, choice
    held = None if valid is None else valid.texts
    features = NgramFeatures(
        ngrams=ngrams,
        train=ngrams.encode(texts),
        valid=None if held is None else ngrams.encode(held),
        always=choice.value is True,
    )
    return features, choice


def _kernels(
    train: Encoded, valid: Encoded | None, setting: Any, judged_rows: int, seed: int
) -> tuple[LinearFeatures | None, Choice]:
    number, steps = len(train.lengths), len(train.steps)
    too_many = f"{number:,} series of {steps:,} steps together: too many for kernels"
    is_possible = number <= data_rules.MOST_KERNEL_ROWS and steps <= data_rules.MOST_KERNEL_STEPS
    choice = data_rules.linear_path(
        setting, "series", None if is_possible else too_many, judged_rows
    )
    if choice.value is False:
        return None, choice
    if not is_possible:
        raise ConfigError(f"model.wide: {too_many}; delete it")
    most = min(data_rules.MOST_THRESHOLDS, data_rules.KERNEL_NUMBERS // number)
    rng = generator(seed, LINEAR, KERNELS_COUNTER)
    assert train.channels is not None  # what is not text has channels
    kernels = Kernels.fit(train.channels, train.lengths, most, rng)
    held = None
    if valid is not None and valid.channels is not None:
        held = np.ascontiguousarray(valid.channels), valid.lengths
    features = KernelFeatures(
        kernels=kernels,
        train=kernels.features(train.channels, train.lengths),
        valid=held,
        always=choice.value is True,
    )
    return features, choice
