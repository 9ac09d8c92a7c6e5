"""Temporary files: the dead are swept, the living are not, wherever they live."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import contextmanager

import pytest

from grucli.errors import AccessError
from grucli.files import effects
from grucli.files.temporaries import sweep, temporary
from grucli.files.writing import write_atomic
from tests.files.helpers import NEW, OLD, names

HEX = "0123456789abcdef"
WRITE = """
    import sys
    from grucli.files.writing import write_atomic
    def fill(file):
        file.write(b"half")
        file.flush()
        print("begun", flush=True)
        sys.stdin.read()
    write_atomic(sys.argv[1], fill)
"""


@contextmanager
def writing(path):
    """A process that writes `path`, and waits in the middle."""
    command = [sys.executable, "-c", textwrap.dedent(WRITE), str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        yield process
        process.stdin.close()


def test_what_is_being_written_stays_and_what_a_killed_process_left_goes(saved, tmp_path):
    with writing(saved) as process:
        (temp,) = [name for name in names(tmp_path) if name != "m.npz"]
        assert temp.startswith(f".m.npz.{process.pid}.")
        sweep(saved)
        assert temp in names(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert temp in names(tmp_path)
        sweep(saved)
    assert names(tmp_path) == ["m.npz"]
    assert saved.read_bytes() == OLD


def test_a_number_of_no_process_here_is_no_sign_of_death(saved, tmp_path):
    """As that of a process in another container, whose numbers mean nothing here."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with writing(saved) as process:
        (temp,) = [name for name in names(tmp_path) if name != "m.npz"]
        other = temp.replace(str(process.pid), str(gone.pid))
        (tmp_path / temp).rename(tmp_path / other)
        sweep(saved)
        assert other in names(tmp_path)
        process.send_signal(signal.SIGKILL)


def test_a_number_of_a_living_process_is_no_sign_of_life(saved, tmp_path):
    for pid in (os.getpid(), os.getppid(), 1):
        (tmp_path / f".m.npz.{pid}.{HEX}.tmp").touch()
    sweep(saved)
    assert names(tmp_path) == ["m.npz"]


def test_only_temporary_files_of_this_one_are_swept(saved, tmp_path):
    others = [
        f".mXnpz.1.{HEX}.tmp",
        f"m.npz.1.{HEX}.tmp",
        f".m.npz.1.{HEX}.tmp2",
        f".m.npz.{10**30}.{HEX}.tmp",
        ".m.npz.1.tmp",
    ]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / "aim").touch()
    (tmp_path / f".m.npz.7.{HEX}.tmp").symlink_to("aim")
    sweep(saved)
    assert names(tmp_path) == sorted([*others, "aim", "m.npz", f".m.npz.7.{HEX}.tmp"])
    sweep(tmp_path / "no" / "such" / "folder")
    sweep("a\0b")


def test_what_is_swept_before_it_is_locked_is_made_again(saved, tmp_path, monkeypatch):
    made, lock = [], effects.lock

    def swept_first(descriptor):
        made.append(descriptor)
        if len(made) == 1:
            sweep(saved)
        return lock(descriptor)

    monkeypatch.setattr(effects, "lock", swept_first)
    write_atomic(saved, NEW)
    assert saved.read_bytes() == NEW
    assert len(made) == 3  # of the first, by its sweeper, of the second
    assert names(tmp_path) == ["m.npz"]


def test_where_there_are_no_locks_files_are_written_and_none_is_swept(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(effects, "lock", lambda descriptor: None)
    with temporary(saved) as (temp, _):
        sweep(saved)
        assert temp.exists()
    write_atomic(saved, NEW)
    assert saved.read_bytes() == NEW
    assert names(tmp_path) == ["m.npz"]


def test_a_lock_that_fails_leaves_nothing(saved, tmp_path, monkeypatch):
    def fails(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(effects, "lock", fails)
    with pytest.raises(AccessError, match="check the disk"):
        write_atomic(saved, NEW)
    assert names(tmp_path) == ["m.npz"]
