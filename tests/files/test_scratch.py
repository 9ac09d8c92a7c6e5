"""Temporary files: what is added is read again, without a name, whatever fails."""

import mmap
import os
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.errors import AccessError
from grucli.files.scratch import KEPT_BYTES, Scratch, release
from tests.faults import every_fault

PIECES = (b"", b"x", b"abc" * 100, bytes(range(256)) * (KEPT_BYTES // 300))


@given(st.lists(st.sampled_from(range(len(PIECES)))))
def test_what_is_added_is_read_again(numbers):
    scratch, starts, pieces = Scratch(), [], [PIECES[k] for k in numbers]
    for piece in pieces:
        starts.append(scratch.append(piece))
        assert scratch.read(starts[-1], len(piece)) == piece
    for start, piece in zip(starts, pieces, strict=True):
        assert scratch.read(start, len(piece)) == piece
    whole = b"".join(pieces)
    assert scratch.read(0, len(whole)) == bytes(scratch.view()) == whole
    assert len(scratch) == len(whole)


def test_little_needs_no_folder_and_much_leaves_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    scratch = Scratch()
    scratch.append(bytes(KEPT_BYTES))
    with pytest.raises(
        AccessError, match=r"files in .*none \(TMPDIR names the folder\): no such file"
    ):
        scratch.append(b"x")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch.append(b"x")
    assert list(tmp_path.iterdir()) == []
    assert scratch.read(0, len(scratch))[-2:] == b"xx"


def test_views_give_their_memory_back_and_read_the_same_again():
    scratch = Scratch()
    scratch.append(bytes(KEPT_BYTES) + b"end")
    view = scratch.view()
    assert isinstance(view, mmap.mmap)
    for _ in range(2):
        assert view[-3:] == b"end"
        release()
    scratch.append(b"more")
    assert view[-3:] == b"end"
    assert bytes(scratch.view())[-7:] == b"endmore"


def test_every_fault_is_one_line_that_says_what_failed():
    def add():
        scratch = Scratch()
        scratch.append(os.urandom(KEPT_BYTES + 1))
        assert len(scratch.read(0, len(scratch))) == len(scratch)

    for fault in every_fault(add):
        assert fault.error is None or isinstance(fault.error, AccessError)
        if fault.error is not None:
            assert str(fault.error).startswith("cannot keep data in temporary files")
