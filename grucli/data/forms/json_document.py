"""JSON that is no object a line: an array of objects, a list within an object, printed objects.

Each object becomes what a line is of JSON Lines, with the line it begins on; memory is that of one.
"""

import codecs
import io
import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from grucli.data.forms.json_scanner import ListScanner, Path, ScanError
from grucli.data.request import Asked
from grucli.data.streams.charsets import speaks_for_utf8
from grucli.data.streams.lines import MAX_LINE, Lines, is_readable, is_wide
from grucli.data.streams.signatures import first_bytes
from grucli.errors import DataError, counted, excerpt
from grucli.files.whole_files import CHUNK_BYTES

SEARCHED: Final = 2**20
"""Bytes in which the list of the records is looked for."""

_ARRAY = re.compile(r'\s*\[\s*\{\s*("(?:[^"\\\n]|\\.)*"\s*:|\})')
_EMPTY_ARRAY = re.compile(r"\s*\[\s*\]")
_MAY_BE_ARRAY = re.compile(r'\s*\[\s*(\{\s*("(?:[^"\\\n]|\\.)*\\?("\s*)?)?)?')


@dataclass(frozen=True)
class Place:
    """Where the objects stand: in the list at `path`, None where each is a document of its own."""

    path: Path | None

    @property
    def said(self) -> str:
        """Where that is, for people."""
        if not self.path:
            return "each object is a row" if self.path is None else "an array: each object is a row"
        return f"each object of the list '{excerpt('.'.join(self.path))}' is a row"


def find_place(
    head: bytes, stream: io.BufferedIOBase, asked: Asked, form: str
) -> tuple[bytes, Place | None]:
    """Return what has been read, and where objects stand in it; None where lines hold them or not.

    Args:
        head: the first bytes, of a line at least.
        stream: asked for more where these do not tell. A pipe to predict is waited for only where
            its first line cannot be a record.
        asked: as for `Asked.source`.
        form: that is told: `json`, `jsonl` for lines first of all, or another.
    """
    search = _Search(head, stream, asked)
    while search.may_be_array and search.may_wait and search.more():
        pass
    if _ARRAY.match(search.text) or (form.startswith("json") and _EMPTY_ARRAY.match(search.text)):
        return search.head, Place(())
    if not search.text.lstrip().startswith("{"):
        return search.head, None
    while search.is_open and search.more():
        pass
    return search.head, search.place(may_be_line=form != "jsonl")


class _Search:
    """The start of a stream, and the lists that are found in it."""

    def __init__(self, head: bytes, stream: io.BufferedIOBase, asked: Asked) -> None:
        self.head = b""
        self.text = ""
        self._stream = stream
        self._asked = asked
        self._decoder = codecs.getincrementaldecoder(_encoding(head, asked))("replace")
        self._lists: Counter[Path] = Counter()
        self._scanner = ListScanner(lambda path, *_: self._lists.update([path or ()]))
        self._is_broken = False
        self._take(head)

    def more(self) -> bool:
        """Read more; tell whether there was any."""
        chunk = self._stream.read1(CHUNK_BYTES)
        self._take(chunk)
        return bool(chunk)

    @property
    def may_be_array(self) -> bool:
        """Whether more may tell that it is an array of objects; not without end."""
        return len(self.head) < SEARCHED and bool(_MAY_BE_ARRAY.fullmatch(self.text))

    @property
    def may_wait(self) -> bool:
        """Whether nobody waits for an answer to the lines that have come, or more is there."""
        asked = self._asked
        return asked.needs_label or asked.path is not None or is_readable(self._stream)

    @property
    def is_open(self) -> bool:
        """Whether more of the data may tell what they are, and may be waited for."""
        scanner = self._scanner
        if scanner.begun > 1 or self._is_broken or len(self.head) >= SEARCHED:
            return False
        is_cut = not scanner.documents and scanner.keys and "\n" in self.text.strip()
        return bool(is_cut) or self.may_wait

    def place(self, *, may_be_line: bool) -> Place | None:
        """Return where the objects stand; `may_be_line` tells of what may stand on one."""
        scanner = self._scanner
        if self._is_broken and not scanner.documents:
            return None
        is_line = scanner.first_lines == 1 or "\n" not in self.text.strip()
        keys = set(scanner.keys)
        text = self._asked.among(keys).text
        is_record = bool(text) and all(name.split(".")[0] in keys for name in text)
        if self._lists and scanner.begun == 1 and not is_record and (may_be_line or not is_line):
            return Place(self._lists.most_common(1)[0][0])
        return None if is_line else Place(None)

    def _take(self, chunk: bytes) -> None:
        text = self._decoder.decode(chunk, final=not chunk)
        text = text if self.text else text.removeprefix("\ufeff")
        self.head += chunk
        self.text += text
        try:
            if not self._is_broken:
                self._scanner.feed(text, is_last=not chunk)
        except ScanError:
            self._is_broken = True


