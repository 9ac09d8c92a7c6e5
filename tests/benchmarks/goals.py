"""What the project aims at, and what was measured: a line for each goal, met or missed."""

import operator
from statistics import geometric_mean, mean

from tests.benchmarks import run_goals, work
from tests.benchmarks.markdown import markdown, titled
from tests.benchmarks.memory import STARTS
from tests.benchmarks.prediction import RATE_ROW
from tests.benchmarks.rank_tables import least_gain

TRAINED = ("pytorch", "keras", "jax")
KEPT = {"≥": operator.ge, "≤": operator.le}


def goals(results):
    """All goals whose rows have been measured."""
    return checked(GOALS, results)


def checked(aims, results, digits=3):
    """Return a table of goals.

    Args:
        aims: for each what it is, "≥" or "≤", the bound, and a function from results to the value.
        results: what these functions take.
        digits: of a value.
    """
    lines = []
    for what, sign, bound, measured in aims:
        try:
            value = measured(results)
        except (LookupError, ValueError, StopIteration):  # not all of it has been measured
            continue
        missed = "" if KEPT[sign](value, bound) else " (missed)"
        lines.append([what, f"{sign} {bound:.{digits}g}", f"{value:.{digits}g}{missed}"])
    return titled({"What is aimed at:": markdown(["what", "goal", "measured"], lines)})


def _steps(
    results, side, rows=tuple(work.NUMBERS), what="step_ms", table="step", threads=1, ours=None
):
    """Return the times of a side over grucli's; "fastest" is that of those that train.

    `ours` is the figure of grucli if it is another than that of the side: another cell's.
    """
    found = results.latest(table)
    ratios = []
    for row in rows:
        cells = {each: figures for (each, n), figures in found[row].items() if n == threads}
        sides = TRAINED if side == "fastest" else [side]
        ratios.append(min(cells[each][what] for each in sides) / cells["grucli"][ours or what])
    return ratios


def _mingru(results, side, *rows):
    return min(_steps(results, side, rows or tuple(work.ROWS), ours="mingru_step_ms"))


def _over_limit(results, *rows):
    return max(1 / ratio for ratio in _steps(results, "limit", rows))


def _forward(results, side, *rows):
    return _steps(results, side, rows or tuple(work.NUMBERS), "forward_ms")


def _programs(results, side, kind, threads, figure):
    """Return a figure of a peer over grucli's for the classic program or all texts.

    Of all cores a peer may use one where that is faster.
    """
    ratios = []
    for row, cells in results.latest("commands").items():
        if " " not in row and (row == "classic") == (kind == "classic"):
            ours = figure(cells["grucli", threads])
            theirs = [figure(each) for (name, n), each in cells.items() if name == side]
            chosen = min(theirs) if threads == 0 else figure(cells[side, 1])
            ratios.append(chosen / ours)
    return ratios


def _seconds(cell):
    return cell["seconds"]


def _memory(cell):
    return max(cell["peak_mb"], cell.get("sum_mb", 0))


def _most_memory(results):
    found = results.latest("commands").values()
    return max(
        _memory(each)
        for cells in found
        for (side, _), each in cells.items()
        if side == "grucli" and "peak_mb" in each
    )


def _behind(results):
    """Return by how many points of accuracy grucli's programs are behind the better peer's."""
    found = [cells for row, cells in results.latest("commands").items() if " " not in row]
    return max(
        100
        * max(cells[side, 1]["accuracy"] - cells["grucli", 1]["accuracy"] for side in TRAINED[:2])
        for cells in found
    )


def _over_numpy(results, name):
    times = {row: cells["grucli", 1]["ms"] for row, cells in results.latest("startup").items()}
    return times[name] / next(each for row, each in times.items() if "import numpy" in row)


def _lines(results, side):
    """Return grucli's lines a second over those of ONNX Runtime in a loop."""
    cells = results.latest("prediction")[RATE_ROW]
    return cells[side, 1]["seconds"] / cells["grucli", 1]["seconds"]


def _memory_growth(results):
    found = results.latest("prediction")
    peaks = [c["grucli", 1]["peak_mb"] for row, c in found.items() if row.startswith("memory")]
    return max(peaks) / min(peaks)


def _exponent(results):
    found = results.latest("growth")
    return max(found[size]["grucli", 1]["exponent"] for size in ("rows", "steps", "batch"))


def _remembered(results, cell):
    """Return the accuracies where the first of 200 symbols decides, started as grucli chooses."""
    found = results.latest("memory")
    rows = [found.get(f"{cell}, {start}, 200") for start in STARTS[cell]]
    starts = [cells["grucli", 1] for cells in rows if cells]
    return next(each["accuracy"] for each in starts if each["chosen"])


