"""Where the values of a config come from, and what is said when it is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.config.resolve import resolve
from grucli.config.schema import KEYS, Config
from grucli.config.yaml_text import MOST_READ
from grucli.errors import AccessError, ConfigError, show_path
from tests.config.helpers import JSON_VALUES, problems, problems_if_any, settings, write
from tests.messages import inside


@given(
    st.dictionaries(
        st.sampled_from([*(".".join(path) for path in KEYS), "x", "model", "data.trian", ""]),
        JSON_VALUES | st.floats() | st.text(max_size=5),
        max_size=6,
    )
)
def test_values_of_any_kind_give_settings_or_config_errors(flags: dict[str, object]) -> None:
    found = problems_if_any(lambda: resolve(flags=flags).config.model_dump_json())
    assert all("\n" not in problem and len(problem) <= 200 for problem in found)


def test_a_program_gives_arguments() -> None:
    found = resolve(arguments={"model.cell": "rnn", "seed": 3, "model.dropout": "auto"})
    assert (found.config.model.cell, found.config.seed) == ("rnn", 3)
    assert found.config.model.dropout is None
    assert (found.origins["seed"], found.origins["training.epochs"]) == ("argument", "default")
    assert problems_if_any(lambda: resolve(arguments={"model.cel": 1, "seed": None})) == (
        "argument  model.cel  unknown key; did you mean 'cell'?",
        "argument  seed  must be a whole number from 0 to 4294967295, got nothing",
    )


def test_a_dump_of_a_config_is_a_config() -> None:
    flags = {"model.pooling": ["last", "max"], "training.class_weight": {"yes": 2}}
    config = resolve(flags=flags).config
    assert Config.model_validate(json.loads(config.model_dump_json())) == config


def test_a_config_says_what_it_means(tmp_path: Path) -> None:
    config = settings(
        tmp_path,
        """
task: classify
data:
  text: 010
  label: 2
  delimiter: tab
  encoding: gb18030
  max_length: auto
model:
  pooling: mean
  dropout: 0
training:
  learning_rate: 1e-3
  patience: off
  class_weight: {yes: 3, 1: 2, 1.0: .5}
""",
    ).config
    assert config.task == "classify"
    assert (config.data.text, config.data.label, config.data.delimiter) == (("010",), "2", "\t")
    assert config.data.max_length is None
    assert config.model.pooling == ("mean",)
    assert config.model.dropout == 0.0
    assert isinstance(config.model.dropout, float)
    assert config.training.learning_rate == 0.001
    assert config.training.patience == "off"
    assert config.training.class_weight == {"yes": 3.0, "1": 2.0, "1.0": 0.5}


def test_every_problem_is_told_with_its_place(tmp_path: Path) -> None:
    text = """
sed: 3
epochs: 3
model:
  hiden_size: 64
  num_layers: many
  hidden_size: 1e9
training:
  patience: no
  hidden_size: 3
  class_weight: {spam: -1}
  zzz: 1
