"""What is odd in the data and worth a look before training: one line each, none for sound data."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoder import Encoder
from grucli.data.records import Record
from grucli.data.spilled import pieces
from grucli.data.splits import Codes
from grucli.data.stored import Records
from grucli.data.text import GIVEN
from grucli.data.text.vocabulary import EMPTY, Vocabulary
from grucli.errors import counted, excerpt
from grucli.notices import Notice
from grucli.preparation import copies
from grucli.preparation.copies import NOTHING, Keys
from grucli.tasks.task import Task

MOST_REPEATED, MOST_UNKNOWN = 0.1, 0.2
MOST_CUT = 0.011  # one percent is what the default cuts, and perhaps a row more
MOST_CHANNELS = 8  # to a step, where all sequences are equally short
MOST_MIXED = 0.5  # of symbols in both cases; few names have a capital inside
SPELLED = 20  # characters


def of_training(
    task: Task,
    name: str,
    records: Records,
    inputs: Keys,
    *,
    mode: str,
    settings: Mapping[str, Any],
) -> Iterator[Notice]:
    """Yield what is odd in the training file.

    Args:
        task: fitted to it.
        name: of the file.
        records: all of it, each with a target.
        inputs: (n,) keys of the records, as `copies.keys` returns them.
        mode: how texts become tokens.
        settings: the config's section `training`.
    """
    rows, firsts = copies.repeats(inputs)
    yield from _axes(name, records)
    yield from _contrary(name, records, contrary_pairs(records, rows, firsts), mode, task.noun)
    yield from _repeated(name, len(rows) / len(records))
    yield from task.target_warnings(name, records, settings)


def of_validation(train: Keys, name: str, valid: Records, inputs: Keys) -> Iterator[Notice]:
    """Yield what is odd between the inputs of the training part and a validation file.

    Args:
        train: keys of what is trained on, as `copies.keys` returns them.
        name: of the validation file.
        valid: what is in it.
        inputs: (n,) keys of `valid`.
    """
    shared = np.flatnonzero(np.isin(inputs, train) & (inputs != NOTHING))
    if len(shared):
        first = valid[int(shared[0])]
        yield Notice(
            "data.leak",
            f"{name}: {counted(len(shared), 'row')} ({len(shared) / len(valid):.1%}) also in "
            f"training, first {_place(first)}; they make its scores too good",
        )


def of_examples(
    train: Examples,
    valid: Examples | None,
    encoder: Encoder,
    steps: npt.NDArray[np.int64],
    folds: npt.NDArray[np.int64] | None,
) -> Iterator[Notice]:
    """Yield what encoding loses.

    Args:
        train, valid: encoded.
        encoder: by which.
        steps: of each training sequence before any cut.
        folds: (n,) the fold of each training sequence, None without folds.
    """
    cut = float(np.mean(steps > encoder.max_length))
    if cut > MOST_CUT:
        yield Notice(
            "data.cut",
            f"{cut:.1%} of the training sequences are cut at {encoder.max_length:,} steps, "
            f"the longest has {steps.max():,}; data.max_length sets what is kept",
        )
    vocabulary = encoder.vocabulary
    if vocabulary is None:
        return
    parts = [part.steps for part in (train, valid) if part is not None]
    empty = sum(np.count_nonzero(some == EMPTY) for part in parts for some in pieces(part))
    if empty:
        yield Notice(
            "data.empty_text",
            f"{empty:,} {'text is' if empty == 1 else 'texts are'} empty: nothing to read in them",
        )
    if valid is not None:
        unknown = float(vocabulary.is_unknown(valid.steps).mean())
        yield from _unknown(encoder, unknown, "the validation tokens do not occur in training")
    elif folds is not None:
        unknown = _lone_share(train, folds, vocabulary)
        yield from _unknown(encoder, unknown, "the tokens of a fold do not occur in the others")


def _unknown(encoder: Encoder, share: float, what: str) -> Iterator[Notice]:
    if share > MOST_UNKNOWN:
        mode = encoder.settings().get("data.tokens")
        mend = (
            "" if mode in (None, "char", "byte", "exact", GIVEN) else " or --set data.tokens=char"
        )
        yield Notice(
            "data.unknown_tokens", f"{share:.0%} of {what}; more rows{mend} would let more be known"
        )


def _lone_share(train: Examples, folds: npt.NDArray[np.int64], vocabulary: Vocabulary) -> float:
    """Return which share of all tokens stand in one fold only, so that the others lack them."""
    occurs = np.zeros((int(folds.max()) + 1, int(train.steps.max()) + 1), bool)
    occurs[np.repeat(folds, train.lengths), train.steps] = True
    is_lone = occurs.sum(axis=0) == 1
    is_lone[EMPTY : EMPTY + 1] = False  # it stands for no token
    return float((is_lone[train.steps] | vocabulary.is_unknown(train.steps)).mean())


def _axes(name: str, records: Records) -> Iterator[Notice]:
    """Yield that few steps of many channels may be few channels of many steps: aeon's order."""
    shapes = {values.shape for values in records.column("values") if values is not None}
    steps, channels = next(iter(shapes)) if len(shapes) == 1 else (1, 1)
    if channels >= MOST_CHANNELS * steps:
        yield Notice(
            "data.axes",
            f"{name}: {counted(steps, 'step')} of {channels:,} channels each; if it is the other "
            "way round, as aeon and sktime keep series, swap the two axes (X.swapaxes(1, 2))",
        )


