"""One measurement: grucli or a peer trains on a set and answers its test file."""

import csv
import json
import sys
from pathlib import Path

import numpy as np

from tests.benchmarks import peers, processes
from tests.benchmarks.quality import label_sets, rows, written_sets

BOTH = "grucli, both"  # a run with the wide path where the defaults chose none
ENVIRONMENTS = {
    "ngram": "ngram",
    "fasttext": "fasttext",
    "gru": "keras",
    "pytorch": "writing",
    "phonetisaurus": "phonetisaurus",
    "yoyodyne": "yoyodyne",
}
PEERS = {"ngram": "n-gram", "fasttext": "fastText", "gru": "GRU"}
OF_TEXTS = ("ngram", "fasttext")
WRITERS = {  # of texts
    "pytorch": "PyTorch",
    "phonetisaurus": "Phonetisaurus",
    "yoyodyne": "yoyodyne",
}
OF_PHONEMES = dict.fromkeys(("phonetisaurus", "yoyodyne"), ("cmudict_g2p",))
"""Peers that write nothing else: yoyodyne is made for small vocabularies."""
OF_SETS = ("micro_f1", "macro_f1", "subset_accuracy")  # figures of rows with several labels
WITHOUT_SEED = ("ngram", "phonetisaurus")  # the same answers whatever the seed
SEEDS_FROM_ONE = ("fasttext",)  # for which 0 and 1 are one seed
FASTTEXT_THREADS = 12  # as its own program; fewer than ten leave some of its vectors at zero
RUN_WITH = {"fasttext": (f"{FASTTEXT_THREADS} threads",)}  # what else tells measurements apart


def takes(side, each):
    """Tell whether a peer answers a Set."""
    if each.writes or side in WRITERS:
        names = OF_PHONEMES.get(side, (each.name,))
        return bool(each.writes) and side in WRITERS and each.name in names
    return each.text if side in OF_TEXTS else not each.several


def seeds(side, wanted):
    """Return the seeds of a peer beside these of grucli: as many, unless it has none."""
    if side in WITHOUT_SEED:
        return [0]
    return [seed + 1 for seed in wanted] if side in SEEDS_FROM_ONE else wanted


def revision(side):
    """Return what a peer is: its packages, and how it runs where it has run otherwise before."""
    return " ".join((*peers.PACKAGES[ENVIRONMENTS[side]], *RUN_WITH.get(side, ())))


def peer(name, python, each, seed, variables):
    """Return the figures of a peer: scores, which rows are right, what it chose, seconds."""
    module = f"peer_{name}_sets" if each.several else f"peer_{name}"
    command = [python, "-m", f"tests.benchmarks.quality.{module}"]
    command += [str(each.train), str(each.test), str(seed)]
    outcome = processes.run(command, variables)
    figures = json.loads(outcome.output.splitlines()[-1])
    if each.writes:
        size = _size(figures.pop("model_bytes"))
        figures = written_sets.scores(each, figures.pop("answers")) | size
    return figures | _took(outcome)


def grucli(each, seed, variables, folder, settings=()):
    """Return the figures of grucli's defaults, with its parts if the model has a wide path.

    Args:
        each: a Set.
        seed: of the training.
        variables: environment of its processes.
        folder: for the model.
        settings: of `--set`, none for the defaults.
    """
    model, wrong = Path(folder) / "model.npz", Path(folder) / "wrong.csv"
    start = [sys.executable, "-m", "grucli"]
    command = [*start, "train", str(each.train), "-o", str(model), "--seed", str(seed)]
    command += ["--json", "--force", "--quiet"]
    if each.writes:
        text, label = each.writes
        command += ["--text", text, "--label", label, "--set", "task=generate"]
    for setting in settings:
        command += ["--set", setting]
    if each.several:
        command += ["--label-separator", label_sets.SEPARATOR]
    outcome = processes.run(command, variables)
    trained = json.loads(outcome.output)
    command = [*start, "evaluate", str(each.test), "-m", str(model), "--json"]
    command += ["--errors", str(wrong), "--force", "--quiet"]
    scored = json.loads(processes.run(command, variables).output)
    if each.writes:
        figures = {"rows": scored["rows"]} | written_sets.kept(scored)
        return figures | _size(model.stat().st_size) | _took(outcome)
    if each.several:
        kept = {name: round(scored[name], 6) for name in OF_SETS}
        return {"rows": scored["rows"]} | kept | _took(outcome)
    kind = {"text": each.text}
    return kind | _scores(scored, wrong) | parts(trained, scored) | _took(outcome)


def _size(number):
    return {"model_mb": round(number / 1e6, 2)}


def _took(outcome):
    return {"seconds": round(outcome.seconds, 2), "peak_mb": round(outcome.peak_mb)}


def _scores(scored, wrong):
    right = np.ones(scored["rows"], bool)
    with wrong.open(encoding="utf-8", newline="") as file:
        right[[int(row["row"]) - 1 for row in csv.DictReader(file)]] = False
    if round(scored["accuracy"] * len(right)) != right.sum():
        raise SystemExit(f"{wrong}: not as many wrong rows as the accuracy says")
    kept = {name: round(scored[name], 6) for name in ("accuracy", "macro_f1")}
    return {"rows": len(right), **kept, "right": rows.packed(right)}


def parts(trained, scored):
    """Return what there is of: whether the wide path was chosen, and the scores of both parts."""
    found = {}
    if trained.get("wide"):
        found["wide"] = trained["wide"]["chosen"]
    if "parts" in scored:
        found["parts"] = {
            part: {name: round(each[name], 6) for name in ("accuracy", "macro_f1")}
            for part, each in scored["parts"].items()
        }
    if "recurrence_share" in scored:
        found["recurrence_share"] = scored["recurrence_share"]
    return found
