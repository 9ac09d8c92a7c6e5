"""What is wrong with a command line, in one line: place, what, how to mend it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import typer

from grucli.cli.commands import EXAMPLES, SUMMARIES
from grucli.errors import did_you_mean, excerpt, show

SHORTEST = 4  # letters of a word that may begin an option, with its dashes
MISSING = {
    ("evaluate", "data"): "what labelled rows shall be scored?",
    ("evaluate", "model"): "which model shall be scored?",
    ("predict", "model"): "which model shall answer?",
    ("inspect-gates", "model"): "which model shall be looked into?",
}
WORDS = {
    "Value error, ": "",
    ", unable to parse string as an integer": "",
    ", unable to parse string as a number": "",
    "Input should be a valid integer": "must be a whole number",
    "Input should be a valid number": "must be a number",
    "Input should be greater than or equal to": "must be at least",
    "Input should be less than or equal to": "must be at most",
    "Input should be": "must be",
}
"""What the libraries say of a value, and what it means to a user."""


def usage_line(error: typer.TyperException, arguments: Sequence[str]) -> str:
    """Return what a user is told of an error that Typer has found in these arguments."""
    context: Any = getattr(error, "ctx", None)
    option = getattr(error, "option_name", None)
    param: Any = getattr(error, "param", None)
    command = "" if context is None else context.info_name
    if type(error).__name__ == "MissingParameter" and (command, param.name) in MISSING:
        return _missing(command, param.name, context.params.get("data"))
    if type(error).__name__ == "NoSuchOption" and option:
        message = _no_such_option(option, context, arguments)
    elif type(error).__name__ == "BadOptionUsage" and option:
        takes_none = "not take a value" in error.format_message()
        message = f"{option}: {'takes no value' if takes_none else 'needs a value'}"
    else:
        message = " ".join(show(error.format_message()).split()).rstrip(".")
        message = _unfit(message, arguments)
        message = _extra(message) if message.startswith("Got unexpected extra") else message
    path = "grucli" if context is None else context.command_path
    if context is None and arguments[0] in SUMMARIES:  # the parser of a command does not name it
        path = f"grucli {arguments[0]}"
    return f"{message}; see '{path} --help'"


def _unfit(message: str, arguments: Sequence[str]) -> str:
    """Return what is said of a value that does not fit, with its place in front."""
    found = re.fullmatch("Invalid value for '([^']+)'(?: / '[^']+')*: (.*)", message)
    if found is None:
        return message
    option, said = found.groups()
    for theirs, ours in WORDS.items():
        said = said.replace(theirs, ours, 1)
    if listed := re.fullmatch("'(.*)' is not one of (.*)", said):
        said += did_you_mean(listed[1], re.findall("'([^']*)'", listed[2]))
    elif said.startswith("must be ") and (given := _value_of(option, arguments)) != "VALUE":
        said += f", got {given}"
    return f"{option}: {said}"


def _missing(command: str, name: str, data: str | Sequence[str] | None) -> str:
    """Ask for what is missing in the order in which people think: the data before the model."""
    place, question = "--model" if name == "model" else "DATA", MISSING[command, name]
    if command == "predict" and not data and sys.stdin is not None and sys.stdin.isatty():
        place, question = "DATA and --model", "what shall be answered, and by which model?"
    words = EXAMPLES[command].split()
    if data:
        words[2] = excerpt(shlex.join([data] if isinstance(data, str) else data), 60)
    verb = "are" if " and " in place else "is"
    return f"{place}: {verb} missing; {question} for example: {' '.join(words)}"


def _no_such_option(option: str, context: Any, arguments: Sequence[str]) -> str:
    """Say which option is meant, or which setting of a config, that --set takes."""
    wrong, known = f"{excerpt(option)}: no such option", list[str]()
    for param in context.command.get_params(context):
        known += [*param.opts, *param.secondary_opts]
    if context.info_name == "train" and (key := _key_of(option)) is not None:
        return f"{wrong}; it is a setting: --set {key}={_value_of(option, arguments)}"
    if context.info_name == "train" and (option == "-m" or did_you_mean(option, ["--model"])):
        return f"{wrong}; the model that is written is named by -o"
    return wrong + _option_meant(option, [name for name in known if name.startswith("--")])


def _option_meant(option: str, known: Sequence[str]) -> str:
    """Return which option a word begins, or is a slip of the pen for."""
    from grucli.files.near_names import nearest

    begun = [name for name in known if name.startswith(option) and len(option) >= SHORTEST]
    return f"; did you mean '{begun[0]}'?" if begun else nearest(option, known)


def _extra(message: str) -> str:
    """Return what is said of words that nothing asks for, which may be a folder full of names."""
    words = message.partition("(s) (")[2].removesuffix(")") or message
    return (
        f"{excerpt(words, 60)}: unexpected; one DATA is read, and a pattern such as '*' stands "
        "in quotes"
    )


def _key_of(option: str) -> str | None:
    """Return the key of a config that is called so, None if none is."""
    from grucli.config.schema import KEYS

    name = option.lstrip("-").replace("-", "_")
    return next((".".join(key) for key in KEYS if name in (key[-1], ".".join(key))), None)


def _value_of(option: str, arguments: Sequence[str]) -> str:
    """Return what was given to an option, or what stands for it."""
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == option and equals:
            return excerpt(shlex.quote(value))
        if word == option and after and not after.startswith("-"):
            return excerpt(shlex.quote(after))
    return "VALUE"
