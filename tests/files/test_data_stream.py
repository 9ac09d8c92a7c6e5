"""Streams of data: gzip, pipes, standard input, files that change meanwhile."""

import gzip
import io
import os
import select
import subprocess
import sys
import textwrap
import threading

import pytest

from grucli.errors import AccessError, DataError
from grucli.files.data_stream import open_binary, size_of
from grucli.files.whole_files import CHUNK_BYTES
from tests.faults import EFFECTS, every_fault
from tests.files.helpers import OLD, run_python


class TestOpenBinary:
    def test_a_file_and_its_gzip_read_alike(self, tmp_path):
        lines = b"".join(b"row %d\n" % i for i in range(50_000))
        (tmp_path / "plain").write_bytes(lines)
        (tmp_path / "packed").write_bytes(gzip.compress(lines[:9]) + gzip.compress(lines[9:]))
        for name in ("plain", "packed"):
            with open_binary(tmp_path / name) as stream:
                assert stream.read() == lines
            with open_binary(str(tmp_path / name)) as stream:
                assert list(stream) == lines.splitlines(keepends=True)

    def test_an_empty_file_and_one_byte(self, tmp_path):
        for content in (b"", b"\x1f", b"x"):
            (tmp_path / "f").write_bytes(content)
            with open_binary(tmp_path / "f") as stream:
                assert stream.read() == content

    def test_the_size_is_that_of_the_file(self, tmp_path):
        packed = gzip.compress(b"x" * 1000)
        (tmp_path / "f").write_bytes(packed)
        with open_binary(tmp_path / "f") as stream:
            assert size_of(stream) == len(packed)
        assert size_of(io.BytesIO(packed)) == 0

    def test_gzip_truncated_anywhere_is_a_data_error(self, tmp_path):
        path = tmp_path / "x.csv.gz"
        packed = gzip.compress(os.urandom(300))
        for length in range(2, len(packed), 7):
            path.write_bytes(packed[:length])
            with (
                open_binary(path) as stream,
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
                with open_binary(path) as stream:
                    assert stream.read() == content
            except DataError:
                damaged += 1
        assert damaged > len(packed)

    def test_a_fifo_is_data(self, tmp_path):
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(b"a\nb\n",))
        writer.start()
        with open_binary(fifo) as stream:
            assert size_of(stream) == 0
            assert stream.read() == b"a\nb\n"
        writer.join()

    @pytest.mark.parametrize(("path", "kind"), [("/", "a folder"), ("/dev/zero", "a device")])
    def test_folders_and_devices_are_not(self, path, kind):
        with pytest.raises(AccessError, match=f"is {kind}; name a file"):
            open_binary(path)

    def test_stdin_shows_its_pauses(self, monkeypatch):
        reader, writer = os.pipe()
        with os.fdopen(reader) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            with open_binary("-") as stream:  # does not wait for the producer
                for message in (b"a", b"b\n", b"c" * 70_000, b"d"):
                    feeder = threading.Thread(target=os.write, args=(writer, message))
                    feeder.start()
                    got = b""
                    while len(got) < len(message):
                        got += stream.read1(CHUNK_BYTES)
                    feeder.join()
                    assert got == message
                    assert not select.select([stream.fileno()], [], [], 0)[0]
                os.close(writer)
                assert select.select([stream.fileno()], [], [], 0)[0]
                assert stream.read1(CHUNK_BYTES) == b""
            assert not stdin.closed

    READ_STDIN = """
        import sys
        from grucli import errors
        from grucli.files.data_stream import open_binary
        try:
            print(len(open_binary("-").read()))
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
        code = (
            "import sys; from grucli.files.data_stream import open_binary; "
            "print(open_binary(sys.argv[1]).read())"
        )
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
        with open_binary(path) as stream:
            stream.read1(CHUNK_BYTES)
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
        with open_binary(saved) as stream:
            os.replace(tmp_path / "new", saved)
            assert stream.read() == OLD

    def test_a_fault_while_reading_names_the_file(self, saved):
        def read():
            with open_binary(saved) as stream:
                assert stream.read() == OLD

        for fault in every_fault(read, ways=("EIO",), effects=EFFECTS - {"close"}):
            assert isinstance(fault.error, AccessError), fault
            assert "m.npz: input/output error; check the disk" in str(fault.error)


def test_a_stream_is_closed_with_its_file(saved):
    stream = open_binary(saved)
    descriptor = stream.fileno()
    stream.close()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)
    assert isinstance(stream, io.BufferedReader)
