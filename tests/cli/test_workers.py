"""Worker processes of `grucli train`: the same bytes, and nothing left whatever is ended when."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.helpers import (
    GRUCLI,
    ROOT,
    SAMPLES,
    assert_one_error,
    environment,
    grucli,
    sha256,
    started_training,
)
from tests.parallel.helpers import held

PATIENCE_S = 20
SETTINGS = ("model.hidden_size=8", "model.embedding_size=8", "training.batch_size=16")
SHORT = [
    word
    for setting in (*SETTINGS, "training.shards=2", "training.epochs=3")
    for word in ("--set", setting)
]
LONGER = ("--set", "training.epochs=15")  # what is looked at is met long before the end
on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")


def slow(value):
    return pytest.param(value, marks=pytest.mark.slow)


def workers(count):
    return ("--set", f"training.workers={count}")


def files(folder):
    return {path.name: sha256(path) for path in folder.iterdir()}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """A file whose training outlasts the start of a worker, given some epochs."""
    lines = (SAMPLES / "names_train.csv").read_text().splitlines(keepends=True)
    path = tmp_path_factory.mktemp("data") / "names.csv"
    path.write_text("".join(lines[:2001]))
    return path


@pytest.fixture(scope="module")
def expected(names, tmp_path_factory):
    """The files of a run without workers that nothing has interrupted."""
    return trained_alone(names, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def expected_of_longer(names, tmp_path_factory):
    """The files of such a run of more epochs."""
    return trained_alone(names, tmp_path_factory.mktemp("longer"), *LONGER)


def trained_alone(names, folder, *options):
    words = ("train", names, "-o", "m.npz", "-q", *SHORT, *workers(0), *options)
    done = grucli(*words, cwd=folder)
    assert done.code == 0, done.err
    assert files(folder).keys() == {"m.npz", "m.last.npz"}
    return files(folder)


@pytest.mark.parametrize("count", [1, slow(2), slow("auto")])
def test_the_model_has_the_same_bytes_whoever_computed_it(tmp_path, names, expected, count):
    done = grucli("train", names, "-o", "m.npz", "-q", *SHORT, *workers(count), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert files(tmp_path) == expected


def test_resuming_may_change_the_workers_and_not_the_shards(tmp_path, names, expected):
    options = [*SHORT, "--max-time", "0"]
    assert grucli("train", names, "-o", "m.npz", *options, *workers(1), cwd=tmp_path).code == 0
    other = [*SHORT, "--set", "training.shards=3"]
    done = grucli("train", names, "-o", "m.npz", "--resume", *other, cwd=tmp_path)
    assert_one_error(done, 2, "training.shards: was 2 in the run to resume, is 3")
    done = grucli("train", names, "-o", "m.npz", "--resume", *SHORT, *workers(2), cwd=tmp_path)
    assert done.code == 0, done.err
    assert files(tmp_path) == expected


def test_who_computes_is_said(tmp_path):
    def said(*options, **env):
        words = ("train", SAMPLES / "reviews_train.csv", "--dry-run", "-v", *options)
        done = grucli(*words, cwd=tmp_path, **env)
        assert done.code == 0, done.err
        return "\n".join(re.findall(r"training\.(?:shards|workers): .*", done.text + done.err))

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    of_cores = f"{cores} core{'s' * (cores > 1)}"
    folded = said("--set", "model.hidden_size=8")
    assert f"training.workers: {min(4, cores) - 1} (4 trainings, {of_cores})" in folded
    assert "training.shards: 1 (folds go on side by side)" in folded
    brief = said("--set", "training.epochs=1", "--folds", "3")
    assert "training.workers: 0 (30 steps at least: few)" in brief
    one = said("--set", "model.hidden_size=8", "--folds", "off")
    assert "training.workers: 0 (1 shard, " in one
    assert re.search(r"training.shards: 1 \(256 numbers x \d+ steps: too few\)", one)
    several = said("--set", "training.shards=4", "--folds", "off")
    assert "training.shards: 4 (--set)" in several
    assert f"training.workers: {min(4, cores) - 1} (4 shards, {of_cores})" in several


def memory_of(folder, names, *options):
    """Return the memory of a dry run [bytes]."""
    done = grucli("train", names, "--dry-run", "--json", *SHORT, *options, cwd=folder)
    assert done.code == 0, done.err
    return json.loads(done.text)["memory_bytes"]


def test_each_worker_on_a_fold_has_a_model_of_its_own(tmp_path, names):
    none, one, three, four = (
        memory_of(tmp_path, names, "--folds", "3", *workers(count)) for count in (0, 1, 3, 4)
    )
    assert none < one < three
    assert four == pytest.approx(three, rel=0.05)  # there is no fourth to do; the rest is measured


def test_a_dry_run_measures_with_workers(tmp_path, names):
    done = grucli("train", names, "--dry-run", "--json", *SHORT, *workers(1), cwd=tmp_path)
    assert done.code == 0, done.err
    result = json.loads(done.text)
    assert result["config"]["training.workers"] == {"value": 1, "origin": "--set"}
    assert result["config"]["training.shards"] == {"value": 2, "origin": "--set"}
    assert 0 < result["seconds_per_epoch"] < result["seconds"]


# Ends


def children(pid):
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(word) for word in words]


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # a dead one that its adopted parent has not asked about


def stopped_where_it_is_waited_for(worker, parent):
    """Stop a worker, and let it go on if its parent does: as yet it has not started."""
    os.kill(worker, signal.SIGSTOP)
    time.sleep(0.1)
    before = seconds_used(parent)
    time.sleep(0.2)
    if seconds_used(parent) == before:
        return True
    os.kill(worker, signal.SIGCONT)
    return False


def seconds_used(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]


def wait_until(holds, seconds=PATIENCE_S):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def start(folder, names, *options):
    """Return a training whose first epoch has ended, and its workers."""
    process, _ = started_training(folder, names, *SHORT, *options)
    return process, children(process.pid)


def assert_resumes(folder, names, expected, count, *options):
    words = ("train", names, "-o", "m.npz", "--resume", *SHORT, *workers(count), *options)
    done = grucli(*words, cwd=folder)
    assert done.code == 0, done.err
    assert files(folder) == expected


@on_linux
def test_workers_end_when_their_parent_is_killed(tmp_path, names, expected):
    process, found = start(tmp_path, names, *workers(2))
    assert len(found) == 2
    process.kill()
    process.communicate()
    wait_until(lambda: not any(map(is_running, found)), 2)
    assert_resumes(tmp_path, names, expected, 0)


@on_linux
def test_a_killed_worker_ends_the_run_with_one_line_and_nothing_lost(tmp_path, names, expected):
    process, (worker,) = start(tmp_path, names, *workers(1))
    os.kill(worker, signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 5, errors
    lines = [line for line in errors.splitlines() if line.startswith("grucli: ")]
    assert lines == [
        "grucli: training: worker 1 of 1 was ended by signal 9 (out of memory?); "
        "go on with --resume, or set training.workers=0"
    ]
    assert files(tmp_path).keys() == expected.keys()
    assert_resumes(tmp_path, names, expected, 1)


@on_linux
@pytest.mark.parametrize("number", [signal.SIGINT, slow(signal.SIGTERM), slow(signal.SIGHUP)])
def test_a_signal_to_all_saves_and_leaves_no_process(tmp_path, names, expected, number):
    process, found = start(tmp_path, names, *workers(1))
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 128 + number, errors
    assert "interrupted and saved; to go on: grucli train" in errors
    assert not any(map(is_running, found))
    assert_resumes(tmp_path, names, expected, 2)


@on_linux
def test_a_stopped_worker_keeps_nobody_from_an_end(tmp_path, names, expected_of_longer):
    process, (worker,) = start(tmp_path, names, *workers(1), *LONGER)
    wait_until(lambda: stopped_where_it_is_waited_for(worker, process.pid))
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=5)
    assert process.returncode == 143, errors
    assert "interrupted and saved; to go on: grucli train" in errors
    assert not is_running(worker)
    assert_resumes(tmp_path, names, expected_of_longer, 0, *LONGER)


@pytest.mark.slow
@on_linux
def test_a_second_interrupt_ends_all_at_once(tmp_path, names, expected_of_longer):
    process, found = start(tmp_path, names, *workers(2), *LONGER)
    wait_until(lambda: stopped_where_it_is_waited_for(found[0], process.pid))
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    os.kill(found[0], signal.SIGCONT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGINT
    wait_until(lambda: not any(map(is_running, found)), 2)
    assert_resumes(tmp_path, names, expected_of_longer, 1, *LONGER)


@on_linux
def test_a_worker_holds_neither_the_lock_nor_the_outputs(tmp_path, names):
    process, (worker,) = start(tmp_path, names, *workers(1))
    try:
        own = Path(f"/proc/{process.pid}/fd")
        assert any("m.npz.lock" in os.readlink(link) for link in own.iterdir())
        assert set(held(worker)) == {"/dev/null", "/memfd", "socket"}
    finally:
        process.kill()
        process.communicate()


# Places


@pytest.mark.parametrize("path", [None, slow(".")])
def test_workers_find_the_package_as_their_parent_did(tmp_path, names, expected, path):
    shutil.copytree(ROOT / "grucli", tmp_path / "here" / "grucli")
    env = {**environment(), "PYTHONPATH": path} if path else environment()
    if path is None:
        del env["PYTHONPATH"]
    words = ["train", str(names), "-o", str(tmp_path / "m.npz"), "-q", *SHORT, *workers(2)]
    done = subprocess.run(
        [sys.executable, "-m", "grucli", *words],
        cwd=tmp_path / "here",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sha256(tmp_path / "m.npz") == expected["m.npz"]


MARKER = """
import os, sys
with open(os.environ["MARKER"], "a") as file:
    file.write(f"{__name__} {sys.argv[0]}\\n")
