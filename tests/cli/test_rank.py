"""`mpiexec -n N grucli train`: the same bytes, one voice, and an end for all whatever happens.

Covers: parallel/shard_ranks.
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.helpers import (
    GRUCLI,
    SAMPLES,
    assert_one_error,
    environment,
    grucli,
    sha256,
)
from tests.cli.mpi import launcher, mpi_environment, needs_mpi, on_ranks, ranks

pytestmark = needs_mpi
PATIENCE_S = 30  # on a busy machine, whose ranks wait for each other
SHARED_MEMORY = Path("/dev/shm")
RANK_NAMES = (b"PMI_RANK", b"OMPI_COMM_WORLD_RANK")
SMALL = ("model.hidden_size=8", "model.embedding_size=8", "training.batch_size=16")
FOUR = ("training.shards=4", "training.epochs=3")
FOLDS = ("training.folds=3", "training.epochs=3", "training.patience=2")
SECOND_EPOCH = 80  # batches of the first rank: an epoch has 57 and those of its validation
LONG_FOLDS = ("training.folds=3", "training.epochs=400", "training.patience=off")
LONG = ("training.shards=4", "training.epochs=400", "training.patience=off")


def sets(*settings):
    return [word for setting in (*SMALL, *settings) for word in ("--set", setting)]


def slow(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


def files(folder):
    return {path.name: sha256(path) for path in folder.iterdir()}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    lines = (SAMPLES / "names_train.csv").read_text().splitlines(keepends=True)
    path = tmp_path_factory.mktemp("data") / "names.csv"
    path.write_text("".join(lines[:1001]))
    return path


@pytest.fixture(scope="module")
def alone(names, tmp_path_factory):
    """What one process gives with settings, once somebody asks: its files, and what it says."""
    found = {}

    def of(*settings):
        if settings not in found:
            folder = tmp_path_factory.mktemp("alone")
            words = ("train", names, "-o", "m.npz", "-v")
            done = grucli(*words, *sets(*settings, "training.workers=0"), cwd=folder)
            assert done.code == 0, done.err
            found[settings] = files(folder), said(done)
        return found[settings]

    return of


@pytest.fixture(autouse=True, scope="module")
def swept():
    """Delete the shared memory that MPICH leaves of ranks that were ended, once nobody has it."""
    pattern = "mpich_shm_*"
    before = {*SHARED_MEMORY.glob(pattern)}
    yield
    maps = []
    for path in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):
            maps.append(path.read_text())
    for path in {*SHARED_MEMORY.glob(pattern)} - before:
        if not any(path.name in text for text in maps):
            path.unlink(missing_ok=True)


def said(done):
    """Return what is printed with -v, which leaves out no epoch for being fast; without seconds."""
    lines = [line for line in done.err.splitlines() if "idle_ranks" not in line]
    return re.sub(r"\d+(\.\d+)? s\b", "", "\n".join(lines)), done.out


# Bytes


@pytest.mark.parametrize(
    ("number", "workers", "settings"),
    [
        (3, 1, FOUR),
        slow(2, 0, FOUR),
        slow(4, 0, FOUR),
        slow(1, 2, FOUR),
        slow(2, 2, FOUR),
        slow(2, 0, ("training.shards=7", "training.epochs=2")),
        slow(3, 0, ("training.shards=7", "training.epochs=2")),
        (2, 0, FOLDS),
        slow(3, 0, FOLDS),
        slow(2, 1, FOLDS),
        slow(6, 0, FOLDS),
    ],
)
def test_no_byte_depends_on_the_number_of_ranks(number, workers, settings, names, alone, tmp_path):
    words = ("train", names, "-o", "m.npz", "-v")
    more = sets(*settings, f"training.workers={workers}")
    done = on_ranks(number, *words, *more, cwd=tmp_path)
    assert done.code == 0, done.err
    assert (files(tmp_path), said(done)) == alone(*settings)


@pytest.mark.slow
@pytest.mark.parametrize("data", ["vowels_train.ts.gz", "ingredients_train.conll"])
def test_other_data_has_the_same_bytes(data, tmp_path):
    settings = sets("training.shards=3", "training.epochs=2", "training.folds=off")
    for number, folder in ((1, tmp_path / "one"), (3, tmp_path / "three")):
        folder.mkdir()
        words = ("train", SAMPLES / data, "-o", "m.npz", "-q", *settings)
        done = on_ranks(number, *words, cwd=folder)
        assert (done.code, done.err) == (0, "")
    assert files(tmp_path / "one") == files(tmp_path / "three")


@pytest.mark.slow
@pytest.mark.skipif(
    bool(launcher()) and launcher()[0] == "openmpi", reason="Open MPI 5 never ends standard input"
)
def test_the_first_rank_reads_standard_input(names, alone, tmp_path):
    words = ("train", "-", "-o", "m.npz", "-q", *sets(*FOUR))
    done = on_ranks(2, *words, cwd=tmp_path, stdin=names.read_bytes())
    assert (done.code, done.err) == (0, "")
    assert files(tmp_path).keys() == alone(*FOUR)[0].keys()


@pytest.mark.slow
def test_a_search_and_its_training_have_the_same_bytes(names, tmp_path):
    for number, folder in ((1, tmp_path / "one"), (2, tmp_path / "two")):
        folder.mkdir()
        words = ("train", names, "-o", "m.npz", "--tune", "3", "-q", *sets(*FOUR[1:]))
        done = on_ranks(number, *words, cwd=folder)
        assert done.code == 0, done.err
    assert sha256(tmp_path / "one" / "m.npz") == sha256(tmp_path / "two" / "m.npz")


@pytest.mark.slow
def test_threads_of_the_first_rank_are_those_of_all(names, tmp_path):
    words = ("train", names, "-q", "--threads", "2", *sets(*FOUR))
    one = grucli(*words, "-o", "one.npz", "--set", "training.workers=0", cwd=tmp_path)
    two = on_ranks(2, *words, "-o", "two.npz", cwd=tmp_path)
    assert (one.code, two.code) == (0, 0), (one.err, two.err)
    assert sha256(tmp_path / "one.npz") == sha256(tmp_path / "two.npz")


# What is said


@pytest.mark.slow
def test_ranks_for_which_there_is_nothing_to_do_are_told(names, tmp_path):
    words = ("train", names, "--dry-run", "--json")
    for settings, why in (
        (("training.shards=2", "training.folds=off"), "a batch has 2 shards; pass --set"),
        (("training.folds=2",), "there are 3 trainings; pass --folds off --set"),
    ):
        done = on_ranks(4, *words, *sets(*settings), cwd=tmp_path)
        assert done.code == 0, done.err
        idle = 4 - int(re.search(r"\d", why)[0])
        assert f"warning: {idle} of 4 ranks stand idle: {why} training.shards=4 [run" in done.err


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("nowhere.csv", "-o", "m.npz"), 5, "nowhere.csv: no such file"),
        (("names.csv",), 2, "--output: is missing"),
        (("names.csv", "--rank"), 2, "--rank"),
    ],
)
def test_a_problem_is_said_once(words, code, problem, tmp_path):
    done = on_ranks(3, "train", *words, cwd=tmp_path)
    errors = [line for line in done.err.splitlines() if line.startswith("grucli: ")]
    assert len(errors) == 1, done.err
    assert problem in errors[0]
    assert done.code == code


def test_help_is_printed_once(tmp_path):
    done = on_ranks(2, "train", "--help", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.text == grucli("train", "--help").text


def test_without_mpi4py_the_extra_is_named(names, tmp_path):
    (tmp_path / "mpi4py.py").write_text("raise ImportError('no such thing')")
    done = grucli(
        "train",
        names,
        "-o",
        "m.npz",
        cwd=tmp_path,
        PMI_RANK="0",
        PMI_SIZE="4",
        PYTHONPATH=os.pathsep.join((str(tmp_path), environment()["PYTHONPATH"])),
    )
    assert_one_error(
        done,
        5,
        "an MPI launcher has started 4 processes, and mpi4py cannot be used: no such thing; "
        "pip install 'grucli[mpi]'",
    )


def test_a_launcher_of_another_mpi_is_found_out(names, tmp_path):
    env = mpi_environment(OMPI_COMM_WORLD_RANK="0", OMPI_COMM_WORLD_SIZE="4")
    words = [*GRUCLI, "train", str(names), "-o", "m.npz"]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "has started 4 processes, and mpi4py sees 1: its library is " in done.stderr
    assert not list(tmp_path.iterdir())


# Ends


def running(folder):
    """Return rank -> the number of each process of a training that goes on in a folder."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            variables = (path / "environ").read_bytes().split(b"\0")
            words = (path / "cmdline").read_bytes().split(b"\0")
            place = os.readlink(path / "cwd")
            state = (path / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if place != str(folder) or b"train" not in words or state == "Z":
            continue
        for variable in variables:
            name, _, value = variable.partition(b"=")
            if name in RANK_NAMES and words[0] == sys.executable.encode():
                found[int(value)] = int(path.name)
    return found


@pytest.fixture
def started(names, tmp_path):
    """Ranks whose first epoch has ended, and what they say from now on."""
    processes = []

    def start(number, *words):
        command = ranks(number, *GRUCLI, "train", names, "-o", "m.npz", *words)
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=mpi_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        for line in process.stderr:
            if "epoch   1" in line:
                return process
        raise AssertionError(process.wait())

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ended(process, folder):
    """Return the exit code and what was said, once all are gone; within PATIENCE_S."""
    _, errors = process.communicate(timeout=PATIENCE_S)
    wait_for_all(folder)
    return process.returncode, errors


def wait_for_all(folder):
    """Return once no rank is left that works in a folder."""
    ends_s = time.monotonic() + PATIENCE_S
    while running(folder):
        assert time.monotonic() < ends_s
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "settings"),
    [
        (signal.SIGINT, LONG),
        slow(signal.SIGTERM, LONG),
        slow(signal.SIGINT, LONG_FOLDS),
    ],
)
def test_a_signal_saves_and_ends_all(number, settings, started, tmp_path):
    process = started(3, "-v", *sets(*settings))
    os.kill(process.pid, number)
    _, errors = ended(process, tmp_path)
    if launcher()[0] == "mpich":  # Open MPI kills after a quarter of a second
        assert "interrupted and saved; to go on: grucli train" in errors
    assert {"m.npz", "m.last.npz"} == {path.name for path in tmp_path.iterdir()}


