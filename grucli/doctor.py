"""What is odd in the data and worth a look before training: one line each, none for sound data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from grucli import labels
from grucli.chance import Yardstick
from grucli.data.batches import Examples
from grucli.data.encoding import Encoder, TextEncoder
from grucli.data.records import Record
from grucli.data.vocabulary import EMPTY
from grucli.errors import counted, excerpt

MOST_IMBALANCE = 10
MOST_REPEATED, MOST_UNKNOWN = 0.1, 0.2
MOST_CUT = 0.011  # one percent is what the default cuts, and perhaps a row more
LEAST_RESOLUTION = 0.1  # of accuracy: coarser, and most changes of a setting do not show
NO_LABELS = frozenset({"nan", "na", "n/a", "null", "<na>", "nat", "?"})  # in any case
LISTED = 4


def input_of(record: Record) -> Hashable:
    """Return what a model reads of a record, to tell equal inputs."""
    return record.text if record.values is None else record.values.tobytes()


def of_training(name: str, records: Sequence[Record], is_balanced: bool) -> Iterator[str]:
    """Yield what is odd in the training file.

    Args:
        name: of the file.
        records: all of it, each with a label.
        is_balanced: whether class weights are set, so that imbalance is known.
    """
    counts = Counter(record.label or "" for record in records)
    yield from _repeated(name, records)
    yield from _alike(name, counts)
    unsaid = {label: rows for label, rows in counts.items() if label.strip().lower() in NO_LABELS}
    if unsaid:
        yield (
            f"{name}: {counted(sum(unsaid.values()), 'row')} with {_listed(unsaid)}, a label like "
            "any other; drop them if it stands for a missing one"
        )
    single = [label for label, count in counts.items() if count == 1]
    if single:
        yield f"{name}: one row only with {_listed(single)}; a label needs more examples"
    (most, top), (least, bottom) = _extremes(counts)
    if top > MOST_IMBALANCE * bottom and not is_balanced:
        yield (
            f"{name}: {excerpt(most)} has {top:,} rows, {excerpt(least)} {bottom:,}; "
            "--class-weight balanced makes labels count alike"
        )


def of_validation(train: Sequence[Record], name: str, valid: Sequence[Record]) -> Iterator[str]:
    """Yield what is odd between the training part and a validation file.

    Args:
        train: what is trained on.
        name: of the validation file.
        valid: what is in it.
    """
    known = {input_of(record) for record in train}
    shared = [record for record in valid if input_of(record) in known]
    if shared:
        yield (
            f"{name}: {counted(len(shared), 'row')} ({len(shared) / len(valid):.1%}) also in "
            f"training, first {_place(shared[0])}; they make its scores too good"
        )
    yield from unseen_labels(train, name, valid)


def unseen_labels(train: Sequence[Record], name: str, valid: Sequence[Record]) -> Iterator[str]:
    """Yield the labels of the validation part that the training part lacks; as `of_validation`."""
    known = {record.label or "" for record in train}
    unseen = Counter(r.label or "" for r in valid if r.label not in known)
    if unseen:
        yield labels.unseen_line(name, unseen, sorted(known))


def of_size(judged: Examples | None) -> Iterator[str]:
    """Yield that the rows that are validated on are too few to tell settings apart."""
    if judged is None:
        return
    valid = Yardstick.of(judged.targets)
    if valid.resolution > LEAST_RESOLUTION:
        yield (
            f"validation: {counted(valid.rows, 'row')} only: a difference in accuracy of less than "
            f"about {100 * valid.resolution:.0f} points may be luck; compare settings on more rows"
        )


def of_examples(
    train: Examples, valid: Examples | None, encoder: Encoder, steps: Sequence[int]
) -> Iterator[str]:
    """Yield what encoding loses.

    Args:
        train, valid: encoded.
        encoder: by which.
        steps: of each training sequence before any cut.
    """
    cut = float(np.mean(np.array(steps) > encoder.max_length))
    if cut > MOST_CUT:
        yield (
            f"{cut:.1%} of the training sequences are cut at {encoder.max_length:,} steps, "
            f"the longest has {max(steps):,}; data.max_length sets what is kept"
        )
    if not isinstance(encoder, TextEncoder):
        return
    parts = [part.steps for part in (train, valid) if part is not None]
    empty = sum(int(np.sum(part == EMPTY)) for part in parts)
    if empty:
        yield f"{empty:,} {'text is' if empty == 1 else 'texts are'} empty: nothing to read in them"
    unknown = 0.0 if valid is None else float(encoder.is_unknown(valid.steps).mean())
    if unknown > MOST_UNKNOWN:
        yield (
            f"{unknown:.0%} of the validation tokens do not occur in training; "
            "more rows or --set data.tokens=char would let more be known"
        )


def _extremes(counts: Mapping[str, int]) -> tuple[tuple[str, int], tuple[str, int]]:
    """Return the most and the least frequent label, each with its rows."""
    ordered = sorted(counts.items(), key=lambda item: (item[1], item[0]))
    return ordered[-1], ordered[0]


def _repeated(name: str, records: Sequence[Record]) -> Iterator[str]:
    """Yield a line on inputs that occur twice, and one on those of them with two labels."""
    first: dict[Hashable, Record] = {}
    contrary: dict[Hashable, tuple[Record, Record]] = {}
    repeated = 0
    for record in records:
        earlier = first.setdefault(key := input_of(record), record)
        repeated += earlier is not record
        if earlier.label != record.label:
            contrary.setdefault(key, (earlier, record))
    if contrary:
        one, other = next(iter(contrary.values()))
        shown = "" if one.text is None else f" '{excerpt(one.text)}'"
        count = "1 input has" if len(contrary) == 1 else f"{len(contrary):,} inputs have"
        yield (
            f"{name}: {count} two labels, first{shown}: {excerpt(one.label, 24)} in {_place(one)}, "
            f"{excerpt(other.label, 24)} in {_place(other)}"
        )
    if repeated > MOST_REPEATED * len(records):
        yield (
            f"{name}: {repeated / len(records):.0%} of the rows repeat the input of an earlier "
            "one; drop them unless it is meant so"
        )


def _alike(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield labels that a slip of the pen may have made two of one."""
    by_form: dict[str, list[str]] = defaultdict(list)
    for label in sorted(counts):
        by_form[labels.form(label)].append(label)
    for alike in by_form.values():
        if len(alike) > 1:
            spelled = ", ".join(f"'{excerpt(s, 24)}' {counts[s]:,}" for s in alike[:LISTED])
            yield f"{name}: labels differ only by case, spaces or Unicode form: {spelled}"


def _listed(names: Sequence[str] | Mapping[str, int]) -> str:
    shown = ", ".join(excerpt(name, 24) for name in list(names)[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown


def _place(record: Record) -> str:
    return f"line {record.line:,}" if record.line else f"row {record.number:,}"
