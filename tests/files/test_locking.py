"""Locks: one holder, named to the others, gone with its death."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from grucli.errors import AccessError
from grucli.files.locking import lock
from tests.faults import EFFECTS, every_fault
from tests.files.helpers import names


class TestLock:
    HOLD = """
        import sys, time
        from grucli.files.locking import lock
        with lock(sys.argv[1]):
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
            with lock(path):
                with (
                    pytest.raises(AccessError, match=rf"written by process {os.getpid()}; wait"),
                    lock(tmp_path / "." / "m.npz"),
                ):
                    pass
                with lock(tmp_path / "other.npz"):
                    pass
            assert names(tmp_path) == []

    def test_it_is_released_on_errors(self, tmp_path):
        with pytest.raises(ZeroDivisionError), lock(tmp_path / "m.npz"):
            raise ZeroDivisionError
        assert names(tmp_path) == []

    def test_the_holder_is_named_and_its_death_frees_the_lock(self, tmp_path):
        path = tmp_path / "m.npz"
        process = self.hold(path)
        with (
            pytest.raises(AccessError, match=rf"m.npz: is being written by process {process.pid};"),
            lock(path),
        ):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert names(tmp_path) == [".m.npz.lock"]
        with lock(path):
            assert (tmp_path / ".m.npz.lock").read_text() == str(os.getpid())
        assert names(tmp_path) == []

    def test_every_fault(self, tmp_path):
        def use():
            with lock(tmp_path / "m.npz"):
                pass

        for fault in every_fault(use, ways=("ENOSPC", "EACCES"), effects=EFFECTS - {"close"}):
            assert isinstance(fault.error, AccessError), fault
            is_unlocked = fault.trace[fault.nth - 1] == "lock"  # then it may be another's
            assert names(tmp_path) == [".m.npz.lock"] * is_unlocked
            with lock(tmp_path / "m.npz"):
                pass
            assert names(tmp_path) == []

    def test_two_never_hold_it_at_once(self, tmp_path):
        """The classical race: a lock file unlinked between another's open and its lock."""
        path = tmp_path / "m.npz"
        holders, most, taken = [], [], [0] * 4
        until = time.monotonic() + 0.5

        def compete(number):
            while time.monotonic() < until:
                try:
                    with lock(path):
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
