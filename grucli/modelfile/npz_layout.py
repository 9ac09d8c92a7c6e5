"""The bytes of the container: arrays as stored members of a zip, and the directory at its end.

No checks of meaning here: `archive` says what must be in a file.
"""

import math
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
DTYPES = ("<f2", "<f4", "<f8", "<i8", "<u2", "<u4", "|u1")
NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_MEMBER = re.compile(
    rb"PK\x03\x04.{26}([A-Za-z0-9_]{1,64})\.npy"
    rb"\x93NUMPY\x01\x00..\{'descr': '(<f2|<f4|<f8|<i8|<u2|<u4|\|u1)', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,10}, ){0,2}\d{1,10}|\d{1,10},|)\), \} {0,80}\n",
    re.DOTALL,
)
_ALIGNMENT = 64  # of the values in the file
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
LOCAL_MAGIC, _CENTRAL_MAGIC, END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_STORED = (20, 0, 0, 0, 0x21)  # zip 2.0, no flags, no compression, midnight of 1980-01-01
_UNIX, _MODE = 3 << 8 | 20, 0o644 << 16
END_BYTES = _END.size
RENEW = "copy it again or train anew"


class Part(NamedTuple):
    """A piece of the file: what goes before some values, and the values."""

    place: str
    head: bytes
    values: memoryview


class FaultError(Exception):
    """A fault of a file, and the mend."""


def member_at(data: bytes, offset: int) -> tuple[str, Array, int]:
    """Return name, values and end of the member at byte `offset`; only its bounds are checked.

    Raises:
        FaultError: there is none, or it ends after the file.
    """
    match = _MEMBER.match(data, offset)
    if match:
        dtype = np.dtype(match[2].decode())
        shape = tuple(int(length) for length in match[3].split(b",") if length)
        count = math.prod(shape)  # of Python, without overflow
        end = match.end() + count * dtype.itemsize
        if max((end, *shape)) <= len(data):
            values = np.frombuffer(data, dtype, count, match.end())
            return match[1].decode(), values.reshape(shape), end
    raise FaultError(f"damaged (the array at byte {offset:,}); {RENEW}")


def compared_length(data: bytes, parts: Iterable[Part]) -> int:
    """Return the length of the `parts`, made of values in `data`, if `data` begins with them.

    Raises:
        FaultError: it begins otherwise.
    """
    position = 0
    for place, head, values in parts:  # the head has the CRC of the values
        if not data.startswith(head, position):
            raise FaultError(f"damaged ({place}); {RENEW}")
        position += len(head) + len(values)
    return position


def pieces_of(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    """Yield the bytes of the whole file in order, values as views of the arrays."""
    for part in parts_of(arrays):
        yield part.head
        yield part.values


def parts_of(arrays: Mapping[str, Array]) -> Iterator[Part]:
    """Yield the whole file in order: a part for each array, then the directory."""
    directory = b""
    offset = 0
    for name, array in arrays.items():
        member = f"{name}.npy".encode()
        start = offset + _LOCAL.size + len(member)
        header = _npy_header(array, start)
        values = bytes_of(array)
        size = len(header) + len(values)
        crc = zlib.crc32(values, zlib.crc32(header))
        fields = (*_STORED, crc, size, size, len(member), 0)
        local = _LOCAL.pack(LOCAL_MAGIC, *fields) + member
        yield Part(f"array '{name}'", local + header, values)
        directory += _CENTRAL.pack(_CENTRAL_MAGIC, _UNIX, *fields, 0, 0, 0, _MODE, offset) + member
        offset = start + size
    count, size = len(arrays), len(directory)
    end = _END.pack(END_MAGIC, 0, 0, count, count, size, offset, 0)
    yield Part("the directory at its end", directory + end, memoryview(b""))


def _npy_header(array: Array, start: int) -> bytes:
    """Return an npy 1.0 header that, at byte `start` of the file, aligns the values after it."""
    kind = f"'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {array.shape}"
    text = f"{{{kind}, }}".encode()
    fill = -(start + 11 + len(text)) % _ALIGNMENT
    length = struct.pack("<H", len(text) + fill + 1)
    return b"\x93NUMPY\x01\x00" + length + text + b" " * fill + b"\n"


def bytes_of(array: Array) -> memoryview:
    """Return a contiguous array as bytes, without a copy."""
    return array.reshape(-1).view(np.uint8).data
