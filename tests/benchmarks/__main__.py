"""Measure the tables of docs/measured and show them.

    python -m tests.benchmarks --list
    python -m tests.benchmarks step           # measure, then show; a run that stopped goes on
    python -m tests.benchmarks step --show    # show what has been measured
    python -m tests.benchmarks step --again   # measure what has been measured once more
    python -m tests.benchmarks quality --help # accuracy, which has options of its own

What is measured stands in a file of JSON lines by the revision of grucli's code, so that it is
measured again after a change. The environments of the peers are made in --envs (3 GB), unless
--python names an interpreter that has them. With `--python reference=PATH` an older build of
grucli, that of this interpreter, takes part where it can.
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.benchmarks import peers, tables
from tests.benchmarks.quality import program as quality
from tests.benchmarks.results import Results
from tests.benchmarks.run import Run

HERE = Path(__file__).parent
ALL = tuple(peers.MODULES)
TABLES = {  # module, function, sides that must be there, what it is
    "step": ("steps", "one_thread", ALL, "a training step and a forward pass, one thread"),
    "step-all-cores": ("steps", "all_cores", ALL[:5], "a training step, all cores"),
    "writing": (
        "steps",
        "writing",
        ("grucli", "pytorch"),
        "a training step of a network that writes, one thread and all cores",
    ),
    "ranks": ("ranks", "measure", ("grucli",), "a training step on ranks of MPI, and by workers"),
    "commands": (
        "commands",
        "measure",
        ("grucli", "pytorch", "keras"),
        "programs that train, from start to end",
    ),
    "reference": (
        "trainings",
        "over_reference",
        ("grucli", peers.REFERENCE),
        "whole trainings beside an older build; needs --data and --python reference=PATH",
    ),
    "fasttext": (
        "trainings",
        "beside_fasttext",
        ("grucli", "fasttext"),
        "whole trainings of texts beside fastText; needs --data",
    ),
    "cells": ("trainings", "cells", ("grucli",), "whole trainings with each cell; needs --data"),
    "many-rows": ("many_rows", "measure", ("grucli", "fasttext"), "500,000 short texts and more"),
    "prediction": (
        "prediction",
        "measure",
        ("grucli", peers.REFERENCE, "onnxruntime"),
        "short lines, memory",
    ),
    "startup": ("startup", "measure", ("grucli", peers.REFERENCE), "short commands"),
    "memory": ("memory", "measure", ("grucli",), "how far back networks learn to look"),
    "growth": ("growth", "measure", ("grucli",), "cost of training by size"),
}
SHOWN = {"goals": "what is aimed at beside what all these have measured"}
QUALITY = {"quality": "accuracy beside peers; has options of its own: quality --help"}


def main():
    if sys.argv[1:2] == ["quality"]:
        quality.main(sys.argv[2:])
        return
    arguments = _arguments()
    if not arguments.table:
        speed = {name: about[-1] for name, about in TABLES.items()}
        for name, what in (speed | SHOWN | QUALITY).items():
            print(f"{name:16} {what}")
        return
    if arguments.table in TABLES and not arguments.show:
        module, function, sides, _ = TABLES[arguments.table]
        measure = getattr(importlib.import_module(f"tests.benchmarks.{module}"), function)
        measure(Run.begin(arguments, sides))
    print(tables.TABLES[arguments.table](Results(arguments.results)), end="")


def _arguments():
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("table", nargs="?", choices=[*TABLES, *SHOWN])
    add("--list", action="store_true", help="list the tables, as without any argument")
    add("--show", action="store_true", help="measure nothing")
    add("--again", action="store_true", help="measure what has been measured, too")
    add("--only", action="append", metavar="ROW", help="measure this row; may be repeated")
    add("--data", type=lambda text: Path(text).resolve(), metavar="DIR", help="sets, see quality")
    add("--seeds", type=_numbers, default=[0], metavar="S,S", help="of trainings on sets; 0")
    add("--rounds", type=int, metavar="N", help="of each row, after a warm-up")
    add("--sides", type=lambda text: text.split(","), metavar="A,B", help="only these")
    add("--python", action="append", default=[], metavar="SIDE=PATH", help="a peer's interpreter")
    add("--envs", type=Path, default=peers.FOLDER, metavar="DIR")
    add("--results", type=Path, default=tables.RESULTS, metavar="FILE")
    add("--keep-blas-kernel", action="store_true", help="let OPENBLAS_CORETYPE stand")
    arguments = parser.parse_args()
    arguments.python = dict(each.split("=", 1) for each in arguments.python)
    return arguments


def _numbers(text):
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
