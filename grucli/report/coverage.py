"""How much of the inputs was read: in tables, in a sentence, and as a reason of poor scores."""

from __future__ import annotations

from collections.abc import Iterator

from grucli.data.encoded import UNLIMITED
from grucli.data.encoder import Encoder
from grucli.errors import counted
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import SavedModel
from grucli.notices import Notice
from grucli.prediction.coverage import Coverage

MANY = 0.1  # of the rows; fewer do not explain an accuracy that is no better than blind answers
FEW_KNOWN = 0.8  # of the tokens
DOUBT = "is it the right column and encoding?"

Row = tuple[str, object, str]
"""A name, a figure and what it means."""


def rows(coverage: Coverage, saved: SavedModel) -> list[Row]:
    """Return the lines of a report."""
    found: list[Row] = []
    if saved.encoder.max_length < UNLIMITED:
        cut = f"inputs longer than {_limit(saved.encoder)}{_beyond(saved)}"
        found.append(("cut", coverage.truncated, cut))
    if coverage.known is not None:
        none = counted(coverage.none_known, "input")
        said = f"of those that were read; {none} without any" if coverage.none_known else ""
        found.append(("known tokens", f"{coverage.known:.3f}", said or "of those that were read"))
    return found


def lost(coverage: Coverage, saved: SavedModel) -> Iterator[str | Notice]:
    """Yield what was lost of the inputs, a warning if of most; nothing where nothing was."""
    counts = [
        (coverage.truncated, f"cut at {_limit(saved.encoder)}{_beyond(saved)}"),
        (coverage.none_known, "without a token that the model knows"),
    ]
    words = [f"{count:,} {what}" for count, what in counts if count]
    said = f"{counted(coverage.rows, 'input')}: {', '.join(words)}"
    if coverage.none_known > coverage.rows / 2:
        yield Notice("data.nothing_known", f"{said}; {DOUBT}")
    elif words:
        yield said


def reason(coverage: Coverage, saved: SavedModel, unseen_rows: int) -> str:
    """Return why the answers may be no better than blind ones; nothing if no cause is at hand.

    Args:
        coverage: of the rows that were scored.
        saved: the model that has read them.
        unseen_rows: those of them whose target training lacks.
    """
    known = 1.0 if coverage.known is None else coverage.known
    cut, unseen = coverage.truncated / coverage.rows, unseen_rows / coverage.rows
    limit, noun = _limit(saved.encoder), saved.task.noun
    causes = []  # in full, and in few words
    if cut >= MANY:
        full = f"{cut:.0%} of the inputs were cut at {limit} (data.max_length)"
        causes.append((full, f"{cut:.0%} of inputs cut at {limit}"))
    if known < FEW_KNOWN:
        full = f"{known:.0%} of the tokens are known ({DOUBT})"
        causes.append((full, f"{known:.0%} of tokens known (column, encoding?)"))
    if unseen >= MANY:
        full = f"{unseen:.0%} of the rows have {noun}s that training lacks"
        causes.append((full, f"{unseen:.0%} of {noun}s unseen"))
    if len(causes) == 1:
        return causes[0][0]
    return " and ".join(", ".join(short for _, short in causes).rsplit(", ", 1))  # fits in a line


def _limit(encoder: Encoder) -> str:
    return counted(encoder.max_length, encoder.unit)


def _beyond(saved: SavedModel) -> str:
    """Return what still reads the rest, if anything does."""
    linear = saved.model.linear
    if linear is None or not linear.reads_on:
        return ""
    return f" ({NAMES[saved.encoder.unit]} read on)"