OTHER = """
import os, sys
import numpy
if os.environ.get("PMI_RANK", os.environ.get("OMPI_COMM_WORLD_RANK")) == "1":
    numpy.__version__ = "9.9"
from grucli.__main__ import main
sys.argv[0] = "grucli"
main()
"""


def test_ranks_with_other_versions_are_found_out(names, tmp_path):
    words = ("train", names, "-o", "m.npz", "-q", *sets(*FOUR))
    done = on_ranks(2, *words, cwd=tmp_path, program=(sys.executable, "-c", OTHER))
    assert done.code == 5
    problem = r"grucli: rank 1 of 2: training: has grucli \S+, NumPy 9\.9, Python \S+, the first"
    assert re.search(problem, done.err), done.err


PLANTED = """
import os, signal, sys, time
from grucli.model.runner import Runner
from grucli.parallel.launcher import launch_of
forward, calls = Runner.forward, []
def planted(self, batch, dropout=None):
    calls.append(1)
    rank = launch_of(os.environ).rank
    if rank == RANK and len(calls) == CALLS:
        open("struck", "w").close()
        WHAT
    if rank == 0 and len(calls) > SECOND_EPOCH and not os.path.exists("struck"):
        time.sleep(0.2)  # else it might do all by itself on a busy machine
    return forward(self, batch, dropout)
Runner.forward = planted
from grucli.__main__ import main
sys.argv[0] = "grucli"
main()
"""


