"""The tables of training steps and forward passes: milliseconds, and ratios to grucli's."""

import statistics

from tests.benchmarks import work
from tests.benchmarks.markdown import markdown, number, titled

PEERS = {"onnxruntime": "ONNX Runtime", "pytorch": "PyTorch", "keras": "Keras", "jax": "JAX"}
COLUMNS = {"reference": "older build"} | PEERS | {"fastest": "fastest peer", "limit": "limit"}
CELLS = ("mingru", "rnn")  # what grucli has beside the GRU
OTHER_CELLS = (
    "A training step of grucli's other cells on one thread [ms], in brackets how many times as "
    "fast as the GRU of grucli, of the older build, of the fastest peer:"
)


def step(results):
    """A training step and a forward pass on one thread."""
    found = results.latest("step")
    return titled(
        {
            "A training step on one thread [ms], in brackets over grucli's time:": compared(
                found, 1, "step_ms"
            ),
            "The forward pass alone on one thread [ms]:": compared(found, 1, "forward_ms"),
            OTHER_CELLS: _cells(found),
        }
    )


def step_all_cores(results):
    """A training step on all cores."""
    table = compared(results.latest("step-all-cores"), 0, "step_ms")
    return titled({"A training step of a classifier on all cores [ms]:": table})


def writing(results):
    """A training step of a network that writes."""
    found, title = results.latest("writing"), "A training step of a network that writes"
    return titled(
        {
            f"{title} on one thread [ms]:": compared(found, 1, "step_ms", work.WRITING),
            f"{title} on all cores [ms]:": compared(found, 0, "step_ms", work.WRITING),
        }
    )


def compared(found, threads, what, rows=work.ROWS):
    """Return a table of milliseconds with, in brackets, each side's time over grucli's.

    The last line has the geometric means of the brackets over the rows that start from numbers.

    Args:
        found: as Results.latest returns it.
        threads: which measurements.
        what: name of the figure.
        rows: name -> Row.
    """
    times = {row: _times(found[row], threads, what) for row in rows if row in found}
    times = {row: each for row, each in times.items() if "grucli" in each}
    sides = [side for side in COLUMNS if any(side in each for each in times.values())]
    lines = [
        [row, _shape(rows[row]), number(each["grucli"]), *(_cell(each, side) for side in sides)]
        for row, each in times.items()
    ]
    numeric = [each for row, each in times.items() if row in work.NUMBERS]
    if len(numeric) > 1:
        means = [_mean(numeric, side) for side in sides]
        lines.append(["geometric mean of numeric rows", "", "", *means])
    return markdown(["row", "T, B, I, H", "grucli", *(COLUMNS[side] for side in sides)], lines)


def _cells(found):
    """Return the table of what the other cells gain."""
    lines = []
    for row in work.ROWS:
        times = _times(found.get(row, {}), 1, "step_ms")
        ours = found.get(row, {}).get(("grucli", 1), {})
        each = [ours[f"{cell}_step_ms"] for cell in CELLS if f"{cell}_step_ms" in ours]
        if each:
            beside = [times.get(side) for side in ("grucli", "reference", "fastest")]
            lines.append([row, _shape(work.ROWS[row]), *(_gained(ms, beside) for ms in each)])
    return markdown(["row", "T, B, I, H", *CELLS], lines)


def _gained(ms, beside):
    """Return a time, and in brackets by how many times these are longer."""
    ratios = ("–" if time is None else f"{time / ms:.2f}" for time in beside)
    return f"{number(ms)} ({', '.join(ratios)})"


def _times(cells, threads, what):
    """Return side -> milliseconds, with the fastest peer as one more side."""
    times = {side: each[what] for (side, n), each in cells.items() if n == threads and what in each}
    peers = [times[side] for side in PEERS if side in times]
    return times | ({"fastest": min(peers)} if peers else {})


def _shape(row):
    """Return steps, batch, inputs and hidden units of a Row."""
    steps = f"≤ {row.steps}" if row.ragged else f"{row.steps}"
    return f"{steps}, {row.batch}, {row.inputs}, {row.hidden}"


def _cell(times, side):
    """Return the time of a side, in brackets over grucli's; of the fastest peer the latter."""
    if side not in times:
        return ""
    time = "" if side == "fastest" else f"{number(times[side])} "
    return f"{time}({times[side] / times['grucli']:.2f})"


def _mean(rows, side):
    """Return the geometric mean of the ratios of one side."""
    ratios = [times[side] / times["grucli"] for times in rows if side in times]
    return f"({statistics.geometric_mean(ratios):.2f})" if ratios else ""
