"""What a command does not need is not imported: a start takes no longer than it must."""

import subprocess
import sys
from pathlib import Path

import pytest

from .helpers import SAMPLES, environment

COMMANDS = ("train", "evaluate", "predict", "inspect_gates")
HEAVY = {"numpy", "pydantic", "yaml", "rich"}
LEARNING = {
    "grucli.config.resolve",
    "grucli.config.schema",
    "grucli.training.trainer",
    "grucli.preparation.prepare",
}
OTHER_FORMS = {
    *(f"grucli.data.forms.{form}" for form in ("conll", "json_document", "jsonl", "spans", "ts")),
    *(f"grucli.data.tables.{name}" for name in ("source", "column_profile")),
    *("grucli.data.dates", "grucli.data.series.kernels"),
}
RUN = """
import sys
from grucli.cli.app import run
code = run(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)
"""


def imported(*arguments: object, stdin: bytes = b"") -> set[str]:
    """Run a command; return the modules that are there at its end."""
    command = (sys.executable, "-c", RUN, *map(str, arguments))
    ran = subprocess.run(
        command, input=stdin, capture_output=True, env=environment(), check=True, timeout=60
    )
    assert ran.stdout
    return set(ran.stderr.decode().splitlines()[-1].split())


def test_the_version_needs_no_command() -> None:
    modules = imported("--version")
    assert "grucli.cli.app" in modules
    assert not HEAVY & modules
    assert not {f"grucli.cli.{command}" for command in COMMANDS} & modules


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_needs_nothing_heavy_and_no_other_command(command: str | None) -> None:
    words = [] if command is None else [command.replace("_", "-")]
    modules = imported(*words, "--help")
    assert imported("help", *words) == modules
    assert not {*HEAVY, "grucli.files", "grucli.data.records"} & modules
    of_commands = {f"grucli.cli.{command}"} if command else set()
    assert {name for name in modules if name.removeprefix("grucli.cli.") in COMMANDS} == of_commands


@pytest.mark.parametrize("options", [(), ("--to", "csv", "--format", "lines", "-v")])
def test_predicting_needs_neither_the_config_nor_its_libraries(
    text_model: Path, options: tuple[str, ...]
) -> None:
    modules = imported("predict", "-m", text_model, *options, stdin=b"good\n")
    assert {"numpy", "grucli.prediction.stream"} <= modules
    unwanted = HEAVY - {"numpy"} | LEARNING | {"grucli.tasks.classify.metrics", "zipfile"}
    unwanted |= {"numpy.random", "decimal", "tempfile", "grucli.tasks.scorecard"}
    assert not (unwanted | OTHER_FORMS) & modules


def test_evaluating_needs_neither_the_config_nor_its_libraries(text_model: Path) -> None:
    words = ("evaluate", SAMPLES / "reviews_test.csv", "-m", text_model, "--min", "accuracy=0.1")
    modules = imported(*words, "--json")
    assert {"numpy", "grucli.tasks.classify.metrics"} <= modules
    heavy = {"pydantic", "yaml", "rich.console"}  # rich knows how wide characters are
    assert not (heavy | LEARNING) & modules
