"""What is odd in the tags of data and worth a look: one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grucli.errors import counted, excerpt
from grucli.notices import Notice
from grucli.tasks.classify import unknown_labels

LISTED = 4


def rare(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield which tags one step alone has, of `counts` steps of each."""
    single = [tag for tag, count in counts.items() if count == 1]
    if single:
        shown = ", ".join(excerpt(tag, 24) for tag in single[:LISTED])
        more = f" and {len(single) - LISTED} more" if len(single) > LISTED else ""
        yield Notice(
            "data.rare_label",
            f"{name}: one token only with {shown}{more}; a tag needs more examples",
        )


def unknown(name: str, counts: Mapping[str, int], known: Sequence[str]) -> Iterator[Notice]:
    """Yield which tags of data of this name are not known, in one line."""
    if counts:
        yield Notice(
            "data.unseen_label",
            f"{name}: {counted(sum(counts.values()), 'token')} with a tag that training lacks, "
            f"always counted as wrong: {unknown_labels.listed(counts, known)}",
        )
