"""Models of other systems, damaged or hostile, opened under a guard.

`python -m tests.attacks.foreign_rig WAY KIND` prints one JSON object, as `tests.attacks.rig` does:
what was refused, what was read, what leaked, and what opening took at most.
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
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grucli.errors import CheckpointError, show
from grucli.modelfile.exchange.reading import read_foreign
from tests.attacks import foreign, rig, zips
from tests.attacks.guard import Guard

WAYS = ("attacks", "truncated", "flipped", "spliced", "inside")
LONGEST = 300  # of a line


def inside(kind: str, data: bytes, seeds: range) -> Iterator[tuple[str, bytes]]:
    """Yield files with a part of them spliced or flipped: members of a zip with right checksums."""
    if kind not in ("keras", "g2p"):
        yield from _thrown(data, seeds)
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for seed in seeds:
        name = random.Random(seed).choice(sorted(members))
        make = rig.spliced if seed % 2 else _thrown
        ((said, changed),) = make(members[name], range(seed, seed + 1))
        yield f"{name}, {said}", zips.of({**members, name: changed})


def _thrown(data: bytes, seeds: range) -> Iterator[tuple[str, bytes]]:
    """Yield a file with some bytes of it at their limits, or of any value."""
    for seed in seeds:
        rng, changed = random.Random(seed), bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4, 8))):
            changed[rng.randrange(len(changed))] = rng.choice((0, 1, 127, 128, 255, seed & 255))
        yield f"bytes {seed}", bytes(changed)


def opened(path: Path, data: bytes, found: rig.Found, guard: Guard) -> str:
    """Read a file of these bytes; return what leaked."""
    path.write_bytes(data)
    found.files += 1
    try:
        with guard.opening(len(data)):
            read_foreign(path)
    except CheckpointError as error:
        found.refused += 1
        text = str(error)
        has_mend = "; " in text or "what fits is" in text
        is_good = show(text) == text and len(text) <= LONGEST and has_mend
        return "" if is_good else text
    except BaseException as error:
        return repr(error)
    found.other += 1
    return ""


def made(way: str, kind: str, *, start: int, count: int, step: int) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a way."""
    if way == "attacks":
        yield from foreign.attacks(kind)
        return
    data, seeds = foreign.sound(kind), range(start, start + count)
    yield from {
        "truncated": lambda: rig.truncated(data, start, step),
        "flipped": lambda: rig.flipped(data, start, step),
        "spliced": lambda: rig.spliced(data, seeds),
        "inside": lambda: inside(kind, data, seeds),
    }[way]()


def run(ways: list[str], kinds: list[str], **options: int) -> dict[str, object]:
    """Open files of some kinds; return what is printed."""
    warnings.simplefilter("error")
    found, taken = rig.Found(), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            if kind != "pickle":
                path = Path(folder, f"m{foreign.SUFFIXES[kind]}")
                for data in (foreign.sound(kind), b"text"):  # import all that is needed
                    path.write_bytes(data)
                    with contextlib.suppress(CheckpointError):
                        read_foreign(path)
        guard = Guard()
        for kind in kinds:
            path = Path(folder, f"m{foreign.SUFFIXES[kind]}")
            for way in ways:
                for name, data in made(way, kind, **options):
                    before = found.other
                    leaked = opened(path, data, found, guard)
                    if leaked:
                        found.leaks.append(f"{kind}, {name}: {leaked}")
                    if found.other > before and way == "attacks":
                        taken.append(f"{kind}, {name}")
    return {
        "files": found.files,
        "refused": found.refused,
        "read": found.other,
        "attacks_read": taken,
        "leaked": len(found.leaks),
        "leaks": found.leaks[: rig.LISTED],
        "slowest_ms": round(guard.spent.seconds * 1000, 1),
        "spare_mb": round(guard.spent.spare_bytes / 2**20, 1),
    }


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=(*WAYS, "damaged"))
    parser.add_argument("kind", choices=(*foreign.SUFFIXES, "all"))
    parser.add_argument("--start", type=int, default=0, help="first length, bit or seed")
    parser.add_argument("--count", type=int, default=1000, help="seeds")
    parser.add_argument("--step", type=int, default=1, help="of lengths and bits")
    asked = parser.parse_args()
    ways = list(WAYS[1:]) if asked.way == "damaged" else [asked.way]
    kinds = [asked.kind]
    if asked.kind == "all":
        kinds = [kind for kind in foreign.SUFFIXES if kind != "pickle" or asked.way == "attacks"]
    options = {name: getattr(asked, name) for name in ("start", "count", "step")}
    json.dump(run(ways, kinds, **options), sys.stdout)
    print()


if __name__ == "__main__":
    main()
