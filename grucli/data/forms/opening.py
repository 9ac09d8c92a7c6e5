"""Whatever the form of the data, a stream of Records; memory does not grow with a text file.

What a record is:
    table (csv, tsv)    each row after the header. A blank line is no row; but where no labels are
                        needed (predict), one in a table of one column is an empty text.
    lines               each line; `__label__x` in it is its label. A blank line, or one without a
                        label, is no record where labels are needed; else it is one.
                        A long table (numeric, with an id) has one of all rows of an id.
    jsonl, json         each line but blank ones, or each object of an array or of another list.
    conll               each run of lines with tokens, up to a blank line.
    ts                  each case, that is each line after `@data` but blank ones and comments.
    npz                 each row of `X`.

A record that cannot be read (ragged, undecodable, over-long, quote not closed, not finite) is a
Record with `error`, and reading goes on behind it: whether to stop is for the caller to say.

A form is imported when data have it: nobody who asks about one line waits for all of them.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from grucli.data.forms.form_of_content import form_of_content, form_of_txt, is_searched
from grucli.data.forms.json_start import may_hold_json, starts_as_jsonl
from grucli.data.forms.piped_input import refuse_stray
from grucli.data.forms.text_lines import open_label_lines
from grucli.data.records import ReadOptions, Remembered, Source
from grucli.data.request import Asked
from grucli.data.streams.charsets import starts_as_utf8
from grucli.data.streams.lines import Lines, is_wide, refuse_wide, text_encoding
from grucli.data.streams.signatures import first_bytes, holds_arrays, may_hold_arrays, refuse_kind
from grucli.errors import ConfigError, DataError, show_path
from grucli.files.data_stream import open_binary

if TYPE_CHECKING:
    from grucli.data.forms.json_document import Elements, Place

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".txt": "lines",
    ".conll": "conll",
    ".conllu": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".ts": "ts",
    ".npz": "npz",
}
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_WHOLE = {"text": "texts", "series": "whole sequences"}
_AHEAD = (b"# ", b"-DOCSTART-")  # what may stand before the first token of CoNLL


def open_source(
    path: str | Path,
    options: ReadOptions,
    *,
    needs_label: bool,
    remembered: Remembered | None = None,
    called: str | Path | None = None,
) -> Source:
    """Open data of any form; gzip is unpacked.

    The form is the one of `options`, else the suffix's, else what the first rows look like; these
    decide of a .txt, too, where a delimiter is given, or the model's stands in the first row.
    Where no label is needed (predict) and the model reads texts, data without a known suffix, such
    as standard input, are plain lines, unless the first is a header that has the model's text
    column, or a JSON object that has it as a key. A header or an object without it is refused.

    Args:
        path: a file, or "-" for standard input.
        options: what the user said about it.
        needs_label: whether each record must have a label (train, evaluate).
        remembered: what the model knows of its training data; the options stand above it.
        called: the path that names the data and their format, if not `path` itself.

    Raises:
        ConfigError: an option has no meaning.
        AccessError: the file cannot be read; also later, while iterating.
        DataError: it is empty or binary, or its columns are missing or not clear.
    """
    _check(options, remembered)
    known = remembered or Remembered()
    encoding = text_encoding(options.encoding or known.encoding or "utf-8")
    stream, named = open_binary(path, called), called or path
    asked = Asked(
        name="standard input" if str(named) == "-" else show_path(named),
        options=options,
        known=known,
        needs_label=needs_label,
        encoding=encoding,
        path=str(path) if str(path) != "-" and Path(path).is_file() else None,
        may_be_tagged=remembered is None or remembered.targets == "tags",
    )
    try:
        return _opened(stream, asked, format_of_suffix(named))
    except BaseException:
        stream.close()
        raise


def format_of_suffix(path: str | Path) -> str:
    """Return the format that the suffix of a path stands for, nothing if for none."""
    suffix = PurePath(str(path).lower().removesuffix(".gz")).suffix
    return _SUFFIXES.get(suffix, "")


def _check(options: ReadOptions, remembered: Remembered | None) -> None:
    if options.missing == "mask" and remembered is not None and remembered.missing != "mask":
        raise ConfigError(
            "--missing: the model was not trained to mask values; train it with --missing mask"
        )
    if options.label_separator is not None and options.targets not in (None, "labels"):
        raise ConfigError(
            "--label-separator: is for several labels a row, and the task has one answer; leave it "
            "out, or set task=multilabel"
        )
    known = remembered or Remembered()
    if options.window is None and known.window is None:
        for flag, given in (
            ("--step", options.step),
            ("--gap-channel", options.gap_channel),
        ):
            if given:
                raise ConfigError(f"{flag}: says how windows are cut; pass --window N, too")
    if remembered is not None and options.gap_channel not in (None, remembered.gap_channel):
        other = "with" if remembered.gap_channel else "without"
        raise ConfigError(f"--gap-channel: the model was trained {other} it; leave the flag out")


def _opened(stream: io.BufferedIOBase, asked: Asked, suffix_form: str) -> Source:
    form = suffix_form if asked.options.format == "auto" else asked.options.format
    head = first_bytes(stream)
    asked = _in_utf8(asked, head)
    if (not form and holds_arrays(head)) or (form == "npz" and may_hold_arrays(head)):
        from grucli.data.forms.npz import open_series  # late: few data are an archive

        return _unless_cut(open_series(stream, asked, head), asked)
    refuse_kind(head, asked.name)
    is_open = form in ("", "json", "jsonl") or (form == "lines" and asked.options.format == "auto")
    if is_open and may_hold_json(head, asked.encoding):
        from grucli.data.forms.json_document import Elements, find_place

        head, place = find_place(head, stream, asked, form)
        if place:
            return _of_document(Elements(stream, asked, head, place), place, form, stream, asked)
    form = "jsonl" if form == "json" else form
    is_sure = asked.options.encoding is not None
    lines = Lines(stream, asked.name, asked.encoding, head, is_sure=is_sure)
    first, _ = lines.peek(1)
    if first and (form or asked.needs_label):
        refuse_wide(first[0], asked.name)
    if not first and asked.needs_label:
        raise DataError(f"{asked.name}: the file is empty; name a file with data in it")
    if asked.options.format == "auto" and _is_tagged(lines, form, asked):
        form = "conll"
    elif asked.options.format == "auto" and form == "lines":
        form = form_of_txt(lines, asked)
    return _finished(_of_form(form, stream, lines, asked), lines, asked)


def _of_document(
    lines: Elements, place: Place, form: str, stream: io.BufferedIOBase, asked: Asked
) -> Source:
    by_content = form.startswith("json") or is_searched(asked)
    if not by_content and not starts_as_jsonl(lines, asked):
        refuse_stray(lines, asked)
    from grucli.data.forms.jsonl import open_jsonl

    source = open_jsonl(stream, lines, asked)
    said = place.said if by_content else f"{place.said} (pass --format lines for plain lines)"
    source.format, source.findings = "json", (said, *source.findings)
    found_later = source.found_later
    source.found_later = lambda: (*found_later(), *lines.findings())
    return _finished(source, lines, asked)


def _finished(source: Source, lines: Lines, asked: Asked) -> Source:
    """Say in what encoding texts are read; let a model that tags have its steps."""
    _unless_cut(source, asked)
    if source.kind == "text":
        _say_encoding(source, lines, asked)
    if asked.known.targets == "tags":
        from grucli.data.forms.spans import divided

        source.records = divided(source.records, asked.known.division)
    return source


def _unless_cut(source: Source, asked: Asked) -> Source:
    """Return a source of windows if such are asked for.

    Raises:
        ConfigError: its data are not cut into windows.
    """
    if asked.options.window is not None and source.window is None:
        raise ConfigError(
            f"--window: cuts tables with a step a row; {asked.name} holds {_WHOLE[source.kind]}, "
            "leave it out"
        )
    return source


def _is_tagged(lines: Lines, form: str, asked: Asked) -> bool:
    """Whether the data are tokens with tags whatever their name says; a pipe to predict is not."""
    is_open = asked.may_be_tagged and form in ("", "lines", "tsv")
    is_searched = asked.needs_label or asked.path is not None
    if not (is_open and is_searched):
        return False
    from grucli.data.forms.conll import starts_as_conll

    return starts_as_conll(lines, asked)


def _in_utf8(asked: Asked, head: bytes) -> Asked:
    """Return the same in UTF-8 where an encoding like UTF-16 is remembered and not found."""
    is_doubted = asked.options.encoding is None and is_wide(asked.encoding)
    return replace(asked, encoding="utf-8") if is_doubted and starts_as_utf8(head) else asked


def _say_encoding(source: Source, lines: Lines, asked: Asked) -> None:
    """Say what the text is read as where the model has learned from another encoding than UTF-8."""
    remembered = text_encoding(asked.known.encoding or "utf-8")
    if asked.options.encoding is not None or remembered == "utf-8":
        return
    found = asked.encoding if is_wide(asked.encoding) else lines.encoding
    read_as = f"read as {found}," if found == remembered else f"read as {found}, not {remembered}"
    source.findings += (f"{read_as} like the training data (or pass --encoding)",)
    found_later, at_first = source.found_later, lines.encoding
    late = f"read as utf-8 from a line on that is no {remembered} (or pass --encoding)"
    source.found_later = lambda: (*found_later(), *[late] * (lines.encoding != at_first))


def _of_form(form: str, stream: io.BufferedIOBase, lines: Lines, asked: Asked) -> Source:
    """Open the lines in the form that is told, or that their content tells."""
    found = form or form_of_content(lines, asked)
    if found == "lines":
        source = open_label_lines(stream, lines, asked)
        if (
            not form
            and asked.known.targets == "tags"
            and any(b"\t" in one or one.startswith(_AHEAD) for one in lines.peek(1)[0])
        ):
            said = "each line is read as a text (pass --format conll for a token a line)"
            source.findings = (said, *source.findings)
        return source
    if found == "jsonl":
        from grucli.data.forms.jsonl import open_jsonl

        source = open_jsonl(stream, lines, asked)
        if not form and source.kind == "text" and not asked.needs_label:
            said = "the first line is a JSON object (pass --format lines for plain lines)"
            source.findings = (said, *source.findings)
        return source
    if found == "ts":
        from grucli.data.forms.ts import open_ts

        return open_ts(stream, lines, asked)
    if found == "conll":
        from grucli.data.forms.conll import open_conll

        return open_conll(stream, lines, asked)
    from grucli.data.tables.source import open_table

    return open_table(stream, lines, asked, _DELIMITERS.get(form))
