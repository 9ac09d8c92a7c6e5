"""Sequences of tokens with a tag each, a token a line: CoNLL of any columns, and CoNLL-U.

Blank lines divide sequences; without any, a document is one sequence. Columns are divided by tabs
where the first line with a token has one, and else by blanks. Unless they are named, the token
stands in column 1 and its tag in column 2; in CoNLL-U, which has the number of the token first and
ten columns, in FORM and UPOS. Tokens and tags stay exactly as they are. Lines that begin with
`-DOCSTART-` divide documents; in CoNLL-U, and there alone, those that begin with `#` are comments,
and what is numbered as a range (1-2) or an empty node (8.1) is no token.

Every line of the data belongs to one record, in order, but for those behind the last token: so what
was read can be written again with a column more.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from grucli.data.forms.conll_columns import (
    BLANK,
    DOCUMENT,
    Grid,
    cells_of,
    delimiter_of,
    is_conllu_row,
    is_first,
    is_row,
)
from grucli.data.records import Record, Source
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.column_names import LABEL_NAMES, TEXT_NAMES, normal_name
from grucli.data.tables.dialect import SAMPLED_ROWS
from grucli.errors import DataError

MOST_TOKENS: Final = 2**20
"""Tokens of the longest sequence; what follows in it is one of its own, for memory has bounds."""

_BLANK_BYTES = BLANK.encode()
_MOST_AHEAD = 10_000  # lines that are kept to see whether a sequence is whole
_CHUNK = re.compile("O|[BIESLUM]-.+")
_LEAST_TOKENS = 1.5  # of a sequence on average, where nobody said that these are sequences
_FEW_INNER_BLANKS = 0.05  # of the tokens, likewise


class TokenLines(list[str]):
    """Lines as they stand in the data: those of the tokens of a sequence, and others among them.

    Attributes:
        places: of those that hold a token.
        delimiter: what divides their columns.
    """

    def __init__(self, delimiter: str) -> None:
        super().__init__()
        self.places: list[int] = []
        self.delimiter = delimiter

    def tagged(self, tags: Iterable[str]) -> list[str]:
        """Return the lines, each token with its tag in one more column."""
        lines = list(self)
        for place, tag in zip(self.places, tags, strict=True):
            lines[place] += self.delimiter + tag
        return lines


@dataclass
class _Sequence:
    """What has been read of a sequence, and where it starts."""

    lines: TokenLines
    start: int = 0
    error: str | None = None
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many tokens it has so far, those that cannot be read too."""
        return len(self.lines.places)

    def add(self, cells: list[str], grid: Grid, number: int) -> None:
        """Take a token from line `number`, the one that is added next."""
        self.start = self.start or number
        self.lines.places.append(len(self.lines))
        if len(cells) > grid.text:
            self.tokens.append(cells[grid.text])
        if len(cells) > grid.tag:
            self.tags.append(cells[grid.tag])

    def record(self, number: int) -> Record:
        """Return it as a record."""
        first = self.start - self.lines.places[0]
        own = range(first, first + len(self.lines))
        found = Record(
            number=number, line=self.start, lines=own, cells=self.lines, error=self.error
        )
        if self.error is None:
            found.text = " ".join(self.tokens)
            found.tokens = tuple(self.tokens)
            found.tags = tuple(self.tags) if len(self.tags) == len(self.tokens) else None
        return found


def starts_as_conll(lines: Lines, asked: Asked) -> bool:
    """Whether the lines are CoNLL-U, or rows of equally many columns, several between blank lines.

    A header with known names makes a table of them. Where no tags are needed the columns must be
    divided by tabs, for texts of two words may be just that.
    """
    waiting, _ = lines.peek(SAMPLED_ROWS)
    texts = [decode(line, lines.encoding)[0] for line in waiting]
    first = next(filter(is_first, texts), "")
    delimiter = delimiter_of(first)
    may_be_text = not asked.needs_label and not texts[0].startswith(DOCUMENT)
    if not first or (delimiter == " " and may_be_text) or is_conllu_row(first):
        return is_conllu_row(first)
    rows = [cells_of(text, delimiter) if is_row(text) else [] for text in texts]
    filled = list(filter(None, rows))
    widths = set(map(len, filled))
    if len(widths) > 1 or widths == {1} or _is_header(filled[0]):
        return False
    count = sum(bool(row) and not before for before, row in zip([[], *rows], rows, strict=False))
    with_blanks = sum(" " in cells[0] for cells in filled)
    are_tokens = with_blanks <= _FEW_INNER_BLANKS * len(filled)
    return count > 1 and len(filled) >= _LEAST_TOKENS * count and are_tokens


