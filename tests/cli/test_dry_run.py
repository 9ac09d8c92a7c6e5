"""`grucli train --dry-run`: its report on stdout, of every form of data and every task.

Covers: preparation/data_facts, cli/show_data.
"""

import json
import random
import shutil
from pathlib import Path

import pytest

from .helpers import BRIEF, SAMPLES, bash, grucli

TICKETS = Path(__file__).parents[1] / "first_hour" / "files" / "tickets.csv"
COLUMNS = ("--text", "subject,body", "--label", "team")


def lines(*words: object, cwd: Path | None = None) -> list[str]:
    ran = grucli("train", *words, "--dry-run", cwd=cwd)
    assert (ran.code, ran.err) == (0, ""), ran.err
    return ran.lines


def test_a_table_has_its_report_on_stdout(tmp_path: Path) -> None:
    shutil.copy(TICKETS, tmp_path)
    ran = grucli("train", "tickets.csv", "--dry-run", "-q", *COLUMNS, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    for part in (
        "tickets.csv: 66 rows\n3 labels: billing 20, delivery 23, login 23\n",
        "\n\n5 columns of 66 rows in tickets.csv\ncolumn   kind      distinct  blank  sample ",
        "left out: all differ\ncreated  date            66      0  2024-01-01T08:00:00Z ",
        "label     rows   share\ndelivery    23  34.8 %  ████████████████████\nlogin ",
        "tokens a row: 16 to 29, median 22, 99 % up to 29; all are read\nrows by script: Latin 66",
        "\n\ncopies: 0 rows (0.0 %) with the input of an earlier one\n\nmodel: 188 tokens x 64 -",
        "\ntraining.batch_size: 8 (data: 66 rows: at least 10 steps an epoch)\n",
        "[data.small_validation]\n",
    ):
        assert part in ran.text, part
    *_, command, last = ran.lines
    assert command == f"next: grucli train tickets.csv {' '.join(COLUMNS)} -o tickets.npz"
    assert last == "dry run: nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == ["tickets.csv"]
    short = command.removeprefix("next: ") + " --set training.epochs=1 --set training.folds=off"
    done = bash(short, cwd=tmp_path)
    assert done.code == 0
    assert "columns left out: 'id', 'created'" in done.err.splitlines()


def test_the_same_as_json(tmp_path: Path) -> None:
    shutil.copy(TICKETS, tmp_path)
    ran = grucli("train", "tickets.csv", "--dry-run", "--json", *COLUMNS, cwd=tmp_path)
    found = json.loads(ran.text)
    data = found["data"]
    assert data["columns"]["rows"] == 66
    assert {one["name"]: one["use"] for one in data["columns"]["columns"]} == {
        **{"id": None, "created": None, "subject": "text", "body": "text", "team": "label"}
    }
    assert data["targets"] == {"label_rows": {"billing": 20, "delivery": 23, "login": 23}}
    assert data["lengths"] == {
        **{"unit": "token", "least": 16, "median": 22.0, "high": 29, "most": 29},
        **{"kept": 29, "cut": 0, "empty": 0},
    }
    assert data["copies"] == {"repeated": 0, "contrary": 0, "in_test": None}
    assert (data["scripts"], data["channels"]) == ({"Latin": 66}, [])
    assert found["command"].endswith("--label team -o tickets.npz")
    assert "tickets.csv: 66 rows" in ran.complaints


def test_copies_contradictions_and_scripts(tmp_path: Path) -> None:
    rows = ["fine film,pos", "Fine  film,neg", "很好看,pos", "很好看,pos", ",neg", "?,neg"]
    rows += [f"film number {k},{'pn'[k % 2]}" for k in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    found = lines("t.csv", "--set", "data.max_length=2", cwd=tmp_path)
    assert "copies: 2 rows (7.7 %) with the input of an earlier one" in found
    assert "1 input with two targets, first: pos in line 2, neg in line 3" in found
    assert "rows by script: Latin 22 (84.6 %), Han 2 (7.7 %), no letters 2 (7.7 %)" in found
    (length,) = (line for line in found if line.startswith("tokens a row: "))
    assert length.endswith("; 22 rows (84.6 %) cut at 2; 1 row empty")
    assert "rare, less than 5 rows: neg 3, pos 3" in found


def test_series_have_channels(tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = [
        f"s{k:02},{t},{rng.random() + k % 2:.2f},5,{'ab'[k % 2]}"
        for k in range(20)
        for t in range(6)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["id,time,x,y,label", *rows]) + "\n")
    found = lines("t.csv", cwd=tmp_path)
    uses = {line.split()[0]: line.split()[-1] for line in found[:13] if line}
    assert {name: uses[name] for name in ("id", "time", "x", "label")} == {
        **{"id": "id", "time": "time", "x": "values", "label": "label"}
    }
    assert "steps a row: 6 to 6, median 6, 99 % up to 6; all are read" in found
    assert any(line.startswith("y ") and line.endswith("constant") for line in found)
    table = next(line for line in found if "columns of" in line)
    assert table == "5 columns of 120 rows in t.csv"


@pytest.mark.parametrize(
    ("data", "words", "parts"),
    [
        ("vowels_train.ts.gz", (), ["channel   lowest      mean  highest  missing"]),
        ("classic_train.npz", (), ["and 44 more", "0       320  50.0 %  ████████████████████"]),
        (
            "ingredients_zh_train.conll",
            (),
            ["type     chunks   share", "tag        tokens   share", "tokens a row: "],
        ),
        (
            "reviews_zh_train.csv",
            ("--label", "score", "--set", "task=regress"),
            ["distinct targets      5", "rows by script: Han 240 (100.0 %)"],
        ),
    ],
)
def test_other_forms_and_tasks(data: str, words: tuple[str, ...], parts: list[str]) -> None:
    found = "\n".join(lines(SAMPLES / data, *words))
    for part in parts:
        assert part in found, part


def test_sets_of_labels_from_lines_in_a_pipe() -> None:
    rows = [
        f"__label__a __label__b text {k}" if k % 2 else f"__label__c words {k}" for k in range(30)
    ]
    ran = grucli("train", "-", "--dry-run", *BRIEF, stdin="\n".join(rows).encode())
    assert ran.code == 0, ran.err
    assert "labels a row  rows   share" in ran.lines
    assert ran.lines[-2] == f"next: grucli train - {' '.join(BRIEF)} -o model.npz"


def test_of_many_rows_an_epoch_is_a_part_and_it_is_said(tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = (f"w{rng.randrange(900)} w{k},{k % 2}\n" for k in range(110_000))
    (tmp_path / "t.csv").write_text("text,label\n" + "".join(rows))
    small = ("model.hidden_size=4", "model.embedding_size=4", "model.wide=false")
    settings = [word for one in small for word in ("--set", one)]
    ran = grucli("train", "t.csv", "--dry-run", "--json", *settings, cwd=tmp_path)
    assert ran.code == 0, ran.err
    result = json.loads(ran.text)
    config = result["config"]
    assert config["training.epoch_rows"]["value"] == 65_536
    assert config["training.epoch_rows"]["origin"].startswith("data: of ")
    assert config["training.batch_size"]["value"] == 64
    assert config["training.learning_rate"]["value"] == 0.0028
    assert result["data"]["valid_rows"] == pytest.approx(10_000, rel=0.02)
    assert result["data"]["rows"] == 110_000 - result["data"]["valid_rows"]
    assert any(line.startswith("epochs: 65,536 of ") for line in result["data"]["findings"])
    assert "an epoch of 1,024 steps, at most 100 epochs" in ran.err
    passes = 2 * result["data"]["rows"] / 65_536
    expected = (passes + 5) * result["seconds_per_epoch"]
    assert expected < result["seconds"] < expected + 120
