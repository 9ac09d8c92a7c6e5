import io
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grucli.data.forms.opening import open_source
from grucli.data.numbers import Missing
from grucli.data.records import ReadOptions, Record
from grucli.errors import DataError, show
from tests.cli.helpers import environment

X = np.arange(24, dtype=np.float32).reshape(3, 4, 2)
Y = np.array(["a", "好", "a b"])


def packed(compressed: bool = False, **arrays: Any) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # so that messages show the bare name
    return tmp_path


def records_of(
    data: bytes,
    needs_label: bool = True,
    name: str = "data.npz",
    missing: Missing | None = None,
) -> list[Record]:
    Path(name).write_bytes(data)
    with open_source(name, ReadOptions(missing=missing), needs_label=needs_label) as source:
        assert (source.kind, source.format, source.columns) == ("series", "npz", ())
        assert source.ready()
        records = list(source)
        assert [(r.line, r.number) for r in records] == [(0, i + 1) for i in range(len(records))]
        return records


def problem(data: bytes, needs_label: bool = True) -> str:
    """Return the message of the error that reading raises, or of the one bad record."""
    try:
        errors = [r.error for r in records_of(data, needs_label) if r.error]
    except DataError as error:
        errors = list(error.problems)
    assert len(errors) == 1
    assert len(errors[0]) <= 200
    assert show(errors[0]) == errors[0]
    return errors[0]


def values_of(record: Record) -> npt.NDArray[np.float32]:
    assert record.error is None
    assert record.text is None
    assert record.values is not None
    return record.values


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f8", "i1", "<i8", "u4"])
def test_sequences_of_any_number_type(folder: Path, dtype: str, compressed: bool) -> None:
    records = records_of(packed(compressed, X=X.astype(dtype), y=Y, more=np.ones(2)))
    assert [r.label for r in records] == ["a", "好", "a b"]
    for record, expected in zip(records, X, strict=True):
        assert values_of(record).dtype == (
            np.float64 if dtype in (">f8", "<i8", "u4") else np.float32
        )
        assert values_of(record).tolist() == expected.tolist()
        assert (record.line, record.cells) == (0, ())


def test_two_axes_are_one_channel_and_fortran_order_is_read(folder: Path) -> None:
    records = records_of(packed(X=np.asfortranarray(X[:, :, 0]), y=Y))
    assert [values_of(r).tolist() for r in records] == X[:, :, :1].tolist()
    records = records_of(packed(X=np.asfortranarray(X), y=Y))
    assert [values_of(r).tolist() for r in records] == X.tolist()


def test_lengths_cut_and_what_is_behind_them_does_not_count(folder: Path) -> None:
    padded = X.copy()
    padded[0, 2:] = np.nan
    records = records_of(packed(X=padded, y=Y, lengths=np.array([2, 4, 1])))
    assert [len(values_of(r)) for r in records] == [2, 4, 1]
    assert values_of(records[0]).tolist() == X[0, :2].tolist()


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        (np.array([3, -1, 3]), ["3", "-1", "3"]),
        (np.array([True, False, True]), ["True", "False", "True"]),
        (np.array([1.0, 2.5, 1.0]), ["1.0", "2.5", "1.0"]),
        (np.array(["好".encode(), b"b", b"c"]), ["好", "b", "c"]),
        (np.array(["nan", "NA", "None"]), ["nan", "NA", "None"]),
    ],
)
def test_labels_are_what_str_prints(folder: Path, y: Any, labels: list[str]) -> None:
    assert [r.label for r in records_of(packed(X=X, y=y))] == labels


def test_labels_may_be_absent_for_predict_alone(folder: Path) -> None:
    assert [r.label for r in records_of(packed(X=X), needs_label=False)] == [None] * 3
    records = records_of(packed(X=X, y=[np.nan, 1, np.nan]), needs_label=False)
    assert [(r.label, r.error) for r in records] == [(None, None), ("1.0", None), (None, None)]
    assert problem(packed(X=X)).startswith("data.npz: no array 'y' (found: X); save it with")


NAN = np.where(X == 20, np.nan, X)
HUGE = np.where(X == 20, 1e300, X.astype(float))


def padded(*lengths: int) -> npt.NDArray[np.float32]:
    """Return X with NaN behind these lengths."""
    steps = np.arange(X.shape[1])[:, None]
    return np.where(steps < np.array(lengths)[:, None, None], X, np.nan).astype(np.float32)


