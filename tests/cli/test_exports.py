"""What labelling tools export, through all commands: no flag but the file and the model."""

import json
from pathlib import Path
from typing import Any

import pytest

from grucli import load
from tests.cli.helpers import QUICK, grucli

FAST = (
    *QUICK,
    "--set",
    "training.epochs=40",
    "--set",
    "training.learning_rate=0.02",
    "--set",
    "data.valid=0",
)
TEXTS = [(f"{word} film {k}", word) for k in range(10) for word in ("good", "bad")]
NAMES = [("Ann Lee", "Rome"), ("Bob", "Oslo"), ("Eve", "New York")] * 8


def task(number: int, data: dict[str, Any], *results: dict[str, Any]) -> dict[str, Any]:
    annotations = [{"was_cancelled": False, "result": list(results)}] if results else []
    return {"id": number, "data": data, "annotations": annotations}


def choices(*labels: str) -> dict[str, Any]:
    return {"from_name": "mood", "type": "choices", "value": {"choices": list(labels)}}


def spans(name: str, place: str) -> tuple[str, list[list[Any]]]:
    text = f"{name} is in {place}."
    end = len(text) - 1
    return text, [[0, len(name), "WHO"], [end - len(place), end, "WHERE"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    tasks = [task(k, {"said": text}, choices(label)) for k, (text, label) in enumerate(TEXTS)]
    (folder / "tasks.json").write_text(json.dumps([*tasks, task(99, {"said": "what"})]))
    sets = [task(k, {"said": f"{a} {b}"}, choices(b, "any")) for k, (a, b) in enumerate(TEXTS)]
    (folder / "sets.json").write_text(json.dumps([*tasks, *sets], indent=1))
    rows = [dict(zip(("text", "label"), spans(*each), strict=True)) for each in NAMES]
    (folder / "spans.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name in ("tasks.json", "sets.json", "spans.jsonl"):
        done = grucli("train", name, "-o", f"{name}.npz", *FAST, cwd=folder)
        assert done.code == 0, done.err
    return folder


def test_tasks_are_learned_scored_and_answered(folder: Path) -> None:
    scored = grucli("evaluate", "tasks.json", "-m", "tasks.json.npz", "--json", cwd=folder)
    found = json.loads(scored.text)
    assert (found["rows"], found["accuracy"]) == (20, 1.0)
    assert "left out 1 row without a label, the first is row 21 (line 1)" in scored.complaints
    data = (folder / "tasks.json").read_bytes()
    answered = grucli("predict", "-m", "tasks.json.npz", "--to", "label", stdin=data, cwd=folder)
    assert answered.lines[:20] == [label for _, label in TEXTS]
    assert len(answered.lines) == 21
    seen = grucli("inspect-gates", "tasks.json", "-m", "tasks.json.npz", cwd=folder)
    assert (seen.code, "training lacks" in seen.err) == (0, False)


def test_a_test_part_of_an_array_is_an_array(folder: Path) -> None:
    flags = ("--test", "0.2", "--save-test", "held.json")
    done = grucli("train", "tasks.json", "-o", "part.npz", *FAST, *flags, cwd=folder)
    assert done.code == 0, done.err
    assert len(json.loads((folder / "held.json").read_text())) == 4
    scored = grucli("evaluate", "held.json", "-m", "part.npz", "--json", cwd=folder)
    assert json.loads(scored.text)["rows"] == 4


def test_several_choices_make_several_labels(folder: Path) -> None:
    scored = grucli("evaluate", "sets.json", "-m", "sets.json.npz", "--json", cwd=folder)
    found = json.loads(scored.text)
    assert found["rows"] == 40
    assert "micro_f1" in found


def test_spans_are_learned_and_answered(folder: Path) -> None:
    model = "spans.jsonl.npz"
    line = "Bob is in New York."
    answered = grucli("predict", "-m", model, "--json", stdin=f"{line}\n".encode(), cwd=folder)
    found = json.loads(answered.text)
    assert found["spans"] == [[0, 3, "WHO"], [10, 18, "WHERE"]]
    assert found["tags"] == ["B-WHO", "O", "O", "B-WHERE", "I-WHERE", "O"]
    (answer,) = load(str(folder / model)).predict([line])
    assert list(answer.tags) == found["tags"]
    same = json.dumps({"text": line, "label": []}).encode()
    again = grucli("predict", "-m", model, "--json", stdin=same, cwd=folder)
    assert json.loads(again.text)["spans"] == found["spans"]
    scored = grucli("evaluate", "spans.jsonl", "-m", model, "--json", cwd=folder)
    assert json.loads(scored.text)["entity_f1"] == 1.0
