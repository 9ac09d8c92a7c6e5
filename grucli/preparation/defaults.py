"""Settings chosen from the data: how choices are laid over a config. The rules stand beside it.

The user's own settings always stand; a choice only fills what was left `auto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Self

from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config

AUTO = "auto"
PLAIN: Mapping[str, Any] = {
    "data.channels": ("values",),
    "model.wide": False,
    "model.subwords": False,
    "model.convolution": False,
    "model.dropout": 0.0,
    "model.token_dropout": 0.0,
    "training.folds": "off",
    "training.averaging": "off",
    "training.augmentation": "off",
    "training.label_smoothing": 0.0,
    "training.weight_decay": 0.0,
    "training.schedule": "constant",
}
"""What the preset of this name makes of settings that are left auto."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value and why it was chosen."""

    value: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A config on its way to completeness, with the reason of each setting that was `auto`.

    Attributes:
        config: None, or "auto", where nothing is chosen yet.
        chosen: why, by dotted path.
        preset: why, of what the preset has decided.
    """

    config: Config
    chosen: Mapping[str, str] = field(default_factory=dict)
    preset: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> Self:
        """Take what was set, and what the preset makes of the rest.

        `plain` leaves out whatever is no embedding, recurrence, pooling or head.
        """
        if config.preset != "plain":
            return cls(config=config)
        choices = {path: Choice(value=value, reason="plain") for path, value in PLAIN.items()}
        filled = cls(config=config).filled(choices)
        return cls(config=filled.config, preset=filled.chosen)

    @property
    def reasons(self) -> dict[str, str]:
        """Why each setting that was `auto` has its value, by dotted path."""
        return {**self.chosen, **self.preset}

    def laid_under(self, choices: Mapping[str, Choice]) -> Self:
        """Return the same with every setting that nobody has set from `choices`, for a reason."""
        config, reasons = self.config, dict(self.chosen)
        for path, choice in choices.items():
            section, key = path.split(".")
            part = getattr(config, section)
            if key not in part.model_fields_set and getattr(part, key) != choice.value:
                changed = part.model_copy(update={key: choice.value})
                config = config.model_copy(update={section: changed})
                reasons[path] = choice.reason
        return replace(self, config=config, chosen=reasons)

    def filled(self, choices: Mapping[str, Choice]) -> Self:
        """Return the same with every setting that is still `auto` filled from `choices`."""
        config, reasons = self.config, dict(self.chosen)
        for path, choice in choices.items():
            section, key = path.split(".")
            part = getattr(config, section)
            if getattr(part, key) in (None, AUTO):
                filled = part.model_copy(update={key: choice.value})
                config = config.model_copy(update={section: filled})
                reasons[path] = choice.reason
        return replace(self, config=config, chosen=reasons)


def unless_given(given: Any, default: Choice) -> Choice:
    """Return what was set, or else the default."""
    return default if given is None else Choice(value=given, reason="given")
