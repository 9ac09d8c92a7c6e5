"""The numbers of a JSON object by dotted paths; a label in a path may hold dots itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grucli.errors import ConfigError, did_you_mean, excerpt
from grucli.tasks.confusion import Confusion

LONGEST_HINT = 80  # characters


def lookup(
    json_object: Mapping[str, Any],
    dotted_path: str,
    *,
    reasons: Mapping[str, str] | None = None,
    example: str = "",
) -> float:
    """Return the number at `dotted_path`, e.g. `accuracy_interval.0` or `per_class.pos.f1`.

    Only what lies on the path is looked at: thousands of labels cost nothing.

    Args:
        json_object: numbers under names, also in objects and lists below.
        dotted_path: names, and indices from 0.
        reasons: why a number of this name may be undefined.
        example: a path below the first level, for the message.

    Raises:
        ConfigError: there is no such number, or it is undefined here.
    """
    names = dotted_path.split(".")
    for value in _reached(json_object, names):
        if value is None:
            reason = (reasons or {}).get(names[-1]) or "there is nothing to measure it on"
            raise ConfigError(
                f"'{excerpt(dotted_path)}' is undefined here: {reason}; "
                "give rows that show it, or choose another metric"
            )
        return float(value)
    raise ConfigError(
        f"no metric '{excerpt(dotted_path)}'{_hint(json_object, dotted_path, example)}"
    )


def figures(node: object, path: str = "") -> Iterator[tuple[str, float | None]]:
    """Yield the path of each number below a node of a JSON object, and the number.

    An undefined one is None. `lookup` takes all of these paths, and no others but those of cells
    of a confusion matrix that are 0.
    """
    if node is None or isinstance(node, int | float):
        yield path, node
    for key, child in _children(node):
        yield from figures(child, f"{path}.{key}" if path else str(key))


def _reached(node: object, names: Sequence[str]) -> Iterator[float | None]:
    """Yield the numbers that `names` lead to, None for an undefined one."""
    if isinstance(node, Mapping):
        for stop in range(1, len(names) + 1):
            key = ".".join(names[:stop])
            if key in node:
                yield from _reached(node[key], names[stop:])
    elif isinstance(node, list | Confusion):
        index = names[0] if names else ""
        if index.isdecimal() and index.isascii() and int(index) < len(node):
            yield from _reached(node[int(index)], names[1:])
    elif not names and (node is None or isinstance(node, int | float)):
        yield node


def _hint(json_object: Mapping[str, Any], wrong: str, example: str) -> str:
    names = [name for name, _ in figures(json_object) if len(name) <= LONGEST_HINT]
    top = ", ".join(name for name in names if "." not in name)
    return did_you_mean(wrong, names) or f"; there are {top}{example and f', {example}'}"


def _children(node: object) -> Iterable[tuple[object, object]]:
    """Return what lies below a node, by name or index."""
    if isinstance(node, Mapping):
        return node.items()
    if isinstance(node, Confusion):
        return ((f"{truth}.{answer}", count) for truth, answer, count in node.filled())
    return enumerate(node) if isinstance(node, list) else ()
