"""Tables `fasttext`, `reference` and `cells`: `grucli train` on the sets of a folder, and peers.

A row is a set and a seed, so that a run that stopped goes on behind the last of them. The sets are
found as those of `quality`: --data names the folder. All cores are there for all sides.
"""

import json
import tempfile
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.peers import REFERENCE
from tests.benchmarks.quality import sets
from tests.benchmarks.run import say

CELLS = ("gru", "mingru", "rnn")
SETTINGS = {"grucli": (), REFERENCE: ()} | {cell: (f"model.cell={cell}",) for cell in CELLS}
FASTTEXT = {"fasttext": "defaults", "fasttext, tuned": "tuned"}
SMALL = (
    "amazon_cells",
    "zh_reviews_small",
    "names_gender",
    "deb_sections",
    "dna_splice",
    "udhr_langs",
    "bbc_news",
    "GunPoint",
    "PLAID",
    "PickupGestureWiimoteZ",
    "JapaneseVowels",
)
SCRIPT = Path(__file__).parent / "scripts" / "fasttext_text.py"


def beside_fasttext(run):
    """Train on all texts with the defaults, and with fastText's and those that it is tuned to."""
    found = [each for each in _found(run) if each.text]
    _measure(run, "fasttext", found, ["grucli", *FASTTEXT], watch=True)


def over_reference(run):
    """Train with the defaults, now and in an older build, on the small sets if none is named."""
    if run.reference is None:
        raise SystemExit("--python reference=PATH: which interpreter has the older build?")
    wanted = [each for each in _found(run) if run.arguments.only or each.name in SMALL]
    _measure(run, "reference", wanted, ["grucli", REFERENCE])


def cells(run):
    """Train every cell on all sets."""
    _measure(run, "cells", _found(run), CELLS)


def _found(run):
    """Return the sets of the folder whose rows have one label."""
    if run.arguments.data is None:
        raise SystemExit("--data DIR: where are the sets?")
    return [each for each in sets.find(run.arguments.data) if not (each.several or each.writes)]


def _measure(run, table, found, sides, watch=False):
    rows = {f"{each.name}, seed {k}": (each, k) for k in run.arguments.seeds for each in found}
    sides = [side for side in sides if run.sides(side.partition(",")[0])]
    for row in run.wanted(table, rows, sides, 0):
        each, seed = rows[row]
        for side in sides:
            say(table, row, side)
            with tempfile.TemporaryDirectory() as folder:
                run.add(table, row, side, 0, trained(run, side, each, seed, folder, watch))


def trained(run, side, each, seed, folder, watch=False):
    """Return the figures of one training on a set: its cost, and the accuracy on the test part.

    Of grucli there is the accuracy on rows that were held out of training, too, if there are any.
    """
    if side in FASTTEXT:
        return _fasttext(run, side, each, seed, folder, watch)
    python, variables = run.python(side), run.environment(0, side)
    start, model = [python, "-m", "grucli"], f"{folder}/model.npz"
    command = [*start, "train", str(each.train), "-o", model, "--seed", str(seed)]
    command += [word for setting in SETTINGS[side] for word in ("--set", setting)]
    outcome = processes.run([*command, "--json", "--quiet"], variables, watch=watch)
    command = [*start, "evaluate", str(each.test), "-m", model, "--json"]
    score = json.loads(processes.run(command, variables).output)
    valid = json.loads(outcome.output).get("valid") or {}
    held_out = {"valid": round(valid["accuracy"], 4)} if "accuracy" in valid else {}
    return figures(outcome, score["accuracy"]) | held_out


def _fasttext(run, side, each, seed, folder, watch):
    files = [str(each.train), str(each.test)]
    # its seeds 0 and 1 are one
    command = [run.python("fasttext"), str(SCRIPT), *files, str(seed + 1), FASTTEXT[side], folder]
    outcome = processes.run(command, run.environment(0), watch=watch)
    score = json.loads(outcome.output.splitlines()[-1])
    return figures(outcome, score["accuracy"], score["scoring_s"])


def figures(outcome, accuracy, scoring_s=0.0):
    """Return those of a training: its seconds are without those in which it scored itself."""
    found = {
        "seconds": round(outcome.seconds - scoring_s, 2),
        "cpu_s": round(outcome.cpu_s - scoring_s, 2),
        "accuracy": round(accuracy, 4),
        "peak_mb": round(outcome.peak_mb, 1),
    }
    return found | ({"sum_mb": round(outcome.sum_mb, 1)} if outcome.sum_mb else {})
