"""Configs written, resolved, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from grucli.config.reference import json_schema
from grucli.config.resolve import Settings, resolve
from grucli.errors import ConfigError
from tests.messages import inside


def write(folder: Path, text: str) -> str:
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return str(folder / "c.yaml")


def settings(folder: Path, text: str) -> Settings:
    return resolve(config_path=write(folder, text))


def problems(folder: Path, text: str, **others: Any) -> list[str]:
    """Return the problems of a config file, without the folder in their places."""
    with pytest.raises(ConfigError) as caught:
        resolve(config_path=write(folder, text), **others)
    return [inside(folder, problem) for problem in caught.value.problems]


def problems_if_any(read: Callable[[], object]) -> tuple[str, ...]:
    """Return what a ConfigError of `read` says; any other exception fails the test."""
    try:
        read()
    except ConfigError as error:
        return error.problems
    return ()


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.text("abcé中 :#-\"'", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab1:", max_size=3), inner),
    max_leaves=8,
)


def schema_of(path: tuple[str, ...]) -> dict[str, Any]:
    whole = json_schema()
    properties = whole["properties"]
    if len(path) == 2:
        reference_to_section = properties[path[0]]["$ref"].rpartition("/")[2]
        properties = whole["$defs"][reference_to_section]["properties"]
    found: dict[str, Any] = properties[path[-1]]
    return found
