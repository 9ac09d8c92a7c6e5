import errno
import gzip
import io
import os
import resource
import select
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from grucli import files
from grucli.errors import AccessError, CheckpointError, DataError
from tests.faults import EFFECTS, Fault, every_fault, injected, trace

OLD, NEW = b"old" * 5000, b"new" * 7000
not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def run_python(code, *arguments, **options):
    """Run `code` in a fresh process; return it finished, its output as text."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(OLD)
    return path


class TestReadBytes:
    def test_reads_the_whole_file(self, saved):
        assert files.read_bytes(saved, limit=len(OLD)) == OLD

    def test_a_larger_file_is_refused_unread(self, tmp_path):
        path = tmp_path / "huge"
        with path.open("wb") as file:
            file.truncate(1 << 40)  # sparse
        with pytest.raises(AccessError, match=r"huge: too large: 1,099,511,627,776 bytes, at"):
            files.read_bytes(path, limit=100)
        with pytest.raises(CheckpointError, match="too large"):
            files.read_bytes(path, limit=100, oversize=CheckpointError)

    def test_a_missing_file_names_its_neighbour(self, tmp_path):
        (tmp_path / "train.csv").touch()
        with pytest.raises(AccessError, match=r"trian.csv: no such file; did you mean 'train.csv'"):
            files.read_bytes(tmp_path / "trian.csv", limit=9)
        with pytest.raises(AccessError, match=r"q: no such file; check the path$"):
            files.read_bytes(tmp_path / "none" / "q", limit=9)

    def test_what_is_no_regular_file_is_refused_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        for path, kind in [
            (tmp_path, "a folder"),
            (tmp_path / "fifo", "a pipe"),
            ("/dev/zero", "a device"),
        ]:
            with pytest.raises(AccessError, match=f"is {kind}; name a file"):
                files.read_bytes(path, limit=9)

    @pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 300, ""])
    def test_an_impossible_name_is_no_crash(self, name):
        for use in (lambda: files.read_bytes(name, 9), lambda: files.write_atomic(name, b"")):
            with pytest.raises(AccessError) as caught:
                use()
            assert len(str(caught.value)) <= 200
            assert str(caught.value).isprintable()

    @not_root
    def test_without_permission(self, saved):
        saved.chmod(0)
        with pytest.raises(AccessError, match="permission denied; check the permissions"):
            files.read_bytes(saved, limit=9)

    def test_every_fault_is_an_access_error(self, saved):
        for fault in every_fault(lambda: files.read_bytes(saved, 10**6), ways=("EIO", "EACCES")):
            assert isinstance(fault.error, AccessError), fault


class TestOpenBinary:
    def test_a_file_and_its_gzip_read_alike(self, tmp_path):
        lines = b"".join(b"row %d\n" % i for i in range(50_000))
        (tmp_path / "plain").write_bytes(lines)
        (tmp_path / "packed").write_bytes(gzip.compress(lines[:9]) + gzip.compress(lines[9:]))
        for name in ("plain", "packed"):
            with files.open_binary(tmp_path / name) as stream:
                assert stream.read() == lines
            with files.open_binary(str(tmp_path / name)) as stream:
                assert list(stream) == lines.splitlines(keepends=True)

    def test_an_empty_file_and_one_byte(self, tmp_path):
        for content in (b"", b"\x1f", b"x"):
            (tmp_path / "f").write_bytes(content)
            with files.open_binary(tmp_path / "f") as stream:
                assert stream.read() == content

    def test_gzip_truncated_anywhere_is_a_data_error(self, tmp_path):
        path = tmp_path / "x.csv.gz"
        packed = gzip.compress(os.urandom(300))
        for length in range(2, len(packed), 7):
            path.write_bytes(packed[:length])
            with (
                files.open_binary(path) as stream,
                pytest.raises(DataError, match=r"x.csv.gz: gzip data is truncated; "),
            ):
                stream.read()

    def test_gzip_damaged_anywhere_is_a_data_error_or_harmless(self, tmp_path):
        path = tmp_path / "x.csv.gz"
        content = b"a,b\n1,2\n" * 40
        packed = gzip.compress(content)
        damaged = 0
        for bit in range(16, len(packed) * 8, 3):
            flipped = bytearray(packed)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            try:
                with files.open_binary(path) as stream:
                    assert stream.read() == content
            except DataError:
                damaged += 1
        assert damaged > len(packed)

    def test_a_fifo_is_data(self, tmp_path):
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(b"a\nb\n",))
        writer.start()
        with files.open_binary(fifo) as stream:
            assert stream.read() == b"a\nb\n"
        writer.join()

    @pytest.mark.parametrize(("path", "kind"), [("/", "a folder"), ("/dev/zero", "a device")])
    def test_folders_and_devices_are_not(self, path, kind):
        with pytest.raises(AccessError, match=f"is {kind}; name a file"):
            files.open_binary(path)

    def test_stdin_shows_its_pauses(self, monkeypatch):
        reader, writer = os.pipe()
        with os.fdopen(reader) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            with files.open_binary("-") as stream:  # does not wait for the producer
                for message in (b"a", b"b\n", b"c" * 70_000, b"d"):
                    feeder = threading.Thread(target=os.write, args=(writer, message))
                    feeder.start()
                    got = b""
                    while len(got) < len(message):
                        got += stream.read1(files.CHUNK_BYTES)
                    feeder.join()
                    assert got == message
                    assert not select.select([stream.fileno()], [], [], 0)[0]
                os.close(writer)
                assert select.select([stream.fileno()], [], [], 0)[0]
                assert stream.read1(files.CHUNK_BYTES) == b""
            assert not stdin.closed

    READ_STDIN = """
        import sys
        from grucli import errors, files
        try:
            print(len(files.open_binary("-").read()))
        except errors.GrucliError as error:
            print(error)
    """

    def test_stdin_closed_or_a_folder(self):
        closed = run_python(self.READ_STDIN, preexec_fn=lambda: os.close(0))
        assert closed.stdout == "standard input is closed; name a file or pipe data in\n"
        with_folder = ["sh", "-c", 'exec "$0" -c "$1" < /', sys.executable]
        command = [*with_folder, textwrap.dedent(self.READ_STDIN)]
        folder = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert folder.stdout + folder.stderr != ""
        assert "Traceback" not in folder.stdout

    def test_process_substitution_and_dev_stdin(self):
        code = "import sys; from grucli import files; print(files.open_binary(sys.argv[1]).read())"
        script = '"$0" -c "$1" <(echo x); echo y | "$0" -c "$1" /dev/stdin'
        command = ["bash", "-c", script, sys.executable, code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stdout == "b'x\\n'\nb'y\\n'\n"

    @pytest.mark.parametrize("is_packed", [False, True])
    @pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
    def test_a_file_that_changes_while_it_is_read(self, tmp_path, is_packed, change):
        path = tmp_path / "x.csv"
        lines = os.urandom(150_000).hex().encode()
        content = gzip.compress(lines, 0) if is_packed else lines
        path.write_bytes(content)
        with files.open_binary(path) as stream:
            stream.read1(files.CHUNK_BYTES)
            if change == "rewrite":
                os.utime(path, ns=(0, 0))  # as a later second write of as many bytes would
                said = "changed while it was read; wait until it is complete, or read a copy"
            else:
                after = len(content) + (10 if change == "grow" else -10)
                os.truncate(path, after)
                said = f"changed while it was read, from {len(content):,} to {after:,} bytes; wait"
            with pytest.raises(DataError, match=r"x\.csv: ") as caught:
                stream.read()
        if not (is_packed and change != "rewrite"):
            assert said in str(caught.value)

    def test_a_file_that_is_replaced_meanwhile_is_read_to_its_end(self, saved, tmp_path):
        (tmp_path / "new").write_bytes(b"other")
        with files.open_binary(saved) as stream:
            os.replace(tmp_path / "new", saved)
            assert stream.read() == OLD

    def test_a_fault_while_reading_names_the_file(self, saved):
        def read():
            with files.open_binary(saved) as stream:
                assert stream.read() == OLD

        for fault in every_fault(read, ways=("EIO",), effects=EFFECTS - {"close"}):
            assert isinstance(fault.error, AccessError), fault
            assert "m.npz: input/output error; check the disk" in str(fault.error)


class TestWriteAtomic:
    def test_writes_bytes_or_what_a_function_writes(self, tmp_path):
        files.write_atomic(tmp_path / "a", NEW)
        files.write_atomic(str(tmp_path / "b"), lambda file: file.writelines([NEW, b"", OLD]))
        files.write_atomic(tmp_path / "-rf é\n", b"")
        assert (tmp_path / "a").read_bytes() == NEW
        assert (tmp_path / "b").read_bytes() == NEW + OLD
        assert names(tmp_path) == ["-rf é\n", "a", "b"]

    def test_everything_is_on_the_disk_in_the_right_order(self, saved):
        """Without the first fsync the new name could come before its content after power loss."""
        effects = trace(lambda: files.write_atomic(saved, NEW, verify=Path.read_bytes))
        assert effects == [
            *("open", "write", "fsync", "close"),
            "replace",
            *("open", "fsync", "close"),
        ]

    @pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o644)])
    def test_the_mode_follows_the_umask(self, tmp_path, mask, mode):
        before = os.umask(mask)
        try:
            files.write_atomic(tmp_path / "a", b"x")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode

    def test_a_link_stays_and_its_target_is_replaced(self, tmp_path, saved):
        (tmp_path / "far").mkdir()
        for name, target in [("link", saved), ("dangling", tmp_path / "far" / "made")]:
            (tmp_path / name).symlink_to(target)
            files.write_atomic(tmp_path / name, NEW)
            assert (tmp_path / name).is_symlink()
            assert target.read_bytes() == NEW

    def test_a_reader_keeps_the_file_it_opened(self, saved):
        with saved.open("rb") as reader:
            files.write_atomic(saved, NEW)
            assert reader.read() == OLD

    def test_one_missing_folder_is_made_but_not_two(self, tmp_path):
        files.write_atomic(tmp_path / "runs" / "a", b"x")
        assert (tmp_path / "runs" / "a").read_bytes() == b"x"
        with pytest.raises(AccessError, match=r"cannot write .*create the folder first"):
            files.write_atomic(tmp_path / "no" / "no" / "a", b"x")

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
            files.check_place(tmp_path / sound)
        with pytest.raises(AccessError, match=f"cannot write .*{problem}"):
            files.check_place(tmp_path / path)
        assert names(tmp_path) == ["a"]

    def test_folders_pipes_and_devices_are_not_replaced(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        for path in (tmp_path, tmp_path / "fifo", Path("/dev/null")):
            with pytest.raises(AccessError, match=r"cannot write .*: it is a "):
                files.write_atomic(path, b"x")
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
        with pytest.raises(AccessError, match="not a directory"):
            files.write_atomic("/dev/null/x", b"x")

    def test_the_writer_fails(self, saved, tmp_path):
        def fails(file):
            file.write(b"half")
            raise ZeroDivisionError

        def interrupted(file):
            file.write(b"half")
            raise KeyboardInterrupt

        for writer, error in [(fails, ZeroDivisionError), (interrupted, KeyboardInterrupt)]:
            with pytest.raises(error):
                files.write_atomic(saved, writer)
        assert saved.read_bytes() == OLD
        assert names(tmp_path) == ["m.npz"]

    def test_verify_sees_the_complete_file_and_may_refuse_it(self, saved, tmp_path):
        seen = []

        def refuse(temp):
            seen.append(temp.read_bytes())
            raise CheckpointError("bad")

        with pytest.raises(AccessError, match=r"cannot write .*m.npz: .* cannot be read back; "):
            files.write_atomic(saved, NEW, verify=refuse)
        assert seen == [NEW]
        assert saved.read_bytes() == OLD
        assert names(tmp_path) == ["m.npz"]

    def test_after_every_fault_the_file_is_old_or_new_and_no_temp_is_left(self, saved, tmp_path):
        struck = 0

        def save():
            saved.write_bytes(OLD)
            files.write_atomic(saved, NEW, verify=lambda temp: files.read_bytes(temp, 10**6))

        for fault in every_fault(save):
            struck += 1
            assert names(tmp_path) == ["m.npz"], fault
            replaced = "replace" in fault.trace[: fault.nth - 1]
            expected_new = replaced or fault.error is None
            assert saved.read_bytes() == (NEW if expected_new else OLD), fault
            if fault.error is None:  # the rest was written, or the call made again
                assert fault.way in ("short", "EINTR"), fault
            else:
                assert isinstance(fault.error, AccessError), fault
                assert len(str(fault.error)) <= 200
        assert struck > 100

    def test_a_fault_in_the_clean_up_too(self, saved, tmp_path):
        """The temporary file that cannot be removed is left, for `sweep`; all else as before."""
        effects = EFFECTS | {"unlink"}
        for fault in every_fault(lambda: files.write_atomic(saved, NEW), effects=effects):
            assert fault.error is None or isinstance(fault.error, AccessError), fault
            assert saved.read_bytes() in (OLD, NEW)
            files.sweep(saved)
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
            files.write_atomic(saved, NEW)
        assert str(caught.value).endswith(f"m.npz: {text}")
        assert str(caught.value).startswith("cannot write ")

    def test_a_folder_that_cannot_be_synced_is_no_fault(self, saved, monkeypatch):
        fsync = os.fsync

        def refuse_folders(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "Invalid argument")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", refuse_folders)
        files.write_atomic(saved, NEW)
        assert saved.read_bytes() == NEW

    def test_macos_flushes_the_disk_too(self, saved, monkeypatch):
        asked = []
        monkeypatch.setattr(files.fcntl, "F_FULLFSYNC", 51, raising=False)
        monkeypatch.setattr(files.fcntl, "fcntl", lambda _, command: asked.append(command))
        files.write_atomic(saved, NEW)
        assert asked == [51]

    def test_a_real_limit_on_the_file_size(self, saved, tmp_path):
        code = """
            import sys
            from grucli import errors, files
            try:
                files.write_atomic(sys.argv[1], bytes(100_000))
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
        files.append(tmp_path / "run.jsonl", line)
    assert (tmp_path / "run.jsonl").read_bytes() == "{}\n中\n".encode()


