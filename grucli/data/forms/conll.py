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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from grucli.data.records import Columns, Record, Source, names
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.column_names import LABEL_NAMES, TEXT_NAMES, normal_name
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.data.tables.dialect import SAMPLED_ROWS
from grucli.errors import ConfigError, counted, excerpt

MOST_TOKENS: Final = 2**20
"""Tokens of the longest sequence; what follows in it is one of its own, for memory has bounds."""

_DOCUMENT = "-DOCSTART-"
_BLANK = " \t\v\f\r"
_BLANKS = re.compile(f"[{_BLANK}]+")
_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_NO_TOKEN = re.compile(r"\d+[-.]\d+")
_NUMBERED = re.compile(r"\d+([-.]\d+)?")
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


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Where tokens and tags stand; columns are counted from 0, and guessed if nobody told them."""

    delimiter: str
    is_guessed: bool
    is_conllu: bool
    text: int
    tag: int

    @classmethod
    def of(cls, first: str, asked: Asked) -> "_Grid":
        """Return it as it is asked for, else as the first line with a token has it."""
        told, is_conllu = asked.options.delimiter, _is_conllu(first)
        options, known = asked.options, asked.known
        text = _column("--text", options.text, known.text, is_conllu)
        tag = _column("--label", options.label, known.label, is_conllu)
        return cls(
            delimiter=parse_delimiter(told) if told else _delimiter(first),
            is_conllu=is_conllu,
            is_guessed=tag is None,
            text=is_conllu * 1 if text is None else text,
            tag=(3 if is_conllu else 1) if tag is None else tag,
        )

    def cells(self, line: str) -> list[str]:
        """Return the columns of a line."""
        return _cells(line, self.delimiter)

    def is_token(self, line: str) -> bool:
        """Whether a line holds a token."""
        if not _is_row(line):
            return False
        if not self.is_conllu:
            return True
        return not line.startswith("#") and not _NO_TOKEN.fullmatch(self.cells(line)[0])

    def name(self, column: int) -> str:
        """Return what `--text` and `--label` call a column."""
        return _CONLLU[column] if self.is_conllu and column < len(_CONLLU) else str(column + 1)

    def problem(self, cells: list[str], *, needs_tag: bool) -> str:
        """Return why there is no token in these columns, or no tag, nothing if there are."""
        for what, flag, column in (("token", "--text", self.text), ("tag", "--label", self.tag)):
            if what == "tag" and not needs_tag:
                return ""
            if column >= len(cells):
                found = counted(len(cells), "column")
                return f"{found}, and the {what} is in column {column + 1}; add it, or pass {flag}"
            if not cells[column].strip(_BLANK):
                return f"no {what} in column {column + 1}; fill it in, or pass {flag}"
        return ""


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

    def add(self, cells: list[str], grid: _Grid, number: int) -> None:
        """Take a token from line `number`, the one that is added next."""
        self.start = self.start or number
        self.lines.places.append(len(self.lines))
        if len(cells) > grid.text:
            self.tokens.append(cells[grid.text])
        if len(cells) > grid.tag:
            self.tags.append(cells[grid.tag])

    def record(self, number: int) -> Record:
        """Return it as a record."""
        found = Record(number=number, line=self.start, cells=self.lines, error=self.error)
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
    first = next(filter(_is_first, texts), "")
    delimiter = _delimiter(first)
    may_be_text = not asked.needs_label and not texts[0].startswith(_DOCUMENT)
    if not first or (delimiter == " " and may_be_text) or _is_conllu(first):
        return _is_conllu(first)
    rows = [_cells(text, delimiter) if _is_row(text) else [] for text in texts]
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
    """
    source = asked.source("conll", stream, lines)
    first = _first(lines)
    grid = _Grid.of(first, asked)
    source.targets = "tags"
    source.text, source.label = grid.name(grid.text), grid.name(grid.tag)
    source.delimiter, source.header = grid.delimiter, False
    width = len(grid.cells(first))
    if asked.needs_label and width > 2 and grid.is_guessed:
        form = "CoNLL-U" if grid.is_conllu else f"{width} columns"
        said = f"{form}: tokens from column {source.text}, tags from column {source.label}"
        source.findings += (f"{said} (pass --text/--label for others)",)
    rest: list[str] = []
    source.records = _records(lines, source, grid, rest)
    source.rest = lambda: tuple(rest)
    return source


