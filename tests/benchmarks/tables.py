"""The tables of docs/measured, made from the file of results."""

from pathlib import Path
from statistics import mean, median

from tests.benchmarks import training_tables
from tests.benchmarks.goals import goals
from tests.benchmarks.markdown import markdown, number, titled
from tests.benchmarks.memory import EPOCHS, GROWN, REACHED, ROWS, STARTS
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.prediction import FILES
from tests.benchmarks.rank_tables import ranks
from tests.benchmarks.results import Results
from tests.benchmarks.step_tables import step, step_all_cores, writing

RESULTS = Path(__file__).parent / "results.jsonl"
RESULTS_AVX2 = Path(__file__).parent / "results-avx2.jsonl"
"""Of a processor of another kind."""


def commands(results):
    """Whole programs that train."""
    found = results.latest("commands")
    lines = []
    for row, cells in found.items():
        one = {side: each for (side, n), each in cells.items() if n == 1}
        every = {side: each for (side, n), each in cells.items() if n == 0}
        for cores, times in (("one", one), ("all", _faster(one, every))):
            if len(times) > 1:
                lines.append([row, cores, *_programs(times)])
    title = (
        "Whole programs that train: seconds from start to end (in brackets over grucli's), most "
        "memory, accuracy on the test file; of all cores a peer uses one where that is faster:"
    )
    head = ["program", "cores", "grucli", "PyTorch", "Keras"]
    return titled({title: markdown(head, lines)}) + _goals(found)


def _faster(one, every):
    """Return side -> figures with all cores; for a peer that is faster on one, those."""
    return {
        side: min(each, one.get(side, each), key=lambda figures: figures["seconds"])
        if side != "grucli"
        else each
        for side, each in every.items()
    }


def _programs(times):
    """Return a cell for each side."""
    cells = []
    for side in ("grucli", "pytorch", "keras"):
        each = times.get(side)
        if each is None:
            cells.append("")
            continue
        over = each["seconds"] / times["grucli"]["seconds"]
        ratio = "" if side == "grucli" else f" ({over:.1f})"
        memory = max(each["peak_mb"], each.get("sum_mb", 0))
        cells.append(f"{each['seconds']:.1f} s{ratio}, {memory:.0f} MB, {each['accuracy']:.3f}")
    return cells


def _goals(found):
    """Say after how many seconds an accuracy is reached."""
    text = ""
    for row, cells in found.items():
        seconds = cells.get(("grucli", 0), {}).get("seconds")
        if row.startswith("to accuracy") and seconds:
            text += (
                f"\nWith its own settings, `grucli train` on deb_sections is at{row[2:]} "
                f"{seconds:.1f} s after its start.\n"
            )
    return text


def prediction(results):
    """Prediction of many lines."""
    rates, memory, files = [], [], []
    for row, cells in results.latest("prediction").items():
        for (side, _), each in cells.items():
            if row in FILES:
                files.append([f"{FILES[row]:,}", side, *_of_file(FILES[row], each, cells)])
            elif row.startswith("memory"):
                rows = row.removeprefix("memory, ")
                memory.append([rows, f"{each['seconds']:.2f}", f"{each['peak_mb']:.0f}"])
            else:
                rate = 100_000 / each["seconds"]
                cells_of = [side, f"{each['seconds']:.2f}", f"{rate:,.0f}"]
                rates.append([*cells_of, f"{each['peak_mb']:.0f}"])
    return titled(
        {
            "100,000 lines of 4 to 12 words through the same network on one core:": markdown(
                ["program", "seconds", "lines/s", "memory [MB]"], rates
            ),
            "`grucli predict` as its input grows:": markdown(
                ["input", "seconds", "memory [MB]"], memory
            ),
            "A file of such lines through a model with n-grams, all cores, in brackets how many "
            "times as fast as an older build; memory of all processes:": markdown(
                ["lines", "program", "seconds", "lines/s", "memory [MB]"], files
            ),
        }
    )


def _of_file(lines, each, cells):
    """Return seconds, lines a second and memory of one side of a file's row."""
    older = cells.get((REFERENCE, 0))
    ratio = f" ({older['seconds'] / each['seconds']:.2f})" if older else ""
    memory = max(each["peak_mb"], each.get("sum_mb", 0))
    rate = f"{lines / each['seconds']:,.0f}{ratio}"
    return [f"{each['seconds']:.2f}", rate, f"{memory:.0f}"]


