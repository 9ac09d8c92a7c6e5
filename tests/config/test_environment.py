"""Variables of the environment that set keys, and those that nearly do."""

import pytest

from grucli.config.resolve import resolve
from grucli.config.schema import KEYS
from grucli.errors import ConfigError


@pytest.mark.parametrize("path", [path for path in KEYS if path != ("preset",)], ids=".".join)
def test_every_key_has_a_variable(path: tuple[str, ...]) -> None:
    name = f"GRUCLI_{'__'.join(path).upper()}"
    with pytest.raises(ConfigError, match=f"^environment {name}  {'.'.join(path)}  must be"):
        resolve(environment={name: "[[]]"})


@pytest.mark.parametrize(
    "name",
    [
        "GRUCLI_DEBUG",
        "GRUCLI_DATA",
        "GRUCLI_DATA_DIR",
        "GRUCLI_DATA_FILE",
        "GRUCLI_HOME",
        "GRUCLI_MODEL",
        "GRUCLI_MODEL_PATH",
        "GRUCLI_VERSION",
        "GRUCLI_",
        "GRUCLI",
        "SEED",
        "TRAINING__EPOCHS",
        "MY_GRUCLI_SEED",
        "_GRUCLI__X",
    ],
)
def test_a_variable_that_is_near_to_no_key_is_anybodys(name: str) -> None:
    found = resolve(environment={name: "["})
    assert set(found.origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GRUCLI_TRAINING_EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI__TRAINING__EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING___EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING__EPOCS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRAINING_EPOCS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TRIANING__EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("grucli_training__epochs", "GRUCLI_TRAINING__EPOCHS"),
        ("Grucli_Training__Epochs", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_EPOCHS", "GRUCLI_TRAINING__EPOCHS"),
        ("GRUCLI_TEST", "GRUCLI_DATA__TEST"),
        ("GRUCLI_BATCH_SIZE", "GRUCLI_TRAINING__BATCH_SIZE"),
        ("GRUCLI_MODEL_HIDDENSIZE", "GRUCLI_MODEL__HIDDEN_SIZE"),
        ("GRUCLI_DATA_TRAIN", "GRUCLI_DATA__TRAIN"),
        ("GRUCLI_MODLE__CELL", "GRUCLI_MODEL__CELL"),
        ("GRUCLI_model__cell", "GRUCLI_MODEL__CELL"),
        ("GRUCLI_SEEED", "GRUCLI_SEED"),
        ("GRUCLI_SED", "GRUCLI_SEED"),
        ("GRUCLI_seed", "GRUCLI_SEED"),
        ("GRUCLI_TAKS", "GRUCLI_TASK"),
    ],
)
def test_a_variable_that_is_nearly_a_key_is_refused_with_its_right_name(
    name: str, meant: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(environment={name: "1"})
    assert caught.value.problems == (f"environment {name}  unknown key; did you mean '{meant}'?",)


@pytest.mark.parametrize("path", [path for path in KEYS if len(path) == 2], ids=".".join)
def test_one_underscore_too_few_is_told_of_every_key(path: tuple[str, ...]) -> None:
    meant = f"GRUCLI_{'__'.join(path).upper()}"
    name = f"GRUCLI_{'_'.join(path).upper()}"
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        resolve(environment={name: "1"})


def test_the_preset_has_no_variable() -> None:
    with pytest.raises(ConfigError, match=r"^environment GRUCLI_PRESET .* --set preset=VALUE$"):
        resolve(environment={"GRUCLI_PRESET": "plain"})


@pytest.mark.parametrize("name", ["GRUCLI_MODEL__X", "GRUCLI_X__Y"])
def test_an_unknown_variable_of_a_section_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^environment {name}  unknown key"):
        resolve(environment={name: "1"})
