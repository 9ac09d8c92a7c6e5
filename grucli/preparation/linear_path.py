"""Whether a linear path is learned, and what it learns from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from grucli import activity
from grucli.data.encoded import Encoded
from grucli.data.series.kernels import Kernels
from grucli.data.text.ngrams import Ngrams
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.tokens import letters
from grucli.errors import ConfigError
from grucli.model.kernel_path import KernelFeatures, KernelPath
from grucli.model.linear_path import LinearFeatures, LinearPath
from grucli.model.ngram_path import NgramFeatures, NgramPath
from grucli.preparation import data_rules, writing_rules
from grucli.preparation.defaults import AUTO, Choice
from grucli.preparation.encoders import AS_IN_ORIGIN, Origin
from grucli.random import LINEAR, generator
from grucli.tasks.task import Task
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.tasks.writing_task import WritingTask

KERNELS_COUNTER = 1  # apart from what learning draws


def linear_features(
    train: Encoded,
    valid: Encoded | None,
    *,
    setting: Any,
    judged_rows: int,
    task: Task,
    origin: Origin | None,
    seed: int,
) -> tuple[LinearFeatures | None, Choice]:
    """Return the features to learn from, None for no linear path, and the choice.

    A decoder has no linear path, but may have joint n-grams beside it: then the choice is of them.

    Args:
        train: inputs to train on.
        valid: inputs to validate on, None without any.
        setting: True, False or "auto".
        judged_rows: inputs that are held out of some training.
        task: whether it has a linear path, and how many outputs.
        origin: what training starts from: its linear path is kept, and features are added.
        seed: of what kernels draw.

    Raises:
        ConfigError: it is asked for where there is none, or there are too many series.
    """
    if task.writes:
        return None, writing_rules.joint_ngrams(
            setting, cast("WritingTask", task), train, judged_rows
        )
    if not task.has_linear_path:
        if setting is True:
            raise ConfigError(f"model.wide: the task {task.name} has no linear path; delete it")
        return None, Choice(value=False, reason=f"the task {task.name} has none")
    known = None
    if origin is not None:
        if setting == AUTO and origin.linear is None:
            return None, Choice(value=False, reason=AS_IN_ORIGIN)
        if origin.linear is not None:
            known = origin.linear.through(task.outputs_from(origin.task))
    rule = _Rule(setting=setting, judged_rows=judged_rows, known=known)
    if train.texts is not None:
        return _ngrams(train.texts, valid, rule, task.num_outputs)
    return _kernels(train, valid, rule, seed)


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """What decides whether there is a linear path.

    Attributes:
        setting: True, False or "auto".
        judged_rows: inputs that are held out of some training.
        known: the path that learning starts from, None for none.
    """

    setting: Any
    judged_rows: int
    known: LinearPath | None

    def choice(self, kind: str, too_many: str | None) -> Choice:
        """Return the choice for this kind of sequences, of which there may be too many."""
        if self.setting == AUTO and self.known is not None and too_many is None:
            return Choice(value=True, reason=AS_IN_ORIGIN)
        return data_rules.linear_path(self.setting, kind, too_many, self.judged_rows)


def _ngrams(
    texts: Tokenized, valid: Encoded | None, rule: _Rule, num_outputs: int
) -> tuple[LinearFeatures | None, Choice]:
    tokens = int(texts.lengths.sum())
    known = rule.known if isinstance(rule.known, NgramPath) else None
    pattern = data_rules.pattern(texts.total(letters) / max(tokens, 1), texts.lengths)
    pattern = pattern if known is None else known.ngrams.pattern
    found = pattern.count(texts.total(len), tokens)
    too_many = f"{found:,} n-grams: too many for the memory"
    is_possible = found <= data_rules.MOST_NGRAMS
    choice = rule.choice("text", None if is_possible else too_many)
    if choice.value is False:
        return None, choice
    activity.at("finding n-grams")
    most = data_rules.NGRAM_NUMBERS // (num_outputs + 2)
    ngrams = Ngrams.fit(texts, pattern, most)
    ngrams = ngrams if known is None else known.ngrams.grown(ngrams, most)
    if not len(ngrams):  # all texts are empty
        return None, choice
    held = None if valid is None else valid.texts
    features = NgramFeatures(
        ngrams=ngrams,
        train=ngrams.encode(texts),
        valid=None if held is None else ngrams.encode(held),
        always=choice.value is True,
        start=None if known is None else known.among(ngrams),
    )
    return features, choice


def _kernels(
    train: Encoded, valid: Encoded | None, rule: _Rule, seed: int
) -> tuple[LinearFeatures | None, Choice]:
    number, steps = len(train.lengths), len(train.steps)
    too_many = f"{number:,} series of {steps:,} steps together: too many for kernels"
    is_possible = number <= data_rules.MOST_KERNEL_ROWS and steps <= data_rules.MOST_KERNEL_STEPS
    choice = rule.choice("series", None if is_possible else too_many)
    if choice.value is False:
        return None, choice
    if not is_possible:
        raise ConfigError(f"model.wide: {too_many}; delete it")
    assert train.channels is not None  # what is not text has channels
    activity.at("computing kernels")
    known = rule.known if isinstance(rule.known, KernelPath) else None
    if known is None:
        most = min(data_rules.MOST_THRESHOLDS, data_rules.KERNEL_NUMBERS // number)
        rng = generator(seed, LINEAR, KERNELS_COUNTER)
        kernels = Kernels.fit(train.channels, train.lengths, most, rng)
    else:
        kernels = known.kernels
    held = None
    if valid is not None and valid.channels is not None:
        held = np.ascontiguousarray(valid.channels), valid.lengths
    features = KernelFeatures(
        kernels=kernels,
        train=kernels.features(train.channels, train.lengths),
        valid=held,
        always=choice.value is True,
        start=known,
    )
    return features, choice
