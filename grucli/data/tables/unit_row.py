"""A row of units below the header, as loggers write it: `[mV],s,m/s²,°C`."""

import re
from collections.abc import Sequence
from typing import Final

from grucli.data.numbers import is_missing, looks_numeric

_SYMBOL = (
    r"(?:da|[yzafpnuµμmcdhkMGTP])?"
    r"(?:mol|cd|Hz|Pa|Wb|Wh|VA|var|ohm|eV|bar|bit|cal|rad|lm|lx|Bq|Gy|Sv|[msgAKNJWCVFSHTLlBΩ])"
)
_WORDS: Final = (
    *("%", "‰", "°", "°C", "°F", "℃", "℉", "deg", "degC", "degF", "degrees", "ppm", "ppb", "dB"),
    *("dBm", "min", "h", "hr", "hrs", "sec", "msec", "usec", "d", "day", "days", "yr", "rpm"),
    *("mph", "psi", "mmHg", "in", "ft", "mi", "px", "a.u.", "au", "count", "counts", "unitless"),
    *("seconds", "volts", "meters", "metres", "hours", "minutes", "bpm"),
)
_FACTOR = rf"(?:{'|'.join(map(re.escape, sorted(_WORDS, key=len, reverse=True)))}|{_SYMBOL})"
_POWER = r"(?:\^?[-−]?\d|[⁻¹²³]{1,2})?"
_UNIT = re.compile(rf"{_FACTOR}{_POWER}(?:[/·*. ]{_FACTOR}{_POWER})*")
_BRACKETED = re.compile(r"[\[({<][^\[\](){}<>]{0,15}[A-Za-z%°µΩ][^\[\](){}<>]{0,15}[\])}>]")


def are_units(cells: Sequence[str]) -> bool:
    """Whether cells hold units of measurement, at least one, and nothing else."""
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    return bool(filled) and all(map(_is_unit, filled))


def is_row_of_units(row: Sequence[str]) -> bool:
    """Whether a row holds units, perhaps a word beside them where the labels are, and no number."""
    filled = [cell.strip() for cell in row if not is_missing(cell)]
    units = sum(map(_is_unit, filled))
    return units >= max(1, len(filled) - 1) and not any(map(looks_numeric, filled))


def _is_unit(cell: str) -> bool:
    return bool(_UNIT.fullmatch(cell) or _BRACKETED.fullmatch(cell))
