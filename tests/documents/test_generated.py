"""What is generated is up to date, and what would not be is told."""

import json

import pytest

from grucli.config.reference import reference
from tests.documents import generated, manual, pages


def test_all_that_is_generated_is_up_to_date():
    assert generated.outdated() == []


def test_a_part_is_made_anew_and_its_surroundings_stay(monkeypatch):
    monkeypatch.setitem(generated.MAKERS, "settings", lambda: "\nnew\n")
    text = "before\n\n<!-- generated: settings -->\nold\n<!-- /generated -->\nafter\n"
    made = "before\n\n<!-- generated: settings -->\n\nnew\n\n<!-- /generated -->\nafter\n"
    assert generated.parts(text) == made
    assert generated.parts(made) == made


def test_a_part_that_nobody_makes_is_an_error():
    with pytest.raises(KeyError):
        generated.parts("<!-- generated: nonesuch -->\n<!-- /generated -->\n")


def test_what_is_not_up_to_date_is_found_and_written(tmp_path, monkeypatch):
    right, wrong, missing = (tmp_path / name for name in ("right", "wrong", "man/missing.1"))
    stray = tmp_path / "man" / "grucli-gone.1"
    stray.parent.mkdir()
    for path, text in ((right, "a"), (wrong, "b"), (stray, "old")):
        path.write_text(text)
    monkeypatch.setattr(generated, "files", lambda: dict.fromkeys((right, wrong, missing), "a"))
    monkeypatch.setattr(manual, "FOLDER", tmp_path / "man")
    assert generated.outdated() == [stray, wrong, missing]
    generated.write()
    assert generated.outdated() == []
    assert (wrong.read_text(), missing.read_text(), stray.exists()) == ("a", "a", False)


def test_every_key_stands_once_in_the_tables_of_settings():
    keys = [row.split("`")[1] for row in reference().splitlines()[2:]]
    rows = [line for line in generated.settings().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == keys
    assert len(set(keys)) == len(keys) > 40


def test_every_command_shows_its_help():
    text = (pages.ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    for command in generated.COMMANDS:
        assert f"## `grucli {command}`\n\n```text\nUsage: grucli {command} [OPTIONS] " in text


def test_the_schema_is_that_of_an_object_with_its_sections():
    schema = json.loads(generated.SCHEMA.read_text(encoding="utf-8"))
    assert {"data", "model", "training", "seed", "task", "preset"} == set(schema["properties"])
