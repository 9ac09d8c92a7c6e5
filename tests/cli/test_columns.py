"""Columns of tables that nobody named, through real processes and all four commands."""

import json
import math
from pathlib import Path

import pytest

from .helpers import Ran, grucli

TINY = [
    word
    for setting in (
        *("model.hidden_size=4", "model.wide=false", "model.convolution=false"),
        *("training.epochs=3", "training.learning_rate=0.05", "data.valid=0.25"),
    )
    for word in ("--set", setting)
]
SERIES = [
    ([round(math.sin(k + step * (2 if k % 2 else 0.5)), 3) for step in range(6)], "ab"[k % 2])
    for k in range(24)
]


def train(path: Path, *more: str) -> Ran:
    return grucli("train", path, "-o", path.with_suffix(".npz"), "--force", *TINY, *more)


def table(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def wide(folder: Path, name: str = "wide.csv", index: bool = False) -> Path:
    start = "Unnamed: 0," if index else ""
    header = start + ",".join(f"v{k}" for k in range(6)) + ",label"
    rows = [
        (f"{k}," if index else "") + ",".join(map(str, values)) + f",{label}"
        for k, (values, label) in enumerate(SERIES)
    ]
    return table(folder, name, [header, *rows])


def test_a_row_number_changes_no_answer(tmp_path: Path) -> None:
    plain, indexed = wide(tmp_path), wide(tmp_path, "indexed.csv", index=True)
    for path in (plain, indexed):
        ran = train(path)
        assert ran.code == 0, ran.err
        said = "left out: 'Unnamed: 0'" in ran.err
        assert said == (path == indexed)
    answers = [
        grucli("predict", data, "-m", model.with_suffix(".npz")).out
        for data in (plain, indexed)
        for model in (plain, indexed)
    ]
    assert len(set(answers)) == 1


@pytest.mark.parametrize("cell", ["ERR", "-", "12%", "#N/A"])
def test_a_bad_cell_has_its_place_in_every_command(cell: str, tmp_path: Path) -> None:
    good = wide(tmp_path)
    assert train(good).code == 0
    lines = good.read_text().splitlines()
    cells = lines[9].split(",")
    lines[9] = ",".join([*cells[:2], cell, *cells[3:]])
    bad = table(tmp_path, "bad.csv", lines)
    model = good.with_suffix(".npz")
    for command in (
        ("train", bad, "-o", tmp_path / "m.npz"),
        ("evaluate", bad, "-m", model),
        ("predict", bad, "-m", model),
        ("inspect-gates", bad, "-m", model),
    ):
        ran = grucli(*command)
        assert ran.code == 3, command
        assert "bad.csv:10: column 'v2': " in ran.complaints[-1]
        if command[0] == "predict":
            assert [line == "<error>\t" for line in ran.lines] == [k == 8 for k in range(24)]


def test_series_in_cells_are_read_by_every_command(tmp_path: Path) -> None:
    plain = wide(tmp_path)
    assert train(plain).code == 0
    expected = grucli("predict", plain, "-m", plain.with_suffix(".npz")).out
    for name, write in (("list", str), ("blanks", lambda values: " ".join(map(str, values)))):
        rows = [f'"{write(values)}",{label}' for values, label in SERIES]
        path = table(tmp_path, f"{name}.csv", ["signal,label", *rows])
        ran = train(path)
        assert ran.code == 0, ran.err
        assert "its numbers in the cells of 'signal', label column 'label'" in ran.err
        model = path.with_suffix(".npz")
        assert grucli("predict", path, "-m", model).out == expected
        for other in (path, plain):
            scored = json.loads(grucli("evaluate", other, "-m", model, "--json").out)
            assert scored["rows"] == len(SERIES)
        assert grucli("inspect-gates", path, "-m", model).code == 0
        piped = grucli("predict", "-m", model, stdin=path.read_bytes())
        assert piped.out == expected


def long(folder: Path, name: str, *, apart: bool) -> Path:
    rows = [
        (step if apart else 0, f"s{k:02},{step},{value},{label}")
        for k, (values, label) in enumerate(SERIES)
        for step, value in enumerate(values)
    ]
    ordered = [row for _, row in sorted(rows, key=lambda row: row[0])]
    return table(folder, name, ["id,time,x,label", *ordered])


def test_rows_that_stand_apart_have_one_answer_in_every_command(tmp_path: Path) -> None:
    together, apart = long(tmp_path, "l.csv", apart=False), long(tmp_path, "a.csv", apart=True)
    assert train(together).code == 0
    model = together.with_suffix(".npz")
    scores = []
    for path in (together, apart):
        scored = json.loads(grucli("evaluate", path, "-m", model, "--json").out)
        ran = grucli("predict", path, "-m", model, "--to", "label")
        right = sum(a == b for a, (_, b) in zip(ran.lines, SERIES, strict=True))
        assert scored["accuracy"] == pytest.approx(right / len(SERIES))
        assert ("rows of one 'id' stand apart" in ran.err) == (path == apart)
        scores.append(ran.out)
    assert scores[0] == scores[1]
    piped = grucli("predict", "-m", model, "--format", "csv", stdin=apart.read_bytes())
    assert piped.code == 3
    assert "'s00' comes again, it began in line 2; sort the rows by 'id'" in piped.err


def test_a_row_of_units_is_no_record(tmp_path: Path) -> None:
    plain = wide(tmp_path)
    header, *rows = plain.read_text().splitlines()
    logged = table(tmp_path, "units.csv", [header, ",".join(["[mV]"] * 6) + ",", *rows])
    ran = train(logged)
    assert ran.code == 0, ran.err
    assert "passed over line 2, a row of units ([mV], [mV]" in ran.err
    model = logged.with_suffix(".npz")
    found = grucli("predict", logged, "-m", model)
    assert "passed over line 2, a row of units" in found.err
    assert len(found.lines) == len(rows)
    assert found.out == grucli("predict", plain, "-m", model).out
    assert found.out == grucli("predict", "-m", model, stdin=logged.read_bytes()).out


def log(folder: Path) -> None:
    rows = [
        f"2024-01-01 {k // 60:02}:{k % 60:02}:00,{k % 7 / 2},{k % 11 / 4},{'ab'[k // 8 % 2]}"
        for k in range(120)
    ]
    table(folder, "log.csv", ["ts,temp,vib,state", *rows])


def test_a_log_is_refused_and_its_rows_are_judged_in_blocks_of_time(tmp_path: Path) -> None:
    log(tmp_path)
    ran = grucli("train", "log.csv", "--dry-run", cwd=tmp_path)
    assert ran.code == 3
    assert "pass --window 12 --time ts --values temp,vib --label state" in ran.complaints[-1]
    told = ("train", "log.csv", "--dry-run", "--values", "temp,vib", "--label", "state")
    ran = grucli(*told, cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert (
        "validation: 3 folds, each held out once; then all rows count; rows that follow each "
        "other in time stay together"
    ) in ran.lines
    given = grucli(*told, "--valid", "0.25", cwd=tmp_path)
    assert "of each label); rows that follow each other in time stay together" in given.text
