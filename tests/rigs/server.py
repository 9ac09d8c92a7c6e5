"""Runs commands in children that it forks, so that each begins at once, with all modules loaded.

`python -m tests.rigs.server` reads a JSON object a line: the words of a command, its folder, the
fault of `tests/faults.py` that it meets. It answers with the number of the child, and then with how
that has ended. A child is a process like any other: it has its own files, locks and signals.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.cli.helpers import environment

LAZY = ("grucli.modelfile.exchange", "grucli.estimators", "grucli.__main__")  # want extras, or run


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command has ended.

    Attributes:
        code: its exit code, below 0 the number of the signal that has killed it.
        err: what it has said.
        trace: the effects on files that it had; none if it was killed.
    """

    code: int
    err: str
    trace: tuple[str, ...] = field(repr=False)


class Commands:
    """Commands, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Use a folder for what they say."""
        self._folder = folder
        pipe = subprocess.PIPE
        self._server = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.rigs.server", str(folder)],
            env=environment(OPENBLAS_NUM_THREADS="1"),
            stdin=pipe,
            stdout=pipe,
            text=True,
        )

    def __enter__(self) -> Commands:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.kill()
        self._server.communicate()

    def start(self, *words: object, cwd: Path, **fault: Any) -> int:
        """Start a command, with a `Fault` of these fields; return its number."""
        asked = {"words": [*map(str, words)], "cwd": str(cwd), "fault": fault}
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        return int(self._heard())

    def ended(self) -> Ended:
        """Wait for the end of the command."""
        code = int(self._heard())
        trace = self._folder / "trace"
        effects = trace.read_text().split() if trace.exists() else []
        err = (self._folder / "err").read_text(errors="replace")
        return Ended(code=code, err=err, trace=tuple(effects))

    def run(self, *words: object, cwd: Path, **fault: Any) -> Ended:
        """Run a command to its end."""
        self.start(*words, cwd=cwd, **fault)
        return self.ended()

    def _heard(self) -> str:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the server has died"
        return line


def _load() -> None:
    import grucli

    for module in pkgutil.walk_packages(grucli.__path__, "grucli."):
        if not module.name.startswith(LAZY):
            import_module(module.name)
    import_module("tests.faults")
    with suppress(ImportError):
        import_module("onnx")


def _be(words: list[str], cwd: str, fault: dict[str, Any], folder: Path) -> None:
    """Be the command: its exit code is that of this process."""
    from grucli.cli.app import run
    from grucli.training import saver
    from tests.faults import ALL_EFFECTS, Fault, injected

    saver.SAVE_SHARE = 1e9  # each epoch is saved, however short
    for descriptor, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(cwd)
    sys.argv = ["grucli", *words]
    code = 70
    effects = frozenset(fault.pop("effects", ALL_EFFECTS))
    with injected(Fault(**{"nth": 0, "way": "EIO", **fault}, effects=effects)) as met:
        try:
            code = run(words)
        finally:
            sys.stdout.flush()
            (folder / "trace").write_text(" ".join(met.trace))
            os._exit(code)


def main() -> None:
    """Serve until nobody asks any more."""
    folder = Path(sys.argv[1])
    _load()
    child = 0
    for line in sys.stdin:
        asked = json.loads(line)
        if child:  # until now its number was no other process's, so that it could be killed
            os.waitpid(child, 0)
        (folder / "trace").unlink(missing_ok=True)
        child = os.fork()
        if not child:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _be(asked["words"], asked["cwd"], asked["fault"], folder)
        print(child, flush=True)
        found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert found is not None
        print(found.si_status * (1 if found.si_code == os.CLD_EXITED else -1), flush=True)


if __name__ == "__main__":
    main()
