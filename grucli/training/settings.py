"""How to train, complete and checked: the config's section `training` as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.engine.packing import Floats
from grucli.errors import ConfigError, did_you_mean, excerpt, show


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train: the config's section `training`, complete; None where that says "off".

    Attributes:
        patience: epochs without a better validation loss after which training stops.
        clip_norm: longest gradient.
        augmentation: strength of the random changes to numeric sequences.
        averaging: decay, a step, of the average of the weights that is judged and kept.
        class_weight: "none", "balanced" or label -> weight.
        shards: parts of each batch that may be computed in different processes.
    """

    optimizer: str
    momentum: float | None
    learning_rate: float
    weight_decay: float
    batch_size: int
    epochs: int
    patience: int | None
    clip_norm: float | None
    averaging: float | None
    augmentation: float | None
    schedule: str
    warmup_steps: int
    class_weight: str | Mapping[str, float]
    label_smoothing: float
    shards: int
    dtype: str

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Recipe:
        """Return the recipe of a complete config section.

        Workers change no result, and folds are dealt with the data.
        """
        fields: dict[str, Any] = {k: None if v == "off" else v for k, v in section.items()}
        del fields["workers"], fields["folds"]
        return cls(**fields)


def class_weights(
    setting: str | Mapping[str, float], labels: Sequence[str], targets: npt.NDArray[np.int64]
) -> Floats:
    """Return (C,) the weight of each class's rows, one on average over the rows.

    Args:
        setting: "balanced" (inverse to the class's rows) or label -> weight, where a label
            that is not named weighs 1.
        labels: (C,) names.
        targets: (n,) classes of the training rows.

    Raises:
        ConfigError: a named label does not exist.
    """
    rows = np.bincount(targets, minlength=len(labels))
    if isinstance(setting, str):
        weights = 1 / np.maximum(rows, 1)
    else:
        known = f"; the labels are {excerpt(', '.join(labels), 60)}"
        unknown = [
            f"training.class_weight: no label '{show(name)}'{did_you_mean(name, labels) or known}"
            for name in setting
            if name not in labels
        ]
        if unknown:
            raise ConfigError(*unknown)
        weights = np.array([setting.get(label, 1.0) for label in labels])
    scaled: Floats = weights * (rows.sum() / (weights * rows).sum())
    return scaled
