"""Every case of the tables in tests/cli/cases: exit code, lines, what stands on stdout and disk."""

import ast
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .cases import GOOD, Case, config, data, model_files, streams, tasks, training
from .helpers import BRIEF, GRUCLI, ROOT, SAMPLES, Ran, bash

CASES: list[Case] = [
    *data.CASES,
    *streams.CASES,
    *config.CASES,
    *model_files.CASES,
    *training.CASES,
    *tasks.CASES,
]
NUM_LISTED = 92


def runs() -> Iterator[object]:
    """Yield the cases that have a run, as long forms where another test shows them, too."""
    for case in CASES:
        if case.run:
            marks = [pytest.mark.slow] if case.proof else []
            yield pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [*runs()])
def test_case(
    case: Case, tmp_path: Path, text_model: Path, series_model: Path, odd_model: Path
) -> None:
    for name, content in {"a.csv": GOOD, "m.csv": GOOD[:32], **case.files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    before = contents(tmp_path)
    names = {
        "GRUCLI": shlex.join(GRUCLI),  # for a process whose number is $!
        **{"TEXT": text_model, "SERIES": series_model, "ODD": odd_model},
        **{"REVIEWS": SAMPLES / "reviews_train.csv", "ROWS": SAMPLES / "reviews_test.csv"},
        **{"BRIEF": f"-q {' '.join(BRIEF)} --set data.valid=0.1 --set model.wide=false"},
    }
    given = {name: str(value) for name, value in names.items()}
    ran = bash(case.run, stdin=case.stdin, cwd=tmp_path, **given)
    assert ran.code == case.code, ran.err
    assert_said(ran, case)
    assert re.fullmatch(case.out, ran.out.decode("utf-8", "surrogateescape"), re.DOTALL), ran.out
    after = contents(tmp_path)
    assert before.keys() <= after.keys()
    assert {name for name in after if after[name] != before.get(name)} == set(case.leaves)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def assert_said(ran: Ran, case: Case) -> None:
    errors = [line for line in ran.complaints if line.startswith("grucli: ")]
    assert len(errors) == len(case.says), ran.err
    for line, expected in zip(errors, case.says, strict=True):
        assert re.match(f"grucli: (?:{expected})", line), line
    notes = "\n".join(line for line in ran.complaints if line not in errors)
    assert re.search(case.notes, notes, re.MULTILINE) if case.notes else not notes, notes


def test_each_fault_of_the_list_has_a_case() -> None:
    assert {case.number for case in CASES} - {None} == set(range(1, NUM_LISTED + 1))
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if case.proof], ids=lambda case: case.name)
def test_what_takes_a_case_further_is_there(case: Case) -> None:
    path, _, name = case.proof.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_a_case_without_a_run_says_where_it_is_proven() -> None:
    assert [case.name for case in CASES if not case.run and not case.proof] == []
    signals = {128 + number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    assert {case.code for case in CASES} <= {0, 1, 2, 3, 4, 5, 6, *signals}
