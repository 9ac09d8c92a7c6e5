"""The .npz container of a model file: named arrays and JSON, so strict that every fault is found.

    zip archive, members stored:  meta.npy (UTF-8 JSON as bytes), then the arrays by name
    meta:  format, version, manifest {name: dtype, shape, sha256}, and what the caller adds

Any `np.load` opens it. Reading here accepts, byte for byte, what writing gives: the arrays are
found, the whole file is built again from them and compared, so nothing is left to disagree about
(compression, gaps, overlaps, second names, other headers). Reading a file cannot run code, and
cannot use more memory than its size plus 64 MB. The hashes are against damage, not against forgers.
"""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from grucli.errors import CheckpointError, excerpt, show_path
from grucli.files.whole_files import consists_of, read_bytes, sha256
from grucli.files.writing import write_atomic
from grucli.modelfile.bounded_json import is_bounded
from grucli.modelfile.exchange.reading import is_foreign
from grucli.modelfile.npz_layout import (
    DTYPES,
    END_BYTES,
    END_MAGIC,
    LOCAL_MAGIC,
    NAME,
    RENEW,
    Array,
    FaultError,
    bytes_of,
    compared_length,
    member_at,
    parts_of,
    pieces_of,
)
from grucli.values import dataclass

FORMAT = "grucli"
VERSION = 3
"""Of a file with joint n-grams; 2 of one with arrays in half precision, 1 of all others."""
MAX_BYTES = 2 * 2**30
MAX_MEMBERS = 64
MAX_JSON_BYTES = 2 * 2**20
MAX_JSON_DEPTH = 20

_LOOKS = (
    (b"version https://git-lfs", "a Git LFS pointer (run 'git lfs pull')"),
    (b"\x93numpy", "a NumPy .npy file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89hdf", "an HDF5 file"),
    (b"\x80", "a Python pickle"),
    (b"<", "an HTML or XML page"),
    (b"{", "JSON text"),
)
_OF_OTHERS = (
    "not a grucli checkpoint; take a model of another system over with "
    "'grucli train DATA --init-from FILE --set training.epochs=0 -o m.npz'"
)
_NAME_ONE = "name a file that 'grucli train' wrote"


@dataclass(frozen=True, kw_only=True, eq=False)
class Archive:
    """The content of a model file.

    Attributes:
        meta: the JSON object, with "format" and "version", without the manifest.
        arrays: by name; of npz_layout.DTYPES, all finite; read-only views of the file's bytes.
        sha256: of the whole file, in hexadecimal.
    """

    meta: dict[str, Any]
    arrays: dict[str, Array]
    sha256: str


