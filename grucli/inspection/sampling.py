"""A fair sample of a stream of records, in one pass and in bounded memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

from grucli.data.forms import OnBadRow
from grucli.data.records import Record
from grucli.errors import ConfigError, DataError
from grucli.inspection.report import InspectionSettings
from grucli.random import SAMPLING, generator
from grucli.values import dataclass

LISTED_PROBLEMS = 5


Heap = list[tuple[float, int, Record]]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was kept of the data.

    Attributes:
        name: of the data.
        records: the sample, in the order of the data, at least one.
        asked: the records that were asked for, by number.
        rows: readable records of the data; `skipped` could not be read.
        stratified: whether the sample is smaller than the data, each stratum in its share.
        sha256: of the data file; None if there is none to read again.
    """

    name: str
    records: tuple[Record, ...]
    asked: dict[int, Record]
    rows: int
    skipped: int
    stratified: bool
    sha256: str | None = None


def draw(
    records: Iterable[Record],
    name: str,
    settings: InspectionSettings,
    asked: Collection[int],
    on_bad_row: OnBadRow,
    stratum_of: Callable[[Record], Hashable],
) -> Drawn:
    """Draw a sample, each stratum in its share of the whole; shorter data are taken whole.

    Args:
        records: read to their end.
        name: of the data, for messages.
        settings: size and seed of the sample.
        asked: numbers of records to keep in any case.
        on_bad_row: whether a record that cannot be read ends it.
        stratum_of: what a record has in common with others of its stratum.

    Raises:
        ConfigError: there is no record of a number asked for.
        DataError: a record cannot be read, or there is none.
    """
    rng, size = generator(settings.seed, SAMPLING), settings.sample
    found: dict[int, Record] = {}
    counts: Counter[Hashable] = Counter()
    strata: dict[Hashable, Heap] = {}
    problems: list[str] = []
    skipped = 0
    for record in records:
        if record.number in asked:
            found[record.number] = record
        if record.error is not None:
            skipped += 1
            problems = [*problems, record.error][:LISTED_PROBLEMS]
            if on_bad_row == "stop" and len(problems) == LISTED_PROBLEMS:
                break
            continue
        stratum = stratum_of(record)
        counts[stratum] += 1
        _offer(strata.setdefault(stratum, []), size, (-rng.random(), record.number, record))
    if problems and on_bad_row == "stop":
        raise DataError(*problems)
    if not counts:
        raise DataError(f"{name}: no rows; is it the right file?")
    _check_asked(asked, found, f"{name} has {counts.total() + skipped:,} records")
    chosen = [
        record
        for stratum, quota in quotas(counts, size).items()
        for _, _, record in sorted(strata[stratum], reverse=True)[:quota]
    ]
    return Drawn(
        name=name,
        records=tuple(sorted(chosen, key=lambda record: record.number)),
        asked=found,
        rows=counts.total(),
        skipped=skipped,
        stratified=len(counts) > 1 and counts.total() > size,
    )


def _offer(kept: Heap, size: int, item: tuple[float, int, Record]) -> None:
    """Keep the `size` items with the least draws; the heap's first has the greatest."""
    if len(kept) < size:
        heapq.heappush(kept, item)
    else:
        heapq.heappushpop(kept, item)


def _check_asked(asked: Collection[int], found: Mapping[int, Record], has: str) -> None:
    missing = sorted(set(asked) - found.keys())
    if missing:
        raise ConfigError(*(f"--example {n}: {has}; they count from 1" for n in missing))
    unreadable = [record.error for record in found.values() if record.error is not None]
    if unreadable:
        raise DataError(*unreadable)


def quotas(counts: Counter[Hashable], size: int) -> dict[Hashable, int]:
    """Divide `size` by the counts, largest remainders first (ties: first seen)."""
    total = counts.total()
    if total <= size:
        return dict(counts)
    exact = {stratum: size * count / total for stratum, count in counts.items()}
    result = {stratum: int(share) for stratum, share in exact.items()}
    by_remainder = sorted(exact, key=lambda stratum: result[stratum] - exact[stratum])
    for stratum in by_remainder[: size - sum(result.values())]:
        result[stratum] += 1
    return result
