"""Each block of README and docs does what the page says.

The pages that are asked for are run as many at a time as there are cores, for most of their time is
that of the processes they start. A page in Chinese goes on where it parts from its English twin.
"""

import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from tests.documents import pages, runner

ENGLISH, CHINESE = pages.ROOT / "docs", pages.ROOT / "docs" / "zh"


@pytest.fixture(scope="module")
def runs(request, tmp_path_factory):
    """Return the future of each page that is asked for."""
    asked = [item.callspec.params["path"] for item in request.session.items if _is_page(item)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield start(asked, tmp_path_factory.mktemp("pages"), pool)


@pytest.mark.parametrize("path", pages.paths(), ids=lambda path: str(path.relative_to(pages.ROOT)))
def test_blocks(path, runs):
    runs[path].result()


def _is_page(item):
    return item.path == Path(__file__) and item.originalname == "test_blocks"


def start(paths, folder, pool):
    """Start the runs of pages; return path -> future.

    A future's result is where the run stood when its twin parts, and after how many blocks.
    """
    model, lock = folder / "smoke.npz", Lock()
    futures: dict[Path, Future] = {}

    def smoke():
        with lock:
            return model if model.exists() else runner.train_smoke(model)

    def run(path, place, english):
        page, twin = pages.read(path), chinese(path)
        shared = runner.shared(page, pages.read(twin)) if twin in paths else 0
        count = 0
        if english and not english.exception() and english.result():
            count, place = english.result()
        else:
            place.mkdir()
            runner.prepare(page, place, smoke)
        reached = None

        def keep(done, block):
            nonlocal reached
            if done == shared:
                reached = done, Path(shutil.copytree(place, f"{place}-shared"))

        runner.run(page, place, first=count, done=keep)
        return reached

    for number, path in enumerate(sorted(paths, key=pages.paths().index)):
        english = futures.get(ENGLISH / path.relative_to(CHINESE)) if is_chinese(path) else None
        futures[path] = pool.submit(run, path, folder / str(number), english)
    return futures


def is_chinese(path):
    return path.is_relative_to(CHINESE)


def chinese(path):
    """Return the path of the page in Chinese beside an English one, None if there can be none."""
    if is_chinese(path) or not path.is_relative_to(ENGLISH):
        return None
    return CHINESE / path.relative_to(ENGLISH)