class Elements(Lines):
    """The objects at a place as if each were a line; see `Lines`.

    A bracket that is missing is a fault of the data, which comes behind the objects before it.
    """

    def __init__(self, stream: io.BufferedIOBase, asked: Asked, head: bytes, place: Place) -> None:
        encoding = _encoding(head, asked)
        super().__init__(stream, asked.name, encoding)
        self._cr_ends = False
        self._place = place
        self._starts: deque[int] = deque()
        self._others: Counter[Path] = Counter()
        self._scanner = ListScanner(self._take, are_records=place.path is None, longest=MAX_LINE)
        codec = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        self._texts = codecs.getincrementaldecoder(codec)("surrogateescape")
        self._split(self._recoded(head))

    def __next__(self) -> bytes:
        line = super().__next__()
        self.number = self._starts.popleft()
        return line

    def line_of(self, index: int) -> int:
        """Return the line on which one of the objects that `peek` returns begins."""
        return self._starts[index]

    def findings(self) -> tuple[str, ...]:
        """Return what other lists were left out so far, for people."""
        listed = [
            f"'{excerpt('.'.join(path), 24)}' ({counted(count, 'object')})"
            for path, count in self._others.items()
        ]
        lists = "list" if len(listed) == 1 else "lists"
        return (f"left out beside them: {lists} {', '.join(listed[:3])}",) if listed else ()

    def _fill(self) -> None:
        super()._fill()
        if self.has_ended and self._fault is None:
            self._scan(b"", is_last=True)

    def _split(self, chunk: bytes) -> None:
        self._scan(chunk, is_last=False)

    def _scan(self, chunk: bytes, *, is_last: bool) -> None:
        text = self._texts.decode(chunk, final=is_last)
        try:
            self._scanner.feed(text, is_last=is_last)
        except ScanError as fault:
            place = f"{self._name}:{fault.line}"
            self._fault = DataError(f"{place}: no JSON: {fault}; {fault.mend}")
            self.has_ended = True

    def _take(self, path: Path | None, line: int, text: str) -> None:
        if path == self._place.path:
            self._starts.append(line)
            self._add([text.encode(self.encoding, "surrogateescape")])
        elif path is not None:
            self._others[path] += 1


def objects(stream: io.BufferedIOBase, asked: Asked) -> Elements:
    """Return the objects of a document that was read before, from its start."""
    head, place = find_place(first_bytes(stream), stream, asked, "json")
    return Elements(stream, asked, head, place or Place(None))


def _encoding(head: bytes, asked: Asked) -> str:
    """Return the encoding of a document: as told, else UTF-8 where its start speaks for that."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if asked.options.encoding is None and not is_wide(asked.encoding):
        whole = head[: head.rfind(b'"') + 1]  # no character is cut
        return "utf-8" if speaks_for_utf8(whole, asked.encoding) else asked.encoding
    return asked.encoding
