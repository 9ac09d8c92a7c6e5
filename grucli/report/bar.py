"""How much of a run is done, in a line of a terminal."""

from __future__ import annotations

from rich.cells import cell_len

from grucli.report.tables import fit

LONGEST, SHORTEST = 40, 8  # columns of a bar; where there is no room for it there is none
NAME = 40  # columns for what is done
BESIDE = 66  # columns that all but the bar may take


def bar_line(what: str, share: float, left_s: float | None, width: int) -> str:
    """Return a line of at most so many columns.

    It is drawn in ASCII: in terminals for Chinese, the blocks of other bars are two columns wide.

    Args:
        what: is done now.
        share: of all that is done, 0 to 1.
        left_s: time that is left [s], None if it is not known.
        width: columns.
    """
    end = f"{int(share * 100):>3}%" + ("" if left_s is None else f"  {duration(left_s)} left")
    size = max(SHORTEST, min(LONGEST, width - BESIDE))
    room = min(NAME, width - size - len(end) - len("  [] "))
    if room < SHORTEST:
        return fit(f"{what}  {end.strip()}", width)
    done, shown = int(share * size), fit(what, room)
    drawn = "=" * done + ">" * (done < size)
    return f"{shown}{' ' * (room - cell_len(shown))}  [{drawn:<{size}}] {end}"


def duration(seconds: float) -> str:
    """Return a time as people say it, no finer than it is known: "8 s", "3 min", "1 h 20 min"."""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def measured(seconds: float) -> str:
    """Return a time that was measured, also a short one: "0.034 s", "8.1 s", "3 min"."""
    return f"{seconds:.2g} s" if seconds < 10 else duration(seconds)
