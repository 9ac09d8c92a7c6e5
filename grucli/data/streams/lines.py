"""Bytes to physical lines: in bounded memory, and never later than the producer allows.

A line ends with LF; CRs before it belong to the end, others to the line, as in the progress of a
program or in a spreadsheet's cell. CR alone ends lines only where the first OPENING bytes have no
LF, or have it in quoted cells alone, as in files of the old Macintosh. A line beyond MAX_LINE is
read past and kept only as a stump, so a gigabyte without a newline costs time, not memory. Lines
are decoded one by one, so one undecodable line is one bad line and not the end of the file.
"""

import codecs
import io
import re
import select
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from grucli.data.streams.charsets import likely_encoding, speaks_for_utf8, wide_encoding
from grucli.errors import ConfigError, DataError, GrucliError, excerpt
from grucli.files.whole_files import CHUNK_BYTES

MAX_LINE: Final = 16 * 2**20
"""Bytes of the longest line that is read."""
OPENING: Final = 2**20
"""Bytes that decide whether CR alone ends a line."""
_PEEK_LIMIT = 2**20

_NO_TEXT_ENCODINGS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}
)
_QUOTED_CELL = re.compile(rb'(?:(?<=[\r,;\t|])|\A)"[^"]*(?:""[^"]*)*"(?=[\r,;\t|]|\Z)')
_OPEN_CELL = re.compile(rb'[\r,;\t|]"[^"]*(?:""[^"]*)*\Z')


