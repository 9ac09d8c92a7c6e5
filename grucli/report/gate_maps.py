"""What gates do at each step, in words and in a terminal: a row for some units, a column a step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from grucli.engine.packing import Floats
from grucli.inspection.alignment import Alignment
from grucli.inspection.gate_traces import AGES, GateTrace, Kind
from grucli.inspection.layers import DECODER
from grucli.inspection.sequences import Example
from grucli.report.alignments import shown
from grucli.report.sequences import part_name, token
from grucli.report.tables import WIDTH, field, percent
from grucli.tasks.drafts import END_SHOWN
from grucli.values import dataclass

TITLES: dict[Kind, str] = {
    "keep": "keep",
    "reset": "reset",
    "written": "write x |candidate|",
    "state": "state h",
}
DIGIT_ROWS, BLOCK_ROWS = 16, 32  # of a map: units beside each other in the order share one
MOST_NAMED = 4  # units of a line that its name lists; of more each row has its first
MOST_CELLS = 70  # beside each other; as wide as two columns where there is room
LABEL = 9  # columns of the terminal before a map at least
RULER = 10
BLUES = (16, 17, 18, 19, 20, 26, 32, 38, 44, 80, 116, 152, 195)  # of 256 colours, from 0 to 1
ORANGES = (16, 52, 88, 94, 130, 166, 202, 208, 214, 215, 216, 223, 230)  # from 0 to -1
COLOURED_ROW = re.compile("(?:\x1b\\[38;5;\\d+;48;5;\\d+m▀+)+\x1b\\[0m")
"""A line of a map in colour: half-blocks, and no colour behind them."""
FROM_ZEROS = "of the zeros it began with"
LEAST_SHARE = 0.005  # that is told


@dataclass(frozen=True, kw_only=True)
class Track:
    """A sequence as it was read, with what was done at its steps.

    Attributes:
        traces: of what read it.
        unit: what a step is.
        steps: that were read.
        stops: (P,) the step behind each part, counted from 0.
        names: (P,) of the parts, for sentences.
        labels: (P,) the same for an axis; () where there are numbers alone.
    """

    traces: Sequence[GateTrace]
    unit: str
    steps: int
    stops: Sequence[int]
    names: Sequence[str]
    labels: Sequence[str]


def of_example(one: Example) -> tuple[Track]:
    """Return an explained sequence."""
    return (
        Track(
            traces=one.traces,
            unit=one.unit,
            steps=one.steps,
            stops=[part.stop for part in one.parts],
            names=[part_name(one, k) for k in range(len(one.parts))],
            labels=[token(part) for part in one.parts] if one.series is None else (),
        ),
    )


def of_alignment(one: Alignment) -> tuple[Track, Track]:
    """Return an input, which the encoder has read, and the answer, which the decoder has written.

    An answer that was cut has an end, too, which its decoder has asked for last.
    """
    is_cut = one.symbols[-1:] != (END_SHOWN,)
    answer = (*one.symbols, END_SHOWN) if is_cut else one.symbols
    read, written = (
        [trace for trace in one.traces if (trace.direction == DECODER) == is_decoder]
        for is_decoder in (False, True)
    )
    return _of_tokens(read, "step", one.source), _of_tokens(written, "symbol", answer)


def _of_tokens(traces: Sequence[GateTrace], unit: str, tokens: Sequence[str]) -> Track:
    labels = [shown(one) for one in tokens]
    return Track(
        traces=traces,
        unit=unit,
        steps=len(labels),
        stops=range(1, len(labels) + 1),
        names=[f"'{label}'" for label in labels],
        labels=labels,
    )


def gate_maps(tracks: Iterable[Track], kinds: Sequence[Kind], *, is_coloured: bool) -> list[str]:
    """Return a map of each of these kinds, for each layer and direction that has it.

    Args:
        tracks: what is explained.
        kinds: of maps.
        is_coloured: whether cells are half-blocks in 256 colours; else they are digits.
    """
    lines: list[str] = []
    for one in tracks:
        for kind in kinds:
            for trace in one.traces:
                if kind in trace.maps:
                    lines += _map(one, trace, kind, is_coloured=is_coloured)
        for trace in one.traces:
            if (found := ages(trace)) is not None:
                lines += field("  carried", f"{trace.name}: {found}", indent=11)
    return lines


def legend(tracks: Iterable[Track], *, is_coloured: bool) -> str:
    """Return what the lines of maps are, of those that are explained."""
    units = max((len(trace.order) for one in tracks for trace in one.traces), default=0)
    rows, together = (BLOCK_ROWS, 2) if is_coloured else (DIGIT_ROWS, 1)
    size = -(-units // rows)
    if size == 1:
        words = ["a row is a unit"]
    elif size * together <= MOST_NAMED:
        words = [f"a row is the mean of the units that its name lists, at most {size}"]
    else:
        words = [f"a row is the mean of up to {size} units, of which its name has the first"]
    words.append("units that move alike stand together, whatever their numbers")
    if size * together > MOST_NAMED:
        words.append("--html lists the whole order, --json as order")
    if is_coloured:
        words.append("a line is two rows, the upper half named before the /, the lower behind it")
    return "; ".join(words)


def full_scale(trace: GateTrace, kind: Kind) -> float:
    """Return what the deepest colour stands for: of a gate 1, else the largest size there is."""
    return 1.0 if kind in ("keep", "reset") else float(np.abs(trace.maps[kind]).max()) or 1.0


def ages(trace: GateTrace) -> str | None:
    """Return how old the state is that the last step leaves; None where no gate keeps it."""
    shares, unit = trace.carried_at_the_end, trace.stride
    if shares is None:
        return None
    newest = "of the last step" if unit == 1 else f"of the last {unit} steps"
    between = (f"{unit * low} to {unit * high - 1} steps old" for low, high in pairwise(AGES))
    is_begun = len(trace.maps["state"]) * trace.window <= unit * AGES[-1]
    has_start = trace.direction == DECODER and not trace.layer  # those above it begin with zeros
    began = "of the state it began with" if has_start else FROM_ZEROS
    names = (newest, *between, began if is_begun else "older")
    bounds = pairwise((1.0, *shares, 0.0))
    return ", ".join(
        f"{percent(newer - older, 0)} {name}"
        for name, (newer, older) in zip(names, bounds, strict=True)
        if newer - older >= LEAST_SHARE
    )


def words(one: Track, trace: GateTrace, kind: Kind) -> str:
    """Return where a map is highest and lowest, over all units and over all steps."""
    values = np.abs(trace.maps[kind])
    by_step, by_unit = values.mean(axis=1), values.mean(axis=0)
    most, least = (_place(one, trace, int(place(by_step))) for place in (np.argmax, np.argmin))
    high, low = int(by_unit.argmax()), int(by_unit.argmin())
    what = "mean |h|" if kind == "state" else "mean"
    return (
        f"{what} {values.mean():.2f}; most at {most} ({by_step.max():.2f}), least at {least} "
        f"({by_step.min():.2f}); unit {high} has {by_unit[high]:.2f} on average, unit {low} "
        f"{by_unit[low]:.2f}"
    )


def _place(one: Track, trace: GateTrace, column: int) -> str:
    step = column * trace.window
    return next(
        (n for n, stop in zip(one.names, one.stops, strict=True) if step < stop), one.names[-1]
    )


def _map(one: Track, trace: GateTrace, kind: Kind, *, is_coloured: bool) -> list[str]:
    rows = BLOCK_ROWS if is_coloured else DIGIT_ROWS
    heads = list(_heads(trace.order, rows, 2 if is_coloured else 1))
    label = max(LABEL, *(len(head) + 1 for head in heads))
    cells = trace.shrunk(kind, rows, min(MOST_CELLS, WIDTH - label))
    is_signed, size = kind == "state", full_scale(trace, kind)
    share = cells / size
    low = f"{-size if is_signed else 0:.2g}"
    signs = "as 0 to 9"
    if is_coloured:
        signs = "orange to blue" if is_signed else "dark to light"
    key = f"{low} to {size:.2g} {signs}"
    steps = -(-one.steps // cells.shape[1])
    each = "a column a step" if steps == 1 else f"a column {steps} steps"
    lines = field(
        f"  {kind}", f"{trace.name}: {TITLES[kind]}, {key}; {each}; {words(one, trace, kind)}", 11
    )
    wide = 2 if 2 * cells.shape[1] <= min(MOST_CELLS, WIDTH - label) else 1
    drawn = _blocks(share, wide) if is_coloured else _digits(share, wide, is_signed=is_signed)
    lines += [f"{head:<{label}}{row}" for head, row in zip(heads, drawn, strict=True)]
    return [*lines, " " * label + _ruler(cells.shape[1], wide, steps)]


def _heads(order: Sequence[int], most: int, rows: int) -> Iterator[str]:
    """Yield the units of each line, of at most so many rows, with a slash between its rows."""
    size = -(-len(order) // most)
    is_listed = size * rows <= MOST_NAMED
    for first in range(0, len(order), size * rows):
        units = order[first : first + size * rows]
        each = [units[start : start + size] for start in range(0, len(units), size)]
        yield "  u" + "/".join(
            ",".join(map(str, row if is_listed else row[:1]))
            + ("…" if len(row) > 1 and not is_listed else "")
            for row in each
        )


def _digits(shares: Floats, wide: int, *, is_signed: bool) -> list[str]:
    """Return rows of tenths; of signed ones 0 is the lowest, 9 the highest."""
    tenths = 10 * (shares + 1) / 2 if is_signed else 10 * shares
    return [
        "".join(f"{digit:<{wide}}" for digit in row).rstrip()
        for row in np.clip(tenths, 0, 9).astype(int).tolist()
    ]


def _blocks(shares: Floats, wide: int) -> list[str]:
    """Return two rows in a line, as the two halves of its characters."""
    levels = np.rint(np.clip(shares, -1, 1) * (len(BLUES) - 1)).astype(int)
    if len(levels) % 2:
        levels = np.pad(levels, ((0, 1), (0, 0)))
    colours = np.where(levels < 0, np.take(ORANGES, np.abs(levels)), np.take(BLUES, np.abs(levels)))
    return [
        "".join(
            f"\x1b[38;5;{above};48;5;{below}m{'▀' * wide}"
            for above, below in zip(*pair, strict=True)
        )
        + "\x1b[0m"
        for pair in colours.reshape(-1, 2, levels.shape[1]).tolist()
    ]


def _ruler(number: int, wide: int, steps: int) -> str:
    """Return the step at which every tenth column begins."""
    line = ""
    for column in range(0, number, RULER):
        line = f"{line:<{column * wide}}{column * steps + 1} "
    return line.rstrip()
