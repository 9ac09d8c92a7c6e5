"""The house: its rooms and what they say, the sizes in it, and tests that mirror it.

A module has its tests in a module of its name in the mirrored folder of tests/, or else it is
named after "Covers:" in the docstring of one that runs nearly all of its lines.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sizes import PACKAGE, ROOT, TESTS, functions, lines

MOST_LOOSE = 7
MOST_LINES = 300
MOST_BODY = 40

MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)
TEST_MODULES = sorted(TESTS.rglob("test_*.py"))


def name(path: Path) -> str:
    """Return "data/forms/ts" for grucli/data/forms/ts.py, and for its tests."""
    folder = TESTS if TESTS in path.parents else PACKAGE
    return str(path.relative_to(folder).with_name(path.stem.removeprefix("test_")))


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def covered_by(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a test module says it covers."""
    for listed in re.findall(r"^Covers: ([^.]+)\.", docstring(path), re.MULTILINE):
        yield from listed.replace("\n", " ").split(", ")


def has_logic(path: Path) -> bool:
    """Whether a module computes anything; a protocol and names alone do not."""
    return any(function.lines > 0 for function in functions(path.read_text(), ""))


def test_few_modules_stand_outside_of_rooms() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= MOST_LOOSE


def test_no_module_is_long() -> None:
    assert {name(path): lines(path) for path in MODULES if lines(path) > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    found = (each for path in MODULES for each in functions(path.read_text(), name(path)))
    assert [each for each in found if each.lines > MOST_BODY] == []


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.parent.name)
def test_each_room_says_what_is_here_and_what_is_not(path: Path) -> None:
    text = docstring(path)
    assert re.search("^Here: ", text, re.MULTILINE)
    assert re.search("^Not here: ", text, re.MULTILINE)


def test_each_module_has_tests_in_its_place_or_says_where() -> None:
    told = {name(path) for path in TEST_MODULES}
    told |= {module for path in TEST_MODULES for module in covered_by(path)}
    modules = {name(path) for path in MODULES if path.stem[:2] != "__" and has_logic(path)}
    assert modules - told == set()


def test_what_tests_say_they_cover_is_there() -> None:
    modules = {name(path) for path in MODULES}
    told = [(name(path), module) for path in TEST_MODULES for module in covered_by(path)]
    assert [pair for pair in told if pair[1] not in modules] == []


def test_frozen_dataclasses_are_made_quickly_but_for_the_engine() -> None:
    made = re.compile(r"^@(?:dataclasses\.)?dataclass\(frozen=True, kw_only=True", re.MULTILINE)
    standard = {
        name(path)
        for path in MODULES
        if made.search(path.read_text())
        and "from grucli.values import dataclass\n" not in path.read_text()
    }
    assert standard
    assert {each for each in standard if not each.startswith("engine/")} == set()


def test_the_command_line_alone_imports_typer() -> None:
    found = {
        name(path)
        for path in MODULES
        if re.search(r"^\s*(import typer|from typer)", path.read_text(), re.MULTILINE)
    }
    assert found
    assert {each for each in found if not each.startswith("cli/")} == set()


CHANGES_OF_OS = frozenset(
    [
        "open",
        "replace",
        "rename",
        "remove",
        "unlink",
        "mkdir",
        "makedirs",
        "rmdir",
        "truncate",
        "link",
        "symlink",
        "chmod",
        "mkfifo",
    ]
)
CHANGES_OF_PATHS = frozenset(
    [
        "write_text",
        "write_bytes",
        "unlink",
        "rename",
        "touch",
        "mkdir",
        "rmdir",
        "symlink_to",
        "hardlink_to",
        "chmod",
        "tofile",
        "savetxt",
    ]
)
STREAMS = ("file", "target")  # what arrays are saved into
WRITES = "[rbt]*[wax+][wax+bt]*"  # a mode to open with
CHANGING_MODULES = ("shutil.copy", "shutil.move", "shutil.rmtree", "tempfile.")


def changes_of_files(tree: ast.AST) -> Iterator[str]:
    """Yield the calls that open a file for writing, or change a folder."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        words = ast.unparse(call.func)
        owner, _, name = words.rpartition(".")
        if owner == "effects":
            continue
        first = ast.unparse(call.args[0]) if call.args else ""
        modes = [*call.args[:2], *(word.value for word in call.keywords if word.arg == "mode")]
        texts = [str(each.value) for each in modes if isinstance(each, ast.Constant)]
        if (
            (owner == "os" and name in CHANGES_OF_OS and first != "os.devnull")
            or (name == "open" and any(re.fullmatch(WRITES, text) for text in texts))
            or (owner and name in CHANGES_OF_PATHS)
            or (owner == "np" and name.startswith("save") and first not in STREAMS)
            or words.startswith(CHANGING_MODULES)
        ):
            yield f"{ast.unparse(call)[:60]} (line {call.lineno})"


def test_one_module_alone_changes_files() -> None:
    """So that each effect can be made to fail, and none is forgotten (`tests/faults.py`)."""
    trees = {name(path): ast.parse(path.read_text()) for path in MODULES}
    found = {
        module: calls for module, tree in trees.items() if (calls := [*changes_of_files(tree)])
    }
    assert len(found.pop("files/effects")) == 5
    assert found == {}


def test_each_folder_of_tests_is_a_package() -> None:
    """Two modules of one name in folders without `__init__` would hide each other."""
    folders = {path.parent for path in TEST_MODULES}
    assert [
        str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()
    ] == []
