"""The dialect of a table, by which lines are cut into cells, and a look at its first rows."""

from collections import deque
from collections.abc import Callable, Iterator

from grucli.data.streams.lines import Lines
from grucli.data.tables.cells import UNCLOSED, NextLines, PlainRows, Row, Rows
from grucli.data.tables.quote_guess import GuessedRows
from grucli.values import dataclass

SAMPLED_ROWS = 200


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The dialect of a table: how lines are cut into cells.

    Attributes:
        delimiter: one character.
        quotes: whether quotes enclose cells; None lets the rows tell.
    """

    delimiter: str
    quotes: bool | None = None


class _Peeked:
    """Lines that were looked at, to be read as if they were all."""

    def __init__(self, lines: list[bytes], encoding: str) -> None:
        self.number = 0
        self.encoding = encoding
        self._waiting = deque(lines)

    def __iter__(self) -> "_Peeked":
        return self

    def __next__(self) -> bytes:
        if not self._waiting:
            raise StopIteration
        self.number += 1
        return self._waiting.popleft()

    def push_back(self, lines: list[bytes]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def open_rows(lines: NextLines, dialect: Dialect, width: int = 0) -> Rows:
    """Return the rows that `lines` hold; `width` is their number of cells if it is known."""
    kinds = {True: Rows, False: PlainRows, None: GuessedRows}
    return kinds[dialect.quotes](lines, dialect.delimiter, width)


def sample_rows(lines: Lines, dialect: Dialect, count: int, width: int = 0) -> list[list[str]]:
    """Return the cells of what `peeked_rows` gives, without blank and broken rows."""
    return [row.cells for row in peeked_rows(lines, dialect, count, width=width) if row.cells]


def peeked_rows(
    lines: Lines, dialect: Dialect, count: int, *, width: int = 0, skipped: int = 0
) -> list[Row]:
    """Return about `count` rows that come next, without reading them, header and all.

    A last row that the sample may have cut is left out.

    Args:
        lines: to look at.
        dialect: of the rows.
        count: of lines to look at.
        width: as for `open_rows`.
        skipped: lines to pass over first.
    """
    raw, more = lines.peek(skipped + count)
    return list(_rows(_Peeked(raw[skipped:], lines.encoding), dialect, width, more))


def kept_rows(
    lines: Lines, dialect: Dialect, count: int, width: int
) -> Callable[[], tuple[list[list[str]], bool]]:
    """Keep about `count` lines that come next, unread; return what cuts them into rows.

    It gives their cells, without blank and broken rows, and whether no others follow.
    """
    raw, more = lines.peek(count)
    encoding = lines.encoding

    def cut() -> tuple[list[list[str]], bool]:
        rows = _rows(_Peeked(raw, encoding), dialect, width, more)
        return [row.cells for row in rows if row.cells], not more

    return cut


def _rows(lines: _Peeked, dialect: Dialect, width: int, more: bool) -> Iterator[Row]:
    """Yield rows; a last one that may be cut, as more lines follow, is left out."""
    for row in open_rows(lines, dialect, width):
        if more and row.problem == UNCLOSED:
            return
        yield row