def test_nan_at_the_end_is_padding_unless_lengths_say_otherwise(folder: Path) -> None:
    for missing in ("refuse", "mask"):
        records = records_of(packed(X=padded(1, 3, 2), y=Y), missing=missing)
        assert [values_of(r).tolist() for r in records] == [
            X[k, :length].tolist() for k, length in enumerate((1, 3, 2))
        ]
    told = packed(X=padded(1, 3, 2), y=Y, lengths=np.array([1, 3, 3]))
    assert problem(told) == (
        "data.npz: X[2, 2, 0] is not finite; drop the row or fill it in, or pass --missing mask, "
        "or say in lengths that the sequence ends before"
    )
    last = values_of(records_of(told, missing="mask")[2])
    assert (last.shape, np.isnan(last).sum()) == ((3, 2), 2)
    assert problem(packed(X=padded(1, 3, 0), y=Y)) == "data.npz: X[2] has no values; drop the row"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": NAN, "y": Y}, "X[2, 2, 0] is not finite; drop the row or fill it in"),
        ({"X": HUGE, "y": Y}, "X[2, 2, 0] is not finite; "),
        (
            {"X": X, "y": Y, "lengths": np.array([1, 5, 1])},
            "lengths[1] is 5; save one whole number",
        ),
        ({"X": X, "y": Y, "lengths": np.array([1, 1, 0])}, "lengths[2] is 0; "),
        ({"X": X, "y": [1, np.nan, 2]}, "y[1]: no label; fill it in or drop the row"),
        ({"X": X, "y": np.array([1, 2, np.nan], "f2")}, "y[2]: no label; "),
        ({"X": X, "y": ["a", "", "b"]}, "y[1]: no label; "),
        ({"X": X, "y": [b"a", b"b", b" "]}, "y[2]: no label; "),
    ],
)
def test_a_bad_row_is_one_bad_record(folder: Path, arrays: Any, message: str) -> None:
    records = records_of(packed(**arrays))
    (bad,) = [r for r in records if r.error]
    assert bad.values is None
    assert str(bad.error).startswith(f"data.npz: {message}")
    assert len(records) == 3


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X, "y": Y}, "no array 'X' (found: x, y); did you mean 'x'?"),
        ({}, "no array 'X' (found: nothing); save it with np.savez(path, X=…, y=…)"),
        (
            {"X": X[0, 0], "y": Y},
            "X has shape (2,); save it as float32 of shape (N, T, D) or (N, T)",
        ),
        ({"X": X[:0], "y": Y[:0]}, "X has shape (0, 4, 2); "),
        ({"X": X[:, :0], "y": Y}, "X has shape (3, 0, 2); "),
        ({"X": X.astype(complex), "y": Y}, "X has type complex128; save it as"),
        ({"X": X.astype(str), "y": Y}, "X has type <U32; save it as"),
        ({"X": X, "y": Y[:2]}, "y has shape (2,); save one label a row, as y.astype(str) (N = 3)"),
        ({"X": X, "y": Y[:, None]}, "y has shape (3, 1); "),
        (
            {"X": X, "y": np.array([1, 2, 3], "M8[D]")},
            "y has type ",
        ),
        ({"X": X, "y": np.array([b"\xff", b"a", b"b"])}, "a label in y is no valid text; "),
        ({"X": X, "y": np.array(["\ud800", "a", "b"])}, "a label in y is no valid text; "),
        ({"X": X, "y": Y, "lengths": np.array([1.0, 2, 3])}, "lengths has type float64; save one"),
        ({"X": X, "y": Y, "lengths": np.array([1, 2])}, "lengths has shape (2,); save one whole"),
    ],
)
def test_an_archive_that_does_not_fit(folder: Path, arrays: Any, message: str) -> None:
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    assert problem(packed(**arrays)).startswith(f"data.npz: {message}")


def test_pickles_are_refused_unread(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return os.mkdir, ("sprung",)

    for arrays in ({"X": X, "y": np.array([Trap()] * 3)}, {"X": np.array([Trap()]), "y": Y}):
        message = problem(packed(**{k: np.asarray(v) for k, v in arrays.items()}))
        assert "has type object; save" in message
        assert "pickle" not in message
    assert not Path("sprung").exists()


def crafted(header: bytes, content: bytes = b"", name: str = "X.npy") -> bytes:
    padded = header + b" " * (-(len(header) + 11) % 64) + b"\n"
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 100, 100)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (10000000000000000000000, 1)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 1)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (True, 1)}",
        b"{'descr': '|U0', 'fortran_order': False, 'shape': (10, 10)}",
        b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1)}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os')}",
        b"[" * 2000,
        b"\xff\x00'",
        b"",
    ],
)
def test_headers_that_lie(folder: Path, header: bytes) -> None:
    started = time.process_time()
    assert problem(crafted(header, b"\0" * 8)).startswith("data.npz: ")
    assert time.process_time() - started < 5  # what is promised is not read


