"""Table `many-rows`: what `grucli train` takes of time and memory for more and more texts.

    python -m tests.benchmarks.many_rows FILE ROWS [test]    # only write them: CSV, or lines

Beside it are fastText with its defaults, and what `--dry-run` has foreseen.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import processes, texts
from tests.benchmarks.run import say
from tests.benchmarks.trainings import SCRIPT, figures

ROWS = {f"{n:,} rows": n for n in (2_000, 50_000, 500_000, 5_000_000)}
LIMITS = {5_000_000: ("--max-time", "30m")}  # what comes on top of the defaults
TEST_ROWS = 20_000
STAGES = {  # what is said when a stage is over
    "prepared": re.compile("^model:"),
    "trained": re.compile(r"\bepoch +\d+  loss\b"),
}


def measure(run):
    """Train on each number of rows; the largest only if it is asked for."""
    sides = run.sides("grucli", "fasttext")
    usual = [row for row, n in ROWS.items() if n not in LIMITS or run.arguments.only]
    for row in run.wanted("many-rows", usual, sides, 0):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for part, n in (("train", ROWS[row]), ("test", TEST_ROWS)):
                for suffix in ("csv", "txt"):
                    say("many-rows", "writes", n, part, suffix)
                    texts.write(folder / f"{part}.{suffix}", n, getattr(texts, part.upper()))
            for side in sides:
                say("many-rows", row, side)
                took = (_grucli if side == "grucli" else _fasttext)(run, ROWS[row], folder)
                run.add("many-rows", row, side, 0, took)


def _grucli(run, rows, folder):
    start, variables, heard = [sys.executable, "-m", "grucli"], run.environment(0), []
    train, model = [*start, "train", str(folder / "train.csv")], str(folder / "model.npz")
    foreseen = json.loads(
        processes.run([*train, "--dry-run", "--json", "--quiet"], variables).output
    )
    command = [*train, "-o", model, "--verbose", *LIMITS.get(rows, ())]
    outcome = processes.run(command, variables, watch=True, heard=heard)
    command = [*start, "evaluate", str(folder / "test.csv"), "-m", model, "--json"]
    score = json.loads(processes.run(command, variables).output)
    return figures(outcome, score["accuracy"]) | stages(heard) | _costs(foreseen)


def stages(heard):
    """Return by stage the second in which it was over, as far as lines on stderr have told it.

    Args:
        heard: (seconds, line) each, in the order of time.
    """
    ends = {
        stage: [seconds for seconds, line in heard if pattern.search(line)]
        for stage, pattern in STAGES.items()
    }
    return {f"{stage}_s": round(each[-1], 1) for stage, each in ends.items() if each}


def _costs(foreseen):
    """Return those figures of a dry run that tell of time and memory."""
    costs = {k: v for k, v in foreseen.items() if k.startswith(("memory", "seconds"))}
    return {f"foreseen_{name}": value for name, value in costs.items()}


def _fasttext(run, _rows, folder):
    files = [str(folder / "train.txt"), str(folder / "test.txt")]
    command = [run.python("fasttext"), str(SCRIPT), *files, "1", "defaults", str(folder)]
    outcome = processes.run(command, run.environment(0), watch=True)
    score = json.loads(outcome.output.splitlines()[-1])
    return figures(outcome, score["accuracy"], score["scoring_s"])


def main():
    path, rows, *part = sys.argv[1:]
    texts.write(Path(path), int(rows), texts.TEST if part == ["test"] else texts.TRAIN)


if __name__ == "__main__":
    main()
