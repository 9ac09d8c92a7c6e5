"""The four commands: each is imported when it is asked for, and reads its words without Pydantic.

Typer has Pydantic convert the value of every parameter, even of one that is absent. To import it
takes half as long as to import NumPy, and few words of a command line need a conversion.
"""

from __future__ import annotations

import os
import shlex
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer
from typer.core import TyperGroup

from grucli.cli import output
from grucli.errors import did_you_mean, excerpt, show

SUMMARIES = {
    "train": "Learn a model from labelled sequences.",
    "evaluate": "Score a model on data with labels.",
    "predict": "Answer texts or numeric sequences, also in a pipe.",
    "inspect-gates": "Look inside a model: what its gates do, which steps count.",
}

COMPLETION = "_GRUCLI_COMPLETE"
"""The variable in which a shell asks what may follow."""
EXAMPLES = {
    "train": "grucli train mine.csv -o m.npz",
    "evaluate": "grucli evaluate test.csv -m m.npz",
    "predict": "grucli predict new.csv -m m.npz",
    "inspect-gates": "grucli inspect-gates new.csv -m m.npz",
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

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named; refuse another word, and say what may be meant."""
        word = args[0]
        if word in SUMMARIES or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        meant = did_you_mean(word, [*SUMMARIES, "help", "--version"])
        if not meant and Path(word).exists():
            meant = f"; to learn from it: grucli train {shlex.quote(show(word))} -o m.npz"
        return ctx.fail(f"{excerpt(word)}: no such command{meant}")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands before the options: they come first for whoever reads on."""
        self.format_commands(ctx, formatter)
        records = (param.get_help_record(ctx) for param in self.get_params(ctx))
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record is not None])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command is for, with a first example, without importing it."""
        with formatter.section("Commands"):
            both = (((name, words), ("", EXAMPLES[name])) for name, words in SUMMARIES.items())
            formatter.write_dl([row for rows in both for row in rows])

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, all of them flags: false, not absent, if they are not given."""
        params = super().get_params(ctx)
        for param in params:
            param.default = False
            if param.name == "help":
                param.callback = _show_help
        return params


def _imported(name: str, ctx: Any) -> Any:
    own_name = name.replace("-", "_")
    module = import_module(f"grucli.cli.{own_name}")
    if COMPLETION in os.environ:
        from grucli.cli.completion import attach

        attach(getattr(module, own_name))
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(name, epilog=module.EPILOG)(getattr(module, own_name))
    command: Any = typer.main.get_command(alone)
    wanted = signature(getattr(module, own_name)).parameters
    for param in command.params:
        _spare(param, get_args(wanted[param.name].annotation)[0])
    option = command.get_help_option(ctx)
    option.default, option.callback = False, _show_help
    return command


def _show_help(ctx: Any, param: Any, is_wanted: bool) -> None:
    """Write help as any result is written: Typer drops it where standard output is closed."""
    if is_wanted and not ctx.resilient_parsing:
        output.write(ctx.get_help() + "\n")
        ctx.exit()


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
