"""The four commands: each is imported when it is asked for, and reads its words without Pydantic.

Typer has Pydantic convert the value of every parameter, even of one that is absent. To import it
takes half as long as to import NumPy, and few words of a command line need a conversion.
"""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer
from typer.core import TyperGroup

SUMMARIES = {
    "train": "Learn a model from labelled sequences.",
    "evaluate": "Score a model on data with labels.",
    "predict": "Answer texts or numeric sequences, also in a pipe.",
    "inspect-gates": "Look inside a model: what its gates do, which steps count.",
}


class Group(TyperGroup):
    """A group that knows the names of its commands before it knows the commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names."""
        return list(SUMMARIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for another word None, with all commands there to suggest one."""
        for name in [cmd_name] if cmd_name in SUMMARIES else SUMMARIES:
            if name not in self.commands:
                self.add_command(_imported(name, ctx))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command is for, without importing it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, all of them flags: false, not absent, if they are not given."""
        params = super().get_params(ctx)
        for param in params:
            param.default = False
        return params


def _imported(name: str, ctx: Any) -> Any:
    own_name = name.replace("-", "_")
    module = import_module(f"grucli.cli.{own_name}")
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(name, epilog=module.EPILOG)(getattr(module, own_name))
    command: Any = typer.main.get_command(alone)
    wanted = signature(getattr(module, own_name)).parameters
    for param in command.params:
        _spare(param, get_args(wanted[param.name].annotation)[0])
    command.get_help_option(ctx).default = False
    return command


def _spare(param: Any, kind: Any) -> None:
    """Let `param` pass on a value that is of its kind already; Typer has the others."""
    convert = param.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        is_missing = value is None and param.required
        return value if _is(value, kind) and not is_missing else convert(ctx, value)

    param.process_value = process_value


def _is(value: Any, kind: Any) -> bool:
    origin, members = get_origin(kind), get_args(kind)
    if value is None or origin is Literal:
        return value is None or value in members
    if origin in (Union, UnionType):
        return any(_is(value, member) for member in members)
    if origin is list:
        return isinstance(value, list | tuple) and all(_is(item, members[0]) for item in value)
    return isinstance(value, kind)
