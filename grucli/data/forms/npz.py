"""Numeric sequences from an .npz archive: `X` (N, T, D) or (N, T), `y` (N,), `lengths` (N,).

Nothing in the archive is trusted: no pickles, no sizes that are declared but not there, no more
than MAX_BYTES unpacked. A thousandth may have been left of the values by packing, so they are
unpacked to a temporary file, of which only the row at hand is in memory.
"""

import io
import math
import mmap
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from grucli.data.forms import Missing
from grucli.data.numbers import Floats, floats, whole
from grucli.data.records import Record, Source
from grucli.data.request import Asked
from grucli.errors import DataError, did_you_mean, excerpt
from grucli.files.scratch import Scratch, release
from grucli.values import dataclass

try:
    from lzma import LZMAError
except ImportError:  # some Pythons are built without it; to them it is not known how to unpack
    _LZMA_FAULTS: tuple[type[Exception], ...] = ()
else:
    _LZMA_FAULTS = (LZMAError,)

MAX_BYTES: Final = 4 * 2**30
"""Bytes of the largest archive and of the largest array in it."""

MAX_ROW: Final = 1 << 26
"""Numbers of the longest sequence, and bytes of the longest label."""

_PIECE: Final = 1 << 20  # bytes that are unpacked at once
_RELEASED: Final = 1 << 24  # bytes of rows after which their memory is given back

_Shape = tuple[int | None, ...]
"""The size of each axis; None is any but zero."""

_MENDS = {
    "X": "save it as float32 of shape (N, T, D) or (N, T)",
    "y": "save one label a row, as y.astype(str)",
    "lengths": "save one whole number a row, from 1 to T",
}
_FAULTS: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    RuntimeError,  # encrypted, or packed in a way not known here
    OSError,  # of bzip2: the archive is in memory, no disk can fail
    *_LZMA_FAULTS,
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """The sequences of one archive.

    Attributes:
        steps: (N, T, D) numbers as stored.
        lengths: N lengths as stored; None if the archive has none, and NaN pads what is shorter.
        labels: N labels as stored; None if the archive has no `y`.
    """

    steps: npt.NDArray[Any]
    lengths: npt.NDArray[Any] | None
    labels: npt.NDArray[Any] | None

    def label(self, index: int) -> str | None:
        """Return the label of sequence `index` as `str` prints it, nothing for NaN."""
        return None if self.labels is None else _text(self.labels[index])

    def row(self, index: int, missing: Missing) -> tuple[Floats | None, str]:
        """Return sequence `index`, (length, D), and what is wrong with it ("" if nothing).

        NaN is a missing value, and where there are no lengths NaN at the end is none.
        """
        length = self.steps.shape[1] if self.lengths is None else int(self.lengths[index])
        if not 1 <= length <= self.steps.shape[1]:
            return None, f"lengths[{index}] is {length}; {_MENDS['lengths']}"
        values = floats(self.steps[index, :length])
        if self.lengths is None:
            values = whole(values, "mask")
            if not len(values):
                return None, f"X[{index}] has no values; drop the row"
        sound = ~np.isinf(values) if missing == "mask" else np.isfinite(values)
        if sound.all():
            return values, ""
        step, channel = np.argwhere(~sound)[0]
        mend = "drop the row or fill it in"
        if np.isnan(values[step, channel]):
            mend += ", or pass --missing mask"
            if self.lengths is not None:
                mend += ", or say in lengths that the sequence ends before"
        return None, f"X[{index}, {step}, {channel}] is not finite; {mend}"


