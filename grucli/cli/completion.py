"""What a shell offers where it completes a value: settings, metrics, labels, columns, models.

Only what can be found in a moment is offered, from the first rows of a regular file, and where
anything goes wrong nothing is: a shell shows no errors.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from inspect import signature
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import typer

from grucli.cli.commands import COMPLETION
from grucli.cli.options import Reading
from grucli.errors import GrucliError

FIRST_ROWS = 1000  # that are read for labels
SCORED_ROWS = 50  # that tell which metrics there are
MOST = 500  # that are offered
BREAKS = "=:"  # where bash begins a new word

Given = Mapping[str, Any]
Offer = str | tuple[str, str]
"""What may be written, and what it means."""


def answered(run: Callable[[], int]) -> int:
    """Answer what a shell asks, with what `run` prints of it; return the exit code.

    An error has no place in a line that is being typed.
    """
    typed, quote, buffer = "", "", io.StringIO()
    if is_bash := os.environ[COMPLETION] == "complete_bash":
        typed, quote = _mended_words()
    else:
        _mend_line()
    try:
        with redirect_stdout(buffer), redirect_stderr(io.StringIO()):
            code = run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except Exception:
        return 1
    text = buffer.getvalue()
    if is_bash:
        offers = (line.removeprefix(typed) for line in text.splitlines())
        text = "".join(f"{_for_bash(offer, quote)}\n" for offer in offers)
    sys.stdout.write(text)
    return code


def _mended_words() -> tuple[str, str]:
    """Take the quotes off the words of bash, and join those that it breaks at `=` and `:`.

    Returns:
        the part of the word that is being typed which bash leaves as it is, and the quote that
        is open in the other one, if any.
    """
    raw, place = os.environ.get("COMP_WORDS", "").split("\n"), os.environ.get("COMP_CWORD", "")
    if len(raw) == 1 or not place.isdecimal() or int(place) >= len(raw):
        return "", ""
    joined, places = list[str](), list[int]()
    for before, word in zip(["", *raw], raw, strict=False):
        if joined and {before, word} & {*BREAKS}:
            joined[-1] += word
        else:
            joined.append(word)
        places.append(len(joined) - 1)
    current = places[int(place)]
    os.environ["COMP_WORDS"] = "\n".join(shlex.quote(_unquoted(word)[0]) for word in joined)
    os.environ["COMP_CWORD"] = str(current)
    word, quote = joined[current], _unquoted(joined[current])[1]
    kept = 0
    if quote:
        places = [k for k, letter in enumerate(word) if letter == quote]
        kept = max(k for k in places if not _unquoted(word[:k])[1])
    elif word != raw[int(place)]:
        kept = max(map(word.rfind, BREAKS)) + 1
    return _unquoted(word[:kept])[0], quote


def _mend_line() -> None:
    """End the last word of a line, so that it is seen to be one: a quote in it may be open."""
    words = _split(os.environ.get("_TYPER_COMPLETE_ARGS", "") + "x")[0]
    os.environ["_TYPER_COMPLETE_ARGS"] = shlex.join([*words[:-1], words[-1][:-1]])


def _unquoted(word: str) -> tuple[str, str]:
    """Return what one word means, and the quote that is open in it."""
    words, quote = _split(word)
    return " ".join(words), quote


def _split(line: str) -> tuple[list[str], str]:
    """Return the words of a line, the last of which may have no end, and the quote that is open."""
    lexer: Any = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words = list[str]()
    try:
        for word in lexer:
            words.append(word)
    except ValueError:  # a quote or a backslash at the end
        words.append(lexer.token)
        return words, lexer.state if lexer.state in lexer.quotes else ""
    return words, ""


def _for_bash(offer: str, quote: str) -> str:
    """Return what bash is to write: what has a meaning is escaped, in a quote as it asks for."""
    if quote == "'":
        return offer.replace("'", r"'\''")
    return re.sub(r'(["$`\\])' if quote else r"([^\w@%+=:,./-])", r"\\\1", offer)


def attach(command: Callable[..., Any]) -> None:
    """Let the parameters of a command offer values."""
    for name, parameter in signature(command).parameters.items():
        if name in FINDERS:
            get_args(parameter.annotation)[1].autocompletion = _offering(FINDERS[name])


def _offering(find: Callable[[Given, str], Iterable[Offer]]) -> Callable[..., list[Offer]]:
    def offers(ctx: typer.Context, incomplete: str) -> list[Offer]:
        try:
            return list(islice(_matching(find(_given(ctx), incomplete), incomplete), MOST))
        except Exception:
            return []

    return offers


def _given(ctx: Any) -> Given:
    """Return what was given so far: Typer forgets arguments before an option without its value."""
    if os.environ[COMPLETION] == "complete_bash":
        words = _split(os.environ["COMP_WORDS"])[0][: int(os.environ["COMP_CWORD"])]
    else:
        words = _split(os.environ["_TYPER_COMPLETE_ARGS"])[0][:-1]
    words = words[words.index(ctx.info_name) + 1 :]
    words = words[:-1] if words[-1:] and words[-1].startswith("-") else words
    with ctx.command.make_context(ctx.info_name, words, resilient_parsing=True) as again:
        found: Given = again.params
    return found


def _matching(offers: Iterable[Offer], incomplete: str) -> Iterator[Offer]:
    """Yield those that begin as what was typed; where one is left that takes a number, one, too.

    With one offer alone a shell would end the word.
    """
    found = [offer for offer in offers if _written(offer).startswith(incomplete)]
    yield from found
    if len(found) == 1 and isinstance(found[0], str) and found[0].endswith("="):
        yield f"{found[0]}0.9"


def _written(offer: Offer) -> str:
    return offer if isinstance(offer, str) else offer[0]


def _settings(given: Given, incomplete: str) -> Iterator[Offer]:
    """Yield the keys of a config; behind a whole one its values, where there are few."""
    from grucli.config.reference import choices, expectation
    from grucli.config.schema import KEYS

    key, equals, _ = incomplete.partition("=")
    for path in KEYS:
        dotted = ".".join(path)
        values = choices(path)
        is_near = dotted == key if equals else dotted.startswith(key)
        if not is_near:
            continue
        is_only = sum(".".join(other).startswith(key) for other in KEYS) == 1
        if equals or is_only:
            yield from (f"{dotted}={value}" for value in values)
        if not equals:
            yield f"{dotted}=", expectation(path)


def _metrics(given: Given, incomplete: str) -> Iterator[Offer]:
    """Yield the figures of the model on the first rows, or those that there may be."""
    from grucli.tasks import measures

    try:
        names = list(_figures(given))
    except (GrucliError, OSError, TypeError, ValueError):  # not all that it takes is given
        names = [one.name for one in measures()]
    yield from (f"{name}=" for name in dict.fromkeys(names))


def _figures(given: Given) -> Iterator[str]:
    from grucli.data.forms.opening import open_source
    from grucli.modelfile.checkpoint import load
    from grucli.prediction.score import score
    from grucli.tasks.figure_lookup import figures

    saved = load(given["model"])
    options = _reading(given).options(targets=saved.task.target_forms[0])
    path = _data(given)
    with open_source(path, options, needs_label=True, remembered=saved.remembered) as source:
        records = [record for record in islice(source, SCORED_ROWS) if record.error is None]
    yield from (path for path, _ in figures(score(saved, records).to_json()))


def _label_shares(given: Given, incomplete: str) -> Iterator[Offer]:
    yield from (f"{label}=" for label in _labels(given))


def _label_weights(given: Given, incomplete: str) -> Iterator[Offer]:
    before = incomplete[: incomplete.rfind(",") + 1]
    if not before:
        yield from ("balanced", "none")
    yield from (f"{before}{label}=" for label in _labels(given))


def _labels(given: Given) -> list[str]:
    """Return the labels of the first rows."""
    from grucli.data.forms.opening import open_source

    with open_source(_data(given), _reading(given).options("skip"), needs_label=True) as source:
        records = islice(source, FIRST_ROWS)
        found = {label for record in records for label in record.labels or [record.label]}
    return sorted(label for label in found if label)


def _columns(given: Given, incomplete: str) -> Iterator[Offer]:
    """Yield the columns of DATA, behind those that are listed already."""
    from grucli.cli.header import header

    before = incomplete[: incomplete.rfind(",") + 1]
    listed = before.split(",")
    for name in header(_data(given), _reading(given).given()):
        if name not in listed:
            yield before + name


def _models(given: Given, incomplete: str) -> Iterator[Offer]:
    """Yield the models of a folder; none where a folder may be meant, which the shell knows."""
    folder, _, start = incomplete.rpartition("/")
    entries = [*Path(folder or ("/" if incomplete.startswith("/") else ".")).iterdir()]
    if any(entry.is_dir() and entry.name.startswith(start or "\0") for entry in entries):
        return
    for name in sorted(entry.name for entry in entries):
        if name.endswith(".npz") and not name.endswith(".last.npz") and not name.startswith("."):
            yield incomplete[: len(incomplete) - len(start)] + name


def _reading(given: Given) -> Reading:
    names = signature(Reading).parameters
    return Reading(**{name: given[name] for name in names if given.get(name) is not None})


def _data(given: Given) -> str:
    """Return the first data if they are a regular file: others would be waited for, or used up."""
    path: str = given["data"] if isinstance(given["data"], str) else given["data"][0]
    if not Path(path).is_file():
        raise ValueError
    return path


FINDERS: Mapping[str, Callable[[Given, str], Iterable[Offer]]] = {
    "assignments": _settings,
    "minimums": _metrics,
    "maximums": _metrics,
    "recall": _label_shares,
    "precision": _label_shares,
    "class_weight": _label_weights,
    **dict.fromkeys(("text", "label", "id", "time", "values", "weight", "keep"), _columns),
    "model": _models,
    "init_from": _models,
}
"""What offers values, by the name of a parameter."""