def _records(lines: Lines, source: Source, grid: _Grid, rest: list[str]) -> Iterator[Record]:
    """Yield a record a sequence; the lines behind the last one go to `rest`."""
    number = 0
    for found in _sequences(lines, source, grid):
        if found.length:
            number += 1
            yield found.record(number)
        else:
            rest += found.lines


def _sequences(lines: Lines, source: Source, grid: _Grid) -> Iterator[_Sequence]:
    """Yield all lines, by sequences; the last one may have no token."""
    found = _Sequence(TokenLines(grid.delimiter))
    for line in lines:
        text, problem = decode(line, lines.encoding)
        is_token = bool(problem) or grid.is_token(text)
        if found.length == MOST_TOKENS or (found.length and text.startswith(_DOCUMENT)):
            yield found
            found = _Sequence(TokenLines(grid.delimiter))
        if is_token:
            cells = grid.cells(text)
            problem = problem or grid.problem(cells, needs_tag=source.needs_label)
            if problem and found.error is None:
                found.error = f"{source.name}:{lines.number}: {problem}"
            found.add(cells, grid, lines.number)
        found.lines.append(text)
        if found.length and not text.strip(_BLANK) and not problem:
            yield found
            found = _Sequence(TokenLines(grid.delimiter))
    yield found


def _first(lines: Lines) -> str:
    """Return the first line with a token, nothing if there is none near; wait for it alone."""
    count, more = 0, True
    while more and count < SAMPLED_ROWS:
        count += 1
        waiting, more = lines.peek(count)
        text = decode(waiting[-1], lines.encoding)[0] if len(waiting) == count else ""
        if _is_first(text):
            return text
    return ""


def _cells(line: str, delimiter: str) -> list[str]:
    return _BLANKS.split(line.strip(_BLANK)) if delimiter == " " else line.split(delimiter)


def _is_row(text: str) -> bool:
    """Whether a line is neither blank nor the start of a document."""
    return bool(text.strip(_BLANK)) and not text.startswith(_DOCUMENT)


def _is_first(text: str) -> bool:
    """Whether a line tells how lines are divided; one of the token "#" is as good as a comment."""
    return _is_row(text) and not text.startswith("#")


def _delimiter(first: str) -> str:
    """Return what divides the columns of a line, a tab if there is one column."""
    is_divided_by_blanks = "\t" not in first and _BLANKS.search(first.strip(_BLANK))
    return " " if is_divided_by_blanks else "\t"


def _is_conllu(first: str) -> bool:
    """Whether a line is of CoNLL-U, maybe with a column that was added to it."""
    cells = first.split("\t")
    return len(cells) - len(_CONLLU) in (0, 1) and bool(_NUMBERED.fullmatch(cells[0]))


def _is_header(cells: list[str]) -> bool:
    """Whether cells are names of columns, among them those of texts and labels."""
    normal = set(map(normal_name, cells))
    return not normal.isdisjoint(TEXT_NAMES) and not normal.isdisjoint(LABEL_NAMES)


def _column(
    flag: str, given: Columns | None, remembered: Columns | None, is_conllu: bool
) -> int | None:
    """Return the place of the column that is named, or remembered of data of the same form."""
    if given is not None:
        place = _place(names(given), is_conllu)
        if place is None:
            named = f" or one of {', '.join(_CONLLU)}" if is_conllu else ""
            raise ConfigError(
                f"{flag}: columns have no names here; must be the number of one, from 1{named}, "
                f"got '{excerpt(','.join(names(given)))}'"
            )
        return place
    known = names(remembered)
    return _place(known, is_conllu) if "".join(known).isdigit() != is_conllu else None


def _place(columns: tuple[str, ...], is_conllu: bool) -> int | None:
    name = columns[0].lower() if len(columns) == 1 else ""
    if is_conllu and name in _CONLLU:
        return _CONLLU.index(name)
    return int(name) - 1 if name.isdecimal() and int(name) > 0 else None