def planted(rank, calls, what):
    """Return the words of a program that does something in a rank, at its so many-th batch."""
    names = {"RANK": rank, "CALLS": calls, "SECOND_EPOCH": SECOND_EPOCH, "WHAT": what}
    program = PLANTED
    for name, value in names.items():
        program = program.replace(name, str(value))
    return sys.executable, "-c", program


KILL = """while not os.path.exists("m.last.npz"):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)"""


@pytest.mark.parametrize(
    ("rank", "calls", "settings"),
    [
        (2, 60, FOUR),
        slow(0, SECOND_EPOCH, FOUR),
        slow(1, 9, FOLDS),
        slow(0, SECOND_EPOCH, FOLDS),
    ],
)
def test_a_killed_rank_ends_all_and_the_run_goes_on_with_other_ranks(
    rank, calls, settings, names, alone, tmp_path
):
    words = ("train", names, "-o", "m.npz", "-q", *sets(*settings))
    done = on_ranks(4, *words, cwd=tmp_path, program=planted(rank, calls, KILL))
    assert done.code != 0
    assert [line for line in done.err.splitlines() if line.startswith("grucli: ")] == [
        "grucli: training: a rank was killed or lost, which ends all of them; go on with --resume, "
        "on any number of ranks"
    ]
    wait_for_all(tmp_path)
    (tmp_path / "struck").unlink()
    assert (tmp_path / "m.last.npz").exists()
    done = on_ranks(2, *words, "--resume", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert files(tmp_path) == alone(*settings)[0]


BUG = "raise ZeroDivisionError('planted')", "grucli: bug: ZeroDivisionError: planted"
NO_MEMORY = "raise MemoryError", "grucli: out of memory"


@pytest.mark.parametrize(
    ("rank", "settings", "error", "line"),
    [
        (0, FOUR, *BUG),
        (1, FOUR, *NO_MEMORY),
        slow(1, FOUR, *BUG),
        slow(0, FOLDS, *NO_MEMORY),
        (1, FOLDS, *BUG),
    ],
)
def test_an_error_in_any_rank_ends_all(rank, settings, error, line, names, tmp_path):
    words = ("train", names, "-o", "m.npz", "-q", *sets(*settings))
    done = on_ranks(3, *words, cwd=tmp_path, program=planted(rank, 9, error))
    assert done.code != 0
    assert [said for said in done.err.splitlines() if said.startswith("grucli: ")] != []
    assert line in done.err
    wait_for_all(tmp_path)
