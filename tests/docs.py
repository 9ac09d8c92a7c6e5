"""The documents: write what is generated, check it, or run the blocks of a page.

python -m tests.docs                write the generated files and parts that are not up to date
python -m tests.docs --check        exit 1 and name them if there are any
python -m tests.docs run PAGE …     run the blocks of pages as their tests do
python -m tests.docs links          exit 1 and name the links that lead nowhere
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.documents import generated, links, pages, runner


def check() -> int:
    """Name the generated files that are not up to date; return how many."""
    found = generated.outdated()
    for path in found:
        print(f"{path.relative_to(pages.ROOT)}: is out of date; run python -m tests.docs")
    return len(found)


def check_links() -> int:
    """Name the links that lead nowhere; return how many."""
    found = [fault for path in links.documents() for fault in links.broken(path)]
    print(*found, sep="\n", end="\n" if found else "")
    return len(found)


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
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as models:
        runner.prepare(page, Path(folder), lambda: _model(Path(models) / "smoke.npz"))
        began = time.perf_counter()

        def tell(count: int, block: pages.Block) -> None:
            print(f"{block.place}: {block.language}, after {time.perf_counter() - began:.1f} s")

        runner.run(page, Path(folder), done=tell)


def _model(path: Path) -> Path:
    return path if path.exists() else runner.train_smoke(path)


def main() -> int:
    """Do what the command line says; return the exit code."""
    match sys.argv[1:]:
        case []:
            generated.write()
            return 0
        case ["--check"]:
            return min(check(), 1)
        case ["links"]:
            return min(check_links(), 1)
        case ["run", *names] if names:
            return min(run([Path(name) for name in names]), 1)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main())
