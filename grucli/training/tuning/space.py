"""What a search tries: which settings, which values of each, and trials drawn from them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grucli.preparation.data_rules import BUCKETS
from grucli.preparation.defaults import AUTO, PLAIN
from grucli.preparation.prepare import Prepared
from grucli.random import TUNING, generator
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config

Changes = Mapping[str, Any]
"""Values by dotted key, where they are not the defaults."""

KEPT = 0.5  # chance of a setting to stay as it is: the defaults are a good place to begin
MOST_MISSES = 1000  # draws of what was tried before, until nothing new is expected
SPREAD = 4  # the learning rate is searched from a fourth to four times the usual one


@dataclass(frozen=True, kw_only=True)
class Space:
    """The settings of a search.

    Attributes:
        values: of each setting by its dotted key, the default first; two or more.
    """

    values: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, given: Config, prepared: Prepared) -> Space:
        """Return the space around the settings that the data decided.

        Args:
            given: what was set: that is not searched.
            prepared: with every default.
        """
        config, found = prepared.config, {}
        for key, values in _around(prepared).items():
            section, name = key.split(".")
            default = getattr(getattr(config, section), name)
            distinct = tuple(dict.fromkeys((default, *values)))
            if len(distinct) > 1 and not is_set(given, key):
                found[key] = distinct
        return cls(values=found)

    @property
    def size(self) -> int:
        """How many different trials there are."""
        return math.prod(map(len, self.values.values()))

    def trials(self, seed: int) -> Iterator[Changes]:
        """Yield no change, and then changes drawn at random, each once, while new ones are found.

        The nth of a seed are always the same.
        """
        seen, misses = set[tuple[tuple[str, Any], ...]](), 0
        for counter in itertools.count():
            changes = self._drawn(seed, counter) if counter else {}
            if misses == MOST_MISSES or len(seen) == self.size:
                return
            key = tuple(changes.items())
            if key in seen:
                misses += 1
                continue
            seen.add(key)
            misses = 0
            yield changes

    def _drawn(self, seed: int, counter: int) -> Changes:
        rng = generator(seed, TUNING, counter)
        return {
            key: others[rng.integers(len(others))]
            for key, (_, *others) in self.values.items()
            if rng.random() >= KEPT
        }


def is_set(config: Config, key: str) -> bool:
    """Whether somebody has set a key, or the preset has."""
    section, name = key.split(".")
    part = getattr(config, section)
    is_given = name in part.model_fields_set and getattr(part, name) not in (None, AUTO)
    return is_given or (config.preset == "plain" and key in PLAIN)


def changed(config: Config, changes: Changes) -> Config:
    """Return the config with these values set."""
    for key, value in changes.items():
        section, name = key.split(".")
        part = getattr(config, section).model_copy(update={name: value})
        config = config.model_copy(update={section: part})
    return config


def _around(prepared: Prepared) -> dict[str, tuple[Any, ...]]:
    """Return values to try of each setting, whether set or not."""
    model, training = prepared.config.model, prepared.config.training
    rate, rows = training.learning_rate or 0.0, len(prepared.train)
    found: dict[str, tuple[Any, ...]] = {
        "training.learning_rate": (rate / SPREAD, rate / 2, rate * 2, rate * SPREAD),
        "training.batch_size": tuple(n for n in _halved(training.batch_size) if n <= rows),
        "training.weight_decay": (0.0, 0.001, 0.01),
        "model.hidden_size": _halved(model.hidden_size),
        "model.num_layers": (1, 2),
        "model.dropout": (0.1, 0.3, 0.5),
    }
    if not (prepared.task.reads_steps or prepared.task.writes):
        found["model.pooling"] = (
            ("max",),
            ("mean", "max"),
            ("last", "mean", "max", "attention"),
        )
    if prepared.encoder.vocabulary is not None:
        return found | {
            "model.embedding_size": () if model.vectors else _halved(model.embedding_size),
            "model.token_dropout": (0.0, 0.05, 0.1, 0.2),
            "model.subwords": (False, BUCKETS),
        }
    return found | {
        "model.convolution": _halved(model.convolution or None),
        "training.augmentation": (0.5, 1.0, 2.0) if training.augmentation != "off" else (),
    }


def _halved(size: int | None) -> tuple[int, ...]:
    """Return half and double a size."""
    return () if size is None else (max(1, size // 2), size * 2)
