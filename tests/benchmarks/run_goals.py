"""What is aimed at in whole trainings and predictions."""

from statistics import geometric_mean, mean

from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.prediction import FILES
from tests.benchmarks.startup import LINE
from tests.benchmarks.training_tables import compared

ROWS, MORE_ROWS = "500,000 rows", "5,000,000 rows"


def _times(results):
    return [over for _, over, _ in compared(results).values()]


def _many(results, row, figure, side="grucli"):
    return results.latest("many-rows")[row][side, 0][figure]


def _ahead(results):
    accuracies = [_many(results, ROWS, "accuracy", side) for side in ("grucli", "fasttext")]
    return 100 * (accuracies[0] - accuracies[1])


def _off(results, foreseen, figure, unit):
    """Return by which share at most a dry run was off, of all rows but the most."""
    found = results.latest("many-rows")
    each = [found[row]["grucli", 0] for row in ("2,000 rows", "50,000 rows", ROWS)]
    return max(abs(figures[foreseen] / unit / figures[figure] - 1) for figures in each)


def _lines(results):
    """Return by how many times a file of lines is answered faster than by an older build."""
    cells = results.latest("prediction")[next(iter(FILES))]
    return cells[REFERENCE, 0]["seconds"] / cells["grucli", 0]["seconds"]


def _memory_of_files(results):
    cells = [results.latest("prediction")[row]["grucli", 0] for row in FILES]
    few, many = (max(each["peak_mb"], each["sum_mb"]) for each in cells)
    return many / few


def _one_line(results):
    cells = results.latest("startup")[LINE]
    return cells["grucli", 1]["ms"] / cells[REFERENCE, 1]["ms"]


GOALS = [
    (
        "default training over an older build, mean of times as fast",
        "≥",
        2.5,
        lambda r: geometric_mean(_times(r)),
    ),
    ("… the set where that is least", "≥", 1.6, lambda r: min(_times(r))),
    (
        "… points of accuracy, mean",
        "≥",
        -0.1,
        lambda r: round(mean(points for *_, points in compared(r).values()), 6),
    ),
    ("500,000 texts of 8 words, seconds", "≤", 600, lambda r: _many(r, ROWS, "seconds")),
    ("… memory [MB]", "≤", 250, lambda r: _many(r, ROWS, "peak_mb")),
    ("… points of accuracy over fastText", "≥", 0, _ahead),
    (
        "… and fewer: share by which `--dry-run` is off, seconds",
        "≤",
        0.25,
        lambda r: _off(r, "foreseen_seconds", "seconds", 1),
    ),
    ("… memory", "≤", 0.25, lambda r: _off(r, "foreseen_memory_bytes", "peak_mb", 1e6)),
    ("5,000,000 texts, memory [MB]", "≤", 300, lambda r: _many(r, MORE_ROWS, "peak_mb")),
    ("a file of 100,000 lines with n-grams, times as fast as an older build", "≥", 2.5, _lines),
    ("… memory at 1,000,000 lines over that", "≤", 1.1, _memory_of_files),
    ("`grucli predict` of one line over an older build's", "≤", 1.05, _one_line),
]