class Lines:
    """The physical lines of a stream, as bytes without their ends; a BOM is removed.

    Args:
        stream: read by `read1`, so that a pause of the producer is seen.
        name: how errors call the stream.
        encoding: as `text_encoding` returns it; UTF-16 and its kin are recoded to UTF-8 here.
        head: bytes already taken from the stream.
        is_sure: whether that is the encoding whatever the lines speak for; else it becomes UTF-8
            with the first line that is surely that.
    """

    number: int
    """The line returned last, from 1."""
    has_ended: bool
    """Whether all lines have come, read or not."""

    def __init__(
        self,
        stream: io.BufferedIOBase,
        name: str,
        encoding: str = "utf-8",
        head: bytes = b"",
        *,
        is_sure: bool = True,
    ) -> None:
        self.number = 0
        self.encoding = "utf-8" if is_wide(encoding) else encoding
        self._is_sure = is_sure or self.encoding == "utf-8"
        self._name = name
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)() if is_wide(encoding) else None
        self._waiting: deque[bytes] = deque()
        self._tail = bytearray()
        self._cr_ends: bool | None = None  # not known yet
        self._after_cr = False
        self._started = False
        self.has_ended = False
        self._fault: GrucliError | None = None
        if head:
            self._split(self._recoded(head))

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> bytes:
        while not self._waiting:
            if self.has_ended:
                raise self._fault or StopIteration
            self._fill()
        self.number += 1
        return self._waiting.popleft()

    def peek(self, count: int) -> tuple[list[bytes], bool]:
        """Return up to `count` lines that come next, unread, and whether more follow.

        Waits for them; stops early at the end, and after about 1 MiB if it has one.
        """
        size = 0
        while len(self._waiting) < count and not self.has_ended:
            if self._waiting and size >= _PEEK_LIMIT:
                break
            self._fill()
            size += CHUNK_BYTES
        lines = list(islice(self._waiting, count))
        if self._fault is not None and not lines:
            raise self._fault
        return lines, len(self._waiting) > len(lines) or not self.has_ended

    def line_of(self, index: int) -> int:
        """Return the number of one of the lines that `peek` returns."""
        return self.number + 1 + index

    def arrived(self) -> Iterator[bytes]:
        """Yield the lines that come next, unread: those that need no waiting."""
        place = 0
        while True:
            while place < len(self._waiting):
                yield self._waiting[place]
                place += 1
            if self.has_ended or not is_readable(self._stream):
                return
            self._fill()

    def push_back(self, lines: list[bytes]) -> None:
        """Return `lines`, the ones read last, to be read again."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def ready(self) -> bool:
        """Return whether the next line, or the end, can be had without waiting."""
        return bool(self._waiting) or next(self.arrived(), None) is not None or self.has_ended

    def _fill(self) -> None:
        try:
            chunk = self._stream.read1(CHUNK_BYTES)
            self._split(self._recoded(chunk))
        except GrucliError as fault:  # the whole lines before it are sound
            self._fault = fault
            self.has_ended = True
            return
        if chunk:
            return
        self.has_ended = True
        if self._cr_ends is None:
            self._cut(self._opened(b""))
        if self._tail:
            self._add([bytes(self._tail)])
            self._tail.clear()

    def _split(self, chunk: bytes) -> None:
        if self._cr_ends is None:
            end = chunk.find(b"\n")
            if end < 0 and len(self._tail) + len(chunk) < OPENING:
                self._tail += chunk
                return
            chunk = self._opened(chunk)
        self._cut(chunk)

    def _opened(self, chunk: bytes) -> bytes:
        """Return the opening, `chunk` at its end; decide what ends its lines."""
        opening = bytes(self._tail) + chunk
        self._tail.clear()
        self._cr_ends = _ends_with_cr(opening[:OPENING])
        return opening

    def _cut(self, chunk: bytes) -> None:
        if self._cr_ends:
            chunk = self._with_lf(chunk)
        pieces = chunk.split(b"\n")
        rest = pieces.pop()
        if pieces and self._tail:
            self._extend_tail(pieces[0])
            pieces[0] = bytes(self._tail)
            self._tail.clear()
        self._add(pieces)
        self._extend_tail(rest)

    def _with_lf(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk:  # the LF of a CRLF that was cut in two
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        self._after_cr = self._after_cr or chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _add(self, lines: list[bytes]) -> None:
        if lines and not self._started:
            self._started = True
            if lines[0].startswith(codecs.BOM_UTF8):
                self.encoding = "utf-8"  # the mark is proof, whatever was said
                self._is_sure = True
                lines[0] = lines[0].removeprefix(codecs.BOM_UTF8)
        if not self._is_sure:
            self._judge(lines)
        self._waiting.extend(
            line if len(line) > MAX_LINE else line.rstrip(b"\r")  # a stump stays one
            for line in lines
        )

    def _judge(self, lines: list[bytes]) -> None:
        for line in lines:
            is_utf8 = None if line.isascii() else speaks_for_utf8(line, self.encoding)
            if is_utf8 is not None:
                self._is_sure = True
                self.encoding = "utf-8" if is_utf8 else self.encoding
                return

    def _extend_tail(self, piece: bytes) -> None:
        self._tail += piece[: MAX_LINE + 1 - len(self._tail)]

    def _recoded(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk
        try:
            return self._decoder.decode(chunk, final=not chunk).encode()
        except UnicodeError as error:
            reason = str(getattr(error, "reason", error))
            told = "--encoding utf-16-le" if "BOM" in reason else "another --encoding"
            raise DataError(
                f"{self._name}: not in the encoding given ({excerpt(reason, 60)}); pass {told}"
            ) from None


def _ends_with_cr(opening: bytes) -> bool:
    """Whether CR alone ends the lines of data that begin so."""
    if b"\r" not in opening:
        return False
    rest = _QUOTED_CELL.sub(b"", opening)
    if rest.count(b"\n") < opening.count(b"\n"):  # a table; in texts a quote may stay open
        rest = _OPEN_CELL.sub(b"", rest)
    return b"\n" not in rest


def text_encoding(name: str) -> str:
    """Return Python's name of a text encoding.

    Raises:
        ConfigError: there is none of this name.
    """
    try:
        known = codecs.lookup(name).name
        "a\n".encode(known)
    except (LookupError, ValueError):
        known = ""
    if not known or known.replace("_", "-") in _NO_TEXT_ENCODINGS:
        raise ConfigError(
            f"--encoding: unknown encoding '{excerpt(name)}'; for example utf-8, gb18030, latin-1"
        )
    return known.removesuffix("-sig")


def decode(line: bytes, encoding: str) -> tuple[str, str]:
    """Return the text of a line and what is wrong with it ("" if nothing).

    The text of an undecodable line has replacement characters; an over-long one has none.
    """
    if len(line) > MAX_LINE:
        return "", f"line is longer than {MAX_LINE // 2**20} MiB; split it into records"
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError as error:
        return line.decode(encoding, "replace"), _undecodable(line, error)
    if "\0" in text:
        return text, "NUL byte: binary file? If it is UTF-16, pass --encoding utf-16"
    return text, ""


def refuse_wide(start: bytes, name: str) -> None:
    """Raise DataError if text that starts so is in no ASCII-like encoding."""
    wide = wide_encoding(start)
    if wide:
        raise DataError(f"{name}: looks like {wide}; pass --encoding {wide.lower()}")


def _undecodable(line: bytes, error: UnicodeDecodeError) -> str:
    place = f"byte {error.start + 1} of the line (0x{line[error.start]:02x})"
    wide = wide_encoding(line)
    if wide:
        mend = f"it looks like {wide}: pass --encoding {wide.lower()}"
    elif error.encoding.lower() != "utf-8":
        mend = "pass another --encoding"
    else:
        likely = likely_encoding(line)
        others = ", or big5, shift_jis, euc-kr" if likely == "gb18030" else " or another"
        mend = f"pass --encoding {likely}{others}"
    return f"{place} is not {error.encoding.upper()}; {mend}"


def is_wide(encoding: str) -> bool:
    """Whether bytes cannot be cut into lines before they are decoded."""
    return "\n".encode(encoding) != b"\n"


def is_readable(stream: io.BufferedIOBase) -> bool:
    """Whether more of a stream, or its end, can be had without waiting."""
    try:
        descriptor = stream.fileno()
    except (OSError, io.UnsupportedOperation, AttributeError):
        return True  # in memory
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(0))