def test_every_fault_of_append_is_an_access_error(tmp_path):
    log = tmp_path / "run.jsonl"
    for fault in every_fault(lambda: files.append(log, "line"), ways=("ENOSPC", "EIO")):
        assert isinstance(fault.error, AccessError), fault
        assert "cannot write" in str(fault.error)


def test_sweep_removes_only_what_dead_processes_left_for_this_file(saved, tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    living = os.getppid()
    ours = [f".m.npz.{pid}.0123456789abcdef.tmp" for pid in (dead.pid, os.getpid())]
    others = [
        f".m.npz.{living}.0123456789abcdef.tmp",
        f".m.npz.1.{dead.pid}.tmp",
        f".mXnpz.{dead.pid}.0123456789abcdef.tmp",
        f"m.npz.{dead.pid}.0123456789abcdef.tmp",
        f".m.npz.{dead.pid}.0123456789abcdef.tmp2",
        f".m.npz.{10**30}.0123456789abcdef.tmp",
    ]
    for name in ours + others:
        (tmp_path / name).touch()
    files.sweep(saved)
    assert names(tmp_path) == sorted([*others, "m.npz"])
    files.sweep(tmp_path / "no" / "such" / "folder")


class TestLock:
    HOLD = """
        import sys, time
        from grucli import files
        with files.lock(sys.argv[1]):
            print("held", flush=True)
            time.sleep(60)
    """

    def hold(self, path):
        command = [sys.executable, "-c", textwrap.dedent(self.HOLD), str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "held\n"
        return process

    def test_it_excludes_and_leaves_no_file(self, tmp_path):
        path = tmp_path / "m.npz"
        for _ in range(2):
            with files.lock(path):
                with (
                    pytest.raises(AccessError, match=rf"written by process {os.getpid()}; wait"),
                    files.lock(tmp_path / "." / "m.npz"),
                ):
                    pass
                with files.lock(tmp_path / "other.npz"):
                    pass
            assert names(tmp_path) == []

    def test_it_is_released_on_errors(self, tmp_path):
        with pytest.raises(ZeroDivisionError), files.lock(tmp_path / "m.npz"):
            raise ZeroDivisionError
        assert names(tmp_path) == []

    def test_the_holder_is_named_and_its_death_frees_the_lock(self, tmp_path):
        path = tmp_path / "m.npz"
        process = self.hold(path)
        with (
            pytest.raises(AccessError, match=rf"m.npz: is being written by process {process.pid};"),
            files.lock(path),
        ):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert names(tmp_path) == [".m.npz.lock"]
        with files.lock(path):
            assert (tmp_path / ".m.npz.lock").read_text() == str(os.getpid())
        assert names(tmp_path) == []

    def test_every_fault(self, tmp_path):
        def use():
            with files.lock(tmp_path / "m.npz"):
                pass

        for fault in every_fault(use, ways=("ENOSPC", "EACCES"), effects=EFFECTS - {"close"}):
            assert isinstance(fault.error, AccessError), fault
            assert names(tmp_path) == []

    def test_two_never_hold_it_at_once(self, tmp_path):
        """The classical race: a lock file unlinked between another's open and its lock."""
        path = tmp_path / "m.npz"
        holders, most, taken = [], [], [0] * 4
        until = time.monotonic() + 0.5

        def compete(number):
            while time.monotonic() < until:
                try:
                    with files.lock(path):
                        holders.append(number)
                        time.sleep(0)
                        most.append(len(holders))
                        holders.pop()
                        taken[number] += 1
                except AccessError:
                    pass

        threads = [threading.Thread(target=compete, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(most) == 1
        assert sum(taken) > 20
        assert names(tmp_path) == []


def test_sha256_of_a_file(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(b"abc")
    assert files.sha256_of(path) == files.sha256(b"abc")
    assert files.sha256_of("-") is None
    os.mkfifo(tmp_path / "pipe")
    assert files.sha256_of(tmp_path / "pipe") is None
    with pytest.raises(AccessError, match="no such file"):
        files.sha256_of(tmp_path / "missing")


def test_sha256():
    assert files.sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert files.sha256(memoryview(b"abc")).startswith("ba7816bf")


def test_a_stream_is_closed_with_its_file(saved):
    stream = files.open_binary(saved)
    descriptor = stream.fileno()
    stream.close()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)
    assert isinstance(stream, io.BufferedReader)
