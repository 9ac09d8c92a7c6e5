"""Spans of characters with a label, as labelling tools export them, as tags of words.

A word is a run of letters and digits, a Chinese, Japanese or Korean character, or a single sign.
The first word of a span is tagged `B-LABEL`, each further one `I-LABEL`, all others `O`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from grucli.data.forms.json_flat import Flat
from grucli.data.forms.json_grammar import JsonError, Number, Object, as_written
from grucli.data.records import Division, Record
from grucli.data.request import Asked
from grucli.data.tables.column_names import TEXT_NAMES, normal_name
from grucli.data.text.character_classes import CHARACTERS
from grucli.errors import counted, excerpt

NAMES = ("label", "labels", "entities", "spans", "ner")
"""Keys of spans, the surest first."""
OUTSIDE = "O"

_WORD = re.compile(
    rf"[{CHARACTERS}]|\d+(?:[.,]\d+)+(?!\w)|(?:(?![{CHARACTERS}])[\w\u0300-\u036f])+|[^\w\s]"
)
_BEGINS, _ENDS = ("start", "start_offset"), ("end", "end_offset")


class Span(NamedTuple):
    """Characters of a text, the last one not included, and what they are."""

    start: int
    end: int
    label: str
    text: str | None = None


def places_of(text: str) -> list[tuple[int, int]]:
    """Return where each word of a text begins and ends."""
    return [match.span() for match in _WORD.finditer(text)]


def divided(records: Iterator[Record], division: Division | None) -> Iterator[Record]:
    """Yield the records; a text without tokens is divided at blanks, or into words."""
    for record in records:
        if record.tokens is None and record.text is not None:
            text = record.text
            record.places = places_of(text) if division else ()
            words = [text[begin:end] for begin, end in record.places]
            record.tokens = tuple(words if division else text.split())
        yield record


def joined(places: Sequence[tuple[int, int]], tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the spans of chunks: start, end and label, as labelling tools import them."""
    found: list[tuple[int, int, str]] = []
    before = OUTSIDE
    for (begin, end), tag in zip(places, tags, strict=False):
        kind, _, label = tag.partition("-")
        if kind == "I" and found and before.partition("-")[2] == label:
            found[-1] = (found[-1][0], end, label)
        elif kind in ("B", "I"):
            found.append((begin, end, label))
        before = tag
    return found


def spans_of(value: Any) -> list[Span] | None:
    """Return the spans that a value holds, None if it is no list of such."""
    if not isinstance(value, list):
        return None
    found = [_span(each) for each in value]
    spans = [each for each in found if each is not None]
    return spans if len(spans) == len(found) else None


def holds_spans(sample: Sequence[Object], key: str) -> bool:
    """Whether a key holds spans wherever it holds anything, and does so once at least."""
    values = [found[key] for found in sample if found.get(key)]
    return bool(values) and all(spans_of(value) for value in values)


class Spans(Flat):
    """Objects with a text and spans, as those with a list of words and one of tags."""

    def __init__(self, sample: Sequence[Object], key: str, asked: Asked) -> None:
        """Take the key of the spans, and find that of the text."""
        strings = [each for each in _keys(sample) if _holds_text(sample, each)]
        named = {normal_name(each): each for each in reversed(strings)}
        known = [named[name] for name in TEXT_NAMES if name in named]
        given = [each for each in asked.text if each in strings]
        self.label = self._key = key
        self.text = self._text = next(iter([*given, *known, *strings]), "text")
        said = f"spans of '{excerpt(key, 24)}' in '{excerpt(self.text, 24)}'"
        self.findings = (f"{said} become tags of words: B- for the first, I- for others",)
        self._widened = 0
        self._dropped = 0
        self._empty = 0

    def flat(self, found: Object) -> Object:
        """Return an object with the words of its text and their tags."""
        text, spans = found.get(self._text), spans_of(found.get(self._key))
        if not isinstance(text, str) or spans is None:
            return found
        tokens, tags, _, _ = _tagged(text, spans)
        return {**found, self._text: tokens, self._key: tags}

    def take_note(self, found: Object) -> None:
        """Count spans that no words are equal to.

        Raises:
            JsonError: one is not within its text.
        """
        text, spans = found.get(self._text), spans_of(found.get(self._key))
        if not isinstance(text, str) or spans is None:
            return
        for start, end, *_ in spans:
            if not 0 <= start < end:
                raise JsonError(f"span {start} to {end} holds nothing; mend it or drop the line")
            if end > len(text.encode("utf-16-le", "surrogatepass")) // 2:
                said = f"span {start} to {end} ends behind the {len(text):,} characters of"
                raise JsonError(f"{said} '{excerpt(self._text, 24)}'; mend it or drop the line")
        *_, widened, dropped = _tagged(text, spans)
        self._widened += widened
        self._dropped += dropped
        self._empty += not spans

    def found_later(self) -> tuple[str, ...]:
        """Return how many spans were changed, and how many texts have none, for people."""
        said = []
        if self._widened:
            said.append(f"{counted(self._widened, 'span')} widened to whole words")
        if self._dropped:
            said.append(f"{counted(self._dropped, 'span')} within another left out")
        if self._empty:
            said.append(f"{counted(self._empty, 'text')} without a span")
        return (", ".join(said),) if said else ()


def _tagged(text: str, spans: Sequence[Span]) -> tuple[list[str], list[str], int, int]:
    """Return words, their tags, how many spans were widened, and how many left out."""
    places = places_of(text)
    tags = [OUTSIDE] * len(places)
    widened = dropped = 0
    for span in sorted(spans, key=lambda each: each.start - each.end):  # the longest first
        start, end = _in_characters(text, span)
        own = [k for k, (begin, stop) in enumerate(places) if begin < end and stop > start]
        if not own or any(tags[k] != OUTSIDE for k in own):
            dropped += 1
            continue
        widened += places[own[0]][0] < start or places[own[-1]][1] > end
        for k in own:
            tags[k] = f"{'B' if k == own[0] else 'I'}-{span.label}"
    return [text[begin:stop] for begin, stop in places], tags, widened, dropped


def _in_characters(text: str, span: Span) -> tuple[int, int]:
    """Return where a span begins and ends, which JavaScript counts in units of UTF-16."""
    start, end = span.start, span.end
    if span.text is not None and text[start:end] != span.text:
        units = text.encode("utf-16-le", "surrogatepass")
        before = units[: 2 * start].decode("utf-16-le", "ignore")
        inside = units[2 * start : 2 * end].decode("utf-16-le", "ignore")
        if inside == span.text:
            return len(before), len(before) + len(inside)
    return start, end


def _span(value: Any) -> Span | None:
    if isinstance(value, list) and len(value) == 3:
        start, end, label = value
        text = None
    elif isinstance(value, dict):
        start = next((value[name] for name in _BEGINS if name in value), None)
        end = next((value[name] for name in _ENDS if name in value), None)
        label, text = value.get("label", value.get("labels")), value.get("text")
        if label is None:
            label = value.get("hypertextlabels")
        label = label[0] if isinstance(label, list) and label else label
    else:
        return None
    are_numbers = all(type(each) is Number and each.isdecimal() for each in (start, end))
    if not are_numbers or not isinstance(label, str) or not label:
        return None
    return Span(int(start), int(end), as_written(label), text if isinstance(text, str) else None)


def _keys(sample: Sequence[Object]) -> list[str]:
    return list(dict.fromkeys(key for found in sample for key in found))


def _holds_text(sample: Sequence[Object], key: str) -> bool:
    return 2 * sum(type(found.get(key)) is str for found in sample) > len(sample)
