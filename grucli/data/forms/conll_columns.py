"""Lines of CoNLL as columns: what divides them, and which hold the token and its tag."""

import re
from typing import Final

from grucli.data.records import Columns, names
from grucli.data.request import Asked
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.errors import ConfigError, counted, excerpt
from grucli.values import dataclass

DOCUMENT: Final = "-DOCSTART-"
"""How a line begins that holds no token, but the start of a document."""
BLANK: Final = " \t\v\f\r"
"""The characters of a blank line."""
CONLLU: Final = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""The columns of CoNLL-U."""

_NOTHING = ("-X-", "_")  # a column that is not filled: the tag is the last one then
_BLANKS = re.compile(f"[{BLANK}]+")
_NO_TOKEN = re.compile(r"\d+[-.]\d+")
_NUMBERED = re.compile(r"\d+([-.]\d+)?")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Where tokens and tags stand; columns are counted from 0, and guessed if nobody told them."""

    delimiter: str
    is_guessed: bool
    is_conllu: bool
    text: int
    tag: int

    @classmethod
    def of(cls, first: str, asked: Asked) -> "Grid":
        """Return it as it is asked for, else as the first line with a token has it."""
        told, is_conllu = asked.options.delimiter, is_conllu_row(first)
        options, known = asked.options, asked.known
        text = _column("--text", options.text, known.text, is_conllu)
        tag = _column("--label", options.label, known.label, is_conllu)
        delimiter = parse_delimiter(told) if told else delimiter_of(first)
        cells = cells_of(first, delimiter)
        last = len(cells) - 1 if cells[1:2] and cells[1] in _NOTHING else 1
        return cls(
            delimiter=delimiter,
            is_conllu=is_conllu,
            is_guessed=tag is None,
            text=is_conllu * 1 if text is None else text,
            tag=(3 if is_conllu else last) if tag is None else tag,
        )

    def cells(self, line: str) -> list[str]:
        """Return the columns of a line."""
        return cells_of(line, self.delimiter)

    def is_token(self, line: str) -> bool:
        """Whether a line holds a token."""
        if not is_row(line):
            return False
        if not self.is_conllu:
            return True
        return not line.startswith("#") and not _NO_TOKEN.fullmatch(self.cells(line)[0])

    def name(self, column: int) -> str:
        """Return what `--text` and `--label` call a column."""
        return CONLLU[column] if self.is_conllu and column < len(CONLLU) else str(column + 1)

    def problem(self, cells: list[str], *, needs_tag: bool) -> str:
        """Return why there is no token in these columns, or no tag, nothing if there are."""
        for what, flag, column in (("token", "--text", self.text), ("tag", "--label", self.tag)):
            if what == "tag" and not needs_tag:
                return ""
            if column >= len(cells):
                found = counted(len(cells), "column")
                return f"{found}, and the {what} is in column {column + 1}; add it, or pass {flag}"
            if not cells[column].strip(BLANK):
                return f"no {what} in column {column + 1}; fill it in, or pass {flag}"
        return ""


def is_row(text: str) -> bool:
    """Whether a line is neither blank nor the start of a document."""
    return bool(text.strip(BLANK)) and not text.startswith(DOCUMENT)


def is_first(text: str) -> bool:
    """Whether a line tells how lines are divided; one of the token "#" is as good as a comment."""
    return is_row(text) and not text.startswith("#")


def delimiter_of(first: str) -> str:
    """Return what divides the columns of a line, a tab if there is one column."""
    is_divided_by_blanks = "\t" not in first and _BLANKS.search(first.strip(BLANK))
    return " " if is_divided_by_blanks else "\t"


def is_conllu_row(first: str) -> bool:
    """Whether a line is of CoNLL-U, maybe with a column that was added to it."""
    cells = first.split("\t")
    return len(cells) - len(CONLLU) in (0, 1) and bool(_NUMBERED.fullmatch(cells[0]))


def cells_of(line: str, delimiter: str) -> list[str]:
    """Return the columns of a line; a run of blanks divides them as one does."""
    return _BLANKS.split(line.strip(BLANK)) if delimiter == " " else line.split(delimiter)


def _column(
    flag: str, given: Columns | None, remembered: Columns | None, is_conllu: bool
) -> int | None:
    """Return the place of the column that is named, or remembered of data of the same form."""
    if given is not None:
        place = _place(names(given), is_conllu)
        if place is None:
            named = f" or one of {', '.join(CONLLU)}" if is_conllu else ""
            raise ConfigError(
                f"{flag}: columns have no names here; must be the number of one, from 1{named}, "
                f"got '{excerpt(','.join(names(given)))}'"
            )
        return place
    known = names(remembered)
    return _place(known, is_conllu) if "".join(known).isdigit() != is_conllu else None


def _place(columns: tuple[str, ...], is_conllu: bool) -> int | None:
    name = columns[0].lower() if len(columns) == 1 else ""
    if is_conllu and name in CONLLU:
        return CONLLU.index(name)
    return int(name) - 1 if name.isdecimal() and int(name) > 0 else None
