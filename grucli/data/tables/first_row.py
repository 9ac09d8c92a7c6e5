"""What the first row tells of lines that may be a table, without what it takes to read one."""

from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.delimiter_names import parse_delimiter
from grucli.data.tables.delimiters import announced_delimiter
from grucli.data.tables.dialect import Dialect, peeked_rows


def is_headless(lines: Lines, asked: Asked) -> bool:
    """Whether there is no header as told, or as in the training data whose tabs a file has, too."""
    if not asked.options.header:
        return True
    is_likely = asked.path is not None and not asked.known.header and asked.known.delimiter == "\t"
    waiting = lines.peek(1)[0] if is_likely else []
    return any("\t" in decode(line, lines.encoding)[0] for line in waiting)


def header_has_text(lines: Lines, asked: Asked) -> bool:
    """Whether the line that comes is a header with the text column that is known."""
    told = asked.options.delimiter or announced_delimiter(lines)
    likely = [parse_delimiter(told)] if told else [asked.known.delimiter or ",", *"\t,;|"]
    has_text = any(has_known(lines, asked, delimiter) for delimiter in dict.fromkeys(likely))
    return asked.header and bool(asked.text) and has_text


def has_known(lines: Lines, asked: Asked, delimiter: str) -> bool:
    """Whether the row that comes has names of columns that are given or remembered as cells."""
    cells = set(first_cells(lines, asked, delimiter))
    text, known = asked.among(cells).text, asked.known
    if text:
        return cells.issuperset(text)
    return len(cells) > 1 and not cells.isdisjoint({*known.values, known.id})


def first_cells(lines: Lines, asked: Asked, delimiter: str) -> list[str]:
    """Return the cells of the first row, below a line that announces the delimiter."""
    dialect = Dialect(delimiter=delimiter, quotes=asked.quotes)
    above = 1 if announced_delimiter(lines) else 0
    rows = peeked_rows(lines, dialect, 1, skipped=above)
    return [cell.strip() for row in rows[:1] for cell in row.cells]
