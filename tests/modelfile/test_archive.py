"""The container of model files: what is written comes back, and nothing else is read.

Covers: modelfile/bounded_json, modelfile/npz_layout.
"""

import contextlib
import gc
import hashlib
import io
import json
import os
import random
import signal
import struct
import subprocess
import sys
import textwrap
import time
import warnings
import zipfile
from unittest import mock

import numpy as np
import pytest

from grucli.errors import AccessError, CheckpointError
from grucli.files.temporaries import sweep
from grucli.modelfile import archive, bounded_json
from grucli.modelfile.archive import read_archive, write_archive
from grucli.modelfile.npz_layout import DTYPES, FaultError
from tests.faults import every_fault

META = {
    "labels": ["pos", "né\x1b[31m", "[[{", '"\\', "‮漢"],
    "loss": [0.1, 1e-300, -0.0],
    "seed": 2**70,
    "none": None,
    "nested": {"b": [], "a": {"x": True}},
}
ARRAYS = {
    "param_weight": np.arange(12, dtype="<f4").reshape(3, 4) / 7,
    "optim_m": np.linspace(-1, 1, 3),
    "progress_step": np.array([3, 2**62]),
    "vocabulary": np.frombuffer("naïve\nb".encode(), np.uint8),
}
REASONS = (
    *("not a grucli checkpoint: ", "truncated (", "damaged (", "newer version: "),
    *("inconsistent (", "too large: "),
)


def save(path, meta=META, arrays=ARRAYS):
    write_archive(path, meta, arrays)
    return path.read_bytes()


def load_bytes(data):
    """Read an archive that is in memory, where thousands are read faster than from a disk."""
    with mock.patch("grucli.modelfile.archive.read_bytes", return_value=data):
        return read_archive("m.npz")


def assert_refused(path, data, reason=""):
    """The file is refused in one good line, quickly."""
    path.write_bytes(data)
    start = time.process_time()
    with pytest.raises(CheckpointError) as caught:
        read_archive(path)
    assert time.process_time() - start < 2
    text = str(caught.value)
    assert reason in text
    assert f"{path.name}: " in text
    assert any(f"{path.name}: {start}" in text for start in REASONS), text
    assert "; " in text
    assert len(text) <= 200
    assert text.isprintable()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.npz"


# --- What is written ---


def test_what_is_written_is_read(path):
    data = save(path)
    got = read_archive(path)
    assert got.meta == {**META, "format": "grucli", "version": 1}
    assert list(got.arrays) == sorted(ARRAYS)
    for name, array in ARRAYS.items():
        assert got.arrays[name].dtype == array.dtype
        assert got.arrays[name].flags.aligned
        assert not got.arrays[name].flags.writeable
        np.testing.assert_array_equal(got.arrays[name], array)
    assert len(got.sha256) == 64
    assert got.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (2, 0, 5), (3, 1, 2)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_shape_and_dtype(path, shape, dtype):
    array = np.arange(np.prod(shape, dtype=int)).astype(dtype).reshape(shape)
    save(path, {}, {"x": array})
    got = read_archive(path).arrays["x"]
    assert (got.shape, got.dtype.str) == (shape, dtype)
    np.testing.assert_array_equal(got, array)


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        (2, {"half": np.array([1.5, -6e4], "f2")}),
        (3, {"numbers": np.array([1, 65535], "u2")}),
        (3, {"half": np.array([1.5], "f2"), "numbers": np.array([1], "u2")}),
    ],
)
def test_newer_kinds_of_numbers_are_of_a_newer_version_that_must_be_said(path, version, newer):
    with_newer = {**ARRAYS, **newer}
    save(path, META, with_newer)
    assert read_archive(path).meta["version"] == version
    for other, arrays in (*((k, with_newer) for k in {1, 2, 3} - {version}), (version, ARRAYS)):
        with mock.patch("grucli.modelfile.archive._version", return_value=other):
            data = save(path, META, arrays)
        assert_refused(path, data, f"inconsistent (version {other} of the format)")


