"""Settings of training that one task alone has: the others refuse them, so that none is ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grucli.errors import ConfigError


def refuse_loss(settings: Mapping[str, Any]) -> None:
    """Refuse a choice of losses, for a task that has one.

    Args:
        settings: the config's section `training`.

    Raises:
        ConfigError: there is such a choice.
    """
    if settings.get("loss") is not None:
        raise ConfigError("training.loss: is of the task regress; delete it")
