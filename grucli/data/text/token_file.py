"""A file of tokens, one a line, that of id 0 first: the vocabulary of another system."""

from __future__ import annotations

from grucli.data.text.vocabulary import MOST_TOKENS
from grucli.errors import DataError, counted, excerpt, show_path
from grucli.files.whole_files import read_bytes
from grucli.values import dataclass

MOST_BYTES = 256 * 2**20
PADDING = frozenset({"", "<pad>", "[pad]", "<padding>"})
UNKNOWN = frozenset({"<unk>", "[unk]", "<unknown>", "<oov>", "[oov]"})
"""How systems spell what is no token, in any case."""


@dataclass(frozen=True, kw_only=True)
class TokenFile:
    """What a file names.

    Attributes:
        tokens: but for padding and unknown.
        ids: of each of them.
        padding, unknown: their ids, None without.
        size: ids of the file, from 0 on.
    """

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    padding: int | None
    unknown: int | None
    size: int


def read_tokens(path: str) -> TokenFile:
    """Read a file of UTF-8; blanks are part of a token, and an empty line is padding.

    Raises:
        DataError: it is no such text, or names a token twice.
        AccessError: it is missing or unreadable.
    """
    name = show_path(path)
    try:
        text = read_bytes(path, MOST_BYTES, DataError).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise DataError(f"{name}: no UTF-8 at byte {fault.start:,}; convert the file") from None
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if len(lines) > MOST_TOKENS:
        raise DataError(f"{name}: {len(lines):,} tokens, {MOST_TOKENS:,} is the most; cut it")
    seen, special = dict[str, int](), dict[str, int]()
    for number, line in enumerate(lines):
        kind = _kind(line)
        first = special.setdefault(kind, number) if kind else seen.setdefault(line, number)
        if first != number:
            shown = f"'{excerpt(line)}'" if line else "padding"
            raise DataError(
                f"{name}:{number + 1}: {shown} stands in line {first + 1} already; each id has a "
                "token of its own"
            )
    if not seen:
        raise DataError(f"{name}: {counted(len(lines), 'line')} without a token; name another file")
    return TokenFile(
        tokens=tuple(seen),
        ids=tuple(seen.values()),
        padding=special.get("padding"),
        unknown=special.get("unknown"),
        size=len(lines),
    )


def _kind(line: str) -> str:
    """Return what is no token, "" for one."""
    lower = line.lower()
    return "padding" if lower in PADDING else "unknown" if lower in UNKNOWN else ""
