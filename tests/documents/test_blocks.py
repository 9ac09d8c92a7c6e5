"""Each block of README and docs does what the page says."""

import shutil

import pytest

from tests.documents import pages, runner

ENGLISH, CHINESE = pages.ROOT / "docs", pages.ROOT / "docs" / "zh"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return what gives the small model, trained when a page first needs it."""
    path = tmp_path_factory.mktemp("model") / "smoke.npz"
    return lambda: path if path.exists() else runner.train_smoke(path)


@pytest.fixture(scope="module")
def reached():
    """Page in Chinese -> a folder in which the blocks it shares with its twin have been run."""
    return {}


def chinese(path):
    """Return the page in Chinese beside an English one, or None."""
    twin = CHINESE / path.relative_to(ENGLISH) if path.is_relative_to(ENGLISH) else None
    return pages.read(twin) if twin and twin.exists() else None


@pytest.mark.parametrize("path", pages.paths(), ids=lambda path: str(path.relative_to(pages.ROOT)))
def test_blocks(path, model, reached, tmp_path):
    page = pages.read(path)
    count, folder = reached.get(page.name, (0, tmp_path))
    if count == 0:
        runner.prepare(page, folder, model)
    twin = chinese(path)
    shared = runner.shared(page, twin) if twin else 0

    def keep(count, block):
        if count == shared:
            copy = tmp_path.with_name(f"{tmp_path.name}-shared")
            reached[twin.name] = (count, shutil.copytree(folder, copy))

    runner.run(page, folder, first=count, done=keep)
