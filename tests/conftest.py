"""Options and fixtures that all tests share."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: small matrices, busy machines

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(  # how long anything takes says nothing on a busy machine
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the long forms of the tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="long form: pass --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
