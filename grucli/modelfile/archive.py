"""The .npz container of a model file: named arrays and JSON, so strict that every fault is found.

    zip archive, members stored:  meta.npy (UTF-8 JSON as bytes), then the arrays by name
    meta:  format, version, manifest {name: dtype, shape, sha256}, and what the caller adds

Any `np.load` opens it. Reading here accepts, byte for byte, what writing gives: the arrays are
found, the whole file is built again from them and compared, so nothing is left to disagree about
(compression, gaps, overlaps, second names, other headers). Opening a file cannot run code, and
cannot use more memory than its size plus 64 MB. The hashes are against damage, not against forgers.
"""

import json
import math
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from grucli.errors import CheckpointError, excerpt, show_path
from grucli.files.whole_files import consists_of, read_bytes, sha256
from grucli.files.writing import write_atomic

FORMAT = "grucli"
VERSION = 1
MAX_BYTES = 2 * 2**30
MAX_MEMBERS = 64
MAX_JSON_BYTES = 2 * 2**20
MAX_JSON_DEPTH = 20
MAX_JSON_CONTAINERS = 100_000  # 2 MiB of "[]," would become 60 MB of lists

Array = npt.NDArray[Any]

_DTYPES = ("<f4", "<f8", "<i8", "<u4", "|u1")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_MEMBER = re.compile(
    rb"PK\x03\x04.{26}([A-Za-z0-9_]{1,64})\.npy"
    rb"\x93NUMPY\x01\x00..\{'descr': '(<f4|<f8|<i8|<u4|\|u1)', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,10}, ){0,2}\d{1,10}|\d{1,10},|)\), \} {0,80}\n",
    re.DOTALL,
)
_ALIGNMENT = 64  # of the values in the file
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MAGIC, _CENTRAL_MAGIC, _END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_STORED = (20, 0, 0, 0, 0x21)  # zip 2.0, no flags, no compression, midnight of 1980-01-01
_UNIX, _MODE = 3 << 8 | 20, 0o644 << 16
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LOOKS = (
    (b"version https://git-lfs", "a Git LFS pointer (run 'git lfs pull')"),
    (b"\x93numpy", "a NumPy .npy file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89hdf", "an HDF5 file"),
    (b"\x80", "a Python pickle"),
    (b"<", "an HTML or XML page"),
    (b"{", "JSON text"),
)
_RENEW = "copy it again or train anew"
_NAME_ONE = "name a file that 'grucli train' wrote"


@dataclass(frozen=True, kw_only=True, eq=False)
class Archive:
    """What a model file holds.

    Attributes:
        meta: the JSON object, with "format" and "version", without the manifest.
        arrays: by name; <f4, <f8, <i8 or |u1, all finite; read-only views of the file's bytes.
        sha256: of the whole file, in hexadecimal.
    """

    meta: dict[str, Any]
    arrays: dict[str, Array]
    sha256: str


class _Part(NamedTuple):
    """A piece of the file: what goes before some values, and the values."""

    place: str
    head: bytes
    values: memoryview


class _FaultError(Exception):
    """What is wrong with a file, and the mend."""


def write_archive(
    path: str | Path, meta: Mapping[str, object], arrays: Mapping[str, Array]
) -> None:
    """Write `meta` and `arrays` atomically, and read them back before the old file goes.

    Equal content gives equal bytes, whatever the order of the mappings.

    Args:
        path: the .npz file.
        meta: what JSON can hold; "format", "version" and "manifest" are set here.
        arrays: at most 63 of float32, float64, int64, uint32 or uint8,
            with up to 3 dimensions, by names
            of letters, digits and "_".

    Raises:
        ValueError: an array holds NaN or infinity or is of another kind, or `meta` holds NaN or a
            lone surrogate; nothing was written.
        AccessError: the file cannot be written; the old one is intact.
        CheckpointError: `meta` is too large; nothing was written.
    """
    stored = {name: _storable(name, arrays[name]) for name in sorted(arrays)}
    if len(stored) >= MAX_MEMBERS or sum(array.nbytes for array in stored.values()) > MAX_BYTES:
        raise ValueError(f"more than {MAX_MEMBERS - 1} arrays or {MAX_BYTES:,} bytes")
    manifest = {name: _described(array) for name, array in stored.items()}
    text = _dump({**meta, "format": FORMAT, "version": VERSION, "manifest": manifest})
    if len(text) > MAX_JSON_BYTES:
        size = f"{len(text):,} bytes of JSON, {MAX_JSON_BYTES:,} is the most"
        raise CheckpointError(f"{show_path(path)}: labels and settings take {size}; shorten them")
    members = {"meta": np.frombuffer(text, np.uint8), **stored}

    def write(file: BinaryIO) -> None:
        for piece in _pieces(members):
            file.write(piece)

    def verify(temp: Path) -> None:
        with _told(temp):
            _meta(members["meta"])
            if not consists_of(temp, _pieces(members)):
                raise _FaultError(f"damaged (not what was written); {_RENEW}")

    write_atomic(path, write, verify)


