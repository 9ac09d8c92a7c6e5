"""Files replaced, or grown by a line: whatever fails, they are old or new.

Covers: files/access_errors, files/effects, files/places.
"""

import errno
import fcntl
import os
import resource
import stat
from itertools import groupby
from pathlib import Path

import pytest

from grucli.errors import AccessError, CheckpointError
from grucli.files import effects
from grucli.files.places import check_place
from grucli.files.temporaries import sweep
from grucli.files.whole_files import read_bytes
from grucli.files.writing import append, write_atomic
from tests.faults import EFFECTS, Fault, every_fault, injected, trace
from tests.files.helpers import NEW, OLD, names, run_python


class TestWriteAtomic:
    def test_writes_bytes_or_what_a_function_writes(self, tmp_path):
        write_atomic(tmp_path / "a", NEW)
        write_atomic(str(tmp_path / "b"), lambda file: file.writelines([NEW, b"", OLD]))
        write_atomic(tmp_path / "-rf é\n", b"")
        assert (tmp_path / "a").read_bytes() == NEW
        assert (tmp_path / "b").read_bytes() == NEW + OLD
        assert names(tmp_path) == ["-rf é\n", "a", "b"]

    def test_everything_is_on_the_disk_in_the_right_order(self, saved):
        """Without the first fsync the new name could come before its content after power loss."""
        effects = trace(
            lambda: write_atomic(saved, NEW, verify=lambda temp: read_bytes(temp, 10**6))
        )
        once = [name for name, _ in groupby(effects)]  # in how many reads is up to Python
        assert once == [
            *("open", "lock", "write", "sync"),
            *("open", "read", "close"),  # to verify
            *("replace", "close"),
            *("open", "sync", "close"),
        ]

    @pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o644)])
    def test_the_mode_follows_the_umask(self, tmp_path, mask, mode):
        before = os.umask(mask)
        try:
            write_atomic(tmp_path / "a", b"x")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
    def test_a_file_that_is_replaced_keeps_its_mode(self, saved, mode):
        saved.chmod(mode)
        seen = []
        write_atomic(saved, lambda file: seen.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode)))
        assert seen == [0o600]  # while it is written nobody else reads it
        assert stat.S_IMODE(saved.stat().st_mode) == mode

    def test_a_link_stays_and_its_target_is_replaced(self, tmp_path, saved):
        (tmp_path / "far").mkdir()
        for name, target in [("link", saved), ("dangling", tmp_path / "far" / "made")]:
            (tmp_path / name).symlink_to(target)
            write_atomic(tmp_path / name, NEW)
            assert (tmp_path / name).is_symlink()
            assert target.read_bytes() == NEW

    def test_a_reader_keeps_the_file_it_opened(self, saved):
        with saved.open("rb") as reader:
            write_atomic(saved, NEW)
            assert reader.read() == OLD

    def test_one_missing_folder_is_made_but_not_two(self, tmp_path):
        write_atomic(tmp_path / "runs" / "a", b"x")
        assert (tmp_path / "runs" / "a").read_bytes() == b"x"
        with pytest.raises(AccessError, match=r"cannot write .*create the folder first"):
            write_atomic(tmp_path / "no" / "no" / "a", b"x")

    @pytest.mark.parametrize(
        ("path", "problem"),
        [
            ("no/no/a", "create the folder first"),
            ("a" * 300, "choose a shorter name"),
            ("a/b", "not a directory"),
        ],
    )
    def test_a_place_that_cannot_be_is_found_without_writing(self, tmp_path, path, problem):
        (tmp_path / "a").touch()
        for sound in ("a", "b", "runs/a"):
            check_place(tmp_path / sound)
        with pytest.raises(AccessError, match=f"cannot write .*{problem}"):
            check_place(tmp_path / path)
        assert names(tmp_path) == ["a"]

    def test_links_that_lead_nowhere_are_not_replaced(self, tmp_path):
        for name, target in {"a": "b", "b": "a"}.items():
            (tmp_path / name).symlink_to(target)
        for asked in (check_place, lambda path: write_atomic(path, b"x")):
            with pytest.raises(AccessError, match=r"cannot write .*levels of symbolic links"):
                asked(tmp_path / "a")
        assert (tmp_path / "a").is_symlink()

    def test_folders_pipes_and_devices_are_not_replaced(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        reader, writer = os.pipe()
        for path in (tmp_path, tmp_path / "fifo", Path("/dev/null"), Path(f"/dev/fd/{writer}")):
            for asked in (check_place, lambda path: write_atomic(path, b"x")):
                with pytest.raises(AccessError, match=r"cannot write .*: it is a "):
                    asked(path)
        os.close(reader)
        os.close(writer)
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
        with pytest.raises(AccessError, match="not a directory"):
            write_atomic("/dev/null/x", b"x")

    def test_the_writer_fails(self, saved, tmp_path):
        def fails(file):
            file.write(b"half")
            raise ZeroDivisionError

        def interrupted(file):
            file.write(b"half")
            raise KeyboardInterrupt

        for writer, error in [(fails, ZeroDivisionError), (interrupted, KeyboardInterrupt)]:
            with pytest.raises(error):
                write_atomic(saved, writer)
        assert saved.read_bytes() == OLD
        assert names(tmp_path) == ["m.npz"]

    def test_verify_sees_the_complete_file_and_may_refuse_it(self, saved, tmp_path):
        seen = []

        def refuse(temp):
            seen.append(temp.read_bytes())
            raise CheckpointError("bad")

        with pytest.raises(AccessError, match=r"cannot write .*m.npz: .* cannot be read back; "):
            write_atomic(saved, NEW, verify=refuse)
        assert seen == [NEW]
        assert saved.read_bytes() == OLD
        assert names(tmp_path) == ["m.npz"]

    def test_after_every_fault_the_file_is_old_or_new_and_no_temp_is_left(self, saved, tmp_path):
        struck = 0

        def save():
            saved.write_bytes(OLD)
            write_atomic(saved, NEW, verify=lambda temp: read_bytes(temp, 10**6))

        for fault in every_fault(save):
            struck += 1
            assert names(tmp_path) == ["m.npz"], fault
            replaced = "replace" in fault.trace[: fault.nth - 1]
            expected_new = replaced or fault.error is None
            assert saved.read_bytes() == (NEW if expected_new else OLD), fault
            if fault.error is None:  # the rest was written, or the call made again, or all is over
                is_over = fault.trace[fault.nth - 2 : fault.nth] == ["replace", "close"]
                assert is_over or fault.way in ("short", "EINTR"), fault
            else:
                assert isinstance(fault.error, AccessError), fault
                assert len(str(fault.error)) <= 200
        assert struck > 100

    def test_a_fault_in_the_clean_up_too(self, saved, tmp_path):
        """The temporary file that cannot be removed is left, for `sweep`; all else as before."""
        effects = EFFECTS | {"unlink"}
        for fault in every_fault(lambda: write_atomic(saved, NEW), effects=effects):
            assert fault.error is None or isinstance(fault.error, AccessError), fault
            assert saved.read_bytes() in (OLD, NEW)
            sweep(saved)
            assert names(tmp_path) == ["m.npz"]
            saved.write_bytes(OLD)

    @pytest.mark.parametrize(
        ("way", "text"),
        [
            ("ENOSPC", "no space left on device; free some space or choose another folder"),
            ("EDQUOT", "disk quota exceeded; free some space or choose another folder"),
            ("EACCES", "permission denied; check the permissions"),
            ("EIO", "input/output error; check the disk"),
            ("EROFS", "read-only file system; choose another folder"),
        ],
    )
    def test_the_message_says_what_and_how_to_mend_it(self, saved, way, text):
        fault = Fault(nth=2, way=way)
        with injected(fault), pytest.raises(AccessError) as caught:
            write_atomic(saved, NEW)
        assert str(caught.value).endswith(f"m.npz: {text}")
        assert str(caught.value).startswith("cannot write ")

    def test_a_folder_that_cannot_be_synced_is_no_fault(self, saved, monkeypatch):
        fsync = os.fsync

        def refuse_folders(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "Invalid argument")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", refuse_folders)
        write_atomic(saved, NEW)
        assert saved.read_bytes() == NEW

    def test_macos_flushes_the_disk_too(self, saved, monkeypatch):
        asked = []
        monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
        monkeypatch.setattr(fcntl, "fcntl", lambda _, command: asked.append(command))
        write_atomic(saved, NEW)
        assert asked == [51, 51]  # the file, and the folder

    def test_a_real_limit_on_the_file_size(self, saved, tmp_path):
        code = """
            import sys
            from grucli import errors
            from grucli.files.writing import write_atomic
            try:
                write_atomic(sys.argv[1], bytes(100_000))
            except errors.AccessError as error:
                print(error)
        """
        limit = (50_000, resource.RLIM_INFINITY)
        done = run_python(
            code, saved, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        )
        assert "file too large; raise the limit on file sizes (ulimit -f)" in done.stdout
        assert saved.read_bytes() == OLD
        assert names(tmp_path) == ["m.npz"]


def test_append_makes_the_file_then_adds_lines(tmp_path):
    for line in ("{}", "中"):
        append(tmp_path / "run.jsonl", line)
    assert (tmp_path / "run.jsonl").read_bytes() == "{}\n中\n".encode()


def test_after_every_fault_of_append_there_are_whole_lines(tmp_path):
    log = tmp_path / "run.jsonl"

    def add():
        log.write_bytes(b"old\n")
        append(log, "line")

    for fault in every_fault(add, ways=("ENOSPC", "EIO", "short")):
        assert fault.way == "short" or isinstance(fault.error, AccessError), fault
        assert fault.error is None or "cannot write" in str(fault.error)
        is_new = fault.error is None or fault.trace[fault.nth - 1] == "close"
        assert log.read_bytes() == b"old\n" + b"line\n" * is_new, fault


def test_half_a_line_is_taken_back(tmp_path, monkeypatch):
    """As on a disk that is full after some bytes."""
    log = tmp_path / "run.jsonl"
    log.write_bytes(b"old\n")
    sizes = iter([3])

    def half(descriptor, data):
        if (size := next(sizes, 0)) == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(descriptor, bytes(data)[:size])

    monkeypatch.setattr(effects, "write", half)
    with pytest.raises(AccessError, match="no space left"):
        append(log, "line")
    assert log.read_bytes() == b"old\n"