def test_any_byte_order_and_layout_is_stored_little_endian_in_c_order(path):
    array = np.asfortranarray(ARRAYS["param_weight"]).astype(">f4", order="F")[::-1]
    save(path, {}, {"x": array})
    got = read_archive(path).arrays["x"]
    assert got.dtype.str == "<f4"
    assert got.flags.c_contiguous
    np.testing.assert_array_equal(got, array)


def test_numpy_and_unzip_read_it(path):
    save(path)
    with np.load(path) as loaded:
        assert loaded.files == ["meta", *sorted(ARRAYS)]
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(loaded[name], array)
        assert json.loads(loaded["meta"].tobytes())["labels"] == META["labels"]
    with zipfile.ZipFile(path) as zipped:
        assert zipped.testzip() is None


def test_equal_content_gives_equal_bytes(path, tmp_path):
    data = save(path)
    backwards = {name: ARRAYS[name].copy() for name in reversed(ARRAYS)}
    assert save(tmp_path / "b.npz", dict(reversed(META.items())), backwards) == data
    again = read_archive(path)
    assert save(tmp_path / "c.npz", again.meta, again.arrays) == data


def test_the_frame_is_the_one_that_zipfile_makes(path):
    data = save(path)
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        assert framed([(info.filename, zipped.read(info)) for info in zipped.infolist()]) == data


@pytest.mark.parametrize(
    "arrays",
    [
        {"x": np.array([1.0, np.nan])},
        {"x": np.array([np.inf], "f4")},
        {"x": np.array([1.0, -np.inf])},
        {"x": np.array([None])},
        {"x": np.array(["a"])},
        {"x": np.array([True])},
        {"x": np.zeros(3, "i4")},
        {"x": np.zeros((1, 1, 1, 1))},
        {"x": np.zeros(2, "f4,f4")},
        {"meta": np.zeros(3)},
        {"../x": np.zeros(3)},
        {"": np.zeros(3)},
        {"x" * 65: np.zeros(3)},
        {"é": np.zeros(3)},
        {f"x{i}": np.zeros(1) for i in range(64)},
    ],
)
def test_what_cannot_be_read_back_is_not_written(path, arrays):
    before = save(path)
    with pytest.raises(ValueError, match=r"cannot be stored|NaN or infinity|arrays"):
        write_archive(path, {}, arrays)
    assert path.read_bytes() == before


@pytest.mark.parametrize("meta", [{"a": float("nan")}, {"a": float("inf")}, {"a": "\ud800"}])
def test_neither_is_hostile_meta(path, meta):
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        write_archive(path, meta, {})
    assert not path.exists()


def test_too_deep_meta_is_found_before_the_old_file_goes(path):
    before = save(path)
    deep = []
    for _ in range(30):
        deep = [deep]
    with pytest.raises(AccessError, match="cannot be read back"):
        write_archive(path, {"deep": deep}, {})
    assert path.read_bytes() == before


def test_meta_too_large_is_said_to_be_so_and_not_written(path):
    before = save(path)
    with pytest.raises(
        CheckpointError, match=r"m\.npz: labels and settings take 2,\d{3},\d{3} bytes"
    ):
        write_archive(path, {"labels": ["x" * 2**21]}, {})
    assert path.read_bytes() == before


def test_after_every_fault_old_or_new_content_loads(path, tmp_path):
    old = save(path, {"content": "old"})
    struck = 0

    def replace():
        path.write_bytes(old)
        write_archive(path, {"content": "new"}, ARRAYS)

    for fault in every_fault(replace):
        struck += 1
        content = read_archive(path).meta["content"]
        replaced = "replace" in fault.trace[: fault.nth - 1] or fault.error is None
        assert content == ("new" if replaced else "old"), fault
        assert isinstance(fault.error, AccessError | None), fault
        assert os.listdir(tmp_path) == ["m.npz"], fault
    assert struck > 100


# --- Killed while saving ---

