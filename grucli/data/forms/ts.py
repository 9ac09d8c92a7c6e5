"""Numeric sequences in the .ts format of the UCR and UEA archives.

Tags (@…, in any case) up to @data, then a case a line: dimensions separated by colons, the values
of each by commas, last the class label, or with @targetLabel the number to predict; where there is
neither, a colon may still end the line.
Lines that begin with # or % are comments. All dimensions of a case have the same steps; cases may
differ in length. `?` and NaN are missing values, and missing labels unless @classLabel has them.
With @timestamps each value stands beside its time: `(0,1.5),(1,2.5)`, or a date of ISO 8601.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from grucli.data.forms import Missing
from grucli.data.numbers import Floats, NumberError, numbers, whole
from grucli.data.records import Record, Source
from grucli.data.request import Asked
from grucli.data.step_times import TimeError, order
from grucli.data.streams.lines import Lines, decode
from grucli.errors import DataError, did_you_mean, excerpt

_TAGS = (
    *("problemname", "timestamps", "missing", "univariate", "dimension", "dimensions"),
    *("equallength", "serieslength", "classlabel", "targetlabel", "data"),
)
_TAG = re.compile(r"@(\w+)[ \t]*(.*)")
_TIMES_ARE = "the timestamps put the steps in order and are then left out"
_AFTER_PAIR = re.compile(r"(?<=\))\s*:")
_BETWEEN_PAIRS = re.compile(r"\)\s*,\s*\(")
_MOST_COMMENTS = 200
_NO_LABEL = frozenset({"", "?", "nan"})
"""How a missing label is written, in any case."""


@dataclass(kw_only=True)
class _Header:
    """The header as its tags say it; None where they do not.

    Attributes:
        has_times: whether each value stands beside its time.
        has_label: whether the last part of a case is its label, or its target.
        has_target: whether that is a number to predict.
        labels: the ones that are declared, as they stand in the tag: a label may have several
            words, and nothing says where the next one begins.
        dimensions: parts of a case beside its label.
        length, equal: steps of a case, and whether that holds for all.
    """

    has_times: bool = False
    has_label: bool = False
    has_target: bool = False
    labels: str = ""
    dimensions: int | None = None
    length: int | None = None
    equal: bool = True

    def declares(self, label: str) -> bool:
        """Whether the words of a label stand one after the other among the declared ones."""
        return bool(label) and f" {' '.join(label.split())} " in f" {self.labels} "


class _CaseError(ValueError):
    """A case cannot be used: why, and how to mend it."""


def starts_as_ts(lines: Lines) -> bool:
    """Whether the first line that is no comment is a tag; waits for no other line."""
    for count in range(1, _MOST_COMMENTS):
        waiting, _ = lines.peek(count)
        text = decode(waiting[-1], lines.encoding)[0].strip() if len(waiting) == count else "-"
        if text and text[0] not in "#%":
            match = _TAG.match(text)
            return match is not None and match[1].lower() in _TAGS
    return False


def open_ts(stream: io.BufferedIOBase, lines: Lines, asked: Asked) -> Source:
    """Open the cases that `lines` hold.

    Args: as for `Asked.source`.

    Raises:
        DataError: the tags are damaged; or there are no labels or targets, but they are needed.
    """
    header = _read_header(lines, asked)
    return replace(
        asked.source("ts", stream, lines),
        kind="series",
        targets="number" if header.has_target else "label",
        records=_records(lines, asked, header),
        missing=asked.missing,
        findings=(_TIMES_ARE,) if header.has_times else (),
    )


def _read_header(lines: Lines, asked: Asked) -> _Header:
    header = _Header()
    for line in lines:
        place = f"{asked.name}:{lines.number}"
        text, problem = decode(line, lines.encoding)
        if problem:
            raise DataError(f"{place}: {problem}")
        text = text.strip()
        if not text or text[0] in "#%":
            continue
        match = _TAG.fullmatch(text)
        name = match[1].lower() if match else ""
        if match is None or name not in _TAGS:
            hint = did_you_mean(name, _TAGS) or "; is it a .ts file?"
            raise DataError(f"{place}: '{excerpt(text)}' is no tag of a .ts file{hint}")
        if name == "data":
            break
        _apply(header, name, match[2].split(), place)
    else:
        if lines.number:
            raise DataError(f"{asked.name}: no @data; is it a .ts file, and a whole one?")
    if asked.needs_label and not header.has_label:
        raise DataError(
            f"{asked.name}: has no class labels (@classLabel true …) and no targets (@targetLabel "
            "true); give a file that has"
        )
    return header


def _apply(header: _Header, name: str, words: list[str], place: str) -> None:
    """Take one tag in."""
    first = words[0].lower() if words else ""
    if name == "timestamps":
        header.has_times = first == "true"
    if name == "targetlabel" and first == "true":
        header.has_label = header.has_target = True
    if name == "classlabel" and not header.has_target:
        header.has_label = first == "true"
        header.labels = " ".join(words[1:])
    if name == "univariate" and first == "true":
        header.dimensions = 1
    if name in ("dimension", "dimensions", "serieslength"):
        if not (first.isascii() and first.isdigit() and int(first[:9]) > 0):
            raise DataError(f"{place}: '{excerpt(first)}' is no count; write a number from 1")
        if name == "serieslength":
            header.length = int(first)
        else:
            header.dimensions = int(first)
    if name == "equallength":
        header.equal = first != "false"


def _records(lines: Lines, asked: Asked, header: _Header) -> Iterator[Record]:
    number = 0
    for line in lines:
        text, problem = decode(line, lines.encoding)
        text = text.strip()
        if not problem and (not text or text[0] in "#%"):
            continue
        number += 1
        record = Record(number=number, line=lines.number)
        try:
            if problem:
                raise _CaseError(problem)
            _fill(record, text, header, asked)
        except _CaseError as error:
            record.values, record.error = None, f"{asked.name}:{lines.number}: {error}"
        yield record


def _fill(record: Record, text: str, header: _Header, asked: Asked) -> None:
    """Put the values and the label of a case into its record."""
    parts = _parts(text, header)
    if header.has_label and (asked.needs_label or len(parts) != header.dimensions):
        record.label = _label(parts.pop().strip() if len(parts) > 1 else "", header, asked)
    elif not header.has_label and len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    if header.dimensions is None:
        header.dimensions = len(parts)
    if len(parts) != header.dimensions:
        label = " and a label" if record.label is not None else ""
        raise _CaseError(
            f"has {len(parts)} dimensions{label}, expected {header.dimensions}; "
            "separate them by colons, the label last"
        )
    channels = _channels(parts, _pairs if header.has_times else _values_alone)
    if header.has_times:
        channels = _in_order(channels)
    length = len(channels[0])
    if header.equal and header.length is not None and length != header.length:
        raise _CaseError(
            f"has {length} steps, @seriesLength says {header.length}; "
            "mend it, or write @equalLength false"
        )
    record.values = _values(channels, asked.missing)


def _parts(text: str, header: _Header) -> list[str]:
    """Return the dimensions of a case and what is behind the last; a time may hold colons."""
    if not header.has_times:
        return text.split(":")
    if not text.startswith("("):
        raise _CaseError(f"'{excerpt(text)}' begins with no pair; write (time,value)")
    return _AFTER_PAIR.split(text)


def _label(label: str, header: _Header, asked: Asked) -> str | None:
    if not asked.needs_label:
        return label or None
    if label.lower() in _NO_LABEL and not header.declares(label):
        noun = "target" if header.has_target else "label"
        raise _CaseError(f"no {noun} after the last colon; add it or drop the line")
    if header.labels and not header.declares(label):
        hint = did_you_mean(label, header.labels.split()) or "; add it there"
        raise _CaseError(f"label '{excerpt(label)}' is not one of @classLabel{hint}")
    return label


def _channels(parts: list[str], split: Callable[[str], list[str]]) -> list[list[str]]:
    """Return what stands in D dimensions, T of each, as `split` divides a dimension."""
    channels: list[list[str]] = []
    for dimension, part in enumerate(parts, 1):
        text = part.strip()
        try:
            cells = split(text)
        except _CaseError as error:
            raise _CaseError(f"dimension {dimension}, {error}") from None
        if not text or (channels and len(cells) != len(channels[0])):
            steps = f"{len(cells)} steps, the first {len(channels[0])}" if text else "no steps"
            raise _CaseError(f"dimension {dimension} has {steps}; give all as many")
        channels.append(cells)
    return channels


def _values_alone(text: str) -> list[str]:
    return text.split(",")


def _pairs(text: str) -> list[str]:
    """Return what stands in each pair of brackets."""
    pairs = _BETWEEN_PAIRS.split(text[1:-1])
    for step, pair in enumerate(pairs, 1):
        if "," not in pair or text[:1] + text[-1:] != "()":
            raise _CaseError(f"step {step}: '{excerpt(pair)}' is no pair; write (time,value)")
    return pairs


def _in_order(channels: list[list[str]]) -> list[list[str]]:
    """Return the values of (time, value) in the order of the times, which all channels share."""
    times, values = [], []
    for channel in channels:
        pairs = [pair.rpartition(",") for pair in channel]
        times.append([time.strip() for time, _, _ in pairs])
        values.append([value for _, _, value in pairs])
        if times[-1] != times[0]:
            mend = "give all dimensions the same ones, ? where a value is missing"
            raise _CaseError(f"dimension {len(times)} has other times than the first; {mend}")
    try:
        steps = order(times[0], lambda k: f"step {k + 1}")
    except TimeError as error:
        raise _CaseError(f"dimension 1, step {error.index + 1}: {error.problem}") from None
    return [[own[k] for k in steps] for own in values]


def _values(channels: list[list[str]], missing: Missing) -> Floats:
    """Return the (T, D) values of D dimensions."""
    try:
        cells = list(chain.from_iterable(zip(*channels, strict=True)))
        values = whole(numbers(cells, len(channels)), missing)
    except NumberError as error:
        place = f"dimension {error.channel + 1}, step {error.step + 1}"
        raise _CaseError(f"{place}: {error.problem}") from None
    if not len(values):
        raise _CaseError("no values; fill them in or drop the line")
    return values
