"""Running the real program: its bytes out, its lines of complaint, its exit code."""

import hashlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
GRUCLI = (sys.executable, "-W", "error", "-m", "grucli")
QUICK = ("--set", "model.hidden_size=8", "--set", "model.embedding_size=8")
BRIEF = (*QUICK, "--set", "training.epochs=2")
TIME_LIMIT_S = 60
MEASURED = """
import sys
from grucli.__main__ import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        sys.stderr.write(next(line for line in status if line.startswith("VmHWM")))
"""
"""The program, which says last how much memory it has taken."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a process ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def lines(self) -> list[str]:
        """The records on stdout: LF ends a record, nothing else does."""
        lines = self.text.split("\n")
        assert lines.pop() == "", "the last line has no end"
        return lines

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr, which must be fit to be shown."""
        lines = self.err.splitlines()
        assert "Traceback" not in self.err, self.err
        assert all(len(line) <= 200 for line in lines), self.err
        assert "\x1b" not in self.err, self.err
        return lines


def environment(**changes: str) -> dict[str, str]:
    """Return an environment in which the program is found and nothing else speaks to it."""
    foreign = ("GRUCLI_", "PYTHON")  # an unbuffered Python would hide a missing flush
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return own | {"PYTHONPATH": str(ROOT)} | changes


def grucli(*arguments: object, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Ran:
    """Run one command to its end."""
    return _ran([*GRUCLI, *map(str, arguments)], stdin, cwd, env)


def command(*arguments: object) -> list[str]:
    """Return the words that run one command."""
    return [*GRUCLI, *map(str, arguments)]


def measured_command(*arguments: object) -> list[str]:
    """Return the words that run one command, at the end of which `most_mib` is found on stderr."""
    return [sys.executable, "-W", "error", "-c", MEASURED, *map(str, arguments)]


def most_mib(said: str) -> float:
    """Return the most memory that a measured command has taken [MiB], by what it says."""
    found = re.search(r"VmHWM:\s+(\d+) kB", said)
    assert found is not None, said
    return int(found[1]) / 1024


def train(
    folder: Path, data: object, model: str, settings: Iterable[str], flags: tuple[str, ...] = ()
) -> Ran:
    """Train in a folder; `settings` are words for `--set`."""
    words = [word for setting in settings for word in ("--set", setting)]
    return grucli("train", data, "-o", model, *words, *flags, cwd=folder)


def started_training(
    folder: Path, data: object, *options: str, before: Iterable[str] = ()
) -> tuple["subprocess.Popen[str]", list[str]]:
    """Start a training of m.npz in a group of its own, after the words of `before`.

    Returns:
        the process, whose first epoch has ended, and its lines on stderr so far.
    """
    process = subprocess.Popen(
        [*before, *command("train", data, "-o", "m.npz", *options)],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    seen: list[str] = []
    for line in process.stderr or ():
        seen.append(line)
        if line.startswith("epoch   1"):
            return process, seen
    raise AssertionError("".join(seen))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_one_error(done: Ran, code: int, *parts: str) -> None:
    """One clear line on stderr, nothing on stdout, no traceback."""
    assert done.code == code, done.err
    errors = [line for line in done.err.splitlines() if line.startswith("grucli: ")]
    assert len(errors) == 1
    for part in parts:
        assert part in errors[0]
    assert "Traceback" not in done.err
    assert done.text == ""


def bash(script: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Ran:
    """Run a script in which `grucli` is the program."""
    function = f'grucli() {{ {shlex.join(GRUCLI)} "$@"; }}\n'
    return _ran(["bash", "-c", function + script], stdin, cwd, env)


@contextmanager
def started(*arguments: object, **streams: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start one command, to be spoken with; its streams are pipes unless others are given."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | streams
    command = [*GRUCLI, *map(str, arguments)]
    with subprocess.Popen(command, env=environment(), **pipes) as process:
        watchdog = Timer(TIME_LIMIT_S, process.kill)  # a silent process must not hang the tests
        watchdog.start()
        try:
            yield process
            process.wait()
        finally:
            watchdog.cancel()
            process.kill()


def _ran(command: list[str], stdin: bytes, cwd: Path | None, env: dict[str, str]) -> Ran:
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**env),
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr.decode())
