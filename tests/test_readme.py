"""What the README claims in figures and names is recomputed here."""

import math
import re
from pathlib import Path

import pytest
import yaml

from grucli import errors
from grucli.cli import app
from grucli.config import resolve
from grucli.engine import recurrent

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ENGLISH, CHINESE = README.split("\n## 中文指南\n")
INPUTS, UNITS = 64, 128


def parameters(cell):
    shapes = recurrent.CELLS[cell].shapes(INPUTS, UNITS, 1)
    return sum(math.prod(shape) for shape in shapes.values())


COUNTS = {
    "plain RNN": parameters("rnn"),
    "GRU": parameters("gru"),
    "GRU as in Keras": parameters("gru") + 2 * UNITS,
    "LSTM": 4 * (INPUTS + UNITS + 1) * UNITS,
}


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["English", "Chinese"])
@pytest.mark.parametrize("cell", COUNTS)
def test_parameter_counts(language, cell):
    assert f"{COUNTS[cell]:,}" in language


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["English", "Chinese"])
@pytest.mark.parametrize("z", [0.5, 0.9, 0.99])
def test_half_lives_of_a_gradient_that_is_multiplied_by_z(language, z):
    steps = round(math.log(0.5) / math.log(z))
    assert re.search(rf"{z}\b[^.。]*?\b{steps}\b", language)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_exit_codes(language):
    codes = {
        int(code)
        for row in re.findall(r"^\| ([\d,、 ]+) \|", language, re.MULTILINE)
        for code in re.findall(r"\d+", row)
    }
    kinds = [getattr(errors, name) for name in vars(errors) if name.endswith("Error")]
    assert codes == {kind.exit_code for kind in kinds} | {0, 1, app.EXIT_BUG, 130, 143, 129}


def test_every_command_and_config_is_named():
    for name in ("train", "evaluate", "predict", "inspect-gates"):
        assert f"grucli {name}" in ENGLISH
        assert f"grucli {name}" in CHINESE
    for path in (ROOT / "configs").glob("*.yaml"):
        assert f"configs/{path.name}" in README


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_configs_are_valid_commented_and_name_data_that_exists(path):
    settings = resolve(config_path=str(path))
    assert Path(settings.config.data.train).is_file()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert f"grucli train -c configs/{path.name}" in text
    assert yaml.safe_load(text)["data"]


def test_the_classic_config_is_the_classic_program():
    config = resolve(config_path=str(ROOT / "configs" / "classic.yaml")).config
    assert (config.model.cell, config.model.hidden_size) == ("gru", 128)
    assert (config.model.bidirectional, config.model.pooling) == (False, ("last",))
    training = config.training
    assert (training.optimizer, training.epochs, training.batch_size) == ("adam", 10, 32)
