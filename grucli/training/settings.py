"""How to train, complete and checked: the config's section `training` as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train: the config's section `training`, complete; None where that says "off".

    Attributes:
        epoch_rows: rows of an epoch at most, None for all.
        patience: epochs without a better validation loss after which training stops.
        clip_norm: longest gradient.
        augmentation: strength of the random changes to numeric sequences.
        averaging: decay, a step, of the average of the weights that is judged and kept.
        class_weight: "none", "balanced" or label -> weight.
        loss: of numbers, None for the usual one.
        recall, precision: label -> how much of it the model's answers shall have.
        shards: parts of each batch that may be computed in different processes.
        moments: whether each epoch is looked at from inside.
    """

    optimizer: str
    momentum: float | None
    learning_rate: float
    weight_decay: float
    batch_size: int
    epoch_rows: int | None
    epochs: int
    patience: int | None
    clip_norm: float | None
    averaging: float | None
    augmentation: float | None
    schedule: str
    warmup_steps: int
    class_weight: str | Mapping[str, float]
    label_smoothing: float
    loss: str | None
    recall: Mapping[str, float] | None
    precision: Mapping[str, float] | None
    shards: int
    dtype: str
    moments: bool = False

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Recipe:
        """Return the recipe of a complete config section.

        Workers change no result, and folds are dealt with the data.
        """
        fields: dict[str, Any] = {k: None if v == "off" else v for k, v in section.items()}
        del fields["workers"], fields["folds"]
        return cls(**fields)
