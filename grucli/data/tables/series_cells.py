"""A whole series in one cell of a table: `[0.1, 0.2]`, `0.1 0.2`, `0.1;0.2`, `[[1, 2], [3, 4]]`.

What stands between the numbers is a comma, a semicolon, a bar or blanks; brackets around all of
them are those that JSON, Python and NumPy write. Lists in a list are steps of several channels.
"""

import re
from collections.abc import Sequence

from grucli.data.numbers import Floats, NumberError, is_missing, looks_numeric, numbers
from grucli.errors import excerpt

_LEAST = 3
"""Numbers in the mean cell that make series of them where nobody said so."""
_LOOKED_AT = 1000
"""Characters of a cell that tell whether it is one."""
_MOST_BAD = 0.2

_TYPED = re.compile(r"(?:np\.|numpy\.)?(?:float|int)\d+\(([^()]*)\)")
_ARRAY = re.compile(r"(?:np\.)?(?:array|tensor)\((.*?)(?:,\s*dtype=[\w.]+)?\)", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;|()\[\]]+")
_INNER = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_PAIRS = ("[]", "()")


def holds_series(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are series of numbers that are not all whole: no text is."""
    filled = [cell for cell in cells if cell.strip()]
    found: list[list[str]] = []
    least = (1 - _MOST_BAD) * len(filled)
    for count, cell in enumerate(filled, 1):
        if tokens := _tokens(cell):
            found.append(tokens)
        if len(found) + len(filled) - count <= least:  # of texts the first few tell
            return False
    decimal = sum(any(re.search(r"[.eE]", token) for token in tokens) for tokens in found)
    is_long = sum(map(len, found)) >= _LEAST * len(found)
    return len(found) > least and is_long and 2 * decimal > len(found)


def holds_lists(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are numbers in brackets, whole or not."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    lists = sum(cell[:1] in ("[", "(") and bool(_tokens(cell)) for cell in filled)
    return lists > (1 - _MOST_BAD) * len(filled)


def series_of(cell: str) -> Floats:
    """Return the (T, D) values in a cell, NaN where one is missing.

    Raises:
        NumberError: one of them is no number, or there are more in one step than in another.
    """
    text = cell.strip()
    if looks_numeric(text):
        return numbers([text])
    if "..." in text or "…" in text:
        raise NumberError(0, 0, "'...' is left of numbers that NumPy left out; write all of them")
    text = _TYPED.sub(r"\1", text)
    if array := _ARRAY.fullmatch(text):
        text = array[1].strip()
    if text[:1] + text[-1:] in _PAIRS:
        text = text[1:-1].strip()
    if not text.startswith(("[", "(")):
        return numbers(_split(text))
    steps = [_split(inner) for inner in _INNER.findall(text)]
    if rest := _INNER.sub("", text).strip(" \t\n,;"):
        raise NumberError(0, 0, f"'{excerpt(rest)}' is no list; write [1, 2] or [[1, 2], [3, 4]]")
    for index, step in enumerate(steps):
        if len(step) != len(steps[0]):
            problem = f"{len(step)} numbers, the first step has {len(steps[0])}; give all as many"
            raise NumberError(index, 0, problem)
    return numbers([number for step in steps for number in step], max(1, len(steps[0])))


def _split(text: str) -> list[str]:
    separator = next((character for character in ";|," if character in text), None)
    return [part.strip() for part in text.split(separator)]


def _tokens(cell: str) -> list[str]:
    """Return what looks like numbers in a cell; nothing if it holds much else."""
    start = _TYPED.sub(r"\1", cell[:_LOOKED_AT])
    tokens = [token for token in _BETWEEN.split(start) if token]
    if len(cell) > _LOOKED_AT:
        tokens.pop()  # may be cut
    found = [token for token in tokens if looks_numeric(token)]
    if len(tokens) - len(found) > _MOST_BAD * len(tokens):
        return []
    return [token for token in found if not is_missing(token)]
