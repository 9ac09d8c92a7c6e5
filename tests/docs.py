"""Documents by hand: run the blocks of pages as their tests do.

python -m tests.docs run docs/guide/table.md …
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.documents import pages, runner


def run(paths: list[Path]) -> int:
    """Run the blocks of pages and say how long each took; return how many pages failed."""
    failed = 0
    for path in paths:
        try:
            _run(pages.read(path))
        except pages.PageError as error:
            print(error)
            failed += 1
    return failed


def _run(page: pages.Page) -> None:
    began = time.perf_counter()

    def tell(count: int, block: pages.Block) -> None:
        print(f"{block.place}: {block.language} {time.perf_counter() - began:.1f} s")

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as models:
        runner.prepare(page, Path(folder), lambda: _model(Path(models) / "smoke.npz"))
        runner.run(page, Path(folder), done=tell)


def _model(path: Path) -> Path:
    return path if path.exists() else runner.train_smoke(path)


def main() -> int:
    """Do what the command line says; return the exit code."""
    match sys.argv[1:]:
        case ["run", *names] if names:
            return 1 if run([Path(name) for name in names]) else 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main())