"""


def lay_traps(folder):
    """Files that stand where a careless import looks first; who imports one leaves a mark."""
    standard = ("json", "socket", "struct", "mmap", "typing", "re", "encodings", "zipimport")
    hooks = ("sitecustomize", "usercustomize")
    for name in (*standard, *hooks, "numpy", "tempfile", "dataclasses", "random", "secrets"):
        (folder / f"{name}.py").write_text(MARKER)
    return folder / "marks"


def test_a_worker_imports_nothing_from_the_current_folder(tmp_path, names, expected):
    marks = lay_traps(tmp_path)
    (tmp_path / "out").mkdir()
    found = environment(MARKER=str(marks))
    words = ["train", str(names), "-o", "out/m.npz", "-q", *SHORT, *workers(2)]
    for answer in (words, ["predict", str(names), "-m", "out/m.npz"]):
        done = subprocess.run(  # as the command `grucli` starts; `-m` alone looks here by design
            [sys.executable, "-P", "-m", "grucli", *answer],
            cwd=tmp_path,
            env=found,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert files(tmp_path / "out") == expected
    assert not marks.exists(), marks.read_text()


def test_a_worker_imports_nothing_from_where_variables_of_python_point(tmp_path, names, expected):
    """The parent does, for its user wants so; `sitecustomize` shows who has looked."""
    marks = lay_traps(tmp_path)
    for trap in tmp_path.glob("*.py"):
        if trap.stem != "sitecustomize":
            trap.unlink()
    (tmp_path / "out").mkdir()
    found = environment(MARKER=str(marks))
    found["PYTHONPATH"] += os.pathsep  # and nothing, which is the current folder
    done = subprocess.run(
        [*GRUCLI, "train", str(names), "-o", "out/m.npz", "-q", *SHORT, *workers(2)],
        cwd=tmp_path,
        env=found,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert files(tmp_path / "out") == expected
    assert marks.read_text() == "sitecustomize -m\n"


def test_a_worker_starts_without_what_only_commands_need():
    program = "import sys, grucli.parallel.shard_worker; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {
        "pydantic",
        "yaml",
        "typer",
        "rich",
        "grucli.config.resolve",
        "grucli.preparation.prepare",
        "subprocess",
    }
    assert not heavy & set(done.stdout.split())
