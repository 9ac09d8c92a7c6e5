"""Pretrained token vectors in the text format of word2vec, fastText and GloVe.

A row is a token and its numbers, between spaces or tabs; the first line may say how many rows and
numbers there are. A file has many times the rows that are wanted, so it is read once, as a stream,
and of a row that is not wanted nothing but its first word is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from grucli.data.forms import OnBadRow
from grucli.data.numbers import NumberError, exact, numbers
from grucli.data.streams.lines import Lines, decode, refuse_wide
from grucli.data.streams.signatures import refuse_kind
from grucli.data.text.tokens import fold
from grucli.data.text.vocabulary import SPECIAL, Vocabulary
from grucli.errors import ConfigError, DataError, counted, excerpt, show_path
from grucli.files.data_stream import open_binary
from grucli.files.whole_files import sha256
from grucli.notices import Notice
from grucli.values import dataclass

Floats = npt.NDArray[np.floating]
Rows = dict[int, npt.NDArray[np.float32]]

MOST_NUMBERS: Final = 4096  # as model.embedding_size allows
LISTED_PROBLEMS: Final = 5
LEAST_COVERAGE: Final = 0.3  # of the text; below, the file is likely of another language or cut
SCALE: Final = 0.3
"""Standard deviation that the vectors are brought to. Files differ by a factor of ten, the model's
weights do not: what small vectors know is overwritten by the first steps, whose size Adam sets, and
large ones hold the gates at their ends. Of 0.02 to 0.8, 0.2 to 0.4 trained best."""

_MEND: Final = "mend the row, or pass --on-bad-row skip"
_ZIP = b"PK\x03\x04"
_HEADER = re.compile(rb"\s*(\d{1,18})\s+(\d{1,18})\s*", re.ASCII)


@dataclass(frozen=True, kw_only=True, eq=False)
class Vectors:
    """Vectors that a file has for the tokens of a vocabulary.

    Attributes:
        name: of the file, for people.
        size: I, numbers of a vector.
        ids: (F,) int64 tokens that were found, rising.
        rows: (F, I) float32 their vectors as the file has them.
        tokens: V, what was looked for.
        text_share: share of the training tokens, each as often as it occurs, that were found.
        warnings: what is odd, one line each.
    """

    name: str
    size: int
    ids: npt.NDArray[np.int64]
    rows: npt.NDArray[np.float32]
    tokens: int
    text_share: float
    warnings: tuple[Notice, ...]

    @property
    def line(self) -> str:
        """What was found, for people."""
        return (
            f"vectors: {self.name}, {counted(self.size, 'number')}, {len(self.ids):,} of "
            f"{self.tokens:,} tokens ({len(self.ids) / self.tokens:.1%}), "
            f"{self.text_share:.1%} of the text"
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What was found, for the model's card: what was used of the file, not where it lies."""
        return {
            "sha256": sha256(self.ids.astype("<i8").tobytes() + self.rows.astype("<f4").tobytes()),
            "size": self.size,
            "tokens": len(self.ids),
            "text_share": self.text_share,
        }

    def fill(self, table: Floats) -> None:
        """Put the vectors, brought to SCALE, into their rows of a (V', I) table.

        The factor may be one that float32 cannot hold, for the smallest numbers and the largest.
        """
        spread = float(self.rows.std(dtype=np.float64))
        factor = np.float64(SCALE / spread if spread else 1.0)
        table[self.ids] = np.multiply(
            self.rows, factor, out=np.empty_like(self.rows), dtype=np.float64, casting="same_kind"
        )


def read_vectors(
    path: str,
    vocabulary: Vocabulary | None,
    steps: npt.NDArray[Any],
    on_bad_row: OnBadRow,
) -> Vectors:
    """Read the vectors of the tokens of a vocabulary.

    A token's vector is that of the first row with just this token, or if there is none, of the
    first that is equal but for case.

    Args:
        path: the file, or a gzip of it.
        vocabulary: of the training part, None if this is numbers.
        steps: (S,) the training part as it is encoded.
        on_bad_row: what to do with a wanted row that cannot be read.

    Raises:
        ConfigError: the data are numbers.
        DataError: it is no such file, has none of the tokens, or has bad rows among the wanted.
        AccessError: it is missing or unreadable.
    """
    if vocabulary is None:
        raise ConfigError("model.vectors: is for tokens, the data are numbers; delete it")
    name = show_path(path)
    wanted = _Wanted(vocabulary)
    with open_binary(path) as stream:
        lines = Lines(stream, name)
        declared, size = _form(lines, name)
        problems = list(_collect(lines, name, size, wanted, on_bad_row))
    if problems and on_bad_row == "stop":
        raise DataError(*problems)
    if not wanted.rows:
        raise DataError(f"{name}: has none of the tokens; is it of this language and data.tokens?")
    ids = np.array(sorted(wanted.rows), np.int64)
    share = float(np.isin(steps, ids).mean())
    return Vectors(
        name=name,
        size=size,
        ids=ids,
        rows=np.stack([wanted.rows[k] for k in ids.tolist()]),
        tokens=len(vocabulary.tokens),
        text_share=share,
        warnings=tuple(_warnings(name, declared, lines.number - 1, problems, share)),
    )


