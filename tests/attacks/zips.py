"""Zips that no zipfile writes: more members than there are, the same bytes twice, other sizes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), "<4s4H2IH"
HUGE = 1 << 31


def member(
    name: bytes, data: bytes, *, flags: int = 0, method: int = 0, size: int = -1, crc: int = -1
) -> tuple[bytes, bytes]:
    """Return the local header and the directory's entry of a member; size and crc may be wrong."""
    declared = len(data) if size < 0 else size
    crc = zlib.crc32(data) if crc < 0 else crc
    fields = (20, flags, method, 0, 0x21, crc, len(data), declared, len(name), 0)
    entry = CENTRAL.pack(b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, 0)
    return LOCAL.pack(b"PK\x03\x04", *fields) + name, entry + name


def joined(parts: list[tuple[bytes, bytes, bytes]], *, listed: int = 1) -> bytes:
    """Return a zip of (local header, content, entry), each listed so many times."""
    body, directory = b"", b""
    for local, content, entry in parts:
        placed = entry[:42] + struct.pack("<I", len(body)) + entry[46:]
        directory += placed * listed
        body += local + content
    count = min(len(parts) * listed, 0xFFFF)
    end = struct.pack(END, b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def of(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return an honest zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return held.getvalue()


def attacks(sound: Mapping[str, bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """Yield attacks on whoever reads members of a zip, of which one has this name."""
    first = {name: sound[name]}
    others = {other: data for other, data in sound.items() if other != name}
    raw = name.encode()

    def with_first(listed: int = 1, **wrong: int) -> bytes:
        parts = [(*member(raw, sound[name], **wrong), sound[name])]
        parts += [(*member(other.encode(), data), data) for other, data in others.items()]
        return joined([(local, data, entry) for local, entry, data in parts], listed=listed)

    assert zipfile.ZipFile(io.BytesIO(with_first())).read(name) == sound[name]
    bomb = {**others, name: bytes(16 << 20)}
    yield "a zip bomb", of(bomb, method=zipfile.ZIP_DEFLATED)
    yield "compressed", of({**others, **first}, method=zipfile.ZIP_DEFLATED)
    yield "each member listed a thousand times", with_first(1000)
    yield "each member listed twice", with_first(2)
    yield "a declared size of 2 GiB", with_first(size=HUGE)
    yield "encrypted", with_first(flags=1)
    yield "an unknown method", with_first(method=99)
    yield "a wrong checksum", with_first(crc=1)
    yield "6,000 members", of({**sound, **{f"{k}.npy": b"" for k in range(6_000)}})
    yield "its name beyond the folder", of({**others, f"../../{name}": sound[name]})
    yield "an absolute name", of({**others, f"/tmp/{name}": sound[name]})
    yield "a name of escapes", of({**others, f"\x1b[31m{name}\u202e": sound[name]})
    yield "a comment that is a zip", of(sound)[:-2] + struct.pack("<H", 22) + of({})
    zip64 = struct.pack("<4sIQI", b"PK\x06\x07", 0, 1 << 60, 1)
    plain = of(sound)
    yield "an end beyond 4 GiB", plain[:-22] + zip64 + plain[-22:]
