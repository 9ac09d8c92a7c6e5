"""The key of JSON objects that holds the sequence, where numbers and texts stand side by side.

An embedding, token ids or a span stand beside a text and are no series; a patient's name stands
beside a series and is no text. A key with a known name wins; where both may be meant the user says.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grucli.data.forms.json_grammar import Object, is_sequence, kind
from grucli.data.records import names
from grucli.data.request import Asked
from grucli.data.tables.column_names import LABEL_NAMES, TEXT_NAMES, normal_name
from grucli.errors import DataError, excerpt

VALUE_NAMES = ("values", "sequence", "series", "x", "data")
"""Keys of a numeric sequence, the surest first; in any case."""

_MOST_PARTS = 4
"""Keys in a row that lead to a text that is proposed."""
_NAMES_OF_THINGS = frozenset(
    (
        *("name", "word", "title", "headline", "subject", "description", "comment", "input"),
        *("query", "sequence", "seq", "dna", "标题", "姓名", "名字", "词语", "词"),
    )
)
"""Known names of texts that may also stand beside a series, to name it."""
_BESIDE_TEXT = re.compile(
    r"(.*_)?(embeddings?|emb|vectors?|vec|ids|mask|offsets?|offset_mapping|spans?|bbox"
    r"|logits?|scores|probs|probabilities)"
)
"""Names of lists of numbers that programs write beside a text."""


def value_key(sample: Sequence[Object], asked: Asked) -> str | None:
    """Return the key of a numeric sequence: given, remembered, or found; None for texts.

    Raises:
        DataError: a sequence is expected, but no key holds one; or it is not clear which does, or
            whether a text is meant.
    """
    given = asked.options.values
    if given is not None:
        if len(given) > 1:
            raise DataError(f"{asked.name}: one key holds a sequence in JSONL; pass --values KEY")
        return given[0]
    known = asked.known
    keys = tuple(dict.fromkeys(key for found in sample for key in found))
    lists = _keys_with(is_sequence, sample)
    if len(known.values) == 1 and (known.values[0] in keys or not lists):
        return known.values[0]
    if known.kind == "text" and (asked.text or not lists or _is_beside(lists, sample, asked)):
        return None
    named = [key for name in VALUE_NAMES for key in lists if key.lower() == name]
    if named or len(lists) == 1:
        return (named or lists)[0]
    listed = excerpt(",".join(keys), 60)
    raise DataError(f"{asked.name}: no clear key of a sequence (keys: {listed}); pass --values KEY")


def structures_beside(sample: Sequence[Object], asked: Asked) -> set[str]:
    """Return the keys that hold a list or an object in half of the objects at least; no labels.

    Raises:
        DataError: the text that is named is one of them.
    """
    found = _keys_with(lambda value: isinstance(value, list | dict), sample)
    for key in asked.text:
        if key in found:
            value = next(each[key] for each in sample if isinstance(each.get(key), list | dict))
            path = next(_texts_in(value, key), None)
            mend = "write one string" if path is None else f"pass --text {excerpt(path, 60)}"
            raise DataError(f"{asked.name}: key '{excerpt(key)}' holds {kind(value)}; {mend}")
    return {key for key in found if normal_name(key) not in LABEL_NAMES} - set(names(asked.label))


def _texts_in(value: Any, path: str) -> Iterator[str]:
    """Yield the paths of strings in objects and in the first elements of lists."""
    if type(value) is str and path.count(".") < _MOST_PARTS:
        yield path
    if isinstance(value, list):
        value = {"0": value[0]} if value and isinstance(value[0], dict) else {}
    inner = list(value.items()) if isinstance(value, dict) else []
    inner.sort(key=lambda pair: normal_name(pair[0]) not in TEXT_NAMES)
    for key, each in inner:
        yield from _texts_in(each, f"{path}.{key}")


def plain_keys(sample: Sequence[Object]) -> list[str]:
    """Return the keys that hold no object and no list of objects: these may be named."""
    keys = dict.fromkeys(key for found in sample for key in found)
    return [key for key in keys if not any(_has_objects(found.get(key)) for found in sample)]


def _has_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_has_objects, value)))


def string_lists_of(sample: Sequence[Object]) -> list[str]:
    """Return the keys that hold a list of strings, maybe none, in half of the objects at least."""
    return _keys_with(
        lambda value: isinstance(value, list) and all(type(one) is str for one in value), sample
    )


def _keys_with(is_wanted: Callable[[Any], bool], sample: Sequence[Object]) -> list[str]:
    """Return the keys that hold what is wanted in half of the objects at least."""
    counts = Counter(key for found in sample for key, value in found.items() if is_wanted(value))
    return [key for key, count in counts.items() if 2 * count >= len(sample)]


def _is_beside(lists: Sequence[str], sample: Sequence[Object], asked: Asked) -> bool:
    """Whether the lists stand beside a text, which is what to read.

    Raises:
        DataError: the text or a list may be meant.
    """
    strings = [
        key
        for key in _keys_with(lambda value: type(value) is str, sample)
        if key != asked.label and normal_name(key) not in LABEL_NAMES
    ]
    known = [key for key in strings if normal_name(key) in TEXT_NAMES]
    sure = [key for key in known if normal_name(key) not in _NAMES_OF_THINGS]
    likely = [key for key in known if not _are_ids(key, sample)]
    series = [key for key in lists if not _BESIDE_TEXT.fullmatch(normal_name(key))]
    if not series:
        return bool(likely or any(_are_words(key, sample) for key in strings))
    is_named = any(key.lower() in VALUE_NAMES for key in series)
    if is_named != bool(sure):
        return bool(sure)
    if not likely:
        return False
    text, values = excerpt((sure or likely)[0], 24), excerpt(series[0], 24)
    raise DataError(
        f"{asked.name}: is '{text}' the text, or '{values}' the sequence? pass --text {text}, or "
        f"--values {values}"
    )


def _are_ids(key: str, sample: Sequence[Object]) -> bool:
    """Whether a key holds words with a digit in each, as ids are."""
    texts = [str(found.get(key) or "0") for found in sample]
    return all(any(c.isdigit() for c in text) and " " not in text.strip() for text in texts)


def _are_words(key: str, sample: Sequence[Object]) -> bool:
    """Whether a key holds several words in half of the objects at least."""
    return 2 * sum(" " in str(found.get(key) or "").strip() for found in sample) >= len(sample)
