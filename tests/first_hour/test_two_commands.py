"""Files as people have them: two commands at most lead from each to a model with a score.

The first command names nothing but the file. Where that does not do, its message goes on:
the second command stands there, ready to be copied.
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.helpers import QUICK, Ran, bash, grucli

FILES = Path(__file__).parent / "files"
SHORT = (*QUICK, "--set", "training.epochs=1", "--set", "data.valid=0.3")

FIRST_COMMAND_DOES = ["pumps.ts", "label_studio.json", "doccano.jsonl", "hugging_face.jsonl"]
MESSAGE_HELPS = [
    *("Pumps_TRAIN.tsv", "Pumps_TRAIN.txt", "heart_units.csv", "survey.csv"),
    *("tickets.csv", "tickets_gbk.csv", "reviews_zh.txt"),
    *("pump_log.csv", "two_sensors.csv", "tickets_export.json"),
]


def train(folder: Path, *words: str) -> Ran:
    return grucli("train", *words, "-o", "m.npz", *SHORT, cwd=folder)


def next_command(ran: Ran) -> str:
    """Return the command that the one line of a refusal names."""
    (error,) = (line for line in ran.err.splitlines() if line.startswith("grucli: "))
    match = re.search("; try: (grucli train .*)$", error)
    assert match, error
    return match[1]


def assert_scored(folder: Path, name: str, ran: Ran) -> None:
    """A model was written, its score said; it reads its own file with no further word."""
    assert ran.code == 0, ran.err
    assert re.search(r"validation (accuracy|micro-F1|RMSE|entity F1) ", ran.err), ran.err
    scored = grucli("evaluate", name, "-m", "m.npz", "--json", cwd=folder)
    assert scored.code == 0, scored.err
    assert json.loads(scored.text)["rows"] > 0


@pytest.mark.parametrize("name", FIRST_COMMAND_DOES)
def test_the_first_command_does(name: str, tmp_path: Path) -> None:
    shutil.copy(FILES / name, tmp_path)
    assert_scored(tmp_path, name, train(tmp_path, name))


@pytest.mark.parametrize("name", MESSAGE_HELPS)
def test_the_message_gives_the_command_that_does(name: str, tmp_path: Path) -> None:
    shutil.copy(FILES / name, tmp_path)
    refused = train(tmp_path, name)
    assert refused.code == 3, refused.err
    assert_scored(tmp_path, name, bash(next_command(refused), cwd=tmp_path))
