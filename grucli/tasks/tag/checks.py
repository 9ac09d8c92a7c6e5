"""What is odd in the tags of data and worth a look: one line each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grucli.errors import counted, excerpt
from grucli.notices import Notice
from grucli.tasks import unknown_labels
from grucli.tasks.tag.chunks import OUTSIDE, are_chunks, parts

LISTED, TAG_WIDTH = 4, 24
_CHUNK = re.compile("([BIESLUM])[-_](.+)|(.+)[-_]([BIESLUM])", re.IGNORECASE)
FEW_OTHERS = 0.34  # of the distinct tags: as a slip of the pen, and not as another kind of tags


def rare(name: str, counts: Mapping[str, int]) -> Iterator[Notice]:
    """Yield which tags one step alone has, of `counts` steps of each."""
    single = [tag for tag, count in counts.items() if count == 1]
    if single:
        yield Notice(
            "data.rare_label",
            f"{name}: one token only with {listed(single)}; a tag needs more examples",
        )


def unknown(name: str, counts: Mapping[str, int], known: Sequence[str]) -> Iterator[Notice]:
    """Yield which tags of data of this name are not known, in one line."""
    if counts:
        yield Notice(
            "data.unseen_label",
            f"{name}: {counted(sum(counts.values()), 'token')} with a tag that training lacks, "
            f"always counted as wrong: {unknown_labels.listed(counts, known)}",
        )


def against_scheme(name: str, scheme: str, against: int, chunks: int) -> Iterator[Notice]:
    """Yield how many of the chunks begin in another way than their scheme has it."""
    if against:
        yield Notice(
            "data.odd_tags",
            f"{name}: {against:,} of {counted(chunks, 'chunk')} do not begin as in {scheme}; "
            "read as if they did",
        )


def nearly_chunks(name: str, tags: Sequence[str]) -> Iterator[Notice]:
    """Yield which tags keep the others from being parts of chunks, if they are few."""
    others = [tag for tag in tags if tag != OUTSIDE and not all(parts(tag))]
    if others and len(others) <= FEW_OTHERS * len(tags):
        yield Notice(
            "data.odd_tags",
            f"{name}: {listed(others)} among tags such as "
            f"{excerpt(next(tag for tag in tags if all(parts(tag))), TAG_WIDTH)}: so none is part "
            "of a chunk; mend it",
        )


def written_otherwise(name: str, tags: Sequence[str]) -> Iterator[Notice]:
    """Yield how to write tags that mark chunks in another manner: b-per, B_PER, PER-B."""
    mended = [_mended(tag) for tag in tags if tag.strip().upper() != OUTSIDE]
    are_meant = all(mended) and are_chunks(mended) and len(set(map(_letter, mended))) > 1
    if are_meant and not are_chunks(tags):
        odd = next(tag for tag in tags if tag not in (*mended, OUTSIDE))
        mend = excerpt(_mended(odd) or OUTSIDE, TAG_WIDTH)
        yield Notice(
            "data.odd_tags",
            f"{name}: tags such as '{excerpt(odd, TAG_WIDTH)}' look like parts of chunks; for "
            f"these to count write '{mend}'",
        )


def _mended(tag: str) -> str:
    """Return a tag as parts of chunks are written, nothing if it is none in any manner."""
    match = _CHUNK.fullmatch(tag.strip())
    return f"{(match[1] or match[4]).upper()}-{match[2] or match[3]}" if match else ""


def _letter(tag: str) -> str:
    return parts(tag)[0]


def listed(tags: Sequence[str]) -> str:
    """Return the first tags."""
    shown = ", ".join(excerpt(tag, TAG_WIDTH) for tag in tags[:LISTED])
    return f"{shown} and {len(tags) - LISTED} more" if len(tags) > LISTED else shown
