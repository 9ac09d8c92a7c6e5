"""Logs that are cut into windows, from the first command to a stream that grows."""

import csv
import io
import json
import math
import random
import subprocess
from pathlib import Path

import pytest

from .helpers import BRIEF, Ran, assert_one_error, command, environment, grucli

WINDOW = 8
PLAIN = (*BRIEF, "--set", "model.wide=false")


def log(rows: int, *, units: str = "", seed: int = 1, start: int = 0) -> str:
    """Return a log of some machines, or of one that is not named."""
    rng = random.Random(seed)
    lines = ["time,unit,temp,volt,state" if units else "time,temp,volt,state"]
    for k in range(rows):
        for unit in units or " ":
            state = (k // 25 + ord(unit)) % 2
            temp = 20 + math.sin(k * (0.3, 1.3)[state]) + rng.gauss(0, 0.1)
            at = start + k
            time = f"2026-03-02 {at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
            cells = [time, *unit.split(), f"{temp:.3f}", f"{rng.gauss(5, 1):.2f}"]
            lines.append(",".join([*cells, ("ok", "worn")[state]]))
    return "\n".join(lines) + "\n"


def trained(folder: Path, data: str, *options: str) -> Ran:
    (folder / "log.csv").write_text(data)
    ran = grucli("train", "log.csv", "-o", "m.npz", *PLAIN, *options, cwd=folder)
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture(scope="module")
def two_units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of two machines and a model of its windows."""
    folder = tmp_path_factory.mktemp("units")
    trained(folder, log(300, units="AB"), "--window", str(WINDOW), "--step", "4", "--valid", "0.2")
    return folder


@pytest.fixture(scope="module")
def one_unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unit")
    trained(folder, log(400), "--window", str(WINDOW), "--valid", "0.2")
    return folder


def predicted(folder: Path, data: str, *options: object) -> Ran:
    return grucli("predict", "-m", "m.npz", *options, stdin=data.encode(), cwd=folder)


def test_a_log_is_learned_and_scored_with_two_commands(two_units: Path) -> None:
    (two_units / "test.csv").write_text(log(120, units="AB", seed=2))
    ran = grucli("evaluate", "test.csv", "-m", "m.npz", "--json", cwd=two_units)
    assert json.loads(ran.text)["rows"] == 2 * ((120 - WINDOW) // 4 + 1)
    wider = grucli("evaluate", "test.csv", "-m", "m.npz", "--json", "--step", "8", cwd=two_units)
    assert json.loads(wider.text)["rows"] == 2 * 120 // 8


def test_an_answer_names_its_window(two_units: Path, one_unit: Path) -> None:
    ran = predicted(two_units, log(13, units="AB"), "--to", "csv")
    rows = list(csv.reader(io.StringIO(ran.text)))
    assert rows[0] == ["unit", "first_time", "last_time", "label", "probability"]
    ends = [("2026-03-02 00:00:00", "2026-03-02 00:00:07")] * 2
    ends += [("2026-03-02 00:00:04", "2026-03-02 00:00:11")] * 2
    assert [tuple(row[1:3]) for row in rows[1:]] == ends
    assert [row[0] for row in rows[1:]] == ["A", "B"] * 2
    ran = predicted(one_unit, log(9), "--to", "jsonl", "--keep", "temp")
    (answer,) = map(json.loads, ran.lines)
    assert answer["window"] == {
        "first_time": "2026-03-02 00:00:00",
        "last_time": "2026-03-02 00:00:07",
    }
    assert answer["keep"] == {"temp": log(9).splitlines()[8].split(",")[1]}
    assert [len(line.split("\t")) for line in predicted(one_unit, log(9)).lines] == [2]


def test_a_stream_has_the_answers_of_the_file_to_the_byte(two_units: Path) -> None:
    data = log(90, units="AB", seed=3)
    (two_units / "new.csv").write_text(data)
    for form in ("tsv", "csv", "jsonl"):
        whole = grucli("predict", "new.csv", "-m", "m.npz", "--to", form, cwd=two_units)
        piped = predicted(two_units, data, "--to", form)
        assert whole.out == piped.out
        assert len(whole.lines) == 2 * ((90 - WINDOW) // 4 + 1) + (form == "csv")
    lines = data.splitlines(keepends=True)
    tail = predicted(two_units, "".join(lines[1 + 80 :]))  # as tail -f shows it: without a header
    assert tail.lines[-4:] == predicted(two_units, data).lines[-4:]
    assert "the first row is no header: columns as in training" in tail.err


def test_a_window_is_answered_as_soon_as_its_last_row_has_come(one_unit: Path) -> None:
    rows = log(2 * WINDOW + 3).splitlines(keepends=True)
    process = subprocess.Popen(
        command("predict", "-m", "m.npz", "--to", "label"),
        cwd=one_unit,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write("".join(rows[: WINDOW + 1]).encode())
        first = process.stdout.readline()
        process.stdin.write("".join(rows[WINDOW + 1 : 2 * WINDOW]).encode())
        process.stdin.write(rows[2 * WINDOW].encode())
        second = process.stdout.readline()
        process.stdin.write("".join(rows[2 * WINDOW + 1 :]).encode())
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0
    assert {first, second} <= {b"ok\n", b"worn\n"}


def test_a_bad_row_spoils_its_windows_alone(one_unit: Path) -> None:
    rows = log(4 * WINDOW).splitlines()
    rows[WINDOW + 3] = rows[WINDOW + 3].replace(",2", ",x2", 1)
    ran = predicted(one_unit, "\n".join(rows) + "\n")
    assert ran.code == 3
    assert [line.split("\t")[0] == "<error>" for line in ran.lines] == [False, True, False, False]
    assert f"grucli: standard input:{WINDOW + 4}: column 'temp': 'x2" in ran.err


def test_the_last_rows_make_no_record_and_this_is_said(one_unit: Path) -> None:
    ran = predicted(one_unit, log(WINDOW + 5))
    assert (ran.code, len(ran.lines)) == (0, 1)
    assert ran.complaints == ["5 rows at the end or before a gap: no whole window of 8, left out"]
    assert predicted(one_unit, log(3)).out == b""
    assert predicted(one_unit, "").out == b""


def test_gaps_are_no_part_of_a_window_unless_they_are_a_channel(tmp_path: Path) -> None:
    _, rows = log(203, seed=5, start=4000).split("\n", 1)
    data = log(203) + rows
    ran = trained(tmp_path, data, "--window", "10", "--valid", "0.2")
    assert "1 gap in time, above 3 times the usual step of 1 s" in ran.err
    assert "log.csv: 40 rows" in ran.err
    ran = trained(tmp_path, data, "--window", "10", "--valid", "0.2", "--gap-channel", "--force")
    assert "numeric sequences: 3 channels" in ran.err
    assert len(predicted(tmp_path, data).lines) == 40
    words = ("--example", "1", "--html", "g.html")
    assert grucli("inspect-gates", "log.csv", "-m", "m.npz", *words, cwd=tmp_path).code == 0
    assert "gap in time" in (tmp_path / "g.html").read_text()
    refused = predicted(tmp_path, data, "--no-gap-channel")
    assert_one_error(refused, 2, "--gap-channel: the model was trained with it")


def test_other_tasks_and_what_stands_in_no_window(tmp_path: Path) -> None:
    numbers = "\n".join(["time,temp,load", *(f"{k},{math.sin(k):.3f},{k % 9}" for k in range(400))])
    options = ("--window", "8", "--label", "load", "--valid", "0.2")
    trained(tmp_path, numbers, *options, "--set", "task=regress")
    answers = predicted(tmp_path, numbers).lines
    assert len(answers) == 50
    assert all(math.isfinite(float(answer.split("\t")[0])) for answer in answers)
    rows = [f"{k},{math.sin(k):.3f},{('a', 'a|b', 'b', '')[k // 9 % 4]}" for k in range(400)]
    sets = "\n".join(["time,temp,kinds", *rows])
    options = ("--window", "8", "--label", "kinds", "--label-separator", "|", "--valid", "0.2")
    ran = trained(tmp_path, sets, *options, "--force")
    assert "log.csv: 50 rows" in ran.err
    done = grucli(
        "train", "log.csv", "-o", "t.npz", "--window", "8", "--label", "kinds",
        "--set", "task=tag", cwd=tmp_path,
    )  # fmt: skip
    assert_one_error(done, 3, "holds one label an input, which task tag does not learn")


def test_examples_of_inspection_are_windows(one_unit: Path) -> None:
    ran = grucli("inspect-gates", "log.csv", "-m", "m.npz", "--json", cwd=one_unit)
    assert ran.code == 0, ran.err
    assert json.loads(ran.text)["meta"]["input"]["rows"] == 50


def test_a_training_goes_on_and_a_model_remembers_how_it_was_cut(two_units: Path) -> None:
    again = ("--window", str(WINDOW), "--step", "4", "--valid", "0.2")
    ran = grucli("train", "log.csv", "-o", "m.npz", *PLAIN, *again, "--resume", cwd=two_units)
    assert ran.code == 0, ran.err
    card = grucli("inspect-gates", "-m", "m.npz", "--json", cwd=two_units)
    reading = json.loads(card.text)["data"]["model"]["reading"]
    assert {name: reading[name] for name in ("window", "step", "id", "time")} == {
        "window": WINDOW,
        "step": 4,
        "id": "unit",
        "time": "time",
    }


def test_what_is_held_out_for_a_test_is_scored_alike_from_its_file(tmp_path: Path) -> None:
    options = ("--window", "8", "--step", "4", "--valid", "0.2", "--test", "0.2", "--json")
    ran = trained(tmp_path, log(400), *options, "--save-test", "test.csv")
    report = json.loads(ran.text)["test"]
    ran = grucli("evaluate", "test.csv", "-m", "m.npz", "--json", cwd=tmp_path)
    found = json.loads(ran.text)
    assert (found["rows"], found["accuracy"]) == (report["rows"], report["accuracy"])


def test_wrong_answers_and_those_of_folds_name_their_windows(two_units: Path) -> None:
    (two_units / "hard.csv").write_text(log(80, units="AB", seed=9).replace("ok", "worn"))
    ran = grucli("evaluate", "hard.csv", "-m", "m.npz", "--errors", "e.csv", cwd=two_units)
    assert ran.code == 0, ran.err
    header, *wrong = csv.reader((two_units / "e.csv").read_text().splitlines())
    assert header[2:6] == ["first_time", "last_time", "unit", "label"]
    assert wrong
    assert all(row[2] < row[3] and row[4] in "AB" for row in wrong)
    options = ("--window", "8", "--step", "4", "--set", "training.folds=2")
    words = ("-o", "f.npz", *PLAIN, *options, "--out-of-fold", "f.csv")
    ran = grucli("train", "log.csv", *words, cwd=two_units)
    assert ran.code == 0, ran.err
    header, *rows = csv.reader((two_units / "f.csv").read_text().splitlines())
    assert header[:5] == ["row", "unit", "first_time", "last_time", "target"]
    assert "over a border left out" in ran.err
    assert len({tuple(row[1:3]) for row in rows}) == len(rows) > 130
