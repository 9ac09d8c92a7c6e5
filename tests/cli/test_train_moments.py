"""`training.moments` through real processes: told by the model file, the same with any workers."""

import json
from pathlib import Path

from .helpers import SAMPLES, grucli

FILES = ("m.npz", "m.last.npz", "m.jsonl")
SETTINGS = (
    *("--set", "preset=plain", "--set", "model.hidden_size=4", "--set", "training.folds=2"),
    *("--set", "training.epochs=2", "--set", "training.moments=true", "-q"),
)


def test_moments_are_told_and_no_worker_changes_them(tmp_path: Path):
    files = []
    for workers in (0, 2):
        run = ("train", SAMPLES / "classic_train.npz", "-o", "m.npz", "--log", "m.jsonl", "--force")
        ran = grucli(*run, *SETTINGS, "--set", f"training.workers={workers}", cwd=tmp_path)
        assert (ran.code, ran.err) == (0, "")
        files.append(
            [(tmp_path / name).read_bytes() for name in ("m.npz", "m.last.npz", "m.jsonl")]
        )
    assert files[0] == files[1]
    log = [json.loads(line) for line in files[0][2].splitlines()]
    ran = grucli("inspect-gates", "-m", "m.npz", "--json", cwd=tmp_path)
    told = json.loads(ran.out)["data"]["training"]
    last = [epoch for epoch in log if "fold" not in epoch]
    assert told["epochs"] == [epoch["epoch"] for epoch in last]
    assert told["reach"]["9"] == [epoch["moment_reach_9"] for epoch in last]
    assert told["clipped"] == [epoch["clipped"] for epoch in last]
    ran = grucli(
        "inspect-gates", "-m", "m.npz", "--fail-if", "training.steps_reached<100", cwd=tmp_path
    )
    assert ran.code == 1
    assert "TRAINING  moments of it" in ran.text
