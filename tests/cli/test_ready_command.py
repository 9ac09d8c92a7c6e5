"""What `train` says of a table whose columns it cannot tell: the table, and what to type."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from .helpers import bash, grucli

FILES = Path(__file__).parents[1] / "first_hour" / "files"
TABLE = """\
5 columns of 66 rows in tickets.csv
column   kind      distinct  blank  sample                  could be
id       id              66      0  70211                   left out: all differ
created  date            66      0  2024-01-01T08:00:00Z    time
subject  text            19      0  Wrong address           text
body     text            63      0  The tracking page has…  text
team     category         3      0  delivery                label, group
"""
WHAT = "grucli: tickets.csv:1: no clear label column (columns: id,created,subject,body,team); "
SAID = "--text subject,body --label team"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FILES / "tickets.csv", tmp_path)
    return tmp_path


def test_a_training_shows_the_table_above_the_error(folder: Path) -> None:
    words = "train tickets.csv -o 'my model.npz' --set training.epochs=1"
    ran = bash(f"grucli {words}", cwd=folder)
    assert (ran.code, ran.text) == (3, "")
    assert ran.err == f"{TABLE}{WHAT}try: grucli {words} {SAID}\n"
    quiet = grucli("train", "tickets.csv", "-o", "m.npz", "-q", cwd=folder)
    assert quiet.err == f"{WHAT}try: grucli train tickets.csv -o m.npz -q {SAID}\n"
    assert list(folder.iterdir()) == [folder / "tickets.csv"]


def test_a_dry_run_gives_the_table_as_its_result(folder: Path) -> None:
    ran = grucli("train", "tickets.csv", "--dry-run", "-q", cwd=folder)
    command = f"try: grucli train tickets.csv --dry-run -q {SAID}\n"
    assert (ran.code, ran.text) == (3, TABLE + command)
    assert ran.err == f"{WHAT}pass {SAID}\n"
    ran = grucli("train", "tickets.csv", "--dry-run", "--json", cwd=folder)
    assert ran.code == 3
    found = json.loads(ran.text)
    assert found["schema"] == "grucli.columns/1"
    assert found["command"] == f"grucli train tickets.csv --dry-run --json {SAID}"
    assert [column["could_be"] for column in found["columns"]] == [
        *([], ["time"], ["text"], ["text"]),
        ["label", "group"],
    ]


def test_standard_input_has_its_table_too(folder: Path) -> None:
    ran = bash("grucli train - --dry-run < tickets.csv", cwd=folder)
    assert ran.text.splitlines()[1:-1] == TABLE.splitlines()[1:]
    assert ran.err == f"{WHAT.replace('tickets.csv', 'standard input')}pass {SAID}\n"


def test_keys_of_objects_are_columns(folder: Path) -> None:
    header, *rows = csv.reader((folder / "tickets.csv").read_text().splitlines())
    objects = [dict(zip(header, row, strict=True)) for row in rows]
    (folder / "t.jsonl").write_text("".join(json.dumps(one) + "\n" for one in objects))
    ran = grucli("train", "t.jsonl", "--dry-run", cwd=folder)
    assert ran.lines[1:-1] == TABLE.splitlines()[1:]
    assert ran.lines[-1] == f"try: grucli train t.jsonl --dry-run {SAID}"
    done = bash(ran.lines[-1].removeprefix("try: "), cwd=folder)
    assert "5 columns of 66 rows in t.jsonl" in done.lines


def test_other_commands_keep_to_their_line(folder: Path) -> None:
    done = grucli(
        *("train", "tickets.csv", "-o", "m.npz", "--text", "body", "--label", "team"),
        *("--set", "training.epochs=1", "--set", "training.folds=off"),
        cwd=folder,
    )
    assert done.code == 0, done.err
    (folder / "o.csv").write_text("a,b\nx,y\n")
    for command, column in (("evaluate", "team"), ("predict", "body")):
        ran = grucli(command, "o.csv", "-m", "m.npz", cwd=folder)
        assert (ran.code, ran.text) == (3, "")
        (line,) = ran.complaints
        flag = "--label" if command == "evaluate" else "--text"
        assert f"no column '{column}' (columns: a,b); pass {flag} COL" in line


def test_a_config_that_names_the_data(folder: Path) -> None:
    (folder / "c.yaml").write_text("data:\n  train: tickets.csv\n  text: body\n")
    ran = grucli("train", "-c", "c.yaml", "--dry-run", cwd=folder)
    *_, command = ran.lines
    assert command == "try: grucli train -c c.yaml --dry-run --label team"
    assert bash(command.removeprefix("try: "), cwd=folder).code == 0
