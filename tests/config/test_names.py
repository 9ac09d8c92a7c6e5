"""The names that a config may give: each is what the code behind it goes by, and is quickly had."""

import subprocess
import sys
from importlib import import_module
from typing import get_args

import pytest

from grucli.config.schema import Config, DataConfig, ModelConfig
from grucli.data.forms import DELIMITERS, FormatName
from grucli.data.forms.opening import FORMATS
from grucli.data.series import View
from grucli.data.series.views import VIEWS
from grucli.data.text import TokenMode
from grucli.data.text.tokens import MODES
from grucli.engine import PoolingName
from grucli.engine.cells import CellName
from grucli.engine.pooling import POOLINGS
from grucli.engine.recurrent import CELLS
from grucli.tasks import TASKS


def test_the_schema_can_be_read_without_numpy():
    program = "import sys, grucli.config.schema; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (FormatName, FORMATS),
        (TokenMode, MODES),
        (View, tuple(VIEWS)),
        (PoolingName, POOLINGS),
        (CellName, tuple(CELLS)),
    ],
)
def test_what_may_be_given_is_what_there_is(names, known):
    assert get_args(names) == known


def test_a_cell_is_the_module_of_its_name():
    assert dict(CELLS) == {name: import_module(f"grucli.engine.cells.{name}") for name in CELLS}


def test_every_name_can_be_set():
    for task in ("auto", *TASKS):
        assert Config(task=task).task == task
    for form in FORMATS:
        assert DataConfig(format=form).format == form
    for name, character in DELIMITERS.items():
        assert DataConfig(delimiter=name).delimiter == character
    for cell in CELLS:
        assert ModelConfig(cell=cell).cell == cell
    assert ModelConfig(pooling=POOLINGS).pooling == POOLINGS
    assert DataConfig(channels=tuple(VIEWS)).channels == tuple(VIEWS)
