"""The command line: what every command shares, and how every end becomes an exit code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from grucli import __version__
from grucli.cli import memory, output
from grucli.cli.commands import COMPLETION, Group
from grucli.cli.interruption import Stopped, exit_code, stopping
from grucli.cli.usage_errors import usage_line
from grucli.errors import GrucliError, show
from grucli.parallel.launcher import launch_of

EXIT_USAGE = 2
EXIT_ENVIRONMENT = 5
EXIT_BUG = 70

app = typer.Typer(
    name="grucli",
    help="Learn from labelled sequences (texts, symbols, series) with a GRU, and answer new ones.",
    epilog="'grucli help train' shows all options of a command, 'man grucli' all of it.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    cls=Group,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.write(f"grucli {__version__}\n")
        raise typer.Exit


@app.callback()
def _grucli(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Learn from labelled sequences with a GRU, and answer new ones."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; every end, good or bad, becomes an exit code (and one line on stderr)."""
    output.prepare()
    if COMPLETION in os.environ:
        from grucli.cli.completion import answered

        return answered(lambda: _dispatch(arguments))
    launch = launch_of(os.environ) if arguments[:1] == ["train"] else None
    if launch is None:
        return _ended(lambda: _dispatch(arguments), arguments)
    from grucli.cli import rank

    return rank.run(launch, lambda: _dispatch(arguments), lambda work: _ended(work, arguments))


def _ended(work: Callable[[], int], arguments: Sequence[str]) -> int:
    """Do a work that these arguments ask for; say what ends it, and return the exit code."""
    debug = "--debug" in arguments
    try:
        with stopping():
            code = work()
            output.flush()
    except Exception as error:
        if debug:
            for line in traceback.format_exc().splitlines():
                output.say(line, as_it_is=True)
        return _explain(error, arguments)
    except KeyboardInterrupt as end:
        output.say("grucli: interrupted")
        return exit_code(end)
    except Stopped as end:
        output.discard()  # or the interpreter waits for a reader that may not read
        return exit_code(end)
    finally:
        if output.live_line is not None:
            output.live_line.close(is_drawn=False)
    return code


def _dispatch(arguments: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    try:
        code = command.main(args=_plain(arguments), prog_name="grucli", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # for Typer this is a failure
            raise end.__context__ from None
        raise
    return code if isinstance(code, int) else 0


def _plain(arguments: Sequence[str]) -> list[str]:
    """Return arguments with `help COMMAND` as `COMMAND --help`; nothing at all asks for help."""
    if not arguments:
        return ["--help"]
    if arguments[0] != "help":
        return list(arguments)
    return ["--help"] if arguments[1:] == ["help"] else [*arguments[1:], "--help"]


def _explain(error: Exception, arguments: Sequence[str]) -> int:
    """Say what went wrong, one line a problem, and return its exit code."""
    if isinstance(error, BrokenPipeError):
        output.discard()
        return 0  # the reader of our output has what it wanted
    if isinstance(error, GrucliError):
        lines, code = error.problems, error.exit_code
    elif isinstance(error, typer.TyperException):
        lines, code = (usage_line(error, arguments),), EXIT_USAGE
    elif memory.is_short(error):
        lines, code = (f"out of memory; {memory.MEND}",), EXIT_ENVIRONMENT
    elif isinstance(error, OSError) and error.errno in output.WRITE_FAULTS:
        reason = os.strerror(error.errno).lower()
        lines, code = (f"standard output: cannot be written: {reason}",), EXIT_ENVIRONMENT
        output.discard()
    else:
        kind = type(error).__name__
        lines = (f"bug: {kind}: {show(error)}; please report it with the output of --debug",)
        code = EXIT_BUG
    for line in lines:
        output.say(f"grucli: {line}")
    return code
