"""Line ends of every kind, however the bytes arrive."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.streams.lines import Lines
from tests.data.reading import pairs, piped_records, records_of


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\rb\nc\n", [b"a\rb", b"c"]),
        (b"\ra\n\n50 %\r100 %\r\n", [b"\ra", b"", b"50 %\r100 %"]),
        (b"a\r\r\nb\r\r\n", [b"a", b"b"]),
        (b"a\r\nb\r", [b"a", b"b"]),
        (b"a\rb\r", [b"a", b"b"]),
        (b"a\r\rb", [b"a", b"", b"b"]),
        (b"a\r", [b"a"]),
        (b'a,b\r"x\ny",d\r"z"\r', [b"a,b", b'"x', b'y",d', b'"z"']),  # rows of a Macintosh
        (b'a\r"x\ny"\r"z\n', [b"a", b'"x', b'y"', b'"z']),
        (b'"x\ry"\n"z"\n', [b'"x\ry"', b'"z"']),
        (b'50 %\r"done\nb\n', [b'50 %\r"done', b"b"]),
        (b'a\rof 5" size\nb', [b'a\rof 5" size', b"b"]),
        (b"\r\n", [b""]),
        (b"a\r" * 600_000, [b"a"] * 600_000),
        (b"a\r" * 600_000 + b"b\nc", [*[b"a"] * 600_000, b"b", b"c"]),
        (b"a\r" * 500_000 + b"b\nc", [b"a\r" * 500_000 + b"b", b"c"]),
        (b"w" * 2**20 + b"\ra\nb", [b"w" * 2**20 + b"\ra", b"b"]),
    ],
)
def test_cr_alone_ends_lines_only_where_the_first_mib_has_no_lf(
    data: bytes, lines: list[bytes]
) -> None:
    whole = Lines(io.BytesIO(data), "a")
    assert list(whole) == lines
    assert whole.number == len(lines)


class Dripping(io.BytesIO):
    """A stream that comes in the pieces it was made of."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__()
        self.pieces = [piece for piece in pieces if piece]

    def read1(self, size: int | None = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"", b"\xe5\xa5\xbd"])))
def test_lines_do_not_depend_on_how_they_arrive(pieces: list[bytes]) -> None:
    expected = list(Lines(io.BytesIO(b"".join(pieces)), "a"))
    assert list(Lines(Dripping(pieces), "a")) == expected
    if b"\n" in b"".join(pieces):
        ends = b"".join(pieces).split(b"\n")
        assert expected == [end.rstrip(b"\r") for end in ends[: None if ends[-1] else -1]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cr_within_a_cell_is_its_own(quote: str) -> None:
    row = f"{quote}a\rb{quote},x\n"
    records = records_of(f"text,label\n{row}c,y\r\n\r\nd,x".encode())
    assert [(r.text, r.label, r.line) for r in records] == [
        ("a\rb", "x", 2), ("c", "y", 3), ("d", "x", 5),
    ]  # fmt: skip
    tabs = f"text\tlabel\n{row}".replace(",", "\t").encode()
    assert pairs(tabs, "a.tsv") == [("a\rb", "x")]
    crs = [(r.text, r.error) for r in piped_records(b"a lamp\rb\nc\n", None)]
    assert crs == [("a lamp\rb", None), ("c", None)]
