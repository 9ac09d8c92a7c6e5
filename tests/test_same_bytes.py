"""Six models as an earlier commit trains them: the same files, the same answers, to the byte.

It is for changes that must not change anything: code that moves, is renamed, is divided. What is
compared with is the commit that the variable SAME_AS names, taken from the history of this
checkout; a change that means to give other bytes gives it another default.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from tests.cli.helpers import ROOT, SAMPLES, environment

SAME_AS = os.environ.get("SAME_AS", "fcad2682d943d983c54f91400deef1beb0f34991")
"""After the last change of bytes: steps that share no token read each vector as its own."""

CONFIGS = {  # what each is for: settings, data
    "texts with folds and n-grams": (
        "model: {hidden_size: 12, embedding_size: 10}\ntraining: {epochs: 2, folds: 3}",
        "reviews_{}.csv",
    ),
    "Chinese": (
        "data: {valid: 0.2}\nmodel: {hidden_size: 16}\ntraining: {epochs: 3}",
        "reviews_zh_{}.csv",
    ),
    "series with kernels": (
        "data: {valid: 0.2}\nmodel: {hidden_size: 8, wide: true}\ntraining: {epochs: 2}",
        "vowels_{}.ts.gz",
    ),
    "plain": (
        "preset: plain\ndata: {valid: 0.2}\ntraining: {epochs: 2}",
        "names_{}.csv",
    ),
    "two layers, both directions": (
        "data: {valid: 0.2, tokens: char}\n"
        "model: {hidden_size: 8, num_layers: 2, bidirectional: true}\ntraining: {epochs: 1}",
        "splice_{}.csv",
    ),
    "shards with workers": (
        "data: {valid: 0.2}\nmodel: {hidden_size: 16}\n"
        "training: {epochs: 2, batch_size: 64, shards: 4, workers: 2}",
        "reviews_{}.csv",
    ),
}
COMMANDS = {  # what is asked of each model, with its test data
    "evaluate": "evaluate DATA -m m.npz",
    "evaluate --json": "evaluate DATA -m m.npz --json --errors errors.csv",
    **{f"predict --to {to}": f"predict DATA -m m.npz --to {to}" for to in ("tsv", "csv", "jsonl")},
    "inspect-gates": "inspect-gates DATA -m m.npz --html gates.html --npz gates.npz",
    "inspect-gates --json": "inspect-gates DATA -m m.npz --json",
    "what is in the model": "inspect-gates -m m.npz",
}


@dataclass(frozen=True, kw_only=True)
class Build:
    """One state of the program, and where its files go."""

    source: Path
    folder: Path

    def run(self, words: list[str]) -> bytes:
        """Run a command to its end; return what it has printed."""
        variables = environment(PYTHONPATH=str(self.source), PYTHONDONTWRITEBYTECODE="1")
        command = [sys.executable, "-m", "grucli", *words]
        return subprocess.run(
            command, cwd=self.folder, env=variables, capture_output=True, check=True, timeout=600
        ).stdout

    def results(self, config: str, data: str) -> Iterator[tuple[str, str]]:
        """Train, ask everything, yield the name and the sha256 of all that comes out."""
        (self.folder / "c.yaml").write_text(config, encoding="utf-8")
        train, test = (str(SAMPLES / data.format(part)) for part in ("train", "test"))
        yield "train", _hash(self.run(["train", train, "-c", "c.yaml", "-o", "m.npz", "-q"]))
        for name, command in COMMANDS.items():
            words = [test if word == "DATA" else word for word in command.split()]
            yield name, _hash(self.run(words))
        (self.folder / "c.yaml").unlink()
        for path in sorted(self.folder.iterdir()):
            yield path.name, _hash(path.read_bytes())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it was at the commit SAME_AS."""
    folder = tmp_path_factory.mktemp("before")
    taken = subprocess.run(
        ["git", "-C", str(ROOT), "archive", SAME_AS, "grucli"], capture_output=True, check=False
    )
    if taken.returncode:
        pytest.skip(f"no history here that has the commit {SAME_AS}")
    with tarfile.open(fileobj=BytesIO(taken.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("what", CONFIGS)
def test_nothing_has_changed(what: str, before: Path, tmp_path: Path) -> None:
    config, data = CONFIGS[what]
    found = []
    for name, source in (("before", before), ("now", ROOT)):
        folder = tmp_path / name
        folder.mkdir()
        found.append(dict(Build(source=source, folder=folder).results(config, data)))
    assert found[0].keys() >= {"m.npz", "m.last.npz", "gates.html", "gates.npz", "errors.csv"}
    assert found[1] == found[0]


@pytest.mark.slow
def test_the_builds_are_two(before: Path, tmp_path: Path) -> None:
    """Each side runs its own code: else nothing would be compared."""
    programs = []
    for source in (before, ROOT):
        words = [sys.executable, "-c", "import grucli; print(grucli.__file__)"]
        variables = environment(PYTHONPATH=str(source))
        ran = subprocess.run(words, cwd=tmp_path, env=variables, capture_output=True, check=True)
        programs.append(ran.stdout.decode().strip())
    assert programs == [str(side / "grucli" / "__init__.py") for side in (before, ROOT)]
