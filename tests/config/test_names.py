"""The names that a config may give: each is what the code behind it goes by, and is quickly had."""

import subprocess
import sys
from dataclasses import fields, replace
from importlib import import_module
from typing import get_args

import pytest

from grucli.cli.options import Reading
from grucli.config.schema import Config, DataConfig, ModelConfig
from grucli.data.forms import DELIMITERS, FormatName
from grucli.data.records import ReadOptions, Remembered, Source
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


def test_how_data_is_read_has_one_name_in_flags_config_and_options():
    """A new option is a field of ReadOptions, a key of the config, and a flag where one helps."""
    options = {each.name: each.default for each in fields(ReadOptions)}
    assert options.pop("on_bad_row") == "stop"
    assert options.pop("targets") is None  # the task says it
    assert options.pop("likely_label") is None  # the model that training starts from says it
    keys = {name: key.default for name, key in DataConfig.model_fields.items()}
    assert options.keys() <= keys.keys()
    # as a model remembers it, where nobody says
    for name in options.keys() - {"missing", "window_label", "gap_channel"}:
        assert options[name] == keys[name]
    flags = {each.name for each in fields(Reading)} - {"on_bad_row"}
    assert {"header" if name == "no_header" else name for name in flags} <= options.keys()
    remembered = {each.name for each in fields(Remembered)}
    found = {"kind", "targets", "division", "step_time", "gap_time", "row"}
    assert remembered - found <= options.keys()
    assert remembered <= {each.name for each in fields(Source)}


def test_flags_and_config_ask_the_same():
    given = {"text": "a", "values": "v*", "missing": "mask", "quotes": False, "label": "b"}
    given |= {"window": 5, "window_label": "last", "gap_channel": False}
    reading = Reading(format="csv", no_header=True, encoding="utf-16", delimiter=";", **given)
    config = Config(data=reading.given())
    by_config = ReadOptions.of(config.data, "stop")
    assert by_config == replace(reading.options(), text=("a",))
    assert Reading().given() == {}
    assert Reading(text="", values="").options("skip") == ReadOptions(on_bad_row="skip")


def test_every_name_can_be_set():
    for task in ("auto", *TASKS):
        assert Config(task=task).task == task
    for form in get_args(FormatName):
        assert DataConfig(format=form).format == form
    for name, character in DELIMITERS.items():
        assert DataConfig(delimiter=name).delimiter == character
    for cell in CELLS:
        assert ModelConfig(cell=cell).cell == cell
    assert ModelConfig(pooling=POOLINGS).pooling == POOLINGS
    assert DataConfig(channels=tuple(VIEWS)).channels == tuple(VIEWS)
