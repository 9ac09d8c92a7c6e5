"""Options and fixtures that all tests share."""

import os
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: small matrices, busy machines

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(  # how long anything takes says nothing on a busy machine
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the long forms of the tests")
    parser.addoption(
        "--rig-scale",
        type=float,
        default=1.0,
        metavar="N",
        help="let each rig run N times as many cases as its short form",
    )


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return what tells how many cases a rig runs, of how many its short form has.

    What is drawn from one seed, case by case, is drawn in the same order at every scale: a longer
    run meets all that a shorter one met.
    """
    scale = request.config.getoption("--rig-scale")
    return lambda short: max(1, round(short * scale))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="long form: pass --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
