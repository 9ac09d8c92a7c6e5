"""The keys of JSON objects that hold a list of tokens and a list with the tag of each.

A list of tokens beside one label is no such pair: that is a text someone has divided.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from grucli.data.forms.json_grammar import JsonError, Object, as_written, is_null, kind
from grucli.data.records import Record, names
from grucli.data.request import Asked
from grucli.data.tables.column_names import LABEL_NAMES, normal_name
from grucli.errors import DataError, counted, did_you_mean, excerpt

TOKEN_NAMES: Final = ("tokens", "words", "token", "word", "form", "text", "sentence", "词语", "词")
TAG_NAMES: Final = ("tags", "labels", "tag", "label", "ner_tags", "pos_tags", "标签")
"""Keys of tokens and of tags, the surest first; in any case."""


def tagged_keys(
    sample: Sequence[Object], columns: Sequence[str], asked: Asked
) -> tuple[str, str | None] | None:
    """Return the keys of tokens and of tags, that of tags None where there are none and need be.

    None where the objects hold something else.

    Raises:
        DataError: several keys hold a tag for each token; or none, where tags are asked for; or the
            key that is named is none, or that of the tokens.
    """
    wants_tags = "tags" in (asked.options.targets, asked.known.targets)
    is_open = asked.may_be_tagged or asked.needs_label  # tags that nobody can use are told, too
    if not is_open or asked.options.values or (not wants_tags and _has_text(sample, asked)):
        return None
    token_key = _token_key(sample, columns, asked)
    if token_key is not None and (wants_tags or not _has_label(sample, columns, asked)):
        tag_key = _tag_key(sample, columns, asked, token_key)
        if tag_key == token_key and asked.needs_label:
            raise DataError(f"{asked.name}: tokens and tags have the same key; name two keys")
        if tag_key is not None or (wants_tags and not asked.needs_label):
            return token_key, tag_key
    if wants_tags and asked.needs_label:
        raise DataError(
            f"{asked.name}: no key holds tokens and another a tag for each (keys: "
            f"{excerpt(','.join(columns), 60)}); pass --text and --label, or name another file"
        )
    return None


def fill(
    record: Record, found: Object, token_key: str, tag_key: str | None, *, needs_tags: bool
) -> None:
    """Put the tokens of an object into its record, and their tags, if it has a fit one for each.

    Raises:
        JsonError: it has no tokens; or not a tag for each of them, where these are needed.
    """
    tokens = _list(found, token_key)
    tags = None
    try:
        tags = _list(found, tag_key or "")
        if len(tags) != len(tokens):
            raise JsonError(
                f"{counted(len(tokens), 'token')} in '{excerpt(token_key)}', "
                f"{counted(len(tags), 'tag')} in '{excerpt(tag_key)}'; give each token one"
            )
    except JsonError:
        if needs_tags:
            raise
        tags = None
    if needs_tags and not tokens:
        raise JsonError(f"no tokens in key '{excerpt(token_key)}'; drop the line")
    record.text, record.tokens, record.tags = " ".join(tokens), tokens, tags


def _list(found: Object, key: str) -> tuple[str, ...]:
    """Return the texts and numbers of a list, as they are written."""
    value = found.get(key)
    if not isinstance(value, list):
        if key not in found:
            raise JsonError(f"no key '{excerpt(key)}' (keys: {excerpt(','.join(found), 60)})")
        raise JsonError(f"key '{excerpt(key)}' holds {kind(value)}; write a list of strings")
    for index, each in enumerate(value):
        if isinstance(each, list | dict) or is_null(each):
            raise JsonError(f"{excerpt(key)}[{index}] holds {kind(each)}; write a string")
    return tuple(map(as_written, value))


def _token_key(sample: Sequence[Object], columns: Sequence[str], asked: Asked) -> str | None:
    """Return the key that is asked for, remembered or known, if it holds lists of strings."""
    lists = [key for key in columns if _in_most(sample, partial(_holds, key))]
    given = names(asked.options.text)
    if given:
        return given[0] if len(given) == 1 and given[0] in lists else None
    likely = {normal_name(key): key for key in reversed(lists)}
    known = [key for key in names(asked.known.text) if key in lists]
    return next(iter([*known, *[likely[name] for name in TOKEN_NAMES if name in likely]]), None)


def _has_text(sample: Sequence[Object], asked: Asked) -> bool:
    """Whether a model finds the texts that it reads."""
    return any(
        key in each and not isinstance(each[key], list)
        for each in sample
        for key in names(asked.known.text)
    )


def _has_label(sample: Sequence[Object], columns: Sequence[str], asked: Asked) -> bool:
    """Whether a label stands for all of an object."""
    told = asked.options.label
    likely = [key for key in columns if normal_name(key) in LABEL_NAMES] if told is None else [told]
    return any(key in each and not isinstance(each[key], list) for each in sample for key in likely)


def _tag_key(
    sample: Sequence[Object], columns: Sequence[str], asked: Asked, token_key: str
) -> str | None:
    told = asked.options.label
    if told is not None:
        if asked.needs_label and told not in columns:
            listed = f"(keys: {excerpt(','.join(columns), 60)})"
            hint = did_you_mean(told, columns) or "; pass --label KEY"
            raise DataError(f"{asked.name}: no key '{excerpt(told)}' {listed}{hint}")
        return told
    if asked.known.label in columns:
        return asked.known.label

    def fits(key: str, found: Object) -> bool:
        """Whether the key holds a tag for each token."""
        tags, tokens = found.get(key), found.get(token_key)
        return isinstance(tags, list) and isinstance(tokens, list) and len(tags) == len(tokens)

    others = [key for key in columns if key != token_key]
    fit = [key for key in others if _in_most(sample, partial(fits, key))]
    named = {normal_name(key): key for key in reversed(fit)}
    known = [named[name] for name in TAG_NAMES if name in named]
    if len(fit) > 1 and "tags" not in named and asked.needs_label:
        listed = "' or '".join(map(excerpt, fit[:3]))
        raise DataError(f"{asked.name}: tags in '{listed}'? pass --label {excerpt(fit[0])}")
    return next(iter([*known, *fit]), None)


def _in_most(sample: Sequence[Object], holds: Callable[[Object], bool]) -> bool:
    return 2 * sum(map(holds, sample)) > len(sample)


def _holds(key: str, found: Object) -> bool:
    """Whether a key holds a list of strings."""
    value = found.get(key)
    return isinstance(value, list) and all(type(each) is str for each in value)
