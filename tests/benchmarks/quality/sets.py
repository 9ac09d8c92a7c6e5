"""The sets of a folder: found by looking."""

import csv
import gzip
import itertools
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.quality import written_sets

TEXT = "{name}/{{}}.csv.gz", "train", "test"
SERIES = "{name}/{name}_{{}}.ts.gz", "TRAIN", "TEST"


@dataclass(frozen=True, kw_only=True)
class Set:
    """A training file, a test file.

    Attributes:
        name: of the folder of both.
        train, test: files.
        text: whether these are texts and not numbers.
        several: whether a row may have any number of labels.
        writes: the columns of inputs and of the texts that answer them; None for labels.
    """

    name: str
    train: Path
    test: Path
    text: bool
    several: bool = False
    writes: tuple[str, str] | None = None


def find(folder, wanted=()):
    """Return the sets below a folder by name; the wanted ones, if there are any.

    Raises:
        SystemExit: a wanted set is not there, or there is none at all.
    """
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {path.name: each for path in paths for each in _sets(path)}
    missing = [name for name in wanted if name not in found]
    if missing or not found:
        raise SystemExit(f"{folder}: no set {', '.join(missing) or 'at all'}")
    return [found[name] for name in wanted or found]


def _sets(path):
    """Yield the set of a folder, if it is one of labels or of texts that are to be written."""
    for form, train, test in (TEXT, SERIES):
        pattern = form.format(name=path.name)
        files = [path.parent / pattern.format(part) for part in (train, test)]
        if all(file.is_file() for file in files):
            text = form == TEXT[0]
            writes = written_sets.columns(files[0]) if text else None
            if (target := _target(files[0], text)) or writes:
                yield Set(
                    name=path.name,
                    train=files[0],
                    test=files[1],
                    text=text,
                    several=target == "labels",
                    writes=None if target else writes,
                )


def _target(path, text):
    """Return what a file has for each row: "label", "labels", None for anything else."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        if text:
            columns = next(csv.reader(file), [])
            return next((name for name in ("label", "labels") if name in columns), None)
        head = itertools.takewhile(lambda line: not line.startswith("@data"), file)
        is_number = any(line.lower().startswith("@targetlabel true") for line in head)
        return None if is_number else "label"
