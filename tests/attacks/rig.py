"""Many damaged and hostile model files, opened under a guard: `python -m tests.attacks.rig --help`.

Prints one JSON object: how many files were refused, were the sound one, held something else, what
leaked, and what opening took at most. An exit code of 9 says that code ran.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from grucli.errors import CheckpointError, show
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import Archive, read_archive
from tests.attacks import contents, models
from tests.attacks.guard import Guard

LISTED = 20  # leaks that are told
USES = (
    ("inspect-gates", "--json"),
    ("inspect-gates",),
    ("predict", "--to", "jsonl"),
    ("evaluate",),
    ("inspect-gates", "DATA"),
)
"""What is done with a model; evaluate and predict read its data, too."""
DAMAGED = ("truncated", "flipped", "spliced")
STRANGE = ("contents", "used")
"""Ways to make files that may be sound, though nobody has trained them."""
WAYS = (*DAMAGED, *STRANGE)
SETS = {"all": WAYS, "damaged": DAMAGED}
EXPECTED = frozenset({0, 2, 3, 4})


@dataclass(kw_only=True)
class Found:
    """What became of the files: refused, the sound one, or one that holds something else."""

    files: int = 0
    refused: int = 0
    same: int = 0
    other: int = 0
    is_other: bool = False
    leaks: list[str] = field(default_factory=list)


def truncated(data: bytes, start: int, step: int) -> Iterator[tuple[str, bytes]]:
    """Yield the beginnings of a file, of each length or of every `step`-th."""
    for length in range(start, len(data), step):
        yield f"{length} bytes", data[:length]


def flipped(data: bytes, start: int, step: int) -> Iterator[tuple[str, bytes]]:
    """Yield a file with one bit of it turned, each bit or every `step`-th."""
    for bit in range(start, len(data) * 8, step):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(changed)


def spliced(data: bytes, seeds: range) -> Iterator[tuple[str, bytes]]:
    """Yield a file with pieces of it moved, doubled, cut out or replaced."""
    for seed in seeds:
        rng, changed = random.Random(seed), bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            start, source = rng.randrange(len(changed) + 1), rng.randrange(len(data))
            length = rng.choice((0, 1, 2, 4, 16, 64, 300))
            piece = rng.choice((rng.randbytes(length), data[source : source + length]))
            changed[start : start + rng.choice((0, length))] = piece
        yield f"splice {seed}", bytes(changed)


def hostile(whole: Archive, seeds: range) -> Iterator[tuple[str, bytes]]:
    """Yield sound containers of other contents."""
    for seed in seeds:
        data, changes = contents.hostile(whole, seed)
        yield f"content {seed}: {changes}", data


@contextlib.contextmanager
def read_as(data: bytes) -> Iterator[None]:
    """Let every model file have these bytes; a Mock, part of a cycle, would keep them."""

    def read(*_: object) -> bytes:
        return data

    with mock.patch("grucli.modelfile.archive.read_bytes", read):
        yield


def opened(data: bytes, original: bytes, found: Found, guard: Guard) -> str:
    """Load a file that is in memory; return what leaked."""
    found.files += 1
    found.is_other = False
    try:
        with guard.opening(len(data)), read_as(data):
            checkpoint.load("m.npz")
    except CheckpointError as error:
        found.refused += 1
        text = str(error)
        return "" if show(text) == text and len(text) <= 200 and "; " in text else text
    except BaseException as error:
        return repr(error)
    if data == original:
        found.same += 1
    else:
        found.other += 1
        found.is_other = True
    return ""


def used(data: bytes, original: bytes, found: Found, guard: Guard, path: Path, kind: str) -> str:
    """Let each command use a file, as far as it may be opened; return what leaked."""
    path.write_bytes(data)
    leaked = opened(data, original, found, guard)
    source = str(path.with_name(models.DATA[kind][0]))
    for command, *options in USES:
        named = [source] if command != "inspect-gates" or "DATA" in options else []
        words = [command, *named, "-m", str(path), *(word for word in options if word != "DATA")]
        code, said = _run(words)
        lines = said.splitlines()
        is_fine = code in EXPECTED and all(len(line) <= 200 for line in lines)
        if not is_fine or list(map(show, lines)) != lines or "Warning:" in said:
            leaked += f" {' '.join((command, *options))}: {code} {said[-300:]}"
        if code == CheckpointError.exit_code:
            break
    return leaked


def _run(words: list[str]) -> tuple[int, str]:
    """Run a command within this process; return its exit code and its lines on stderr."""
    from grucli.cli.app import run

    out, said = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = run(words)
        for stream in (out, said):
            stream.flush()
    buffer = said.buffer
    assert isinstance(buffer, io.BytesIO)
    return code, buffer.getvalue().decode()


def run_rig(
    ways: Sequence[str],
    kinds: Sequence[str],
    *,
    start: int,
    count: int,
    step: int,
    width: int = 2,
) -> dict[str, object]:
    """Open files that are made of the models of some kinds; return what is printed."""
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: models.file(kind, Path(folder, kind), width=width) for kind in kinds}
        for path in paths.values():
            _warm_up(path)
        guard, found = Guard(), Found()
        for kind, path in paths.items():
            original, whole = path.read_bytes(), read_archive(path)
            seeds = range(start, start + count)
            made = {
                "truncated": truncated(original, start, step),
                "flipped": flipped(original, start, step),
                "spliced": spliced(original, seeds),
                "contents": hostile(whole, seeds),
                "used": hostile(whole, seeds),
            }
            for way in ways:
                for name, data in made[way]:
                    if way == "used":
                        leaked = used(data, original, found, guard, path, kind)
                    else:
                        leaked = opened(data, original, found, guard)
                    if not leaked and way not in STRANGE and data != original and found.is_other:
                        leaked = "taken for a sound file"
                    if leaked:
                        found.leaks.append(f"{kind}, {name}: {leaked}")
    return {
        "files": found.files,
        "refused": found.refused,
        "same": found.same,
        "other": found.other,
        "leaked": len(found.leaks),
        "leaks": found.leaks[:LISTED],
        "slowest_ms": round(guard.spent.seconds * 1000, 1),
        "spare_mb": round(guard.spent.spare_bytes / 2**20, 1),
    }


def _warm_up(path: Path) -> None:
    """Import all that a sound file, a damaged one and a strange one need."""
    checkpoint.load(path)
    original = path.read_bytes()
    for data in (b"text", original[:-1], original[:-30] + b"\x00" * 30):
        with contextlib.suppress(CheckpointError), read_as(data):
            checkpoint.load("m\u202e.npz")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.rig", description=__doc__)
    parser.add_argument("way", choices=(*WAYS, *SETS))
    parser.add_argument("kind", choices=(*models.DATA, "all"))
    parser.add_argument("--start", type=int, default=0, help="first length, bit or seed")
    parser.add_argument("--count", type=int, default=1000, help="seeds")
    parser.add_argument("--step", type=int, default=1, help="of lengths and bits")
    parser.add_argument(
        "--width", type=int, default=2, help="numbers for a word, to make files larger"
    )
    asked = parser.parse_args()
    ways = SETS.get(asked.way, (asked.way,))
    kinds = tuple(models.DATA) if asked.kind == "all" else (asked.kind,)
    options = {name: getattr(asked, name) for name in ("start", "count", "step", "width")}
    found = run_rig(ways, kinds, **options)
    json.dump(found, sys.stdout)
    print()


if __name__ == "__main__":
    main()
