"""What the rigs share: a server of commands, and a folder with data of each task."""

import pytest

from tests.rigs.scenes import write_data
from tests.rigs.server import Commands


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    with Commands(tmp_path_factory.mktemp("said")) as found:
        assert found.run("--version", cwd=tmp_path_factory.mktemp("nowhere")).code == 0
        yield found  # it has loaded all modules, so that what is timed now is a command


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("work")
    write_data(path)
    return path
