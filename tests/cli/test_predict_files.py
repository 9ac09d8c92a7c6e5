"""`grucli predict` of several files: the answers of each, one after the other.

Covers: report/answers.
"""

import gzip
import json
from pathlib import Path

import pytest

from .helpers import SAMPLES, assert_one_error, bash, grucli

FORMS = [("--to", form) for form in ("tsv", "label", "jsonl")]
FILES = ("b.csv", "a.csv.gz", "c.txt", "d.jsonl", "empty.txt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of several forms, with rows that cannot be read."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "b.csv").write_text("id,text\n1,good film\n2,a,b\n3,bad film\n")
    (folder / "a.csv.gz").write_bytes(gzip.compress(b"text,id\nawful,7\n" + b"x,y,z\n" * 9))
    (folder / "c.txt").write_text("fine\n\nnot bad at all")
    (folder / "d.jsonl").write_text('{"text": "dull"}\n')
    (folder / "empty.txt").write_text("")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_several_files_are_answered_as_each_would_be(
    text_model: Path, folder: Path, form: tuple[str, str]
) -> None:
    alone = [grucli("predict", name, "-m", text_model, *form, cwd=folder) for name in FILES]
    ran = grucli("predict", *FILES, "-m", text_model, *form, cwd=folder)
    assert ran.out == b"".join(one.out for one in alone)
    assert ran.code == 3
    assert [one.code for one in alone] == [3, 3, 0, 0, 0]


def test_one_header_stands_above_all(text_model: Path, folder: Path) -> None:
    options = ("-m", text_model, "--to", "csv", "--keep", "id", "--bom", "-q")
    ran = grucli("predict", "a.csv.gz", "b.csv", *options, cwd=folder)
    first, second = (
        grucli("predict", name, *options, cwd=folder).text for name in ("a.csv.gz", "b.csv")
    )
    assert first.startswith("\ufeffid,label,probability\n")
    assert ran.text == first + second.partition("\n")[2]
    assert ran.text.count("label,probability") == 1


def test_other_columns_are_refused_behind_what_was_answered(text_model: Path, folder: Path) -> None:
    options = ("-m", text_model, "--to", "csv", "--keep", "*")
    ran = grucli("predict", "b.csv", "a.csv.gz", *options, cwd=folder)
    assert ran.out == grucli("predict", "b.csv", *options, cwd=folder).out
    assert ran.code == 3
    told = "a.csv.gz: has other columns to keep than b.csv; name those that both have, or"
    assert ran.complaints == [f"grucli: {told} answer it alone"]
    out = folder / "out.csv"
    grucli("predict", "b.csv", "a.csv.gz", *options, "-o", out, cwd=folder)
    assert not out.exists()


def test_what_cannot_be_read_is_counted_over_all_files(text_model: Path, folder: Path) -> None:
    ran = grucli("predict", "b.csv", "a.csv.gz", "-m", text_model, cwd=folder)
    *rows, last = [line for line in ran.complaints if line.startswith("grucli: ")]
    places = [line.split()[1] for line in rows]
    assert places == ["b.csv:3:", *(f"a.csv.gz:{line}:" for line in range(3, 7))]
    assert last == "grucli: 2 files: 10 records cannot be read in all"
    one = grucli("predict", "a.csv.gz", "-m", text_model, cwd=folder)
    assert one.complaints[-1] == "grucli: a.csv.gz: 9 records cannot be read in all"


def test_stop_ends_all_at_the_first_bad_row(text_model: Path, folder: Path) -> None:
    ran = grucli("predict", *FILES, "-m", text_model, "--on-bad-row", "stop", cwd=folder)
    assert ran.code == 3
    assert len(ran.lines) == 1
    assert [line.split()[1] for line in ran.complaints] == ["b.csv:3:"]


def test_notes_are_said_once_and_sums_are_those_of_all(text_model: Path, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).write_text('{"text": "qwxz"}\n{"text": "good"}\n')
    ran = grucli("predict", "one", "two", "three", "-m", text_model, cwd=tmp_path)
    assert ran.code == 0
    assert ran.complaints == [
        "the first line is a JSON object (pass --format lines for plain lines)",
        "6 inputs: 3 without a token that the model knows",
    ]


def test_a_quoted_pattern_stands_for_its_files(text_model: Path, tmp_path: Path) -> None:
    for number in (1, 2, 10):
        (tmp_path / f"p{number}.txt").write_text("good film\n" * number)
    ran = grucli("predict", "p*", "-m", text_model, "--json", cwd=tmp_path)
    rows = [json.loads(line)["row"] for line in ran.lines]
    assert rows == [1, *range(1, 11), 1, 2]


def test_all_files_must_be_there_before_the_first_is_answered(
    text_model: Path, folder: Path
) -> None:
    ran = grucli("predict", "b.csv", "b.cvs", "z*.csv", "-m", text_model, cwd=folder)
    assert (ran.code, ran.out) == (5, b"")
    assert ran.complaints == [
        "grucli: b.cvs: no such file; did you mean 'b.csv'?",
        "grucli: z*.csv: no file matches; check the pattern",
    ]


def test_standard_input_has_its_place_among_files(text_model: Path, folder: Path) -> None:
    script = f"printf 'so so\\n' | grucli predict c.txt - d.jsonl -m {text_model} --to label"
    piped = bash(script, cwd=folder)
    (folder / "piped.txt").write_text("so so\n")
    filed = grucli("predict", "c.txt", "piped.txt", "d.jsonl", "-m", text_model, "--to", "label",
                   cwd=folder)  # fmt: skip
    assert piped.out == filed.out
    assert len(piped.lines) == 5


def test_no_file_is_replaced_by_its_answers(text_model: Path, folder: Path) -> None:
    for paths in (("c.txt", "d.jsonl"), ("c.txt", "d*")):
        ran = grucli("predict", *paths, "-m", text_model, "-o", "d.jsonl", "--force", cwd=folder)
        assert_one_error(ran, 2, "--output: d.jsonl is the data; name another file")


def test_a_pattern_that_a_shell_has_made_files_of_is_told(text_model: Path, folder: Path) -> None:
    ran = bash(f"grucli predict -m {text_model} --to csv --keep *.csv* d.jsonl", cwd=folder)
    assert_one_error(ran, 2, "--keep: a.csv.gz is a file; a pattern such as '*' stands in quotes")


def test_a_model_of_series_takes_several_files(series_model: Path) -> None:
    data = SAMPLES / "classic_test.npz"
    one = grucli("predict", data, "-m", series_model, "--to", "csv")
    two = grucli("predict", data, data, "-m", series_model, "--to", "csv")
    assert two.lines == one.lines + one.lines[1:]
