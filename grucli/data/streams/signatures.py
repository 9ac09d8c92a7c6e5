"""Signatures of files: what one is by its first bytes, where no form of data is read here.

Whatever its name says: an Excel workbook is one when it is called train.csv, too. Only bytes count
that no text begins with.
"""

import io
import re
from typing import NamedTuple

from grucli.errors import DataError, excerpt
from grucli.files.whole_files import CHUNK_BYTES


class Kind(NamedTuple):
    """A kind of file: what it looks like, and what to do with it."""

    name: str
    mend: str


_AS_CSV = "save it as CSV"
_AS_TEXT = "save it as plain text"
_EXPORT = "export it as CSV or JSON Lines"
_ARRAYS = "save it with np.savez(path, X=…, y=…)"
_AS_EITHER = "save it as CSV or plain text"
_NO_TEXT = "there is no text in it to read"

_NPZ = Kind("an .npz archive", "pass --format npz")
_ZIP_MAGIC = b"PK\x03\x04"
_MEMBER = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_EXCEL_XML = rb"(?:\xef\xbb\xbf)?<\?xml [^>]*\?>\s*<\?mso-application progid=\"Excel\.Sheet\"\?>"
_KINDS = (
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.xls, .doc)", _AS_EITHER),
    (rb"%PDF-\d\.\d[\r\n]", "a PDF", "extract its text, for example with pdftotext"),
    (rb"\{\\rtf1", "an RTF document", _AS_TEXT),
    (rb"PAR1[\0-\x1f]", "a Parquet file", _EXPORT),
    (rb"ARROW1\0", "an Arrow file", _EXPORT),
    (rb"FEA1\0", "a Feather file", _EXPORT),
    (rb"Obj\x01", "an Avro file", _EXPORT),
    (rb"<stata_dta><header>", "a Stata file (.dta)", _EXPORT),
    (rb"\$FL2@\(#\) ", "an SPSS file (.sav)", _EXPORT),
    (rb"RD[AX][23]\n[AX]\n|X\n\0\0\0[\2\3]\0", "an R file (.rds, .RData)", _EXPORT),
    (_EXCEL_XML, "an Excel workbook in XML (.xls)", _AS_CSV),
    (rb"SQLite format 3\0", "an SQLite database", _EXPORT),
    (rb"\x93NUMPY", "a NumPy array (.npy)", _ARRAYS),
    (rb"\x89HDF\r\n", "an HDF5 file", _ARRAYS),
    (rb"MATLAB 5\.0 MAT-file", "a MATLAB file", _ARRAYS),
    (rb"\x80(?:[\2\3][]}(cX]|[\4\5]\x95)", "a Python pickle", "save it as CSV or .npz"),
    (rb"\x1f\x8b\x08", "gzip data within gzip data", "unpack it once"),
    (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "a bzip2 file", "unpack it first (bunzip2)"),
    (rb"\xfd7zXZ\0", "an xz file", "unpack it first (unxz)"),
    (rb"\x28\xb5\x2f\xfd", "a zstd file", "unpack it first (unzstd)"),
    (rb"\x04\"M\x18", "an lz4 file", "unpack it first (unlz4)"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (rb"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (rb".{257}ustar[\0 ]", "a tar archive", "unpack it first (tar xf)"),
    (rb"\x89PNG\r\n|\xff\xd8\xff[\xc0-\xfe]|II\*\0|MM\0\*", "a picture", _NO_TEXT),
    (rb"GIF8[79]a.{0,5}[\0\x80-\xff]|RIFF.{4}WEBP", "a picture", _NO_TEXT),
    (rb"ID3[\2-\4]|OggS\0|fLaC\0|RIFF.{4}WAVE", "a sound file", _NO_TEXT),
    (rb".{4}ftyp.{4}\0|\x1a\x45\xdf\xa3", "a film or sound file", _NO_TEXT),
    (rb"\x7fELF[\1\2]", "a program", "name a file with data in it"),
    (
        rb"version https://git-lfs\.github\.com/spec/v\d\r?\noid ",
        "a Git LFS pointer",
        "fetch it with git lfs pull",
    ),
)
_PATTERNS = tuple((re.compile(magic, re.DOTALL), Kind(name, do)) for magic, name, do in _KINDS)
_IN_ZIPS = (
    (rb"xl/", Kind("an Excel workbook (.xlsx)", _AS_CSV)),
    (rb"word/", Kind("a Word document (.docx)", _AS_TEXT)),
    (rb"ppt/", Kind("a PowerPoint file (.pptx)", _AS_TEXT)),
    (rb"\[Content_Types\]\.xml", Kind("an Office file (.xlsx, .docx)", _AS_EITHER)),
    (rb"Index/.*\.iwa", Kind("an Apple Numbers or Pages file", _AS_CSV)),
    (rb".*/data\.pkl", Kind("a PyTorch file", _ARRAYS)),
)
_IN_MIMETYPES = (
    (b"vnd.oasis.opendocument.spreadsheet", Kind("an OpenDocument spreadsheet (.ods)", _AS_CSV)),
    (b"vnd.oasis.opendocument", Kind("an OpenDocument file (.odt)", _AS_TEXT)),
    (b"epub+zip", Kind("an e-book (EPUB)", _AS_TEXT)),
)


def first_bytes(stream: io.BufferedIOBase) -> bytes:
    """Return the start of a stream: what has come, up to its first line at least.

    A line is waited for anyhow. A zip archive, whose members tell what it is, has no lines.
    """
    start = stream.read1(CHUNK_BYTES)
    while start and len(start) < CHUNK_BYTES and (b"\n" not in start or _is_zip(start)):
        more = stream.read1(CHUNK_BYTES)
        if not more:
            break
        start += more
    return start


def holds_arrays(start: bytes) -> bool:
    """Whether a file that starts so is an archive of NumPy arrays."""
    return _is_zip(start) and _kind_of_zip(start) is _NPZ


def may_hold_arrays(start: bytes) -> bool:
    """Whether a file that starts so, and is called an archive of arrays, may be one, if damaged."""
    return _kind_of_zip(start) in (None, _NPZ) if _is_zip(start) else kind_of(start) is None


def refuse_kind(start: bytes, name: str) -> None:
    """Raise DataError if a file that starts so is no text."""
    kind = kind_of(start)
    if kind is not None:
        raise DataError(f"{name}: looks like {kind.name}; {kind.mend}")


def kind_of(start: bytes) -> Kind | None:
    """Return what a file is that starts so; None if it may be text."""
    if not _is_zip(start):
        return next((kind for pattern, kind in _PATTERNS if pattern.match(start)), None)
    listed = ", ".join(name.decode(errors="replace") for name in _members(start))
    unknown = Kind(f"a zip archive ({excerpt(listed, 60)})", "unpack it first (unzip)")
    return _kind_of_zip(start) or unknown


def _is_zip(start: bytes) -> bool:
    return start.startswith(_ZIP_MAGIC)


def _members(start: bytes) -> list[bytes]:
    """Return the names of the files whose headers are in these bytes of a zip archive."""
    found = []
    for match in _MEMBER.finditer(start):
        found.append(start[match.end() : match.end() + int.from_bytes(match[1], "little")])
    return found


def _kind_of_zip(start: bytes) -> Kind | None:
    members = _members(start)
    if any(name.endswith(b".npy") for name in members):
        return _NPZ
    document = re.match(rb".{30}mimetypeapplication/", start, re.DOTALL)
    if document is not None:
        kinds = (kind for mime, kind in _IN_MIMETYPES if start.startswith(mime, document.end()))
        return next(kinds, None)
    return next(
        (kind for path, kind in _IN_ZIPS if any(re.match(path, name) for name in members)), None
    )