def read_archive(path: str | Path, limit: int = MAX_BYTES) -> Archive:
    """Read what `write_archive` wrote.

    Args:
        path: the .npz file.
        limit: [bytes] of the largest file that is read.

    Raises:
        AccessError: the file is missing, unreadable or not a regular file.
        CheckpointError: it is not a grucli checkpoint, truncated, damaged, of a newer version,
            inconsistent or too large.
    """
    data = read_bytes(path, limit, CheckpointError)
    with _told(path):
        return _parse(data)


@contextmanager
def _told(path: str | Path) -> Iterator[None]:
    try:
        yield
    except _FaultError as fault:
        raise CheckpointError(f"{show_path(path)}: {fault}") from None


def _parse(data: bytes) -> Archive:
    _check_kind(data)
    _, text, position = _member_at(data, 0)
    meta = _read_meta(data, text)  # before the rest, which a newer version may have changed
    members = {"meta": text}
    while data.startswith(_LOCAL_MAGIC, position) and len(members) < MAX_MEMBERS:
        name, array, position = _member_at(data, position)
        if name in members:
            raise _FaultError(f"damaged (two arrays '{name}'); {_RENEW}")
        members[name] = array
    if _compare(data, _parts(members)) != len(data):
        raise _FaultError(f"damaged (more bytes than it should have); {_RENEW}")
    del members["meta"]
    _check_manifest(meta.pop("manifest", None), members)
    return Archive(meta=meta, arrays=members, sha256=sha256(data))


def _check_kind(data: bytes) -> None:
    if not (_LOCAL_MAGIC.startswith(data[:4]) and b"meta.npy".startswith(data[30:38])):
        raise _FaultError(f"not a grucli checkpoint: looks like {_likeness(data)}; {_NAME_ONE}")
    if not 0 <= data.rfind(_END_MAGIC, -1024) <= len(data) - _END.size:
        raise _FaultError(f"truncated ({len(data):,} bytes, the end is missing); {_RENEW}")


def _likeness(data: bytes) -> str:
    if data.startswith(_LOCAL_MAGIC):
        return "a PyTorch file" if b"data.pkl" in data[:256] else "another zip or npz archive"
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in _LOOKS:
        if start.startswith(magic):
            return name
    is_text = b"\0" not in start and "\ufffd" not in data[:512].decode(errors="replace")[:-4]
    return "text, such as CSV" if is_text else "unknown binary data"


def _member_at(data: bytes, offset: int) -> tuple[str, Array, int]:
    """Return name, values and end of the member at byte `offset`; only its bounds are checked."""
    match = _MEMBER.match(data, offset)
    if match:
        dtype = np.dtype(match[2].decode())
        shape = tuple(int(length) for length in match[3].split(b",") if length)
        count = math.prod(shape)  # of Python, without overflow
        end = match.end() + count * dtype.itemsize
        if max((end, *shape)) <= len(data):
            values = np.frombuffer(data, dtype, count, match.end())
            return match[1].decode(), values.reshape(shape), end
    raise _FaultError(f"damaged (the array at byte {offset:,}); {_RENEW}")


def _read_meta(data: bytes, text: Array) -> dict[str, Any]:
    _compare(data, islice(_parts({"meta": text}), 1))
    meta = _meta(text)
    version = meta.get("version")
    if meta.get("format") != FORMAT or type(version) is not int or version < 1:
        raise _FaultError(f"not a grucli checkpoint: its meta does not say so; {_NAME_ONE}")
    if version > VERSION:
        known = f"this grucli reads up to {VERSION}"
        raise _FaultError(f"newer version: format {excerpt(version)}, {known}; upgrade grucli")
    return meta


def _meta(text: Array) -> dict[str, Any]:
    if text.dtype != np.uint8 or text.size > MAX_JSON_BYTES:
        raise _FaultError(f"damaged (meta is not {MAX_JSON_BYTES:,} bytes of JSON); {_RENEW}")
    return _load(text.tobytes())