data: 7
"""
    environment = {"GRUCLI_MODLE__CELL": "rnn", "GRUCLI_SEED": "x", "GRUCLI_TASK": "*a"}
    assert problems(
        tmp_path,
        text,
        environment=environment,
        assignments=["model.cell", "model.cell=lstm", "training.epochs=[", "foo.bar=1"],
        flags={"training.batch_size": 0},
    ) == [
        "environment GRUCLI_MODLE__CELL  unknown key; did you mean 'GRUCLI_MODEL__CELL'?",
        "environment GRUCLI_TASK  task  aliases (*name) are not allowed",
        "--set: must be key=value, got 'model.cell'",
        "--set  training.epochs  a value is missing; quote one that starts with , ] or }",
        "c.yaml:13  data  must be a section of keys, got 7",
        "c.yaml:2  sed  unknown key; did you mean 'seed'?",
        "c.yaml:3  epochs  unknown key; did you mean 'training.epochs'?",
        "c.yaml:5  model.hiden_size  unknown key; did you mean 'hidden_size'?",
        "c.yaml:6  model.num_layers  must be a whole number from 1 to 8, got 'many'",
        "c.yaml:7  model.hidden_size  must be a whole number from 1 to 4096 or auto,"
        " got 1000000000.0",
        "c.yaml:9  training.patience  must be a whole number from 1 to 100000, off or auto,"
        " got 'no'",
        "c.yaml:10  training.hidden_size  unknown key; did you mean 'model.hidden_size'?",
        "c.yaml:11  training.class_weight  must be none, balanced or a mapping of label to a weight"
        ' above 0 and at most 1000000, got {"spam": -1}',
        "c.yaml:12  training.zzz  unknown key; grucli 0.1.0 has none like it",
        "environment GRUCLI_SEED  seed  must be a whole number from 0 to 4294967295, got 'x'",
        "--set  model.cell  must be gru, gru_before, mingru or rnn, got 'lstm'",
        "--set  foo.bar  unknown key; grucli 0.1.0 has none like it",
        "--batch-size  training.batch_size  must be a whole number from 1 to 65536 or auto, got 0",
    ]


def test_problems_beyond_a_hundred_are_only_mentioned(tmp_path: Path) -> None:
    found = problems(tmp_path, "".join(f"k{n}: 1\n" for n in range(1000)))
    assert len(found) == 101
    assert found[-1] == "and more"


def test_hostile_text_is_shown_harmless(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'model: {cell: "\\e]0;x\\a[red]\\u202e' + "x" * 99 + '"}')
    assert r"got '\x1b]0;x\x07[red]\u202e" in problem
    assert len(problem) < 120


def test_a_syntax_error_hides_no_problem_elsewhere(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: b: c", flags={"seed": -1}) == [
        "c.yaml:1:5: unexpected ': '; put the value in quotes, or indent alike",
        "--seed  seed  must be a whole number from 0 to 4294967295, got -1",
    ]


def test_flag_over_set_over_environment_over_file_over_default(tmp_path: Path) -> None:
    path = write(tmp_path, "seed: 1\n")
    sources: list[tuple[dict[str, Any], int, str]] = [
        ({}, 0, "default"),
        ({"config_path": path}, 1, f"{show_path(path)}:1"),
        ({"environment": {"GRUCLI_SEED": "2"}}, 2, "environment GRUCLI_SEED"),
        ({"assignments": ["seed=9", "seed=3"]}, 3, "--set"),
        ({"flags": {"seed": 4}}, 4, "--seed"),
    ]
    given: dict[str, Any] = {}
    for source, seed, origin in sources:
        given |= source
        found = resolve(**given)
        assert (found.config.seed, found.origins["seed"]) == (seed, origin)


def test_every_key_has_an_origin() -> None:
    found = resolve(flags={"data.train": "a.csv", "data.header": False, "seed": None})
    assert set(found.origins) == {".".join(path) for path in KEYS}
    assert {key: origin for key, origin in found.origins.items() if origin != "default"} == {
        "data.train": "DATA",
        "data.header": "--no-header",
    }


def test_whole_sections_can_be_set() -> None:
    found = resolve(assignments=["model={cell: rnn, num_layers: 2}", "model.num_layers=3"])
    assert (found.config.model.cell, found.config.model.num_layers) == ("rnn", 3)


def test_what_stands_in_place_of_a_section_hides_no_key_in_it(tmp_path: Path) -> None:
    assert problems(tmp_path, "model: {cel: rnn}", assignments=["model=3"]) == [
        "--set  model  must be a section of keys, got 3",
        "c.yaml:1  model.cel  unknown key; did you mean 'cell'?",
    ]


def test_what_wins_over_the_file_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "seed: 1\nmodel:\n  cell: rnn\n  num_layers: 2\n")
    found = resolve(
        config_path=path,
        environment={"GRUCLI_SEED": "5"},
        assignments=["model.cell=gru"],
        flags={"model.num_layers": 2},
    )
    assert [inside(tmp_path, note) for note in found.notes] == [
        "seed: 5 of environment GRUCLI_SEED wins over 1 of c.yaml:1",
        "model.cell: 'gru' of --set wins over 'rnn' of c.yaml:3",
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "model:\ntraining:\n"])
def test_a_file_that_sets_nothing_says_so(tmp_path: Path, text: str) -> None:
    found = settings(tmp_path, text)
    assert found.config == Config()
    assert [note.endswith("c.yaml: sets nothing, all defaults stay") for note in found.notes] == [
        True
    ]


def test_paths_of_the_file_are_relative_to_it_and_others_are_not(tmp_path: Path) -> None:
    path = write(tmp_path, "data: {train: ../t.csv, valid: v.csv}")
    data = resolve(config_path=path).config.data
    assert (data.train, data.valid) == (f"{tmp_path.parent}/t.csv", f"{tmp_path}/v.csv")
    data = resolve(
        config_path=path, environment={"GRUCLI_DATA__TRAIN": "t.csv"}, flags={"data.valid": "v.csv"}
    ).config.data
    assert (data.train, data.valid) == ("t.csv", "v.csv")


def test_paths_below_the_current_folder_are_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    write(tmp_path / "configs", "data: {train: ../data/t.csv, valid: v.csv}")
    monkeypatch.chdir(tmp_path)
    [path] = (tmp_path / "configs").iterdir()
    data = resolve(config_path=f"configs/{path.name}").config.data
    assert (data.train, data.valid) == ("data/t.csv", "configs/v.csv")


@pytest.mark.parametrize(
    ("written", "found"),
    [("/abs/t.csv", "/abs/t.csv"), ("'-'", "-"), ("~/t", "{}/~/t"), ("$X", "{}/$X")],
)
def test_paths_are_taken_as_they_stand(tmp_path: Path, written: str, found: str) -> None:
    data = settings(tmp_path, f"data: {{train: {written}, valid: 0.2}}").config.data
    assert data.train == found.format(tmp_path)
    assert data.valid == 0.2


def test_a_missing_file_is_a_matter_of_access(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="no such file"):
        resolve(config_path=str(tmp_path / "none.yaml"))
    with pytest.raises(AccessError):
        resolve(config_path=str(tmp_path))


def test_a_file_that_is_too_large_is_a_matter_of_the_config(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "#" * MOST_READ + "\n")
    assert "too large" in problem


@pytest.mark.parametrize("assignment", ["\ud800=", "\udcff=1", "model.\udcff=2", "\udcff.x=3"])
def test_a_key_of_bytes_that_are_no_text_is_unknown(assignment: str) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        resolve(assignments=[assignment])
