"""Tables as they come from other programs, through real processes."""

import json
from pathlib import Path

import pytest

from tests.cli.helpers import grucli

TINY = ("--set", "training.epochs=1", "--set", "model.hidden_size=4", "--valid", "0.25", "-q")


def labelled(rows: int = 40) -> list[tuple[str, str]]:
    """Return texts with their labels."""
    return [
        (f"the lamp is {'bad' if k % 2 else 'good'} number {k}", "pn"[k % 2]) for k in range(rows)
    ]


def test_names_with_commas_in_every_command(tmp_path: Path) -> None:
    name, label = "Comment, as written", "Mood, overall"
    rows = "".join(f'{k},"{text}, indeed",{y}\n' for k, (text, y) in enumerate(labelled()))
    data, model, config = (tmp_path / each for each in ("form.csv", "m.npz", "c.yaml"))
    data.write_text(f'no,"{name}","{label}"\n{rows}')
    options = ("--text", name, "--label", label)
    assert grucli("train", data, "-o", model, *options, *TINY).complaints == []
    config.write_text(f"data:\n  train: form.csv\n  text: {name}\n  label: {label}\n")
    again = tmp_path / "again.npz"
    assert grucli("train", "-c", config, "-o", again, *TINY).complaints == []
    assert again.read_bytes() == model.read_bytes()
    several = grucli("train", data, "--dry-run", "--json", "--text", f'"{name}",no', *options[2:])
    assert json.loads(several.text)["config"]["data.text"]["value"] == [name, "no"]
    ran = grucli("predict", data, "-m", model, "--to", "csv", "--keep", name)
    assert ran.lines[:1] == [f'"{name}",label,probability']
    assert ran.lines[1].startswith('"the lamp is good number 0, indeed",')
    ran = grucli("predict", data, "-m", model, "--to", "csv", "--keep", f'no,"{name}"')
    assert ran.lines[0] == f'no,"{name}",label,probability'
    given = ("-m", "m.npz", "--to", "csv", "--keep", f"{name},no")
    ran = grucli("predict", "form.csv", *given, cwd=tmp_path)
    assert ran.code == 3
    assert "quote a name that holds a comma" in ran.complaints[-1]
    assert grucli("evaluate", data, "-m", model, *options, "--json").code == 0
    assert grucli("inspect-gates", data, "-m", model, *options[:2], "--json").code == 0


@pytest.mark.parametrize("command", ["train", "predict"])
def test_the_message_for_a_part_of_a_name(command: str, tmp_path: Path, text_model: Path) -> None:
    (tmp_path / "form.csv").write_text('"Comment, as written",title,label\nfine,a,x\ndull,b,y\n')
    given = ("--text", "Comment, as written,title")
    others = ("--dry-run",) if command == "train" else ("-m", text_model)
    ran = grucli(command, "form.csv", *given, *others, cwd=tmp_path)
    assert ran.code == 3
    assert "quote a name that holds a comma: '\"Comment, as written\"'" in ran.complaints[-1]
