"""Pictures are PNG files that are read back, pixel by pixel, by the text of the standard."""

import base64
import struct
import zlib

import numpy as np
import pytest

from grucli.report.page.png import LEVELS, NEGATIVE, POSITIVE, data_uri


def read(uri):
    """Return (rows, columns, 4) red, green, blue and opacity of a four-bit palette PNG."""
    head, _, content = uri.partition(",")
    assert head == "data:image/png;base64"
    data = base64.b64decode(content, validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, own = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            kind + own
        )
        chunks[kind] = own
        at += 12 + size
    assert list(chunks) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">2I5B", chunks[b"IHDR"])
    assert (depth, colour, rest) == (4, 3, [0, 0, 0])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not lines[:, 0].any()
    pixels = np.stack((lines[:, 1:] >> 4, lines[:, 1:] & 15), axis=2).reshape(height, -1)[:, :width]
    colours = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    opacity = np.frombuffer(chunks[b"tRNS"], np.uint8)
    assert len(colours) == len(opacity) <= 16
    return np.concatenate((colours[pixels], opacity[pixels][..., None]), axis=2)


@pytest.mark.parametrize("width", [1, 2, 7])
def test_a_picture_is_read_back_as_it_was_drawn(width):
    shares = np.random.default_rng(width).uniform(-1.2, 1.2, (5, width))
    pixels = read(data_uri(shares))
    assert pixels.shape == (5, width, 4)
    cut = np.clip(shares, -1, 1)
    assert np.abs(pixels[..., 3] / 255 - np.abs(cut)).max() <= 0.5 / LEVELS + 0.002
    for colour, shown in ((POSITIVE, cut > 0.5 / LEVELS), (NEGATIVE, cut < -0.5 / LEVELS)):
        assert shown.any()
        assert (pixels[shown][:, :3] == colour).all()


def test_nothing_is_transparent():
    assert not read(data_uri(np.zeros((2, 3))))[..., 3].any()
