"""How large the code is: a line a room, totals, the longest modules and functions.

python -m tests.sizes
"""

import ast
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "grucli", ROOT / "tests"
SHOWN = 5


@dataclass(frozen=True, kw_only=True, order=True)
class Function:
    """A function with the lines of its body, its docstring left out."""

    lines: int
    place: str


def main() -> None:
    """Print all of it."""
    package = _python(PACKAGE)
    rooms = [("grucli", sorted(PACKAGE.glob("*.py")))]
    rooms += [(f"grucli/{room.name}", _python(room)) for room in sorted(_rooms())]
    totals = [
        ("package", package),
        ("engine", _python(PACKAGE / "engine")),
        ("tests", _python(TESTS)),
    ]
    for name, paths in (*rooms, *totals):
        print(f"{name:22} {len(paths):4} files {sum(map(lines, paths)):7,} lines")
    print(f"median module: {statistics.median(map(lines, package)):g} lines")
    for path in sorted(package, key=lines, reverse=True)[:SHOWN]:
        print(f"long module:   {lines(path):4} {path.relative_to(ROOT)}")
    found = (each for path in package for each in functions(path.read_text(), _name(path)))
    for function in sorted(found, reverse=True)[:SHOWN]:
        print(f"long function: {function.lines:4} {function.place}")


def lines(path: Path) -> int:
    """Return how many lines a file has."""
    return path.read_bytes().count(b"\n")


def functions(source: str, name: str) -> Iterator[Function]:
    """Yield the functions and methods of a module, those within others too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            count = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            yield Function(lines=count, place=f"{name}:{node.lineno} {node.name}")


def _rooms() -> Iterable[Path]:
    return (path.parent for path in PACKAGE.glob("*/__init__.py"))


def _python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