def startup(results):
    """Short commands."""
    found = results.latest("startup")
    times = {row: cells["grucli", 1] for row, cells in found.items()}
    older = {
        row: cells[REFERENCE, 1]["ms"] for row, cells in found.items() if (REFERENCE, 1) in cells
    }
    imported = next((each["ms"] for row, each in times.items() if "import numpy" in row), None)
    lines = [
        [f"`{row}`", f"{each['ms']:.0f}", f"{each['ms'] / imported:.2f}"]
        + ([f"{older[row]:.0f}" if row in older else ""] if older else [])
        for row, each in times.items()
    ]
    head = ["command", "ms", "over the import of NumPy"] + (["older build [ms]"] if older else [])
    return titled({"Short commands from start to end:": markdown(head, lines)})


def growth(results):
    """Cost by size."""
    lines = []
    for size, cells in results.latest("growth").items():
        each = cells["grucli", 1]
        times = " ".join(map(number, each["ms"]))
        sizes = " ".join(f"{value:,}" for value in each["sizes"])
        lines.append([size, sizes, times, f"{each['exponent']:.2f}"])
    title = (
        "A training step (of rows: an epoch) on one thread as one size grows; the exponent is that "
        "of the last decade, 1 is linear:"
    )
    return titled({title: markdown(["size", "values", "ms", "exponent"], lines)})


def memory(results):
    """How far back networks learn to look."""
    found = {
        ROWS[row]: cells["grucli", 1]
        for row, cells in results.latest("memory").items()
        if row in ROWS
    }
    lengths = [length for length in EPOCHS if any(each[2] == length for each in found)]
    lines = []
    for cell, starts in STARTS.items():
        for start in (*starts, GROWN):
            each = [found.get((cell, start, length)) for length in lengths]
            if any(each):
                chosen = any(figures and figures["chosen"] for figures in each)
                lines.append([cell, f"{start} (chosen)" if chosen else start, *map(_learned, each)])
    title = (
        "Accuracy on new sequences, mean over the seeds (lowest to highest); how many seeds came "
        f"to {REACHED} in validation, and the median of the epochs in which they did:"
    )
    head = ["cell", "initialisation", *(f"{length:,} steps" for length in lengths)]
    return titled({title: markdown(head, lines)})


def _learned(figures):
    """Return the accuracies of all seeds, and how many have learned it when."""
    if figures is None:
        return ""
    accuracies = figures["accuracy"]
    reached = [epoch for epoch in figures["epochs"] if epoch is not None]
    when = f", epoch {median(reached):g}" if reached else ""
    return (
        f"{mean(accuracies):.3f} ({min(accuracies):.3f} to {max(accuracies):.3f}); "
        f"{len(reached)} of {len(accuracies)}{when}"
    )


SPEED = {
    "step": step,
    "step-all-cores": step_all_cores,
    "writing": writing,
    "ranks": ranks,
    "reference": training_tables.reference,
    "cells": training_tables.cells,
    "fasttext": training_tables.fasttext,
    "many-rows": training_tables.many_rows,
    "commands": commands,
    "prediction": prediction,
    "startup": startup,
    "growth": growth,
    "goals": goals,
}
TABLES = SPEED | {"memory": memory}


def machines(results):
    """Say of each machine what it is, in the order in which they were first measured on."""
    names = dict.fromkeys(line["machine"] for line in results.lines)
    return "\n".join(_machine(results.machines[name]) for name in names)


def _machine(about):
    versions = {
        name: version
        for side in about["versions"].values()
        for name, version in side.items()
        if name not in ("python", "blas_kernel")
    }
    ours = about["versions"]["grucli"]
    listed = ", ".join(f"{name.replace('_', '-')} {version}" for name, version in versions.items())
    return (
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {about['os']}, "
        f"Python {ours['python']}, BLAS kernel {ours.get('blas_kernel', 'unknown')}; {listed}.\n"
    )


def measured(path=RESULTS):
    """Return all tables of speed that have been measured."""
    results = Results(path)
    parts = [machines(results), *(table(results) for table in SPEED.values())]
    return "\n".join(part for part in parts if part)