SAVER = """
    import os, signal, sys
    import numpy as np
    from grucli.modelfile.archive import write_archive
    from tests.faults import Fault, injected

    path = sys.argv[1]

    def save(step):
        arrays = {"x": np.full(20_000, step, "f4"), "step": np.array([step])}
        write_archive(path, {"step": step}, arrays)

    save(0)
    print("ready", flush=True)
    for line in sys.stdin:
        nth = int(line)
        child = os.fork()
        if child == 0:
            if nth:
                with injected(Fault(nth=nth, way="kill")):
                    save(nth)
                os._exit(0)
            os.write(1, b"%d\\n" % os.getpid())
            step = 0
            while True:
                step += 1
                save(step)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "done", flush=True)
"""


@pytest.fixture
def saver(path):
    """A process that saves in a loop in a child of its own, or is killed at the nth effect."""
    command = [sys.executable, "-c", textwrap.dedent(SAVER), str(path)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command,
        env=environment,
        bufsize=1,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


def assert_whole(path):
    got = read_archive(path)
    assert got.arrays["step"] == [got.meta["step"]]
    assert (got.arrays["x"] == got.meta["step"]).all()
    return got.meta["step"]


@pytest.mark.rigs
def test_killed_at_random_instants(saver, path, cases):
    rng = random.Random(40)
    steps, leftovers = [], 0
    for k in range(cases(40)):
        saver.stdin.write("0\n")
        child = int(saver.stdout.readline())
        time.sleep(rng.uniform(0, 0.003 * min(k, 50)))  # a busy machine needs longer for a save
        os.kill(child, signal.SIGKILL)
        assert saver.stdout.readline() == "killed\n"
        steps.append(assert_whole(path))
        leftovers += len(os.listdir(path.parent)) - 1
        sweep(path)
        assert os.listdir(path.parent) == ["m.npz"]
    assert len(set(steps)) > 1
    assert leftovers > 0


def test_killed_at_every_effect(saver, path):
    for nth in range(1, 100):
        saver.stdin.write(f"{nth}\n")
        outcome = saver.stdout.readline()
        assert_whole(path)
        sweep(path)
        assert os.listdir(path.parent) == ["m.npz"]
        if outcome == "done\n":
            break
    assert 8 < nth < 99


# --- Damage ---


def small(path):
    return save(path, {}, {"w": np.arange(6, dtype="<f4").reshape(2, 3), "b": np.ones(2)})


def test_truncated_anywhere(path):
    data = save(path)
    for length in range(len(data)):
        with pytest.raises(CheckpointError, match=r"m.npz: truncated \([\d,]+ bytes, the end is"):
            load_bytes(data[:length])
    assert_refused(path, b"", "truncated (0 bytes")
    assert_refused(path, data[:-1], "truncated (")


def flip_bits(path, bits):
    data = small(path)
    for bit in range(*bits.indices(len(data) * 8)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CheckpointError):
            load_bytes(bytes(flipped))


def test_flipped_bits(path):
    flip_bits(path, slice(None, None, 11))


@pytest.mark.slow
def test_every_flipped_bit(path):
    flip_bits(path, slice(None))


def mutated(data, rng):
    """Return `data` after 1 to 4 random changes, of bytes, lengths or places."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4])):
        start, length = rng.randrange(len(data) + 1), rng.choice([1, 1, 2, 4, 16, 64, 300])
        source = rng.randrange(len(data) + 1)
        piece = rng.choice(
            [
                rng.randbytes(length),
                bytes(data[source : source + length]),
                bytes([rng.choice([0, 1, 0x7F, 0x80, 0xFF])]) * length,
                struct.pack("<I", rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1])),
                b"",
            ]
        )
        end = start + rng.choice([0, len(piece), length])
        data[start:end] = piece
    return bytes(data)


@pytest.mark.rigs
def test_random_mutations(path, cases):
    original = save(path)
    expected = read_archive(path)
    refused, count = 0, cases(4000)
    rng = random.Random(1)
    for _ in range(count):
        data = mutated(original, rng)
        try:
            got = load_bytes(data)
        except CheckpointError:
            refused += 1
        else:
            assert data == original
            assert got.meta == expected.meta
    assert refused > count * 0.9


# --- Attacks: each file is as right as it can be but for the one thing ---


def header(descr, shape, start=0, extra=""):
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, {extra}}}"
    fill = -(start + 11 + len(text)) % 64
    length = struct.pack("<H", len(text) + fill + 1)
    return b"\x93NUMPY\x01\x00" + length + text.encode() + b" " * fill + b"\n"


def npy(values, descr="<f4", shape=None, start=0):
    shape = (len(values) // np.dtype(descr).itemsize,) if shape is None else shape
    return header(f"'{descr}'", shape, start) + values


def framed(members, **changes):
    """Zip (file name, bytes) pairs as grucli does, with Python's own zipfile."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of equal names
        for name, content in members:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            for key, value in changes.items():
                setattr(info, key, value)
            zipped.writestr(info, content)
    return buffer.getvalue()


def meta_text(manifest=None, **changes):
    meta = {"format": "grucli", "manifest": manifest or {}, "version": 1, **changes}
    return json.dumps(meta, sort_keys=True, separators=(",", ":")).encode()


def with_meta(text, members=(), **changes):
    return framed([("meta.npy", npy(text, "|u1", start=38)), *members], **changes)


def with_array(content, name="w", manifest=None):
    """An archive of one array whose member `content(start)` has a right place and checksum."""
    record = {"dtype": "<f4", "shape": [2], "sha256": "0" * 64}
    text = meta_text({"w": record} if manifest is None else manifest)
    start = 38 + len(npy(text, "|u1", start=38)) + 30 + len(name) + 4
    return with_meta(text, [(f"{name}.npy", content(start))])


def test_the_builder_of_attacks_builds_a_good_file(path):
    values = np.array([1, 2], "<f4").tobytes()
    record = {"dtype": "<f4", "shape": [2], "sha256": hashlib.sha256(values).hexdigest()}
    path.write_bytes(with_array(lambda start: npy(values, start=start), manifest={"w": record}))
    assert read_archive(path).arrays["w"].tolist() == [1, 2]


def spoiled_header(descr="'<f4'", shape=(2,), extra="", values=bytes(8)):
    return with_array(lambda start: header(descr, shape, start, extra) + values)


def overlapping(path):
    """Two names for the same bytes, as in the classical zip bomb."""
    data = small(path)
    end = data.rindex(b"PK\x05\x06")
    *_, size, offset, _ = struct.unpack("<4s4H2IH", data[end:])
    entry = data.rindex(b"PK\x01\x02")
    twin = data[entry:end].replace(b"w.npy", b"v.npy")
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 4, 4, size + len(twin), offset, 0)
    return data[:end] + twin + tail


