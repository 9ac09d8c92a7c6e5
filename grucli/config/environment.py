"""Environment variables: the names of keys, and what a name that is nearly one was meant to be."""

from __future__ import annotations

from itertools import takewhile

from grucli.config.schema import KEYS
from grucli.config.strict_yaml import KeyPath
from grucli.errors import did_you_mean

PREFIX = "GRUCLI_"
NAMES: dict[str, KeyPath] = {
    f"{PREFIX}{'__'.join(path).upper()}": path for path in KEYS if path != ("preset",)
}
"""The variables that are read."""


def complaint(name: str) -> str:
    """Return what is wrong with a variable that is not read, nothing if it may be anybody's.

    A slip is another case, other underscores, a missing section, or one letter too many, too few,
    wrong or swapped. Two underscores after the prefix are meant for grucli in any case.
    """
    mend = _mend(_letters(name)) if name.upper().startswith(PREFIX) else ""
    if not mend and name.startswith(PREFIX) and "__" in name:
        return f"unknown key{did_you_mean(name, NAMES)}"
    return mend and f"unknown key; {mend}"


def _mend(letters: str) -> str:
    near = (mend for known, mend in _WHOLE.items() if _is_one_slip(letters, known))
    return _WHOLE.get(letters) or _BARE.get(letters) or next(near, "")


def _letters(name: str) -> str:
    """Return what is left of a name without the prefix, case and underscores."""
    return name.upper().removeprefix(PREFIX).replace("_", "")


def _is_one_slip(one: str, other: str) -> bool:
    one, other = _rest(*_rest(one, other))
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])


def _rest(one: str, other: str) -> tuple[str, str]:
    """Return both without the start that they share, backwards."""
    pairs = zip(one, other, strict=False)
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return one[start:][::-1], other[start:][::-1]


_WHOLE = {_letters(name): f"did you mean '{name}'?" for name in NAMES}
_WHOLE["PRESET"] = "it has no variable, pass --set preset=VALUE"
_BARE = {_letters(path[-1]): _WHOLE[_letters(name)] for name, path in reversed(NAMES.items())}
"""By the name of a key alone; of two sections that have it, the first one counts."""