def write_archive(
    path: str | Path, meta: Mapping[str, object], arrays: Mapping[str, Array]
) -> None:
    """Write `meta` and `arrays` atomically, and read them back before the old file goes.

    Equal content gives equal bytes, whatever the order of the mappings.

    Args:
        path: the .npz file.
        meta: what JSON can hold; "format", "version" and "manifest" are set here.
        arrays: at most 63 of float16, float32, float64, int64, uint16, uint32 or uint8, with up to
            3 dimensions, by names of letters, digits and "_".

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
    version = _version(stored)
    text = _dump({**meta, "format": FORMAT, "version": version, "manifest": manifest})
    if len(text) > MAX_JSON_BYTES:
        size = f"{len(text):,} bytes of JSON, {MAX_JSON_BYTES:,} is the most"
        raise CheckpointError(f"{show_path(path)}: labels and settings take {size}; shorten them")
    members = {"meta": np.frombuffer(text, np.uint8), **stored}

    def write(file: BinaryIO) -> None:
        for piece in pieces_of(members):
            file.write(piece)

    def verify(temp: Path) -> None:
        with _told(temp):
            _meta(members["meta"])
            if not consists_of(temp, pieces_of(members)):
                raise FaultError(f"damaged (not what was written); {RENEW}")

    write_atomic(path, write, verify)


def read_archive(path: str | Path) -> Archive:
    """Read the .npz file that `write_archive` wrote.

    Raises:
        AccessError: the file is missing, unreadable or not a regular file.
        CheckpointError: it is not a grucli checkpoint, truncated, damaged, of a newer version,
            inconsistent or too large.
    """
    data = read_bytes(path, MAX_BYTES, CheckpointError)
    with _told(path):
        return _parse(data)


@contextmanager
def _told(path: str | Path) -> Iterator[None]:
    try:
        yield
    except FaultError as fault:
        said = _OF_OTHERS if is_foreign(path) else str(fault)  # a fault in it would be a cycle
        raise CheckpointError(f"{show_path(path)}: {said}") from None


def _parse(data: bytes) -> Archive:
    _check_kind(data)
    _, text, position = member_at(data, 0)
    meta = _read_meta(data, text)  # before the rest, which a newer version may have changed
    members = {"meta": text}
    while data.startswith(LOCAL_MAGIC, position) and len(members) < MAX_MEMBERS:
        name, array, position = member_at(data, position)
        if name in members:
            raise FaultError(f"damaged (two arrays '{name}'); {RENEW}")
        members[name] = array
    if compared_length(data, parts_of(members)) != len(data):
        raise FaultError(f"damaged (more bytes than it should have); {RENEW}")
    del members["meta"]
    _check_manifest(meta.pop("manifest", None), members)
    if meta["version"] != _version(members):
        raise FaultError(f"inconsistent (version {meta['version']} of the format); {RENEW}")
    return Archive(meta=meta, arrays=members, sha256=sha256(data))


def _check_kind(data: bytes) -> None:
    if not (LOCAL_MAGIC.startswith(data[:4]) and b"meta.npy".startswith(data[30:38])):
        raise FaultError(f"not a grucli checkpoint: looks like {_likeness(data)}; {_NAME_ONE}")
    if not 0 <= data.rfind(END_MAGIC, -1024) <= len(data) - END_BYTES:
        raise FaultError(f"truncated ({len(data):,} bytes, the end is missing); {RENEW}")


def _likeness(data: bytes) -> str:
    if data.startswith(LOCAL_MAGIC):
        return "a PyTorch file" if b"data.pkl" in data[:256] else "another zip or npz archive"
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in _LOOKS:
        if start.startswith(magic):
            return name
    is_text = b"\0" not in start and "\ufffd" not in data[:512].decode(errors="replace")[:-4]
    return "text, such as CSV" if is_text else "unknown binary data"


def _read_meta(data: bytes, text: Array) -> dict[str, Any]:
    compared_length(data, islice(parts_of({"meta": text}), 1))
    meta = _meta(text)
    version = meta.get("version")
    if meta.get("format") != FORMAT or type(version) is not int or version < 1:
        raise FaultError(f"not a grucli checkpoint: its meta does not say so; {_NAME_ONE}")
    if version > VERSION:
        known = f"this grucli reads up to {VERSION}"
        raise FaultError(f"newer version: format {excerpt(version)}, {known}; upgrade grucli")
    return meta


def _meta(text: Array) -> dict[str, Any]:
    if text.dtype != np.uint8 or text.size > MAX_JSON_BYTES:
        raise FaultError(f"damaged (meta is not {MAX_JSON_BYTES:,} bytes of JSON); {RENEW}")
    return _load(text.tobytes())


def _load(text: bytes) -> dict[str, Any]:
    """Parse JSON as `_dump` writes it; duplicate keys, NaN and the like do not survive a dump."""
    if is_bounded(text, max_bytes=MAX_JSON_BYTES, max_depth=MAX_JSON_DEPTH):
        with suppress(ValueError):
            meta = json.loads(text.decode())
            if isinstance(meta, dict) and _dump(meta) == text:
                return meta
    raise FaultError(f"damaged (meta is not the JSON that grucli writes); {RENEW}")


def _version(arrays: Mapping[str, Array]) -> int:
    """Return the oldest version of the format that has what the arrays are."""
    dtypes = {array.dtype for array in arrays.values()}
    if np.dtype(np.uint16) in dtypes:
        return VERSION
    return 2 if np.dtype(np.float16) in dtypes else 1


def _dump(meta: Mapping[str, object]) -> bytes:
    text = json.dumps(
        meta, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _check_manifest(recorded: object, arrays: Mapping[str, Array]) -> None:
    if not isinstance(recorded, dict):
        raise FaultError(f"inconsistent (no manifest); {RENEW}")
    for name in sorted(recorded.keys() | arrays.keys()):
        if name not in arrays:
            raise FaultError(f"inconsistent (array '{excerpt(name)}' is missing); {RENEW}")
        if name not in recorded:
            raise FaultError(f"inconsistent (array '{name}' is not in the manifest); {RENEW}")
        if recorded[name] != _described(arrays[name]):
            raise FaultError(f"damaged (array '{name}' does not fit its hash); {RENEW}")
        if not _is_finite(arrays[name]):
            raise FaultError(f"damaged (non-finite values in '{name}'); {RENEW}")


def _described(array: Array) -> dict[str, object]:
    digest = sha256(bytes_of(array))
    return {"dtype": array.dtype.str, "shape": list(array.shape), "sha256": digest}


def _is_finite(array: Array) -> bool:
    if array.size == 0:
        return True
    return math.isfinite(array.min()) and math.isfinite(array.max())  # NaN is a minimum too


def _storable(name: str, array: Array) -> Array:
    little = array.dtype.newbyteorder("<")
    if little.str not in DTYPES or array.ndim > 3 or not NAME.fullmatch(name) or name == "meta":
        raise ValueError(f"{name!r} cannot be stored: {array.dtype}, {array.ndim} dimensions")
    if not _is_finite(array):
        raise ValueError(f"{name!r} holds NaN or infinity")
    return np.asarray(array, dtype=little, order="C")
