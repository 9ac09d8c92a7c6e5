"""The notes for contributors name rooms, files and names that are there."""

import re

import pytest

from tests.documents import pages

PACKAGE = pages.ROOT / "grucli"
NOTES = [pages.ROOT / "docs" / "contributing.md", pages.ROOT / "docs" / "zh" / "contributing.md"]
PARAMETRIZED = pytest.mark.parametrize("path", NOTES, ids=["English", "Chinese"])
ROOM = re.compile(r"^\| `grucli/([\w/]+)(\.py)?` \|", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:grucli|tests|docs|configs|findings|\.ci)/[\w./-]*|[\w-]+\.(?:md|toml)")
NAME = re.compile(r"[A-Za-z_]\w*")
OWN = re.compile(r"\bNAME\b|_NAME\b")
"""A file that is to be written has a name in capitals."""


def named(text):
    """Yield (path, names): each file that stands in code, with the names that follow it.

    A name follows where nothing but spaces and further names stand between.
    """
    spans = list(SPAN.finditer(text))
    for number, span in enumerate(spans):
        if not PATH.fullmatch(span[1]):
            continue
        names, end = [], span.end()
        for after in spans[number + 1 :]:
            if text[end : after.start()].strip() or not NAME.fullmatch(after[1]):
                break
            names.append(after[1])
            end = after.end()
        yield span[1], names


def faults(text):
    """Return the files that are not there, and the names that do not stand in their files."""
    found = []
    for name, inside in named(text):
        path = pages.ROOT / name
        if OWN.search(name):
            path, inside = path.parent, []
        if not path.exists():
            found.append(name)
            continue
        content = path.read_text(encoding="utf-8") if inside else ""
        found += [f"{name} {each}" for each in inside if not re.search(rf"\b{each}\b", content)]
    return found


@PARAMETRIZED
def test_files_and_names_are_there(path):
    text = path.read_text(encoding="utf-8")
    assert faults(text) == []
    assert len(list(named(text))) > 40


@PARAMETRIZED
def test_the_rooms_are_those_of_the_package(path):
    paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    table = next(each for each in paragraphs if each.startswith("|"))
    listed = {name for name, _ in ROOM.findall(table)}
    rooms = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}
    alone = {file.stem for file in PACKAGE.glob("*.py") if not file.stem.startswith("__")}
    assert {name for name in listed if "/" not in name} == rooms | alone
    inner = {str(file.parent.relative_to(PACKAGE)) for file in PACKAGE.glob("*/*/__init__.py")}
    assert {name for name in listed if "/" in name} <= inner


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`grucli/errors.py` `show` `GrucliError`", []),
        ("`grucli/errors.py` `nonesuch`", ["grucli/errors.py nonesuch"]),
        ("`grucli/errors.py` `show` `sho`", ["grucli/errors.py sho"]),
        ("`grucli/errors.py`, `nonesuch`", []),
        ("`grucli/error.py` `show`", ["grucli/error.py"]),
        ("`grucli/tasks/NAME.py` `nonesuch`", []),
        ("`grucli/task/NAME.py`", ["grucli/task/NAME.py"]),
        ("`pyproject.toml` and `project.toml`", ["project.toml"]),
    ],
)
def test_what_is_not_there_is_found(text, found):
    assert faults(text) == found
