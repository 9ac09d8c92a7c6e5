"""The grammar of numbers in text: ASCII decimals, not all that Python's `float` takes.

A number is digits with an optional sign, point and exponent, spaces around it allowed. `1_000`,
`0x10`, `inf` and digits of other scripts are none. What is missing is a blank cell, or has a mark
of its own: those that pandas, R, SQL and Excel write, a question mark, dashes, dots, stars. A
percent sign, a unit, a currency, separated thousands or a decimal comma are meant as numbers, and
refused with what to do about them: whether "1,234" is one or a thousand is for others to say.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from grucli.data.forms import Missing
from grucli.errors import excerpt

Floats = npt.NDArray[np.floating]

MISSING_CELLS: Final = frozenset(
    {
        *("", "?", "*", "**", "***", ".", "..", "...", "-", "--", "---", "\u2013", "\u2014"),
        *("nan", "-nan", "+nan", "nat", "na", "<na>", "n/a", "#na", "#n/a", "#n/a n/a", "missing"),
        *("none", "nil", "null", "\\n", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    }
)
"""How a missing value is written, in any case."""
LARGEST: Final = (2 - 2.0**-24) * 2.0**127
"""The size of a number that is refused, that of the first float32 cannot hold: numbers are squared,
and the squares are added up."""
LARGEST_WEIGHT: Final = 1e6
LONGEST: Final = 1000
"""Characters of a number that is kept exactly; Python refuses to read thousands of digits."""

_FOREIGN = re.compile(r"[^0-9eE+\-. naN]")  # of what is left, `float` takes decimals and NaN alone
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SIGNS = str.maketrans("\u2212\u2013\ufe63\uff0d\uff0b", "----+")
"""Signs that are printed for people."""
_MEANT = (
    r"[<>\u2264\u2265~\u2248\u00b1]?\s*"
    r"(?:[$\u20ac\u00a3\u00a5\u20b9]\s*[+-]?|[+-]?[$\u20ac\u00a3\u00a5\u20b9]?)\s*"
    r"(?:[0-9]{1,3}(?:[,.'\u2019\u00a0\u202f][0-9]{3}){1,2}(?:[,.][0-9]+)?|[0-9]+[.,]?[0-9]*"
    r"|[.,][0-9]+)(?:e[+-]?[0-9]+)?\s*"
    r"(?:[%\u2030$\u20ac\u00a3\u00a5\u20b9]|\u00b0?[^\W\d_]{0,4}(?:/[^\W\d_]{1,3})?[\u00b2\u00b3]?)"
)
"""A number with what people write around it: a comparison, thousands, a currency, a unit."""
_MEND_MISSING = "fill it in, or pass --missing mask"


class NumberError(ValueError):
    """A value of a series is no number, or missing where it must not.

    Attributes:
        step, channel: which, from 0.
        problem: what is wrong with it and how to mend it.
    """

    def __init__(self, step: int, channel: int, problem: str) -> None:
        super().__init__(step, channel, problem)
        self.step = step
        self.channel = channel
        self.problem = problem


def numbers(cells: Sequence[str], channels: int = 1) -> npt.NDArray[np.float64]:
    """Return the (T, D) values of D channels, a step after the other; NaN where one is missing.

    Raises:
        NumberError: a cell is no number, or too large.
    """
    if not _FOREIGN.search("".join(cells)):
        try:
            values = np.array([float(cell or "nan") for cell in cells], np.float64)
        except ValueError:
            pass  # found and named below
        else:
            if not _largest(values) >= LARGEST:
                return values.reshape(-1, channels)
    found = [_number(cell, divmod(index, channels)) for index, cell in enumerate(cells)]
    return np.array(found, np.float64).reshape(-1, channels)


def floats(values: npt.NDArray[Any]) -> Floats:
    """Return numbers of any type as float32 if that holds all of the type, else as float64.

    A small signal on a large offset is lost in float32, which has 7 digits, until it is scaled.
    What is too large becomes infinite.
    """
    is_single = np.can_cast(values.dtype, np.float32, "safe")
    with np.errstate(over="ignore"):
        found: Floats = np.asarray(values, np.float32 if is_single else np.float64, order="C")
    if _largest(found) >= LARGEST:
        found = np.where(np.abs(found) >= LARGEST, np.inf, found)
    return found


def whole(values: Floats, missing: Missing) -> Floats:
    """Return a series (T, D) up to the last step with a value: what is behind is padding.

    Raises:
        NumberError: a value before is missing, and must not.
    """
    absent = np.isnan(values)
    if not absent.any():
        return values
    filled = np.flatnonzero(~absent.all(axis=1))
    length = int(filled[-1]) + 1 if filled.size else 0
    if missing == "refuse":
        refuse_missing(values[:length])
    return values[:length].copy()  # the rest need not stay in memory


def refuse_missing(values: Floats) -> None:
    """Refuse a series (T, D) in which a value is missing.

    Raises:
        NumberError: one is, the first of them.
    """
    absent = np.argwhere(np.isnan(values))
    if len(absent):
        step, channel = absent[0].tolist()
        raise NumberError(step, channel, f"value is missing; {_MEND_MISSING}")


def looks_numeric(cell: str) -> bool:
    """Whether a cell is meant as a number: wrong ways to write one, and missing ones, count."""
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return is_missing(cell) or _is_meant(cell.strip())
    return True


def is_missing(cell: str) -> bool:
    """Whether a cell is blank or says that its value is missing."""
    return cell.strip().lower() in MISSING_CELLS


def exact(cell: str) -> float | None:
    """Return the number in a cell, an int where it is whole; None if it is none, or endless."""
    text = cell.strip(" ")
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        return None
    return float(text) if text.strip("+-0123456789") else int(text)


def weight(cell: str) -> float | None:
    """Return the weight of a row, above 0 and at most LARGEST_WEIGHT; None if it is none."""
    if not _NUMBER.fullmatch(cell.strip(" ")):
        return None
    value = float(cell)
    return value if 0 < value <= LARGEST_WEIGHT else None


def target_fault(label: str) -> str:
    """Return what is wrong with a number to predict and how to mend it, nothing if it is sound."""
    try:
        absent = bool(np.isnan(numbers([label])).any())
    except NumberError as error:
        if looks_numeric(label):
            return f"target {error.problem}"
        return f"target '{excerpt(label)}' is no number; write one, or name its column with --label"
    return f"target '{excerpt(label)}' is missing; write a number or drop the row" if absent else ""


def _number(cell: str, place: tuple[int, int]) -> float:
    text = cell.strip(" \t")
    if is_missing(text):
        return float("nan")
    if not _NUMBER.fullmatch(text):
        raise NumberError(*place, f"'{excerpt(text)}' is no number; {_mend(text)}")
    value = float(text)
    if abs(value) >= LARGEST:
        raise NumberError(*place, f"'{excerpt(text)}' is too large; scale the column down")
    return value


def _mend(text: str) -> str:
    """Return how to write what is no number."""
    if _NUMBER.fullmatch(text.translate(_SIGNS)):
        return "write its sign as - or +"
    if _NUMBER.fullmatch(text.replace(",", ".", 1)):
        return "write a decimal point"
    if _is_meant(text):
        return "write the number alone"
    return "write it like -1.5e3"


def _is_meant(text: str) -> bool:
    # Compiled when a cell first asks: that takes longer than to read a short file.
    return bool(re.fullmatch(_MEANT, text.translate(_SIGNS), re.IGNORECASE))


def _largest(values: Floats) -> float:
    """Return the size of the largest number that is there, 0 for none."""
    return float(np.fmax.reduce(np.abs(values), axis=None, initial=0))