def _contrary(name: str, records: Records, pairs: Codes, mode: str, noun: str) -> Iterator[Notice]:
    """Yield a line on inputs with two targets, and one where a spelling may tell these apart.

    The noun is what people call a target.
    """
    are_equal = _have_equal_texts(records, pairs)
    equal, spelled = pairs[are_equal], pairs[~are_equal]
    if len(equal):
        one, other = (records[row] for row in equal[0].tolist())
        shown = "" if one.text is None else f" '{excerpt(one.text)}'"
        count = "1 input has" if len(equal) == 1 else f"{len(equal):,} inputs have"
        yield Notice(
            "data.contradiction",
            f"{name}: {count} two {noun}s, first{shown}: {_target(one)}, {_target(other)}",
        )
    if len(spelled):
        found = (records[row] for row in spelled[0].tolist())
        ways = ", ".join(f"'{excerpt(r.text or '', SPELLED)}' {_target(r, 12)}" for r in found)
        count = "1 input has" if len(spelled) == 1 else f"{len(spelled):,} inputs have"
        mend = "if case tells, --set data.tokens=byte"
        yield Notice("data.spelling", f"{name}: {count} two {noun}s by spelling: {ways}; {mend}")
    elif mode == "char":
        yield from _mixed_case(name, records)


def contrary_pairs(records: Records, rows: Codes, firsts: Codes) -> Codes:
    """Return (k, 2) the first row of each input with two targets, and the first with another.

    Args:
        records: all.
        rows, firsts: which of them repeat an input, and the first of each, as of `copies.repeats`.
    """
    labels = _hashes(records.column("label"), len(records))
    differ = labels[firsts] != labels[rows]
    rows, firsts = rows[differ], firsts[differ]
    _, places = np.unique(firsts, return_index=True)
    places.sort()
    return np.stack((firsts[places], rows[places]), axis=1)


def _have_equal_texts(records: Records, pairs: Codes) -> npt.NDArray[np.bool_]:
    rows, places = np.unique(pairs, return_inverse=True)
    texts = _hashes(records.at(rows).column("text"), len(rows))[places.reshape(pairs.shape)]
    are_equal: npt.NDArray[np.bool_] = texts[:, 0] == texts[:, 1]
    return are_equal


def _hashes(values: Iterable[Hashable], number: int) -> npt.NDArray[np.int64]:
    """Return (n,) what tells values apart: the values themselves may be too large to be kept."""
    return np.fromiter(map(hash, values), np.int64, number)


def _mixed_case(name: str, records: Records) -> Iterator[Notice]:
    """Yield that symbols in both cases, such as those of chemistry, are read in one."""
    inner = ((text or "")[1:] for text in records.column("text"))
    mixed = sum(text != text.lower() and text != text.upper() for text in inner)
    if mixed > MOST_MIXED * len(records):
        yield Notice(
            "data.mixed_case",
            f"{name}: {mixed / len(records):.0%} of the texts have capitals among small letters, "
            "which are read as one; if case tells, --set data.tokens=byte",
        )


def _repeated(name: str, share: float) -> Iterator[Notice]:
    if share > MOST_REPEATED:
        yield Notice(
            "data.repeated_rows",
            f"{name}: {share:.0%} of the rows repeat the input of an earlier one; drop them unless "
            "it is meant so",
        )


def _target(record: Record, width: int = 24) -> str:
    return f"{excerpt(record.label, width)} in {_place(record)}"


def _place(record: Record) -> str:
    return f"line {record.line:,}" if record.line else f"row {record.number:,}"