GOALS = [
    (
        "training step, one thread, mean over PyTorch",
        "≥",
        2.0,
        lambda r: geometric_mean(_steps(r, "pytorch")),
    ),
    ("… over Keras", "≥", 2.4, lambda r: geometric_mean(_steps(r, "keras"))),
    (
        "… over the fastest of PyTorch, Keras and JAX",
        "≥",
        1.2,
        lambda r: geometric_mean(_steps(r, "fastest")),
    ),
    ("… the row where that is least", "≥", 0.95, lambda r: min(_steps(r, "fastest"))),
    ("… ragged, over the fastest", "≥", 2.0, lambda r: _steps(r, "fastest", ["ragged"])[0]),
    ("… chars, over the fastest", "≥", 2.0, lambda r: _steps(r, "fastest", ["chars"])[0]),
    ("mingru over the older build's GRU, least row", "≥", 2.5, lambda r: _mingru(r, "reference")),
    (
        "… over the fastest peer's GRU, small and chars",
        "≥",
        1.0,
        lambda r: _mingru(r, "fastest", "small", "chars"),
    ),
    ("training step over the limit: wide", "≤", 1.2, lambda r: _over_limit(r, "wide")),
    (
        "… seed, sentence, document",
        "≤",
        1.45,
        lambda r: _over_limit(r, "seed", "sentence", "document"),
    ),
    ("… series, long", "≤", 2.5, lambda r: _over_limit(r, "series", "long")),
    ("… small", "≤", 3.2, lambda r: _over_limit(r, "small")),
    (
        "training step, all cores, mean over the fastest",
        "≥",
        1.7,
        lambda r: geometric_mean(_steps(r, "fastest", table="step-all-cores", threads=0)),
    ),
    (
        "gradient on 2 ranks over one process, document and wide",
        "≥",
        1.6,
        lambda r: least_gain(r, "2 ranks, 2 shards"),
    ),
    (
        "forward, one thread, mean over ONNX Runtime",
        "≥",
        0.85,
        lambda r: geometric_mean(_forward(r, "onnxruntime")),
    ),
    (
        "… least of seed, sentence, document, wide",
        "≥",
        1.0,
        lambda r: min(_forward(r, "onnxruntime", "seed", "sentence", "document", "wide")),
    ),
    ("… mean over PyTorch", "≥", 1.3, lambda r: geometric_mean(_forward(r, "pytorch"))),
    (
        "training texts from start to end, all cores, over Keras",
        "≥",
        5.0,
        lambda r: min(_programs(r, "keras", "text", 0, _seconds)),
    ),
    ("… over PyTorch", "≥", 4.0, lambda r: min(_programs(r, "pytorch", "text", 0, _seconds))),
    (
        "classic program, one core, over Keras",
        "≥",
        5.0,
        lambda r: min(_programs(r, "keras", "classic", 1, _seconds)),
    ),
    ("… all cores", "≥", 8.0, lambda r: min(_programs(r, "keras", "classic", 0, _seconds))),
    ("… accuracy of all programs behind the better peer's [points]", "≤", 1.0, _behind),
    ("… peak memory [MB]", "≤", 120, _most_memory),
    (
        "… Keras's memory over it",
        "≥",
        5.0,
        lambda r: min(_programs(r, "keras", kind, 1, _memory)[0] for kind in ("classic", "text")),
    ),
    (
        "… PyTorch's memory over it",
        "≥",
        3.0,
        lambda r: min(_programs(r, "pytorch", kind, 1, _memory)[0] for kind in ("classic", "text")),
    ),
    (
        "`grucli --help` over the import of NumPy",
        "≤",
        0.9,
        lambda r: _over_numpy(r, "grucli --help"),
    ),
    (
        "`grucli predict` of one line over it",
        "≤",
        2.2,
        lambda r: _over_numpy(r, "grucli predict, one line"),
    ),
    (
        "100,000 lines: lines/s over ONNX Runtime, one by one",
        "≥",
        1.0,
        lambda r: _lines(r, "onnxruntime, one by one"),
    ),
    ("memory at 1,000,000 lines over that at 10,000", "≤", 1.1, _memory_growth),
    ("power by which a step grows with rows, steps or batch", "≤", 1.05, _exponent),
    (
        "accuracy where the first of 200 symbols decides, worst seed",
        "≥",
        1.0,
        lambda r: min(_remembered(r, "gru")),
    ),
    ("… of a plain recurrent network, mean", "≤", 0.7, lambda r: mean(_remembered(r, "rnn"))),
    ("… and of its best seed", "≤", 0.7, lambda r: max(_remembered(r, "rnn"))),
    *run_goals.GOALS,
]
