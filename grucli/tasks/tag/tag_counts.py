"""How often each tag, and each type of chunk, stands in data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from grucli.tasks.target_facts import TargetCounts, TargetFacts


def of_steps(steps: Counter[str]) -> TargetFacts:
    """Return what is told of the steps of each tag."""
    return TargetFacts(counts=(_tags(steps),), figures={"tokens": steps.total()})


def of_chunks(steps: Counter[str], chunks: Mapping[str, int]) -> TargetFacts:
    """Return what is told of the steps of each tag, and of the chunks of each type."""
    number = sum(chunks.values())
    types = TargetCounts(
        name="type_chunks", title="type", counts=chunks, unit="chunk", total=max(1, number)
    )
    return TargetFacts(
        counts=(types, _tags(steps)), figures={"tokens": steps.total(), "chunks": number}
    )


def _tags(steps: Counter[str]) -> TargetCounts:
    return TargetCounts(
        name="tag_tokens", title="tag", counts=steps, unit="token", total=max(1, steps.total())
    )
