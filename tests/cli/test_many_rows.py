"""Training files that are larger than memory should be: how much a process takes, and of disk.

Covers: data/stored, data/spilled, files/scratch.
"""

import gzip
import subprocess
import sys

import numpy as np
import pytest

from .helpers import assert_one_error, bash, environment, measured_command, most_mib

ROWS = 200_000
MOST_MIB = 75  # beyond what a thousand rows take; as Python's objects they would take 170

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is read from /proc")


@pytest.fixture(scope="module")
def lines():
    rng = np.random.default_rng(0)
    words = np.array([f"word{k}" for k in range(5_000)])
    drawn = words[(5_000 ** rng.random((ROWS, 8))).astype(int)]
    return [f"{' '.join(row)},{'ab'[k % 2]}\n" for k, row in enumerate(drawn.tolist())]


def taken(*arguments, stdin=b""):
    """Return the most memory that a dry run takes [MiB], and what it says."""
    command = measured_command("train", *arguments, "--dry-run")
    done = subprocess.run(
        command, input=stdin, capture_output=True, env=environment(), timeout=300, check=False
    )
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    return most_mib(said), said


def test_many_rows_take_little_more_memory_than_few(tmp_path, lines):
    few, packed = tmp_path / "few.csv", tmp_path / "many.csv.gz"
    few.write_text("".join(["text,label\n", *lines[:1_000]]))
    packed.write_bytes(gzip.compress("".join(["text,label\n", *lines]).encode(), 1))
    piped = "".join("__label__{1} {0}\n".format(*line[:-1].split(",")) for line in lines)
    least, _ = taken(few)
    for arguments, stdin in (((packed,), b""), (("-",), piped.encode())):
        most, said = taken(*arguments, stdin=stdin)
        assert f"{ROWS:,} rows" in said
        assert most - least < MOST_MIB


def test_no_room_for_temporary_files_is_said_in_a_line(tmp_path, lines):
    path = tmp_path / "many.csv"
    path.write_text("".join(["text,label\n", *lines[:100_000]]))
    script = f"ulimit -f 1024; grucli train {path} -o {tmp_path / 'm.npz'} -q"
    done = bash(script, TMPDIR=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert_one_error(
        done, 5, f"temporary files in {tmp_path} (TMPDIR names the folder): file too large"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["many.csv"]