class _Archive:
    """The arrays of one .npz file; every fault is a DataError that begins with `name`."""

    def __init__(self, data: IO[bytes], name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(data)
            members = self._zip.namelist()
        except _FAULTS:
            raise DataError(f"{name}: no intact .npz file; save it again with np.savez") from None
        if len(set(members)) < len(members):
            raise DataError(f"{name}: two arrays have one name; save it again with np.savez")
        self.names = [member.removesuffix(".npy") for member in members]

    def read(self, array: str, kinds: str, *shapes: _Shape) -> npt.NDArray[Any]:
        """Return the array of this name, of one of these dtype kinds and shapes."""
        if array not in self.names:
            found = excerpt(", ".join(self.names) or "nothing", 60)
            mend = did_you_mean(array, self.names) or "; save it with np.savez(path, X=…, y=…)"
            raise DataError(f"{self._name}: no array '{array}' (found: {found}){mend}")
        try:
            info = self._zip.getinfo(f"{array}.npy")
            with self._zip.open(info) as member:
                shape, fortran, dtype = _header(member)
                self._check(array, dtype, kinds, shape, shapes)
                content = self._content(array, member, math.prod(shape) * dtype.itemsize)
            flat: npt.NDArray[Any] = np.frombuffer(content, dtype)  # of a file: not in memory
            return flat.reshape(shape, order="F" if fortran else "C")
        except _FAULTS:
            raise DataError(
                f"{self._name}: array '{array}' is damaged; save it again with np.savez"
            ) from None

    def _check(
        self,
        array: str,
        dtype: np.dtype[Any],
        kinds: str,
        shape: tuple[int, ...],
        shapes: Sequence[_Shape],
    ) -> None:
        if dtype.kind not in kinds or dtype.itemsize == 0:
            raise DataError(f"{self._name}: {array} has type {excerpt(dtype)}; {_MENDS[array]}")
        if not any(_fits(shape, expected) for expected in shapes):
            raise DataError(
                f"{self._name}: {array} has shape {excerpt(shape)}; {_MENDS[array]}"
                + (f" (N = {shapes[0][0]})" if array != "X" else "")
            )
        if max(math.prod(shape[1:]), dtype.itemsize) > MAX_ROW:
            raise DataError(f"{self._name}: a row of {array} is too long; cut it into several")

    def _content(self, array: str, member: IO[bytes], size: int) -> bytes | mmap.mmap:
        if size > MAX_BYTES:
            raise DataError(f"{self._name}: {array} is larger than 4 GiB; split the file")
        content = Scratch()  # one byte more is asked for: at the end the checksum is compared
        while piece := member.read(min(_PIECE, size + 1 - len(content))):
            content.append(piece)
        if len(content) != size:
            raise ValueError
        return content.view()


def open_series(stream: io.BufferedIOBase, asked: Asked, head: bytes = b"") -> Source:
    """Open the archive that a stream holds.

    Args:
        stream: closed with the Source.
        asked: what is known of the data.
        head: bytes already taken from the stream.

    Raises:
        DataError: it is empty, no intact archive, or lacks an array that is needed.
    """
    data = read_all(stream, asked.name, head)
    if asked.needs_label and not data.getbuffer().nbytes:
        raise DataError(f"{asked.name}: the file is empty; name a file with data in it")
    series = read_series(data, asked.name, needs_label=asked.needs_label)
    return Source(
        name=asked.name,
        kind="series",
        format="npz",
        needs_label=asked.needs_label,
        records=_records(series, asked),
        ready=lambda: True,
        stream=stream,
        targets="labels" if asked.wants_sets else "label",
        missing=asked.missing,
        label_separator=asked.label_separator,
        divide=asked.divide,
    )


def _records(series: Series, asked: Asked) -> Iterator[Record]:
    together = max(1, _RELEASED // max(1, series.steps[:1].nbytes))
    for index in range(len(series.steps)):
        if index % together == 0:
            release()
        values, problem = series.row(index, asked.missing)
        label = series.label(index)
        if asked.needs_label and not (label or "").strip() and not asked.wants_sets:
            problem = problem or f"y[{index}]: no label; fill it in or drop the row"
        yield Record(
            number=index + 1,
            line=0,
            values=None if problem else values,
            label=label or (None if label is None or not asked.wants_sets else ""),
            error=f"{asked.name}: {problem}" if problem else None,
        )


def read_series(data: IO[bytes], name: str, *, needs_label: bool) -> Series:
    """Read an .npz archive.

    Args:
        data: the archive; seekable.
        name: begins error lines.
        needs_label: whether `y` must be there.

    Raises:
        DataError: an array is missing, damaged, too large, or of another type or shape.
    """
    archive = _Archive(data, name)
    steps = archive.read("X", "fiub", (None, None, None), (None, None))
    steps = steps.reshape(*steps.shape[:2], -1)
    count = len(steps)
    lengths = None
    if "lengths" in archive.names:
        lengths = archive.read("lengths", "iu", (count,))
    labels = None
    if needs_label or "y" in archive.names:
        labels = archive.read("y", "iubfUS", (count,))
        _check_labels(labels, name)
    return Series(steps=steps, lengths=lengths, labels=labels)


def read_all(stream: io.BufferedIOBase, name: str, head: bytes = b"") -> io.BytesIO:
    """Return `head` and all that follows in `stream`, in memory and seekable.

    Raises:
        DataError: it is larger than MAX_BYTES.
    """
    data = io.BytesIO(head)
    data.seek(0, io.SEEK_END)
    while chunk := stream.read1(2**20):
        data.write(chunk)
        if data.tell() > MAX_BYTES:
            raise DataError(f"{name}: larger than 4 GiB; split the file")
    data.seek(0)
    return data


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files from Python 2
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(member)
        if version == (2, 0):
            return np.lib.format.read_array_header_2_0(member)
    raise ValueError


def _fits(shape: tuple[int, ...], expected: _Shape) -> bool:
    return len(shape) == len(expected) and all(
        type(n) is int and n > 0 and want in (None, n)
        for n, want in zip(shape, expected, strict=True)
    )


def _check_labels(stored: npt.NDArray[Any], name: str) -> None:
    try:
        for index, label in enumerate(stored):
            if index % (_RELEASED // stored.itemsize or 1) == 0:
                release()
            _text(label).encode()
    except ValueError:
        raise DataError(f"{name}: a label in y is no valid text; {_MENDS['y']}") from None


def _text(label: Any) -> str:
    """Return a label as `str` prints it, nothing for NaN."""
    value = label.item()
    if isinstance(value, bytes):
        return value.decode()
    return "" if value != value else str(value)
