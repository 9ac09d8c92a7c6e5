"""Files that are no data, named as what they are: first bytes as their programs write them."""

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from grucli.data.records import Remembered
from grucli.data.streams.signatures import kind_of
from grucli.errors import DataError
from tests.data.reading import piped, problem

TABLE = b"text,label\na,x\nb,y\n"
READERS = Remembered(text="text", label="label", delimiter=",")


def zipped(*names: str, **contents: bytes) -> bytes:
    """Return a zip archive of members of these names, some with this content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name, b"x"))
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("train.csv")
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE))
    return buffer.getvalue()


def packed(content: bytes) -> bytes:
    """Return gzip data that do not say when they were made: a test is named by its bytes."""
    return gzip.compress(content, mtime=0)


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table t (text, label)")
        content = connection.serialize()
    connection.close()
    return content


def array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


ODS = b"application/vnd.oasis.opendocument.spreadsheet"
ODT = b"application/vnd.oasis.opendocument.text"
EXCEL = zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml")
KINDS = [
    (EXCEL, "an Excel workbook (.xlsx); save it as CSV"),
    (zipped("docProps/app.xml", "xl/theme/theme1.xml"), "an Excel workbook (.xlsx); "),
    (zipped("_rels/.rels", "word/document.xml"), "a Word document (.docx); save it as plain text"),
    (zipped("[Content_Types].xml", "ppt/slides/s.xml"), "a PowerPoint file (.pptx); "),
    (zipped("[Content_Types].xml", "docProps/big.jpeg"), "an Office file (.xlsx, .docx); "),
    (zipped("mimetype", "content.xml", mimetype=ODS), "an OpenDocument spreadsheet (.ods); save"),
    (zipped("mimetype", "content.xml", mimetype=ODT), "an OpenDocument file (.odt); "),
    (zipped("model/data.pkl", "model/data/0"), "a PyTorch file; "),
    (zipped("train.csv", "test.csv"), "a zip archive (train.csv, test.csv); unpack it first (un"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "an old Office file (.xls, .doc); "),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF; extract its text, for example with pdfto"),
    (rb"{\rtf1\ansi some text}", "an RTF document; "),
    (b"PAR1\x15\x04\x15\x10", "a Parquet file; export it as CSV or JSON Lines"),
    (b"FEA1\0\0\0\0", "a Feather file; export it as CSV or JSON Lines"),
    (b"<stata_dta><header><release>118", "a Stata file (.dta); export it as CSV or JSON Lines"),
    (b"$FL2@(#) SPSS DATA FILE", "an SPSS file (.sav); export it as CSV or JSON Lines"),
    (b"X\n\0\0\0\3\0\4\2\0", "an R file (.rds, .RData); export it as CSV or JSON Lines"),
    (b"RDX3\nX\n\0\0\0\3", "an R file (.rds, .RData); export it as CSV or JSON Lines"),
    (
        b'<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n<Workbook>',
        "an Excel workbook in XML (.xls); save it as CSV",
    ),
    (b"ARROW1\0\0\xff\xff", "an Arrow file; "),
    (b"Obj\x01\x04\x14avro.codec", "an Avro file; "),
    (database(), "an SQLite database; "),
    (array(), "a NumPy array (.npy); save it with np.savez(path, X=…, y=…)"),
    (b"\x89HDF\r\n\x1a\n\0\0", "an HDF5 file; "),
    (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file; "),
    *((pickle.dumps({"a": [1]}, version), "a Python pickle; ") for version in range(2, 6)),
    (bz2.compress(TABLE), "a bzip2 file; unpack it first (bunzip2)"),
    (bz2.compress(b""), "a bzip2 file; "),
    (lzma.compress(TABLE), "an xz file; unpack it first (unxz)"),
    (b"\x28\xb5\x2f\xfd\x04\x58", "a zstd file; "),
    (b"\x04\x22\x4d\x18\x64\x40", "an lz4 file; "),
    (b"7z\xbc\xaf\x27\x1c\0\4", "a 7-Zip archive; "),
    (b"Rar!\x1a\x07\x01\0", "a RAR archive; "),
    (tarred(), "a tar archive; unpack it first (tar xf)"),
    (packed(tarred()), "a tar archive; "),
    (packed(packed(TABLE)), "gzip data within gzip data; unpack it once"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture; there is no text in it to read"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture; "),
    (b"GIF89a\x20\x20\x20\x20\xf7\0\0", "a picture; "),
    (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture; "),
    (b"RIFF\x24\0\0\0WAVEfmt ", "a sound file; "),
    (b"ID3\x04\0\0\0", "a sound file; "),
    (b"\0\0\0\x18ftypmp42\0\0\0\0", "a film or sound file; "),
    (b"\x7fELF\x02\x01\x01\0", "a program; "),
    (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
        "a Git LFS pointer; fetch it with git lfs pull",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), KINDS)
def test_a_file_is_named_as_what_it_is(data: bytes, said: str) -> None:
    for name in ("a.csv", "a.tsv", "a.txt", "a.jsonl", "a.ts", "a.xlsx", "a"):
        assert problem(data, name).startswith(f"{name}: looks like {said}")
    for name in ("a", "a.txt", "a.csv"):
        found = problem(data, name, needs_label=False, remembered=READERS)
        assert found.startswith(f"{name}: looks like {said}")
    for options in ({}, {"format": "lines"}):
        with pytest.raises(DataError) as caught:
            piped(data, needs_label=False, remembered=READERS, **options)
        assert str(caught.value).startswith(f"standard input: looks like {said}")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (EXCEL, "a.npz: looks like an Excel workbook (.xlsx); save it as CSV"),
        (array(), "a.npz: looks like a NumPy array (.npy); save it with np.savez(path, X=…, y=…)"),
        (zipped("train.csv"), "a.npz: no array 'X' (found: train.csv); save it with np.savez("),
        (TABLE, "a.npz: no intact .npz file; save it again with np.savez"),
    ],
)
def test_what_is_called_an_archive_of_arrays(data: bytes, said: str) -> None:
    assert problem(data, "a.npz").startswith(said)


def test_an_archive_of_arrays_is_read_whatever_it_is_called_if_that_says_nothing_else() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, X=np.zeros((2, 3)), y=np.array(["a", "b"]))
    assert piped(buffer.getvalue(), needs_label=False, remembered=READERS)[0].format == "npz"
    assert problem(buffer.getvalue(), "a.csv") == (
        "a.csv: looks like an .npz archive; pass --format npz"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("RDX3", "X\n", '<?xml version="1.0"?>\n<a/>', "<stata_dta> is a tag"),
        *("PAR1 is a receptor", "BZh is no word", "BZh91 he said", "%PDF-1.4 is old", "PK", "PK\3"),
        *("Rar! cried the crow", "GIF89a is a form of pictures", "ID3 tags", "MM", "II*", "ORC,x"),
        *("RIFF raff WAVE", "MATLAB 5.0", "OggS", "{rtf1", "version https://git-lfs", "ftyp", ""),
        *("SQLite format 3", "ÿØÿ", "Obj", "7z is small", "ELF", "a" * 300 + "ustar "),
    ],
)
def test_what_a_text_begins_with_is_no_kind(text: str) -> None:
    line = text.encode("latin-1") + b"\nmore\n"
    assert kind_of(line) is None
    assert piped(line, needs_label=False, remembered=READERS)[0].format == "lines"


def test_a_truncated_zip_is_one() -> None:
    for length in (4, 20, 30, 40):
        assert kind_of(EXCEL[:length]) is not None
    lying = b"PK\x03\x04" + bytes(22) + struct.pack("<HH", 60_000, 0) + b"xl/"
    assert kind_of(lying) == kind_of(EXCEL)
