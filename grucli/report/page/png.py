"""A small picture in one colour or two, as a PNG in the page itself.

Its ground is transparent, so that one picture suits a light page, a dark one and paper.

Source: Portable Network Graphics (W3C), palette images of four bits with transparency.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from grucli.engine.packing import Floats

LEVELS = 7  # of a colour; four bits hold two colours and the ground
POSITIVE, NEGATIVE = (37, 110, 190), (214, 110, 20)
PALETTE = bytes((*POSITIVE,) * (LEVELS + 1) + (*NEGATIVE,) * LEVELS)
OPACITY = bytes(
    round(255 * k / LEVELS) for k in (*range(LEVELS + 1), *range(1, LEVELS + 1))
)  # of each colour of the palette


def data_uri(shares: Floats) -> str:
    """Return a picture (rows, columns) of numbers from -1 to 1; beyond, they are cut."""
    levels = np.rint(np.clip(shares, -1, 1) * LEVELS).astype(np.int64)
    places = np.where(levels < 0, LEVELS - levels, levels).astype(np.uint8)
    rows, width = places.shape
    places = np.pad(places, ((0, 0), (0, width % 2)))
    packed = places[:, ::2] << 4 | places[:, 1::2]
    lines = np.pad(packed, ((0, 0), (1, 0))).tobytes()  # each begins with its filter, none
    data = b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">2I5B", width, rows, 4, 3, 0, 0, 0)),
            _chunk(b"PLTE", PALETTE),
            _chunk(b"tRNS", OPACITY),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def _chunk(kind: bytes, content: bytes) -> bytes:
    head = struct.pack(">I", len(content))
    return head + kind + content + struct.pack(">I", zlib.crc32(kind + content))
