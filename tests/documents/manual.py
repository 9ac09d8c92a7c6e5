"""The man pages, made from the commands themselves."""

import re
from pathlib import Path

import typer

from grucli import __version__
from grucli.cli import app, commands
from tests.documents import roff
from tests.documents.pages import ROOT

FOLDER = ROOT / "docs" / "man"
CODES = re.compile(r"\s*(\d+(?:, \d+)*)\s+(.+)", re.DOTALL)
ALL_CODES = {
    "0": "done, also when the reader of the output went away",
    "1": "ran well, and the answer is no: --min, --max, --fail-if",
    "2": "usage or config",
    "3": "input data",
    "4": "model file",
    "5": "a file is missing, in the way, locked or cannot be written; out of memory; a worker was "
    "killed",
    "6": "training diverged; the last good model, if an epoch had ended, is kept and named",
    "70": "a bug in grucli; --debug shows the traceback",
    "130, 143, 129": "interrupted by SIGINT, SIGTERM, SIGHUP; train has saved what --resume needs",
}
INTRODUCTION = (
    "A model is learned from a labelled file, scored on another one, and answers in a pipe. The "
    "results of a command go to standard output, all else to standard error.",
)
EVERYWHERE = {
    "NO_COLOR": "if it is not empty, nothing is coloured, as with --no-color",
    "TERM": "dumb leaves out colour and the progress bar",
    "COLUMNS": "the width of help texts and of tables for people",
    "OPENBLAS_NUM_THREADS, OMP_NUM_THREADS, MKL_NUM_THREADS, VECLIB_MAXIMUM_THREADS": "the "
    "threads of the linear algebra; 1 if they are not set; --threads wins over them",
}
OF_TRAIN = {
    "GRUCLI_SECTION__KEY": "a setting, such as GRUCLI_TRAINING__EPOCHS for training.epochs; --set "
    "and flags win over it, it wins over the config file",
    "GRUCLI_TASK, GRUCLI_SEED": "the settings task and seed",
}
FILES_OF_TRAIN = {
    "MODEL.npz": "the model: weights, vocabulary or scaling, labels, settings",
    "MODEL.last.npz": "what --resume needs to go on exactly where training stopped",
}


def files() -> dict[Path, str]:
    """Return each man page by its path."""
    group = typer.main.get_command(app.app)
    context = group.context_class(group, info_name="grucli", **group.context_settings)
    found = {FOLDER / "grucli.1": _overview(group, context)}
    for name in commands.SUMMARIES:
        command = group.get_command(context, name)
        inner = command.context_class(command, info_name=name, parent=context)
        found[FOLDER / f"grucli-{name}.1"] = _page(name, command, inner)
    return found


def _overview(group, context):
    """Return the page of grucli itself."""
    summary, *rest = _paragraphs(group.help)
    named = [
        roff.item(roff.bold(f"grucli-{name}(1)"), words)
        for name, words in commands.SUMMARIES.items()
    ]
    return _joined(
        roff.title("grucli", f"grucli {__version__}"),
        _name("grucli", summary),
        roff.section("SYNOPSIS", *_synopsis(group, context)),
        roff.section("DESCRIPTION", *map(roff.paragraph, (summary, *rest, *INTRODUCTION))),
        roff.section("COMMANDS", *named),
        roff.section("OPTIONS", *_options(group, context)),
        roff.section("EXAMPLES", roff.examples(_all_examples(group, context))),
        roff.section("EXIT STATUS", *_items(ALL_CODES)),
        roff.section("ENVIRONMENT", *_items(OF_TRAIN | EVERYWHERE)),
        _see_also("grucli"),
    )


def _page(name, command, context):
    """Return the page of a command."""
    summary, examples, *rest = _paragraphs(command.help)
    is_train = name == "train"
    parts = [
        roff.title(f"grucli-{name}", f"grucli {__version__}"),
        _name(f"grucli-{name}", commands.SUMMARIES[name]),
        roff.section("SYNOPSIS", *_synopsis(command, context)),
        roff.section("DESCRIPTION", *map(roff.paragraph, (summary, *rest))),
        roff.section("OPTIONS", *_options(command, context)),
        roff.section("EXAMPLES", roff.examples(_lines(examples))),
        roff.section("EXIT STATUS", *_items(exit_codes(command.epilog))),
        roff.section("ENVIRONMENT", *_items(OF_TRAIN | EVERYWHERE if is_train else EVERYWHERE)),
        roff.section("FILES", *_items(FILES_OF_TRAIN)) if is_train else "",
        _see_also(f"grucli-{name}"),
    ]
    return _joined(*parts)


def exit_codes(epilog: str) -> dict[str, str]:
    """Return the exit codes that the last paragraph of a help text tells, with their words."""
    found = {}
    for part in epilog.removeprefix("Exit codes:").rstrip(".").split(";"):
        match = CODES.fullmatch(part)
        assert match, f"no exit code in {part!r}"
        found[match[1]] = " ".join(match[2].split())
    return found


def _paragraphs(text):
    return [part for part in text.split("\n\n") if part.strip()]


def _lines(examples):
    marker, *lines = examples.splitlines()
    assert marker == "\b", f"no examples: {examples!r}"
    return lines


def _all_examples(group, context):
    """Return the first example of each command."""
    each = (_paragraphs(group.get_command(context, name).help)[1] for name in commands.SUMMARIES)
    return [_lines(examples)[0] for examples in each]


def _name(name, summary):
    """Return the section that `whatis` and `apropos` read."""
    words = summary[0].lower() + summary[1:].rstrip(".")
    return roff.section("NAME", rf"{roff.plain(name)} \- {roff.plain(words)}")


def _synopsis(command, context):
    pieces = (
        piece.strip("{}") if piece.startswith("{") else piece
        for piece in command.collect_usage_pieces(context)
    )
    words = " ".join(map(_synopsis_word, pieces))
    return f".B {roff.plain(context.command_path)}", words


def _synopsis_word(piece):
    """Return `[OPTIONS]` as roff: what stands for something else is italic."""
    return re.sub(r"[A-Z]+", lambda word: rf"\fI{word[0]}\fR", roff.plain(piece))


def _options(command, context):
    """Return arguments and options in the order of the help text."""
    records = (param.get_help_record(context) for param in command.get_params(context))
    return [roff.item(_tag(tag), words) for tag, words in records if words]


def _tag(tag):
    """Return `-o, --output MODEL.npz` as roff: flags are bold, what they take is italic."""
    words = tag.removesuffix(" <str>").split(" ")
    marked = [
        roff.plain(word)
        if word == "/"
        else roff.bold(word.rstrip(",")) + ("," if word.endswith(",") else "")
        if word.startswith("-")
        else roff.italic(word)
        for word in words
    ]
    return " ".join(marked)


def _items(words):
    return [roff.item(roff.bold(tag), text) for tag, text in words.items()]


def _see_also(own):
    names = ("grucli", *(f"grucli-{name}" for name in commands.SUMMARIES))
    others = ", ".join(rf"\fB{roff.plain(name)}\fR(1)" for name in names if name != own)
    return roff.section("SEE ALSO", others)


def _joined(*parts):
    return "\n".join(part for part in parts if part) + "\n"