def with_value(value):
    """A weight that is not finite, with right hashes."""
    values = np.array([1, value], "<f4").tobytes()
    record = {"dtype": "<f4", "shape": [2], "sha256": hashlib.sha256(values).hexdigest()}
    return with_array(lambda start: npy(values, start=start), manifest={"w": record})


def pickled():
    buffer = io.BytesIO()
    np.savez(buffer, meta=np.array([os.system, {"a": 1}], dtype=object))
    return buffer.getvalue()


def saved_by_numpy(save, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


SHAPES = [
    (2**33, 2**33), (10**10,), (2**63,), (2**64, 0), (9999999999, 0, 9999999999), (-1,), (3,), (1,),
    (True,), (2.0,), "(2", "2", (1,) * 70, (1, 1, 1, 2), "(02,)", "(2,) ", "(١,)", "(2**9,)",
    "().__class__", "(,)", "(2L,)",
]  # fmt: skip
DESCRS = [
    "'>f4'", "'|O'", "'<U0'", "'<U1000000000'", "'|V8'", "'<f2'", "'<f16'", "'<c8'", "'<M8[s]'",
    "'|b1'", "'<f4 '", "[('a','<f4')]", "__import__('os').system('x')", "'<f4'*9", "'=f4'",
]  # fmt: skip
METAS = [
    b"", b"{}", b"[]", b"null", b"1", b'"x"', b"\xff", b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
    b"[" * 100_000, b'{"a":' * 100_000, b"[]," * 600_000, b"9" * 100_000, b'"' * 100_001,
    b"\\" * 100_001, b"{" + b",".join(b'"%d":1' % i for i in range(10**6)) + b"}", b'{"a":1,"a":1}',
    meta_text()[:-1], meta_text() + b" ", meta_text() + b"\0", meta_text().replace(b":", b": "),
    meta_text(a=float("nan")), meta_text(a=float("inf")), meta_text(a="\ud800"), meta_text(a="é"),
    meta_text(a=1)[:-2] + b"1e400}", meta_text(a=1).replace(b'"a":1', b'"a":' + b"9" * 9999),
    meta_text(a=1).replace(b'"a":1', b'"a":1,"a":1'), meta_text(a=1).replace(b'"a":1', b'"a":01'),
    meta_text(version=0), meta_text(version=True), meta_text(version="1"), meta_text(version=1.0),
    meta_text(format="other"), meta_text(version=None), meta_text(manifest=[1]),
    meta_text(a=[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]), meta_text(a=[[]] * 100_001),
]  # fmt: skip


def attacks(path):
    """Return files by name, none of which may load, and the reason that each must be given."""
    good, values = small(path), bytes(8)
    many = with_meta(meta_text(), [(f"x{i}.npy", npy(b"")) for i in range(60_000)])
    with_name = {
        name: with_meta(meta_text(), [(name, npy(values))])
        for name in (
            "../w.npy",
            "/etc/w.npy",
            "w",
            "w.npy.npy",
            "w\0.npy",
            "é.npy",
            "x" * 65 + ".npy",
        )
    }
    return {
        **{f"shape {shape}": ("damaged", spoiled_header(shape=shape)) for shape in SHAPES},
        **{f"dtype {descr}": ("damaged", spoiled_header(descr=descr)) for descr in DESCRS},
        **{f"meta {i}": ("", with_meta(text)) for i, text in enumerate(METAS)},
        **{f"name {name}": ("damaged", data) for name, data in with_name.items()},
        "header key": ("damaged", spoiled_header(extra="'x': 1, ")),
        "header length": ("damaged", spoiled_header(extra=" " * 60_000)),
        "fortran": ("damaged", good.replace(b"False", b"True ")),
        "version 2 header": ("damaged", good.replace(b"NUMPY\x01", b"NUMPY\x02")),
        "no magic": ("damaged", with_array(lambda start: b"raw bytes")),
        "short": ("damaged", spoiled_header(values=bytes(7))),
        "long": ("damaged", spoiled_header(values=bytes(9))),
        "wrong hash": ("damaged (array 'w' does not", spoiled_header()),
        "nan": ("damaged (non-finite values in 'w')", with_value(np.nan)),
        "inf": ("damaged (non-finite values in 'w')", with_value(-np.inf)),
        "no array": ("inconsistent (array 'w' is missing)", with_meta(meta_text({"w": 1}))),
        "hostile array": ("inconsistent (array '", with_meta(meta_text({"\x1b]0;x\x07" * 99: 1}))),
        "more arrays": (
            "inconsistent (array 'w' is not in the manifest)",
            with_array(lambda start: npy(values, start=start), manifest={}),
        ),
        "newer": (
            "newer version: format 4, this grucli reads up to 3; upgrade grucli",
            with_meta(meta_text(version=4, manifest=None), [("w.new", b"unknown")]),
        ),
        "much newer": ("newer version: format 1000", with_meta(meta_text(version=10**299))),
        "overlapping": ("damaged (the directory", overlapping(path)),
        "60000 members": ("damaged", many),
        "60000 equal members": (
            "damaged",
            framed([("meta.npy", npy(meta_text(), "|u1", start=38))]) + good[:-22] * 500 + good,
        ),
        "twice": (
            "damaged (two arrays 'w')",
            with_meta(meta_text(), [("w.npy", npy(b"", start=0)), ("w.npy", npy(b""))]),
        ),
        "meta twice": (
            "damaged (two arrays 'meta')",
            with_meta(meta_text(), [("meta.npy", npy(b""))]),
        ),
        "bzip2": ("damaged", with_meta(meta_text(), compress_type=zipfile.ZIP_BZIP2)),
        "lzma": ("damaged", with_meta(meta_text(), compress_type=zipfile.ZIP_LZMA)),
        "deflated": ("damaged", with_meta(meta_text(), compress_type=zipfile.ZIP_DEFLATED)),
        "deflate bomb": (
            "damaged",
            framed([("meta.npy", bytes(10**7))], compress_type=zipfile.ZIP_DEFLATED),
        ),
        "encrypted": ("damaged", good.replace(b"\x14\0\0\0\0\0", b"\x14\0\1\0\0\0")),
        "other date": ("damaged", with_meta(meta_text(), date_time=(2020, 1, 1, 0, 0, 0))),
        "extra field": ("damaged", with_meta(meta_text(), extra=b"\1\0\4\0abcd")),
        "entry comment": ("damaged (the directory", with_meta(meta_text(), comment=b"x")),
        "comment": ("damaged (the directory", good[:-2] + b"\1\0x"),
        "bytes after": ("damaged (more bytes", good + b"x"),
        "bytes before": ("not a grucli checkpoint", b"#!/bin/sh\n" + good),
        "gap": ("damaged", good.replace(b"PK\x01\x02", b"gapPK\x01\x02", 1)),
        **{name: (f"looks like {name}", data) for name, data in LOOKS.items()},
    }


LOOKS = {
    "text, such as CSV": b"text,label\nhello,pos\n",
    "an HTML or XML page": b"\n<!DOCTYPE html><title>404</title>",
    "a Git LFS pointer (run 'git lfs pull')": b"version https://git-lfs.github.com/spec/v1\noid",
    "a Python pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    "a NumPy .npy file": saved_by_numpy(lambda file: np.save(file, np.zeros(3))),
    "another zip or npz archive": saved_by_numpy(np.savez, W=np.zeros(3)),
    "a PyTorch file": framed([("archive/data.pkl", b"\x80\x02.")]),
    "a gzip file": b"\x1f\x8b\x08\x00" + bytes(99),
    "JSON text": b'{"model": 1}',
    "unknown binary data": bytes(1000),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return attacks(tmp_path_factory.mktemp("attacks") / "m.npz")


def test_every_attack_is_refused_with_its_reason(path, hostile):
    assert len(hostile) > 100
    for name, (reason, data) in hostile.items():
        print(ascii(name))
        assert_refused(path, data, reason)


def test_what_is_too_large_is_refused_unread(path):
    with path.open("wb") as file:
        file.truncate(archive.MAX_BYTES + 1)
    with pytest.raises(CheckpointError, match=r"too large: 2,147,483,649 bytes, at most"):
        read_archive(path)


def test_a_missing_file_is_an_access_error(path):
    with pytest.raises(AccessError, match="no such file"):
        read_archive(path)


LOADER = """
    import encodings.unicode_escape  # which `show` may need
    import os, resource, sys, time
    from grucli.modelfile.archive import read_archive
    from grucli.errors import CheckpointError

    FORBIDDEN = ("exec", "compile", "pickle.", "os.system", "os.exec", "os.fork", "os.posix_spawn",
                 "subprocess.", "socket.", "import", "ctypes.", "marshal.", "code.__new__")

    def watch(event, arguments):
        if watching and event.startswith(FORBIDDEN):
            print("forbidden:", event, arguments)
            os._exit(9)

    def memory():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    watching = False
    sys.addaudithook(watch)
    read_archive(sys.argv[1])
    base = memory()
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    watching = True
    for path in sys.argv[2:]:
        start = time.process_time()
        try:
            read_archive(path)
        except CheckpointError:
            pass
        assert time.process_time() - start < 2, path
        size = os.path.getsize(path) / 2**20
        assert memory() - base < size + 64, (path, size, memory() - base)
    watching = False
    print("refused", len(sys.argv) - 2)
"""


def test_no_attack_runs_code_or_takes_memory(path, tmp_path, hostile):
    costly = (
        with_meta(b'{"a":[' + b'"aa",' * 400_000 + b"1]}"),
        with_meta(b'{"a":[' + b'{"":{}},' * 49_000 + b"1]}"),
        with_meta(b'{"a":"' + b"\\n" * 1_000_000 + b'"}'),
        pickled(),
    )
    files = [data for _, data in hostile.values()] + list(costly)
    for number, data in enumerate(files):
        (tmp_path / f"{number:03}.attack").write_bytes(data)
    small(path)
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(LOADER),
        path,
        *sorted(tmp_path.glob("*.attack")),
    ]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"refused {len(files)}\n", done.stdout + done.stderr


def test_json_that_is_made_to_take_long_takes_little(path):
    """As much of it as there may be, in an honest frame."""
    keys = [b'"%d":1' % (k * 7919 % 170_003) for k in range(170_000)]
    texts = [
        b"{%b}" % b",".join(keys),
        *(b'{"a":[%b1]}' % (p * 400_000) for p in (b"1.5, ", b'"a",')),
    ]
    longest_s = 0.0
    for text in texts:
        path.write_bytes(with_meta(text))
        began_s = time.process_time()
        with pytest.raises(CheckpointError):
            read_archive(path)
        longest_s = max(longest_s, time.process_time() - began_s)
    print(f"{len(texts)} files: {longest_s:.2f} s at most")
    assert longest_s < 2


def test_a_refused_file_is_not_kept(path):
    """No cycle holds what has read it, and so its bytes, until cycles are sought."""
    data = save(path)
    path.write_bytes(data[:-40] + bytes(40))
    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(CheckpointError):
            read_archive(path)
        assert not [each for each in gc.get_objects() if isinstance(each, FaultError)]
    finally:
        gc.enable()


@pytest.mark.rigs
def test_mutated_meta_in_an_honest_frame(cases):
    """Behind right checksums the JSON is refused, or is what grucli would have written."""
    rng = random.Random(3)
    honest = meta_text(labels=["a", "b"], loss=[0.5, 1e-9])
    for _ in range(cases(2000)):
        text = mutated(honest, rng)
        with contextlib.suppress(CheckpointError):
            meta = load_bytes(with_meta(text)).meta
            assert archive._dump({**meta, "manifest": {}}) == text


@pytest.mark.parametrize(
    ("module", "limit", "meta", "arrays"),
    [
        (archive, "MAX_MEMBERS", {}, {f"x{i}": np.zeros(1) for i in range(64)}),
        (archive, "MAX_JSON_BYTES", {"a": "x" * 2**21}, {}),
        (bounded_json, "MAX_CONTAINERS", {"a": [[]] * 100_000}, {}),
        (archive, "MAX_JSON_DEPTH", {"a": json.loads("[" * 20 + "]" * 20)}, {}),
    ],
)
def test_a_file_perfect_but_over_a_limit(path, monkeypatch, module, limit, meta, arrays):
    with monkeypatch.context() as relaxed:
        relaxed.setattr(module, limit, 10**9)
        data = save(path, meta, arrays)
    assert_refused(path, data, "damaged (")


@pytest.mark.parametrize("name", ["m.keras", "m.safetensors", "m.onnx", "m.pt"])
def test_a_model_of_another_system_is_to_be_taken_over(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x08\x00" * 50)
    with pytest.raises(CheckpointError) as refused:
        read_archive(path)
    assert "--init-from" in str(refused.value)
