"""Worker processes: none is left, none is silent, none holds more than it needs.

Covers: parallel/process, parallel/shard_worker.
"""

import contextlib
import gc
import os
import signal
import sys
from pathlib import Path

import pytest

from grucli.errors import AccessError
from grucli.parallel import process
from grucli.parallel.crew import Pace
from tests.parallel.helpers import (
    assert_same_bytes,
    held,
    on_linux,
    pids,
    trained,
    trainer_of,
)
from tests.training.helpers import snapshot


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("is_busy", [False, True])
def test_no_process_is_left_when_a_crew_ends(is_busy):
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        found = pids(crew)
        crew.wait()
        next(trainer.run())
        if is_busy:
            crew._workers[0].compute(0, 6, 0)
    assert all(is_gone(pid) for pid in found)


def test_no_process_is_left_when_a_crew_ends_with_an_error():
    found = []
    with contextlib.suppress(ZeroDivisionError), trainer_of().crew(2) as crew:
        found += pids(crew)
        raise ZeroDivisionError
    assert len(found) == 2
    assert all(is_gone(pid) for pid in found)


@pytest.mark.parametrize("moment", ["starting", "started", "busy", "resting"])
def test_a_worker_that_is_killed_ends_the_step_with_one_line_and_nothing_lost(moment, monkeypatch):
    trainer = trainer_of()
    if moment == "resting":
        monkeypatch.setattr(Pace, "allows", lambda pace: False)
    with trainer.crew(1) as crew:
        run = trainer.run()
        if moment != "starting":
            crew.wait()
        for _ in range(3):
            next(run)
        before = snapshot(trainer)
        if moment == "busy":
            os.kill(pids(crew)[0], signal.SIGSTOP)  # it will not have answered
            crew._workers[0].compute(0, 6, 0)
        os.kill(pids(crew)[0], signal.SIGKILL)
        os.waitid(os.P_PID, pids(crew)[0], os.WEXITED | os.WNOWAIT)
        with pytest.raises(AccessError) as caught:
            list(run)
        assert_same_bytes(snapshot(trainer), before)
    assert caught.value.problems == (
        "training: worker 1 of 1 was ended by signal 9 (out of memory?); "
        "go on with --resume, or set training.workers=0",
    )
    assert_same_bytes(trained(trainer, 0), trained(trainer_of(), 0))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_leaves_signals_to_its_parent(number):
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        for pid in pids(crew):
            os.kill(pid, number)  # from its first instant on
        crew.wait()
        for pid in pids(crew):
            os.kill(pid, number)
        for _ in trainer.run():
            pass
    assert_same_bytes(snapshot(trainer), trained(trainer_of(), 0))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def test_what_goes_wrong_in_a_worker_is_told():
    trainer = trainer_of()
    with trainer.crew(2) as crew:
        crew.wait()
        crew._shards.rows[:6] = 1 << 40
        crew._workers[1].compute(0, 6, 1)
        with pytest.raises(AccessError, match=r"worker 2 of 2 failed: IndexError: index 10995116"):
            crew.wait()


def test_a_worker_that_cannot_start_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with (
        pytest.raises(AccessError, match=r"cannot start workers: no such .* training.workers=0"),
        trainer_of().crew(1),
    ):
        pass


def test_a_worker_that_ends_before_it_works_is_told(monkeypatch):
    monkeypatch.setattr(process, "PROGRAM", "raise SystemExit(3)")
    with trainer_of().crew(1) as crew, pytest.raises(AccessError, match="1 of 1 ended with code 3"):
        crew.wait()


@on_linux
def test_a_worker_inherits_its_channel_and_its_memory_alone(tmp_path):
    with (tmp_path / "lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        with trainer_of().crew(2) as crew:
            crew.wait()
            for pid in pids(crew):
                assert set(held(pid)) == {"/dev/null", "/memfd", "socket"}
                assert held(pid).count("socket") == 1


@on_linux
def test_shared_memory_has_no_name_and_is_freed():
    def mapped():
        maps = Path("/proc/self/maps").read_text().splitlines()
        return [line for line in maps if "memfd:grucli" in line]

    gc.collect()
    before = len(mapped())
    trainer = trainer_of()
    with trainer.crew(1) as crew:
        crew.wait()
        assert len(mapped()) > before
        assert all(line.endswith("(deleted)") for line in mapped())
    del trainer, crew
    gc.collect()
    assert len(mapped()) == before


def test_memory_is_shared_where_there_is_no_memfd(monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert_same_bytes(trained(trainer_of(), 1), trained(trainer_of(), 0))
