"""What is in a training file, for people and as JSON: columns, targets, lengths, copies, channels.

A section each, in at most 80 columns of the terminal; long lists are cut, and say how much is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grucli.data.records import Record
from grucli.errors import counted, excerpt
from grucli.preparation.data_facts import Channel, Copies, DataFacts, Lengths
from grucli.report import columns
from grucli.report.tables import bar, fit, number, percent, table
from grucli.tasks.target_facts import TargetCounts, TargetFacts

MOST_LINES = 20
NAME_WIDTH, BAR_WIDTH = 32, 20
RARE = 5
"""Rows below which a label is rare: too few for each of some folds to have one."""
MOST_RARE = 12
MOST_SCRIPTS = 6
TARGET_WIDTH = 24


def sections(name: str, facts: DataFacts) -> Iterator[list[str]]:
    """Yield the lines of each section.

    Args:
        name: of the file.
        facts: what is in it.
    """
    if facts.columns is not None:
        yield columns.lines(name, facts.columns, facts.uses)
    yield from _targets(facts.targets)
    yield [*_lengths(facts.lengths, facts.rows), *_scripts(facts.scripts, facts.rows)]
    if facts.channels:
        yield _channels(facts.channels)
    yield _copies(facts.copies, facts.rows)


def result(facts: DataFacts) -> dict[str, Any]:
    """Return all of it as JSON."""
    copies = asdict(facts.copies)
    del copies["examples"]
    return {
        "columns": None if facts.columns is None else columns.result(facts.columns, facts.uses),
        "targets": facts.targets.to_json(),
        "lengths": asdict(facts.lengths),
        "copies": copies,
        "scripts": dict(facts.scripts),
        "channels": [
            {**{k: _finite(v) for k, v in asdict(one).items()}, "constant": one.is_constant}
            for one in facts.channels
        ],
    }


def left_out(columns: Sequence[str], used: Mapping[str, str]) -> str:
    """Return a line with the columns that are not read, nothing if all are."""
    rest = [f"'{excerpt(name, TARGET_WIDTH)}'" for name in columns if name and name not in used]
    more = f" and {len(rest) - MOST_RARE:,} more" if len(rest) > MOST_RARE else ""
    noun = "column" if len(rest) == 1 else "columns"
    return f"{noun} left out: {', '.join(rest[:MOST_RARE])}{more}" if rest else ""


def _targets(facts: TargetFacts) -> Iterator[list[str]]:
    if facts.figures:
        yield table(
            [(key.replace("_", " "), _figure(value)) for key, value in facts.figures.items()], "lr"
        )
    for each in facts.counts:
        yield [*_counts(each), *_rare(each)]


def _counts(one: TargetCounts) -> list[str]:
    """Return a line for each thing that was counted: the most frequent ones, or as they stand."""
    shown = list(one.counts.items())
    if not one.is_ordered:
        shown.sort(key=lambda item: (-item[1], item[0]))
    most = max(one.counts.values(), default=1) or 1
    heading = (one.title, f"{one.unit}s", "share", "")
    rows = [
        (
            fit(name, NAME_WIDTH),
            f"{count:,}",
            percent(count / one.total),
            bar(count / most, BAR_WIDTH),
        )
        for name, count in shown[:MOST_LINES]
    ]
    more = len(shown) - MOST_LINES
    rest = sum(count for _, count in shown[MOST_LINES:])
    lines = table([heading, *rows], "lrrl")
    return lines + ([f"and {more:,} more with {counted(rest, one.unit)}"] if more > 0 else [])


def _rare(one: TargetCounts) -> list[str]:
    rare = {} if one.is_ordered else {k: n for k, n in one.counts.items() if n < RARE}
    if not rare:
        return []
    names = sorted(rare, key=lambda name: (rare[name], name))
    listed = ", ".join(f"{excerpt(name, TARGET_WIDTH)} {rare[name]}" for name in names[:MOST_RARE])
    more = f" and {len(names) - MOST_RARE:,} more" if len(names) > MOST_RARE else ""
    return [f"rare, less than {RARE} {one.unit}s: {listed}{more}"]


def _lengths(found: Lengths, rows: int) -> list[str]:
    line = (
        f"{found.unit}s a row: {found.least:,} to {found.most:,}, median {found.median:g}, "
        f"99 % up to {found.high:g}"
    )
    read = "all are read"
    if found.cut:
        cut = f"{counted(found.cut, 'row')} ({_share(found.cut, rows)})"
        read = f"{cut} cut at {found.kept:,}"
    empty = f"; {counted(found.empty, 'row')} empty" if found.empty else ""
    return [f"{line}; {read}{empty}"]


def _scripts(found: Mapping[str, int], rows: int) -> list[str]:
    most = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    if not most:
        return []
    shown = ", ".join(
        f"{name} {count:,} ({_share(count, rows)})" for name, count in most[:MOST_SCRIPTS]
    )
    more = len(most) - MOST_SCRIPTS
    return [f"rows by script: {shown}{f' and {more} more' if more > 0 else ''}"]


def _channels(found: Sequence[Channel]) -> list[str]:
    rows = [
        (
            fit(one.name, NAME_WIDTH),
            *(number(_finite(value), has_unit=True) for value in (one.low, one.mean, one.high)),
            f"{one.missing:,}",
            "constant" if one.is_constant else "",
        )
        for one in found
    ]
    odd = [row for row, one in zip(rows, found, strict=True) if one.missing or one.is_constant]
    shown = rows if len(rows) <= MOST_LINES else [*rows[:MOST_LINES], *odd[:MOST_LINES]]
    shown = list(dict.fromkeys(shown))
    more = len(rows) - len(shown)
    lines = table([("channel", "lowest", "mean", "highest", "missing", ""), *shown], "lrrrrl")
    return lines + ([f"and {more:,} more"] if more > 0 else [])


def _copies(found: Copies, rows: int) -> list[str]:
    repeated = f"{counted(found.repeated, 'row')} ({_share(found.repeated, rows)})"
    lines = [f"copies: {repeated} with the input of an earlier one"]
    if found.contrary:
        one, other = found.examples[0]
        lines.append(
            f"{counted(found.contrary, 'input')} with two targets, first: {_target(one)}, "
            f"{_target(other)}"
        )
    if found.in_test is not None:
        lines.append(f"leaks: {counted(found.in_test, 'row')} of the test file also in training")
    return lines


def _target(record: Record) -> str:
    place = f"line {record.line:,}" if record.line else f"row {record.number:,}"
    return f"{excerpt(record.label, TARGET_WIDTH)} in {place}"


def _share(count: int, rows: int) -> str:
    return percent(count / rows)


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else number(value, has_unit=True)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