def test_sizes_must_be_true(folder: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (%s, 1)}"
    assert "X has shape (True, 1); " in problem(crafted(header % b"True", b"\0" * 4))
    assert "array 'X' is damaged; " in problem(crafted(header % b"1", b"\0" * 5))
    assert "array 'X' is damaged; " in problem(crafted(header % b"1", b"\0" * 3))
    assert len(records_of(crafted(header % b"1", b"\0" * 4), needs_label=False)) == 1


def test_other_faults_of_the_archive(folder: Path) -> None:
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("X.npy", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("X.npy", b"")
    assert "two arrays have one name" in problem(twice.getvalue())
    assert "no array 'X'" not in problem(crafted(b"{}", name="X.npy"))
    assert "damaged" in problem(crafted(b"{}", name="X"))
    assert problem(b"text,label\na,x\n").startswith("data.npz: no intact .npz file; save it again")
    assert problem(b"") == "data.npz: the file is empty; name a file with data in it"
    sound = packed(X=X, y=Y)
    for end in range(0, len(sound), 37):
        assert problem(sound[:end]).startswith("data.npz: ")


@settings(max_examples=150)
@given(st.data(), st.booleans())
def test_damaged_bytes_are_an_error_or_change_nothing_unsound(
    data: st.DataObject, compressed: bool
) -> None:
    damaged = bytearray(packed(compressed, X=X, y=Y, lengths=np.array([4, 2, 1])))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        try:
            records = records_of(bytes(damaged), name=f"{folder}/data.npz")
        except DataError as refused:
            problems = refused.problems
        else:
            problems = [r.error for r in records if r.error]
            assert all(r.error or np.isfinite(values_of(r)).all() for r in records)
    assert all(show(line) == line for line in problems)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_packed_in_other_ways_are_read_or_refused(folder: Path, kind: int) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(X=X, y=Y))) as plain:
        members = {name: plain.read(name) for name in plain.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    whole = buffer.getvalue()
    assert [r.label for r in records_of(whole)] == ["a", "好", "a b"]
    start = whole.index(b"X.npy") + len("X.npy")
    for place in range(start + 9, start + 60, 3):  # behind the versions, which nobody reads
        damaged = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        assert problem(damaged).startswith("data.npz: array 'X' is damaged; save it again")


def test_standard_input_is_known_by_its_first_bytes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("piped").write_bytes(packed(X=X, y=Y))
    with Path("piped").open("rb") as stream, monkeypatch.context() as patch:
        patch.setattr("sys.stdin", stream)
        with open_source("-", ReadOptions(), needs_label=True) as source:
            assert [r.label for r in source] == list(Y)
            assert source.remembered.kind == "series"
    assert len(records_of(packed(X=X, y=Y), name="no_suffix")) == 3


def test_an_array_beyond_the_limit_is_refused_before_it_is_read(folder: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2000000, 1000)}"
    data = crafted(header, b"\0" * 100)
    started = time.process_time()
    assert "larger than 4 GiB" in problem(data)
    assert time.process_time() - started < 5  # what is promised is not read


MEASURED = """
import resource, sys
from grucli.data.forms.opening import open_source
from grucli.data.records import ReadOptions

UNIT = 1 if sys.platform == "darwin" else 1024

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT

with open_source(sys.argv[1], ReadOptions(), needs_label=True) as source:
    assert next(iter(source)).values.shape == (100, 100)
before = peak()
with open_source(sys.argv[2], ReadOptions(), needs_label=True) as source:
    assert sum(record.values.sum() == 0 and record.label == "b" for record in source) == 5000
print(peak() - before)
"""


def test_what_was_packed_a_thousandfold_takes_no_more_memory_than_some_rows(folder: Path) -> None:
    for name, rows in (("few.npz", 2), ("many.npz", 5000)):
        zeros = np.zeros((rows, 100, 100), np.float32)
        Path(name).write_bytes(packed(compressed=True, X=zeros, y=np.repeat("b", rows)))
    assert Path("many.npz").stat().st_size < 250_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "few.npz", "many.npz"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 64 << 20  # of the 200 MB that they are


def test_a_row_beyond_the_limit_is_refused_before_it_is_read(folder: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 100000, 1000)}"
    assert problem(crafted(header, b"\0")) == (
        "data.npz: a row of X is too long; cut it into several"
    )