def open_conll(stream: io.BufferedIOBase, lines: Lines, asked: Asked) -> Source:
    """Open the sequences that `lines` hold.

    Args: as for `Asked.source`.

    Raises:
        ConfigError: a column that is named is none.
        DataError: the tag is to be in the column of the token.
    """
    source = asked.source("conll", stream, lines)
    first = _first(lines)
    grid = Grid.of(first, asked)
    if grid.text == grid.tag and asked.needs_label:
        raise DataError(f"{asked.name}: token and tag are the same column; name two columns")
    source.targets = "tags"
    source.text, source.label = grid.name(grid.text), grid.name(grid.tag)
    source.delimiter, source.header = grid.delimiter, False
    width = len(grid.cells(first))
    if asked.needs_label and width > 2 and grid.is_guessed:
        form = "CoNLL-U" if grid.is_conllu else f"{width} columns"
        said = f"{form}: tokens from column {source.text}, tags from column {source.label}"
        more = _chunks_beside(lines, grid)
        source.findings += (f"{said} (pass --text/--label for others){more}",)
    rest: list[str] = []
    source.records = _records(lines, source, grid, rest)
    source.rest = lambda: tuple(rest)
    source.ready = partial(_has_sequence, lines)
    return source


def _chunks_beside(lines: Lines, grid: Grid) -> str:
    """Return which later column holds parts of chunks, if the one that is read does not."""
    waiting, _ = lines.peek(SAMPLED_ROWS)
    texts = [decode(line, lines.encoding)[0] for line in waiting]
    columns = list(zip(*[grid.cells(text) for text in texts if grid.is_token(text)], strict=False))
    found = [k for k in range(grid.tag, len(columns)) if _are_chunks(columns[k])]
    if not found or found[0] == grid.tag:
        return ""
    names = [grid.name(k) for k in found]
    several = "s" if len(names) > 1 else ""
    return f"; chunks in column{several} {' and '.join(names)} (--label {names[-1]})"


def _are_chunks(tags: Sequence[str]) -> bool:
    return all(map(_CHUNK.fullmatch, tags)) and any("-" in tag for tag in tags)


def _records(lines: Lines, source: Source, grid: Grid, rest: list[str]) -> Iterator[Record]:
    """Yield a record a sequence; the lines behind the last one go to `rest`."""
    number = 0
    for found in _sequences(lines, source, grid):
        if found.length:
            number += 1
            yield found.record(number)
        else:
            rest += found.lines


def _sequences(lines: Lines, source: Source, grid: Grid) -> Iterator[_Sequence]:
    """Yield all lines, by sequences; the last one may have no token."""
    found = _Sequence(TokenLines(grid.delimiter))
    for line in lines:
        text, problem = decode(line, lines.encoding)
        is_token = bool(problem) or grid.is_token(text)
        if found.length == MOST_TOKENS or (found.length and text.startswith(DOCUMENT)):
            yield found
            found = _Sequence(TokenLines(grid.delimiter))
        if is_token:
            cells = grid.cells(text)
            problem = problem or grid.problem(cells, needs_tag=source.needs_label)
            if problem and found.error is None:
                found.error = f"{source.name}:{lines.number}: {problem}"
            found.add(cells, grid, lines.number)
        found.lines.append(text)
        if found.length and not text.strip(BLANK) and not problem:
            yield found
            found = _Sequence(TokenLines(grid.delimiter))
    yield found


def _has_sequence(lines: Lines) -> bool:
    """Whether a whole sequence, or the end of the data, can be had without waiting."""
    has_token = False
    for count, line in enumerate(lines.arrived()):
        is_token = bool(line.strip(_BLANK_BYTES)) and not line.startswith(DOCUMENT.encode())
        if (has_token and not is_token) or count == _MOST_AHEAD:
            return True
        has_token = has_token or is_token
    return lines.has_ended


def _first(lines: Lines) -> str:
    """Return the first line with a token, nothing if there is none near; wait for it alone."""
    count, more = 0, True
    while more and count < SAMPLED_ROWS:
        count += 1
        waiting, more = lines.peek(count)
        text = decode(waiting[-1], lines.encoding)[0] if len(waiting) == count else ""
        if is_first(text):
            return text
    return ""


def _is_header(cells: list[str]) -> bool:
    """Whether cells are names of columns, among them those of texts and labels."""
    normal = set(map(normal_name, cells))
    return not normal.isdisjoint(TEXT_NAMES) and not normal.isdisjoint(LABEL_NAMES)
