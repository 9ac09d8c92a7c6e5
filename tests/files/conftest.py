"""Fixtures of the tests of files."""

import pytest

from tests.files.helpers import OLD


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(OLD)
    return path
