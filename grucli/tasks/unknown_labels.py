"""Labels that are not among the known ones, and which of those they may stand for."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from grucli.data.records import Record
from grucli.data.stored import column
from grucli.errors import DataError, counted, did_you_mean, excerpt, show_path
from grucli.notices import Notice

LISTED = 2
LABEL_WIDTH = 24  # characters


def check_known(name: str, counts: Mapping[str, int], known: Sequence[str], owner: str) -> None:
    """Refuse data of which no row has a known label: every score of it would be 0.

    Args:
        name: of the data.
        counts: rows of each label in it.
        known: the labels that the model has.
        owner: whose labels they are, "the model" or "the training file".

    Raises:
        DataError: none is known.
    """
    if counts.keys().isdisjoint(known):
        raise DataError(
            f"{show_path(name, 60)}: no row has a label of {owner} "
            f"({excerpt(', '.join(known))}): {listed(counts, known)}; "
            "rename them, or name another file or column"
        )


def unknown_rows(records: Sequence[Record], known: Sequence[str]) -> Counter[str]:
    """Return the rows of each label that is not known; no label is none of them."""
    without = {None, *known}
    return Counter(label or "" for label in column(records, "label") if label not in without)


def warnings(name: str, records: Sequence[Record], known: Sequence[str]) -> Iterator[Notice]:
    """Yield which labels of data of this name are not known, in one line."""
    if unknown := unknown_rows(records, known):
        yield notice(name, unknown, known, "wrong")


def notice(name: str, unknown: Mapping[str, int], known: Sequence[str], as_what: str) -> Notice:
    """Return the warning of data with rows of unknown labels, which are counted as `as_what`."""
    return Notice(
        "data.unseen_label",
        f"{name}: {counted(sum(unknown.values()), 'row')} with a label that training lacks, always "
        f"counted as {as_what}: {listed(unknown, known)}",
    )


def listed(unknown: Mapping[str, int], known: Sequence[str]) -> str:
    """Return some unknown labels, those of most rows first, with what is near to them."""
    most = sorted(unknown, key=lambda label: -unknown[label])
    hints = [hint(label, known) for label in most[:LISTED]]
    words = [
        f"'{excerpt(label, LABEL_WIDTH)}'{f' ({said})' if said else ''}"
        for label, said in zip(most, hints, strict=False)
    ]
    more = f" and {len(most) - LISTED} more" if len(most) > LISTED else ""
    return ", ".join(words) + more


def hint(label: str, known: Sequence[str]) -> str:
    """Return "did you mean 'x'?" for the known label that is likely to be meant, or nothing.

    That is the one of the same value (`0.0` for `0`) or form (case, spaces, Unicode); else the
    nearest in spelling, but a number is never near to another one.
    """
    own = value(label)
    same, of = (form, form(label)) if own is None else (value, own)
    alike = next((name for name in known if same(name) == of), None)
    if alike is not None:
        return f"did you mean '{excerpt(alike, LABEL_WIDTH)}'?"
    return did_you_mean(label, known).removeprefix("; ") if own is None else ""


def value(label: str) -> float | None:
    """Return the finite number that a label is, None for any other."""
    try:
        number = float(label)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def form(label: str) -> str:
    """Return what is left of a label without case, spaces, format characters and Unicode form."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).casefold())
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