class _Wanted:
    """The tokens of a vocabulary, and the vectors found for them so far."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.rows: Rows = {}
        self._exact: set[int] = set()
        self._vocabulary = vocabulary
        self._alike: dict[str, list[int]] = {}
        for index, token in enumerate(vocabulary.tokens, len(SPECIAL)):
            self._alike.setdefault(fold(token), []).append(index)

    def __contains__(self, token: str) -> bool:
        return fold(token) in self._alike

    def served_by(self, token: str) -> list[int]:
        """Return the ids for which a row of this token would be the first, or a better one."""
        return [
            index
            for index in self._alike.get(fold(token), ())
            if index not in self.rows
            or (index not in self._exact and self._vocabulary.token(index) == token)
        ]

    def add(self, token: str, ids: list[int], row: npt.NDArray[np.float32]) -> None:
        """Keep the row of a token for `ids`, as `served_by` returned them."""
        for index in ids:
            self.rows[index] = row
            if self._vocabulary.token(index) == token:
                self._exact.add(index)


def _form(lines: Lines, name: str) -> tuple[int | None, int]:
    """Return the rows that a header declares, None without one, and the numbers of a vector."""
    waiting, _ = lines.peek(2)
    if not waiting:
        raise DataError(f"{name}: the file is empty; name a file with vectors in it")
    if waiting[0].startswith(_ZIP):  # as GloVe is handed out
        raise DataError(f"{name}: is a zip archive; unzip it, and name the file that was in it")
    refuse_kind(waiting[0], name)
    refuse_wide(waiting[0], name)
    header = _HEADER.fullmatch(waiting[0])
    row = waiting[-1 if header else 0]
    text, problem = decode(row, "utf-8")
    if problem:
        mend = "vectors are read as UTF-8 text, binary ones must be converted"
        raise DataError(f"{name}:{2 if header else 1}: {_fault(problem)}; {mend}")
    if header:
        next(lines)
    size = int(header[2]) if header else _numbers_at_end(text)
    if not 1 <= size <= MOST_NUMBERS:
        problem = f"vectors of {size:,} numbers, 1 to {MOST_NUMBERS:,} are read"
        words = text.split()
        if not size and not header and len(words) > 1:
            problem = f"'{excerpt(words[-1])}' is no finite number"
        raise DataError(f"{name}:1: {problem}; give the text format of word2vec or GloVe")
    return int(header[1]) if header else None, size


def _numbers_at_end(text: str) -> int:
    """Return how many numbers a row ends with; its first word is never one of them."""
    count = 0
    for word in reversed(text.split()[1:]):
        if exact(word) is None:
            break
        count += 1
    return count


def _collect(
    lines: Lines, name: str, size: int, wanted: _Wanted, on_bad_row: OnBadRow
) -> Iterator[str]:
    """Find all that is wanted, yielding what is wrong; where that stops, after a few of them."""
    waiting, _ = lines.peek(1)
    separator = "\t" if waiting and b"\t" in waiting[0] else " "
    mark, count = separator.encode(), 0
    for line in lines:
        end = line.find(mark, 1)  # a space may be a token
        if str(line if end < 0 else line[:end], "utf-8", "surrogateescape") not in wanted:
            continue
        problem = _take(line, separator, size, wanted)
        if problem:
            count += 1
            yield f"{name}:{lines.number}: {problem}"
        if count == LISTED_PROBLEMS and on_bad_row == "stop":
            return


def _take(line: bytes, separator: str, size: int, wanted: _Wanted) -> str:
    """Keep the row of a wanted token; return what is wrong with it, or nothing.

    A token may hold spaces, so it is all that stands before the last `size` words.
    """
    text, problem = decode(line.rstrip(b" \t"), "utf-8")
    if problem:
        return f"{_fault(problem)}; {_MEND}"
    before, *cells = text.rsplit(separator, size)
    token = before.strip(separator) or separator
    more = token.split(separator)[1:]
    if len(cells) < size or (len(token) > 1 and more and None not in map(exact, more)):
        found = counted(len(cells) + len(more), "number")
        return f"'{excerpt(token.split()[0])}' has {found}, {size:,} are due; {_MEND}"
    ids = wanted.served_by(token)
    if not ids:
        return ""
    try:
        row = numbers(cells)[:, 0].astype(np.float32)
        if np.isnan(row).any():
            raise NumberError(int(np.argmax(np.isnan(row))), 0, "missing")
        wanted.add(token, ids, row)
    except NumberError as error:
        cell = excerpt(cells[error.step])
        return f"'{excerpt(token)}': '{cell}' is no finite number; {_MEND}"
    return ""


def _fault(problem: str) -> str:
    """Return what `decode` says without its mend: there is no other encoding to pass."""
    return re.split("[;?]", problem)[0]


def _warnings(
    name: str, declared: int | None, rows: int, problems: list[str], share: float
) -> Iterator[Notice]:
    if problems:
        count = counted(len(problems), "row")
        yield Notice(
            "vectors.bad_rows", f"{name}: skipped {count} that cannot be read, first {problems[0]}"
        )
    if declared is not None and rows < declared:
        yield Notice(
            "vectors.cut_off",
            f"{name}: has {rows:,} of the {declared:,} rows that it declares; is it cut off?",
        )
    if share < LEAST_COVERAGE:
        yield Notice(
            "vectors.few_known",
            f"{name}: knows {share:.0%} of the text only; is it of this language, "
            "and split as data.tokens splits?",
        )
