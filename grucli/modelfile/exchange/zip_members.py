"""The members of a zip of another system: stored as they are, so that none is larger than the file.

Overlapping members, second names and directories of a million entries are refused, whatever the
zipfile of this Python makes of them.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Collection, Mapping

from grucli.errors import excerpt
from grucli.modelfile.npz_layout import END_BYTES, END_MAGIC, FaultError

MOST_DIRECTORY = 1 << 18  # bytes, which is some thousand members
_LOCATOR = b"PK\x06\x07"  # of the end of archives beyond 4 GiB
_LOCATOR_BYTES = 20


def stored_members(
    data: bytes, names: Collection[str] | None = None, *, again: str
) -> Mapping[str, bytes]:
    """Return the content of each member by its name.

    Args:
        data: the file.
        names: of those that are wanted, all of which must be there; None for all.
        again: how to save the file again, for people.

    Raises:
        FaultError: it is damaged, or a member is missing, compressed, encrypted or there twice.
    """
    _check_directory(data, again)
    found = dict[str, bytes]()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            left = len(data)
            for info in archive.infolist():
                name = info.filename
                if names is not None and name not in names:
                    continue
                if name in found:
                    raise FaultError(f"has two members {excerpt(name)}; {again}")
                left -= info.file_size
                if info.compress_type != zipfile.ZIP_STORED or left < 0:
                    raise FaultError(f"{excerpt(name)} is compressed or too large; {again}")
                found[name] = archive.read(info)
    except FaultError:
        raise
    except Exception as fault:  # BadZipFile, struct.error, NotImplementedError, OverflowError, ...
        raise FaultError(f"damaged ({excerpt(fault)}); {again}") from None
    for name in names or ():
        if name not in found:
            raise FaultError(f"no {name} in it; {again}")
    return found


def _check_directory(data: bytes, again: str) -> None:
    """Refuse a file whose list of members is long, before any of it is read."""
    end = data[-END_BYTES:]
    before = data[-END_BYTES - _LOCATOR_BYTES :][: len(_LOCATOR)]
    is_plain = len(end) == END_BYTES and end.startswith(END_MAGIC) and end.endswith(b"\x00\x00")
    if not is_plain or before == _LOCATOR:
        raise FaultError(f"truncated, or no zip of this kind; {again}")
    (size,) = struct.unpack_from("<I", end, 12)
    if size > MOST_DIRECTORY:
        raise FaultError(f"has a directory of {size:,} bytes; {again}")
