"""Texts a line each, with labels among their words as fastText has them.

A token that begins with `__label__` is a label, wherever it stands; what divides tokens is ASCII
whitespace alone. The text is the line without its labels. Where labels are needed a line without
one is passed over, and counted, unless somebody says that lines have any number of them.

In a file that has lines in quotes, as doccano writes them, these are read as cells of CSV are, over
several lines if need be, and what stands behind a `__comment__` is no text.
"""

import io
import re
from collections.abc import Iterator
from typing import Final

from grucli.data.label_hints import SEVERAL
from grucli.data.records import Record, Source
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.cells import Rows
from grucli.data.tables.delimiters import find_delimiter
from grucli.data.tables.dialect import SAMPLED_ROWS
from grucli.data.unclear import UnclearError
from grucli.errors import DataError, counted, excerpt

PREFIX: Final = "__label__"
TAB = "\t"
LEAST_LABELLED: Final = 0.1
"""Share of lines with a label below which a file is taken for another form."""

_NO_DELIMITER = "\x1f"
_QUOTED = f'"{PREFIX}'
_COMMENT = " __comment__"
_SPACE = " \t\v\f\r"
_LABEL = re.compile(rf"(?:^|(?<=[{_SPACE}])){PREFIX}([^{_SPACE}]*)[{_SPACE}]*")


def starts_labelled(lines: Lines, asked: Asked) -> bool:
    """Whether the first line has a label, or half of many have where labels are needed."""
    waiting, _ = lines.peek(SAMPLED_ROWS if asked.needs_label else 1)
    texts = [decode(line, lines.encoding)[0] for line in waiting if line.strip()]
    texts = [text.removeprefix('"') for text in texts]
    labelled = sum(bool(divide(text)[0]) for text in texts)
    return bool(texts) and (texts[0].startswith(PREFIX) or 2 * labelled >= len(texts))


def open_label_lines(stream: io.BufferedIOBase, lines: Lines, asked: Asked) -> Source:
    """Open the texts that `lines` hold; the arguments are those of `Asked.source`."""
    source = asked.source("lines", stream, lines)
    said: list[str] = []
    if asked.needs_label:
        source.records = _labelled(lines, source, asked, said)
        source.found_later = lambda: tuple(said)
    else:
        source.records = _all(lines, source.name)
    return source


def divide(line: str) -> tuple[list[str], str]:
    """Return the names of the labels in a line, each once, and its text."""
    if PREFIX not in line:
        return [], line
    labels, texts, end = [], [], 0
    for match in _LABEL.finditer(line):
        labels.append(match[1])
        texts.append(line[end : match.start()])
        end = match.end()
    if not labels:
        return [], line
    before, after = "".join(texts).lstrip(_SPACE), line[end:]
    return list(dict.fromkeys(labels)), before + after if after else before.rstrip(_SPACE)


def _has_quotes(lines: Lines, count: int) -> bool:
    """Whether one of the lines that come next begins with a quote and a label."""
    waiting, _ = lines.peek(count)
    return any(line.startswith(_QUOTED.encode()) for line in waiting)


def _texts(lines: Lines, *, has_quotes: bool) -> Iterator[tuple[range, str, str]]:
    """Yield the numbers of the lines of each text, the text, and what is wrong with it."""
    if not has_quotes:
        for line in lines:
            yield range(lines.number, lines.number + 1), *decode(line, lines.encoding)
        return
    for row in Rows(lines, _NO_DELIMITER, width=1):
        text = row.cells[0] if row.cells else ""
        own = range(row.line, row.line + row.size)
        yield own, text.partition(_COMMENT)[0].rstrip(" "), row.problem


def _all(lines: Lines, name: str) -> Iterator[Record]:
    """Yield a record a line; labels are left out of the text."""
    texts = _texts(lines, has_quotes=_has_quotes(lines, 1))
    for number, (own, text, problem) in enumerate(texts, 1):
        labels, text = divide(text)
        record = Record(number=number, line=own[0], lines=own if len(own) > 1 else ())
        if problem:
            record.error = f"{name}:{own[0]}: {problem}"
        else:
            _fill(record, labels, text)
        yield record


def _fill(record: Record, labels: list[str], text: str) -> None:
    record.text = text
    if len(labels) == 1:
        record.label = labels[0]
    elif labels:
        record.label, record.labels = ", ".join(labels), tuple(labels)


def _labelled(lines: Lines, source: Source, asked: Asked, said: list[str]) -> Iterator[Record]:
    """Yield a record a line with a label; then add to `said` how many lines have none.

    Raises:
        DataError: no line has a label, or fewer than LEAST_LABELLED of a file that nobody calls
            lines: it is another form.
    """
    name, number, skipped, first = source.name, 0, 0, (0, "")
    may_lack = source.targets == "labels"
    is_told = asked.options.format == "lines"
    least, table = 0.0 if is_told else LEAST_LABELLED, _table_form(lines, asked)
    texts = _texts(lines, has_quotes=_has_quotes(lines, SAMPLED_ROWS))
    for own, text, problem in texts:
        if not text.strip(" \t\r\n\v\f") and not problem:
            continue
        labels, text = divide(text)
        if not labels and not problem and not may_lack:
            skipped += 1
            first = first if skipped > 1 else (own[0], text)
            continue
        number += 1
        record = Record(number=number, line=own[0], lines=own if len(own) > 1 else ())
        if problem := problem or _mislabelled(labels, source.allows_sets):
            record.error = f"{name}:{own[0]}: {problem}"
        else:
            _fill(record, labels, text)
            if may_lack and not labels:
                record.label = ""
            if len(labels) > 1:
                source.targets = "labels"
        yield record
    if skipped and number <= least * (number + skipped):
        what = f"{name}:{first[0]}: no {PREFIX}x in the line"
        raise _unlabelled(what, number, number + skipped, table, is_told=is_told)
    if skipped:
        lacking = f"{counted(skipped, 'line')} without a {PREFIX}x"
        said.append(f"skipped {lacking}, the first is line {first[0]:,}")


def _table_form(lines: Lines, asked: Asked) -> str:
    """Return the form of table that the lines which come look like, nothing if like none."""
    try:
        delimiter, _ = find_delimiter(lines, [], asked)
    except DataError:  # two delimiters would do
        return "csv"
    return {"": "", TAB: "tsv"}.get(delimiter, "csv")


def _unlabelled(what: str, number: int, total: int, table: str, *, is_told: bool) -> DataError:
    """Return the refusal of lines of which `number` of `total` have a label.

    Args:
        what: the place and what is wrong.
        number, total: lines.
        table: the form of table that they look like, if any.
        is_told: whether somebody calls them lines.
    """
    if not table and not number:
        return DataError(f"{what}, nor in another; begin each with its label: {PREFIX}x text")
    form = table or "csv"
    mend = f"if this is a table, pass --format {form}"
    if number:
        mend = f"{number:,} of {total:,} lines have one; {mend}, or --format lines"
    return (
        DataError(f"{what}; {mend}") if is_told else UnclearError(what, {"format": form}, mend=mend)
    )


def _mislabelled(labels: list[str], allows_sets: bool) -> str:
    """Return why a line with these labels cannot be learned from, or nothing."""
    if len(labels) > 1 and not allows_sets:
        listed = excerpt(", ".join(labels))
        return f"{len(labels)} labels ({listed}); keep one a line, {SEVERAL}"
    return "" if all(labels) else f"a label without a name; write {PREFIX}x"
