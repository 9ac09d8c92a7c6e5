"""Small data of each task, and what the rigs ask of commands on them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grucli.files.temporaries import sweep
from grucli.modelfile import checkpoint
from tests.rigs.server import Ended

SMALL = "model.hidden_size=2 model.embedding_size=2 training.batch_size=16 training.epochs=3"
TEMPORARY = re.compile(r"\..*\.\d+\.[0-9a-f]{16}\.tmp")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A training that takes a moment.

    Attributes:
        name: of its data.
        settings: words for `--set`.
        flags: others.
    """

    name: str
    settings: str
    flags: tuple[str, ...] = ()

    def train(self, *flags: str) -> list[str]:
        """Return the words of its command."""
        words = f"{SMALL} {self.settings}".split()
        asked = [word for setting in words for word in ("--set", setting)]
        files = ("-o", "m.npz", "--log", "run.jsonl")
        return ["train", self.name, *files, *self.flags, *asked, *flags]


SCENES = {
    "classify": Scene(name="classes.csv", settings="data.valid=0.25"),
    "folds": Scene(name="classes.csv", settings="training.folds=2 training.workers=0"),
    "multilabel": Scene(name="sets.csv", settings="task=multilabel data.valid=0.25"),
    "regress": Scene(name="numbers.csv", settings="task=regress data.valid=0.25"),
    "tag": Scene(name="tags.tsv", settings="task=tag data.valid=0.25"),
    "generate": Scene(
        name="texts.csv",
        settings="task=generate data.valid=0.25 model.copying=false",
        flags=("--text", "text", "--label", "label"),
    ),
}
OUTPUTS = ("m.npz", "m.last.npz", "run.jsonl")


def write_data(folder: Path) -> None:
    """Write the data of all scenes."""
    rng = random.Random(7)
    words = ["red", "green", "blue", "black", "white"]
    texts = [" ".join(rng.choices(words, k=rng.randint(2, 5))) for _ in range(40)]
    classes = ["warm" if "red" in text else "cold" for text in texts]
    sets = [";".join(sorted({word for word in text.split() if word[0] in "rg"})) for text in texts]
    numbers = [f"{len(text)}.5" for text in texts]
    copies = [text[:4] for text in texts]
    for name, column in (
        ("classes", classes),
        ("sets", sets),
        ("numbers", numbers),
        ("texts", copies),
    ):
        rows = [f"{text},{label}" for text, label in zip(texts, column, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join(["text,label", *rows, ""]))
    blocks = ["".join(f"{word}\t{word[0]}\n" for word in text.split()) for text in texts]
    (folder / "tags.tsv").write_text("\n".join(blocks))


DATA = ("classes.csv", "sets.csv", "numbers.csv", "texts.csv", "tags.tsv")


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder beside the data and a lock."""
    names = (path.name for path in folder.iterdir())
    return {
        name: (folder / name).read_bytes()
        for name in names
        if name not in DATA and not name.endswith(".lock")
    }


def clear(folder: Path) -> None:
    """Remove all that is not data."""
    for name in [*contents(folder), ".m.npz.lock"]:
        (folder / name).unlink(missing_ok=True)


def left(folder: Path) -> list[str]:
    """Return the temporary files in a folder."""
    return [path.name for path in folder.iterdir() if TEMPORARY.fullmatch(path.name)]


def broken(folder: Path) -> Iterator[str]:
    """Say which files of a run are not whole."""
    for name in ("m.npz", "m.last.npz"):
        if (folder / name).exists():
            try:
                checkpoint.load(folder / name)
            except Exception as fault:
                yield f"{name}: {fault}"


def swept(folder: Path, names: tuple[str, ...] = OUTPUTS) -> list[str]:
    """Sweep as a next start does; return the temporary files that are there even then."""
    for name in names:
        sweep(folder / name)
    return left(folder)


def complaints(ended: Ended) -> list[str]:
    """Return the errors that a command has told."""
    assert "Traceback" not in ended.err, ended.err
    return [line for line in ended.err.splitlines() if line.startswith("grucli: ")]
