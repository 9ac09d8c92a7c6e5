"""Attacks on the readers of other systems' models, a file a class, and damage by the hundred.

Covers: modelfile/exchange/onnx_bounds, modelfile/exchange/zip_members.
"""

import os
import subprocess
import sys

import pytest

from tests.attacks import foreign, processes
from tests.attacks.foreign_rig import WAYS
from tests.cli.helpers import environment, grucli

MOST_MB = 128
MOST_MS = {"attacks": 800}
HARMLESS = {
    "keras, no number",
    "keras, lone surrogates",
    "onnx, a file and attributes named in passing",
    "onnx, a fixed input of many rows",
    "onnx, a fixed input of other sizes",
    "onnx, a Neg again and again",
    "onnx, a division by nothing",
}
"""Attacks that are read: nothing of what they add is looked at, or it is little."""


def rig(way, kind, **options):
    """Return what a rig found, within its bounds."""
    found = processes.found_by("foreign_rig", way, kind, **options)
    assert found["spare_mb"] <= MOST_MB
    assert found["slowest_ms"] <= MOST_MS.get(way, 100)
    return found


def test_each_attack_is_refused_with_one_line_and_nothing_is_run():
    found = rig("attacks", "all")
    assert set(found["attacks_read"]) == HARMLESS
    assert found["refused"] > 140


@pytest.mark.rigs
@pytest.mark.parametrize("way", WAYS[1:])
def test_of_damaged_files_only_errors_with_a_line_come(way, cases):
    found = rig(way, "all", count=cases(40), step=max(1, 300 * 40 // cases(40)))
    assert found["refused"] > found["files"] // 4 > 10


@pytest.mark.parametrize("kind", foreign.SUFFIXES)
def test_as_a_process_an_attack_ends_with_code_4(tmp_path, kind):
    name, data = next(iter(foreign.attacks(kind)))
    (tmp_path / "d.csv").write_text("text,label\na,b\nb,a\n")
    path = tmp_path / f"m{foreign.SUFFIXES[kind]}"
    path.write_bytes(data)
    done = grucli("train", "d.csv", "--init-from", path.name, "-o", "o.npz", cwd=tmp_path)
    assert done.code == 4, (name, done.err)
    assert done.err.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["d.csv", path.name]


def test_the_attacks_can_be_written_as_files(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "tests.attacks.foreign", str(tmp_path)],
        env=environment(),
        check=True,
    )
    assert len(list(tmp_path.iterdir())) > 150
