"""What the documents claim in figures and names is recomputed here."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from grucli import errors
from grucli.cli import app
from grucli.config.resolve import resolve
from grucli.engine import recurrent
from tests.cli import helpers
from tests.documents import links, pages, runner

ROOT = pages.ROOT
DOCS = ROOT / "docs"
INPUTS, UNITS = 64, 128
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
LANGUAGES = pytest.mark.parametrize("folder", [DOCS, DOCS / "zh"], ids=["English", "Chinese"])


def read(path):
    return path.read_text(encoding="utf-8")


def parameters(cell):
    shapes = recurrent.CELLS[cell].shapes(INPUTS, UNITS, 1)
    return sum(math.prod(shape) for shape in shapes.values())


COUNTS = {
    "plain RNN": parameters("rnn"),
    "GRU": parameters("gru"),
    "GRU as in Keras": parameters("gru") + 2 * UNITS,
    "LSTM": 4 * (INPUTS + UNITS + 1) * UNITS,
}


@LANGUAGES
@pytest.mark.parametrize("cell", COUNTS)
def test_parameter_counts(folder, cell):
    assert f"{COUNTS[cell]:,}" in read(folder / "gru.md")


@LANGUAGES
@pytest.mark.parametrize("z", [0.5, 0.9, 0.99])
def test_half_lives_of_a_gradient_that_is_multiplied_by_z(folder, z):
    steps = round(math.log(0.5) / math.log(z))
    assert re.search(rf"{z}\b[^.。]*?\b{steps}\b", read(folder / "gru.md"))


@LANGUAGES
def test_exit_codes(folder):
    row = re.compile(r"^\| \[?([\d,、 ]+)(?:\]\(#.*?\))? \|", re.MULTILINE)
    rows = row.findall(read(folder / "exit-codes.md"))
    codes = {int(code) for row in rows for code in re.findall(r"\d+", row)}
    kinds = [getattr(errors, name) for name in vars(errors) if name.endswith("Error")]
    assert codes == {kind.exit_code for kind in kinds} | {0, 1, app.EXIT_BUG, 130, 143, 129}


def test_every_command_is_named_and_every_config_is_measured_or_the_smoke_test():
    readme, measured = read(ROOT / "README.md"), read(DOCS / "measured" / "accuracy.md")
    for name in ("train", "evaluate", "predict", "inspect-gates"):
        assert f"| `grucli {name}` |" in readme
    for path in CONFIGS:
        assert f"configs/{path.name}" in (readme if path.stem == "smoke" else measured)


def test_the_readme_is_short():
    assert read(ROOT / "README.md").count("\n") <= 250


def test_the_commands_for_a_table_of_ones_own_do_with_one(tmp_path):
    (block,) = (
        each
        for each in pages.read(ROOT / "README.md").blocks
        if each.marks.get("not run") == "the files are yours"
    )
    reviews = read(ROOT / "sample_data" / "reviews_train.csv").splitlines(keepends=True)
    for name, lines in (("mine", reviews[:61]), ("test", reviews[:30]), ("new", reviews[:4])):
        (tmp_path / f"{name}.csv").write_text("".join(lines), encoding="utf-8")
    runner.run_block(replace(block, marks={}), tmp_path)
    answers = read(tmp_path / "answers.csv").splitlines()
    assert answers[0] == "text,keep.label,score,label,probability"
    assert len(answers) == 4


def test_headline_figures_stand_on_the_pages_they_link_to():
    rows = re.findall(r"^\|.*\*\*.*\|$", read(ROOT / "README.md"), re.MULTILINE)
    assert len(rows) >= 5
    for row in rows:
        ((_, target),) = links.links(row)
        page = read(ROOT / target)
        for figure in re.findall(r"\*\*(.+?)\*\*", row):
            assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d]|\.\d)", page), (figure, target)


@pytest.mark.slow
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_sample_sets_are_as_accurate_as_the_page_says(path, tmp_path, monkeypatch):
    monkeypatch.setattr(helpers, "TIME_LIMIT_S", 600)
    rows = re.findall(
        rf"^\| `configs/{path.name}` \|.*$", read(DOCS / "measured/accuracy.md"), re.M
    )
    if path.stem in ("smoke", "scores", "dates", "phrases"):  # but the first none has an accuracy
        assert rows == []
        return
    (row,) = rows
    accuracy, interval = re.findall(r"(\.\d{3}|1\.000) \((.+?)\)", row)[0]
    model = tmp_path / "m.npz"
    test = Path(resolve(config_path=str(path)).config.data.train.replace("_train", "_test"))
    assert helpers.grucli("train", "-c", path, "-o", model, "-q").code == 0
    scored = helpers.grucli("evaluate", test, "-m", model).text
    assert re.search(rf"^accuracy +(0?){re.escape(accuracy)} ", scored, re.MULTILINE)
    low, high = interval.split(" to ")
    assert f"interval 0{low} to 0{high}".replace("01.", "1.") in scored


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_configs_are_valid_commented_and_name_data_that_exists(path):
    settings = resolve(config_path=str(path))
    assert Path(settings.config.data.train).is_file()
    text = read(path)
    assert text.startswith("# ")
    assert f"grucli train -c configs/{path.name}" in text
    assert yaml.safe_load(text)["data"]


def test_the_classic_config_is_the_classic_program():
    config = resolve(config_path=str(ROOT / "configs" / "classic.yaml")).config
    assert (config.model.cell, config.model.hidden_size) == ("gru", 128)
    assert (config.model.bidirectional, config.model.pooling) == (False, ("last",))
    training = config.training
    assert (training.optimizer, training.epochs, training.batch_size) == ("adam", 10, 32)
