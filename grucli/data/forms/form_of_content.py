"""The form of data that neither their name nor an option tells."""

from grucli.data.forms.json_start import starts_as_jsonl, starts_as_tokens
from grucli.data.forms.piped_input import refuse_stray
from grucli.data.forms.text_lines import starts_labelled
from grucli.data.request import Asked
from grucli.data.streams.lines import Lines, decode
from grucli.data.tables.delimiters import announced_delimiter, find_delimiter
from grucli.data.tables.first_row import header_has_text, is_headless


def is_searched(asked: Asked) -> bool:
    """Whether content decides the form; lines to predict are raw texts, whatever is in them."""
    options = asked.options
    told = options.values or options.id
    return bool(asked.needs_label or asked.known.kind == "series" or told)


def form_of_txt(lines: Lines, asked: Asked) -> str:
    """Return the form of a .txt, plain lines if nothing speaks against it; "" if content tells."""
    waiting, _ = lines.peek(1)
    first = decode(waiting[0], lines.encoding)[0] if waiting else ""
    told = asked.options.delimiter or (asked.needs_label and announced_delimiter(lines))
    is_row = (asked.known.delimiter or "\n") in first
    is_header = any(mark in first for mark in "\t,;|") and header_has_text(lines, asked)
    if told or not asked.options.header or is_row or is_header or starts_as_jsonl(lines):
        return ""
    if not is_searched(asked):
        refuse_stray(lines, asked)
    return "lines"


def form_of_content(lines: Lines, asked: Asked) -> str:
    """Return the form of data whose name and options do not tell it."""
    if header_has_text(lines, asked):
        return "csv"
    if (asked.text and starts_as_jsonl(lines, asked)) or (
        not asked.needs_label and starts_as_tokens(lines, asked)
    ):
        return "jsonl"
    options = asked.options
    if not is_searched(asked):
        refuse_stray(lines, asked)
        is_told = options.text or options.delimiter or is_headless(lines, asked)
        return "csv" if is_told and not starts_labelled(lines, asked) else "lines"
    if starts_labelled(lines, asked):
        return "lines"
    if starts_as_jsonl(lines):
        return "jsonl"
    from grucli.data.forms.ts import starts_as_ts  # late: what is piped to predict never comes here

    if starts_as_ts(lines):
        return "ts"
    told = any((options.values, options.id, options.delimiter, announced_delimiter(lines)))
    if asked.known.kind == "series" or told:
        return "csv"
    delimiter, _ = find_delimiter(lines, [], asked)
    return {"": "lines", "\t": "tsv"}.get(delimiter, "csv")
