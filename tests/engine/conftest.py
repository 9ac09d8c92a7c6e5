"""A warning of NumPy's floating-point unit is an error in each of the engine's tests."""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def floating_point_errors_raise():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield
