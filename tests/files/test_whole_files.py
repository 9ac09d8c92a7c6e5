"""Whole files: read once, hashed, refused where they are not regular."""

import os

import pytest

from grucli.errors import AccessError, CheckpointError
from grucli.files.whole_files import read_bytes, sha256, sha256_of
from grucli.files.writing import write_atomic
from tests.faults import every_fault
from tests.files.helpers import OLD

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


class TestReadBytes:
    def test_reads_the_whole_file(self, saved):
        assert read_bytes(saved, limit=len(OLD)) == OLD

    def test_a_larger_file_is_refused_unread(self, tmp_path):
        path = tmp_path / "huge"
        with path.open("wb") as file:
            file.truncate(1 << 40)  # sparse
        with pytest.raises(AccessError, match=r"huge: too large: 1,099,511,627,776 bytes, at"):
            read_bytes(path, limit=100)
        with pytest.raises(CheckpointError, match="too large"):
            read_bytes(path, limit=100, oversize=CheckpointError)

    def test_a_missing_file_names_its_neighbour(self, tmp_path):
        (tmp_path / "train.csv").touch()
        with pytest.raises(AccessError, match=r"trian.csv: no such file; did you mean 'train.csv'"):
            read_bytes(tmp_path / "trian.csv", limit=9)
        with pytest.raises(AccessError, match=r"q: no such file; there is no folder '.*none'$"):
            read_bytes(tmp_path / "none" / "q", limit=9)

    def test_what_is_no_regular_file_is_refused_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        for path, kind in [
            (tmp_path, "a folder"),
            (tmp_path / "fifo", "a pipe"),
            ("/dev/zero", "a device"),
        ]:
            with pytest.raises(AccessError, match=f"is {kind}; name a file"):
                read_bytes(path, limit=9)

    @pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 300, ""])
    def test_an_impossible_name_is_no_crash(self, name):
        for use in (lambda: read_bytes(name, 9), lambda: write_atomic(name, b"")):
            with pytest.raises(AccessError) as caught:
                use()
            assert len(str(caught.value)) <= 200
            assert str(caught.value).isprintable()

    @not_root
    def test_without_permission(self, saved):
        saved.chmod(0)
        with pytest.raises(AccessError, match="permission denied; check the permissions"):
            read_bytes(saved, limit=9)

    def test_every_fault_is_an_access_error(self, saved):
        for fault in every_fault(lambda: read_bytes(saved, 10**6), ways=("EIO", "EACCES")):
            assert isinstance(fault.error, AccessError), fault


def test_sha256_of_a_file(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(b"abc")
    assert sha256_of(path) == sha256(b"abc")
    assert sha256_of("-") is None
    os.mkfifo(tmp_path / "pipe")
    assert sha256_of(tmp_path / "pipe") is None
    with pytest.raises(AccessError, match="no such file"):
        sha256_of(tmp_path / "missing")


def test_sha256():
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(memoryview(b"abc")).startswith("ba7816bf")
