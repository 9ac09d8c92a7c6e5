"""What reads bytes of strangers, as targets: only a GrucliError may leave, in good lines.

`python -m tests.attacks.fuzz TARGET SECONDS [FOLDER]` lets atheris look for inputs for so long,
where it is installed, and ends with how many it ran; FOLDER keeps those that reach something new.
The same targets are given spliced and random bytes in test_fuzz.
"""

from __future__ import annotations

import gc
import io
import sys
import tempfile
import types
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from grucli.config import strict_yaml
from grucli.data.forms import FormatName
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.errors import GrucliError, show
from grucli.modelfile import checkpoint
from tests.attacks import models, rig

FOLLOWED = "grucli.config.", "grucli.data.forms.", "grucli.modelfile."
"""Modules of which it is followed which lines an input reaches: with all it never begins."""
MOST_LISTED = 5  # problems of a file
LONGEST = 400


def model(data: bytes) -> None:
    """Open it as a model file."""
    with rig.read_as(data):
        checkpoint.load("m.npz")


def config(data: bytes) -> None:
    """Read it as a config."""
    strict_yaml.parse(data, "c.yaml")


def shown(data: bytes) -> None:
    """Show it, and find nothing that acts on a terminal."""
    text = show(data.decode("utf-8", "surrogateescape"))
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def _data(form: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "d")
            path.write_bytes(data)
            options = ReadOptions(format=cast(FormatName, form), on_bad_row="skip")
            read_table(str(path), options)

    return read


TARGETS: dict[str, Callable[[bytes], None]] = {
    "model": model,
    "config": config,
    "show": shown,
    **{form: _data(form) for form in ("csv", "tsv", "jsonl", "lines", "ts", "conll", "npz")},
}
SEEDS = {
    "config": b"data:\n  train: d.csv\nmodel: {hidden_size: 4}\nseed: 1\n",
    "show": "a\x1b[31m\u202e漢".encode(),
    "csv": models.TEXTS.encode() + b'"a ""b""\nc",a\n',
    "tsv": b"text\tlabel\ngood\ta\nbad\tb\n",
    "lines": b"__label__a good film\n__label__b bad\n",
    "jsonl": models.DATA["multilabel"][1].encode(),
    "ts": models.DATA["series"][1].encode(),
    "conll": models.DATA["tag"][1].encode(),
}
"""Sound inputs, from which others are made; those of `model` and `npz` are files."""


def seed_of(target: str, folder: Path) -> bytes:
    """Return a sound input of a target."""
    if target == "model":
        return models.file("classify", folder).read_bytes()
    if target == "npz":
        buffer = io.BytesIO()
        np.savez(buffer, X=np.ones((2, 3), np.float32), y=np.array(["a", "b"]))
        return buffer.getvalue()
    return SEEDS[target]


def run(target: str, data: bytes) -> None:
    """Give a target some bytes.

    Raises:
        AssertionError: a message is not one good line.
        Exception: whatever else than a GrucliError leaves the target.
    """
    try:
        TARGETS[target](data)
    except GrucliError as error:
        problems = error.problems[: MOST_LISTED + 1]
        if not all(show(problem) == problem and len(problem) <= LONGEST for problem in problems):
            raise AssertionError(ascii(problems)) from error


def main() -> None:
    """Let atheris look for inputs of the target that is named."""
    import atheris  # no requirement: `pip install atheris`, on systems it has a wheel for

    target, seconds, *kept = sys.argv[1:]
    folder = Path(kept[0] if kept else tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        (folder / "seed").write_bytes(seed_of(target, Path(place)))
    run(target, (folder / "seed").read_bytes())  # imports what it needs
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType) and str(each.__module__).startswith(FOLLOWED):
            atheris.instrument_func(each)
    options = [f"-max_total_time={seconds}", "-max_len=65536", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(folder)], lambda data: run(target, bytes(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