def _load(text: bytes) -> dict[str, Any]:
    """Parse JSON as `_dump` writes it; duplicate keys, NaN and the like do not survive a dump."""
    unescaped = re.sub(rb"(?s)\\.", b"", text)
    brackets = re.sub(rb'"[^"]*"?', b"", unescaped).translate(None, _NO_BRACKETS)
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in brackets)
    if len(brackets) <= 2 * MAX_JSON_CONTAINERS and max(depths, default=0) <= MAX_JSON_DEPTH:
        with suppress(ValueError):
            meta = json.loads(text.decode())
            if isinstance(meta, dict) and _dump(meta) == text:
                return meta
    raise _FaultError(f"damaged (meta is not the JSON that grucli writes); {_RENEW}")


def _dump(meta: Mapping[str, object]) -> bytes:
    text = json.dumps(
        meta, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _compare(data: bytes, parts: Iterable[_Part]) -> int:
    """Return the length of the `parts`, made of values in `data`, if `data` begins with them."""
    position = 0
    for place, head, values in parts:  # the head has the CRC of the values
        if not data.startswith(head, position):
            raise _FaultError(f"damaged ({place}); {_RENEW}")
        position += len(head) + len(values)
    return position


def _check_manifest(recorded: object, arrays: Mapping[str, Array]) -> None:
    if not isinstance(recorded, dict):
        raise _FaultError(f"inconsistent (no manifest); {_RENEW}")
    for name in sorted(recorded.keys() | arrays.keys()):
        if name not in arrays:
            raise _FaultError(f"inconsistent (array '{excerpt(name)}' is missing); {_RENEW}")
        if name not in recorded:
            raise _FaultError(f"inconsistent (array '{name}' is not in the manifest); {_RENEW}")
        if recorded[name] != _described(arrays[name]):
            raise _FaultError(f"damaged (array '{name}' does not fit its hash); {_RENEW}")
        if not _is_finite(arrays[name]):
            raise _FaultError(f"damaged (non-finite values in '{name}'); {_RENEW}")


def _described(array: Array) -> dict[str, object]:
    digest = sha256(_bytes_of(array))
    return {"dtype": array.dtype.str, "shape": list(array.shape), "sha256": digest}


def _is_finite(array: Array) -> bool:
    if array.size == 0:
        return True
    return math.isfinite(array.min()) and math.isfinite(array.max())  # NaN is a minimum too


def _storable(name: str, array: Array) -> Array:
    little = array.dtype.newbyteorder("<")
    if little.str not in _DTYPES or array.ndim > 3 or not _NAME.fullmatch(name) or name == "meta":
        raise ValueError(f"{name!r} cannot be stored: {array.dtype}, {array.ndim} dimensions")
    if not _is_finite(array):
        raise ValueError(f"{name!r} holds NaN or infinity")
    return np.asarray(array, dtype=little, order="C")


def _pieces(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    for part in _parts(arrays):
        yield part.head
        yield part.values


def _parts(arrays: Mapping[str, Array]) -> Iterator[_Part]:
    """Yield the bytes of the whole file in order."""
    directory = b""
    offset = 0
    for name, array in arrays.items():
        member = f"{name}.npy".encode()
        start = offset + _LOCAL.size + len(member)
        header = _npy_header(array, start)
        values = _bytes_of(array)
        size = len(header) + len(values)
        crc = zlib.crc32(values, zlib.crc32(header))
        fields = (*_STORED, crc, size, size, len(member), 0)
        local = _LOCAL.pack(_LOCAL_MAGIC, *fields) + member
        yield _Part(f"array '{name}'", local + header, values)
        directory += _CENTRAL.pack(_CENTRAL_MAGIC, _UNIX, *fields, 0, 0, 0, _MODE, offset) + member
        offset = start + size
    count, size = len(arrays), len(directory)
    end = _END.pack(_END_MAGIC, 0, 0, count, count, size, offset, 0)
    yield _Part("the directory at its end", directory + end, memoryview(b""))


def _npy_header(array: Array, start: int) -> bytes:
    """Return an npy 1.0 header that, at byte `start` of the file, aligns the values after it."""
    kind = f"'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {array.shape}"
    text = f"{{{kind}, }}".encode()
    fill = -(start + 11 + len(text)) % _ALIGNMENT
    length = struct.pack("<H", len(text) + fill + 1)
    return b"\x93NUMPY\x01\x00" + length + text + b" " * fill + b"\n"


def _bytes_of(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data
