"""Data in a pipe that are a table or JSON Lines, but not those of the model: refused, not read.

To predict from a pipe is to classify its lines as texts, unless the first is the header of a table
with the model's columns or a JSON object with its keys. A header or an object with other names
is no text either, where it can be nothing else: `{}` or "good, bad" may be texts.
"""

import json
import re
from collections.abc import Sequence
from contextlib import suppress

from grucli.data.forms.json_grammar import JsonError, parse_object
from grucli.data.records import names
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.column_names import TEXT_NAMES, column_hint, normal_name
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.data.tables.delimiters import KNOWN_NAMES
from grucli.data.tables.dialect import Dialect, sample_rows
from grucli.errors import DataError, did_you_mean, excerpt

_OTHER_NAMES = KNOWN_NAMES.difference(TEXT_NAMES)
_NAME = re.compile(r"(?!\d+$)\w[\w .()/-]{0,39}(?<! )")


def refuse_stray(lines: Lines, asked: Asked) -> None:
    """Refuse data whose first line is no header or object of the model, and surely no text.

    Raises:
        DataError: it is a JSON object without the text's key, or a header without the text's
            column.
    """
    place = f"{asked.name}:{lines.number + 1}"
    _refuse_json(lines, asked, place)
    if not asked.options.header:
        return
    delimiter = asked.options.delimiter or asked.known.delimiter or ","
    marks = dict.fromkeys((parse_delimiter(delimiter), *"\t,;|"))
    dialects = [Dialect(delimiter=mark, quotes=asked.quotes) for mark in marks]
    rows = [cells for dialect in dialects for cells in sample_rows(lines, dialect, 1)[:1]]
    headers = [cells for cells in rows if _is_header(cells, asked)]
    if headers:
        raise DataError(f"{place}: {_without(asked, 'column', headers[0])}")


def _refuse_json(lines: Lines, asked: Asked, place: str) -> None:
    waiting, _ = lines.peek(1)
    try:
        found = parse_object(waiting[0], lines.encoding) if waiting else {}
    except JsonError as fault:
        if waiting and _is_object(waiting[0], lines.encoding):
            mend = "or pass --format lines if a line is a text"
            raise DataError(f"{place}: {fault}, {mend}") from None
        return
    if found:
        raise DataError(f"{place}: {_without(asked, 'key', list(found))}")


def _is_object(line: bytes, encoding: str) -> bool:
    """Whether a line is a JSON object to any reader, if not one that can be used here."""
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(decode(line, encoding)[0]), dict)
    return False


def _without(asked: Asked, what: str, found: Sequence[str]) -> str:
    """Say which name of the text is missing among those found, and how to mend it."""
    listed = f"({what}s: {excerpt(','.join(found), 60)})"
    mend = f"pass --text {what[:3].upper()}, or --format lines if a line is a text"
    missing = [name for name in asked.among(found).text if name not in found]
    if not missing:
        return f"names of {what}s {listed}, but the model was trained on lines; {mend}"
    hint = column_hint(missing[0], found) if what == "column" else did_you_mean(missing[0], found)
    return f"no {what} '{excerpt(missing[0])}' {listed}{hint}; {mend}"


def _is_header(cells: Sequence[str], asked: Asked) -> bool:
    """Whether cells are names of columns: one is the model's, or they are known as text and label.

    The first may be empty, as pandas writes it above its index.
    """
    first, *rest = cells
    if not rest or len(set(cells)) < len(cells):
        return False
    if not all(_NAME.fullmatch(cell) for cell in (rest if not first else cells)):
        return False
    known = asked.known
    of_model = {*asked.text, *names(asked.label), *names(known.id), *names(known.time)}
    normal = {normal_name(cell) for cell in cells}
    if not normal.isdisjoint(map(normal_name, of_model)):
        return True
    return not normal.isdisjoint(TEXT_NAMES) and not normal.isdisjoint(_OTHER_NAMES)
