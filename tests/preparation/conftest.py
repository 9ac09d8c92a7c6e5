"""A file of reviews."""

import pytest

from .helpers import write_csv


@pytest.fixture
def reviews(tmp_path):
    rows = [f"good film number {k},pos" for k in range(60)]
    rows += [f"bad film number {k},neg" for k in range(40)]
    return write_csv(tmp_path / "train.csv", rows)
