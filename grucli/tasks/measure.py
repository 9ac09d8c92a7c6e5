"""What a figure is of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is measured, the same for every model of a task.

    Attributes:
        name: in JSON and of `--min` and `--max`.
        title: for people.
        larger_is_better: whether a model is better with a larger figure.
        undefined: why there may be no figure.
        is_brief: whether it stands where there is room for a few figures only.
    """

    name: str
    title: str
    larger_is_better: bool = True
    undefined: str = ""
    is_brief: bool = False
