"""Files as they are named, and as patterns stand for them."""

from pathlib import Path

import pytest

from grucli.errors import AccessError
from grucli.files.listing import listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("p2.csv", "p10.csv", "p1.csv.gz", ".p3.csv", "q[1].csv", "q1.csv"):
        (tmp_path / name).write_text("x\n")
    (tmp_path / "p9.csv").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["p2.csv", "p10.csv", "p2.csv"], ["p2.csv", "p10.csv", "p2.csv"]),
        (["p*"], ["p1.csv.gz", "p10.csv", "p2.csv"]),
        (["p?.csv", "-", "p1*"], ["p2.csv", "-", "p1.csv.gz", "p10.csv"]),
        (["q[1].csv"], ["q[1].csv"]),
        (["q[12].csv"], ["q1.csv"]),
        (["./q1*"], ["./q1.csv"]),
        ([], []),
    ],
)
def test_patterns_stand_for_files_in_the_order_of_their_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str], found: list[str]
) -> None:
    assert listed(paths, str(folder)) == found
    monkeypatch.chdir(folder)
    assert listed(paths) == found


def test_an_absolute_path_begins_nowhere_else(folder: Path) -> None:
    assert listed([f"{folder}/p2*"], "/nowhere") == [f"{folder}/p2.csv"]


def test_all_that_is_missing_is_told_at_once(folder: Path) -> None:
    with pytest.raises(AccessError) as told:
        listed(["p2.csv", "p11.csv", "z*", "", "\0*"], str(folder))
    missing, none, *odd = told.value.problems
    assert missing.startswith(f"{folder}/p11.csv: no such file; check the path")
    assert none == "z*: no file matches; check the pattern"
    assert len(odd) == 2
