"""Sets whose rows have any number of labels: their rows, and how answers are scored.

Peers import it: it needs NumPy alone.
"""

import csv
import gzip

import numpy as np

SEPARATOR = "|"
HELD = 0.2
THRESHOLDS = np.arange(0.1, 0.61, 0.02)


def read(path, names=None):
    """Return texts, (n, C) which labels they have, and the C names: these, or all of the file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["labels"].split(SEPARATOR)) for row in csv.DictReader(file)]
    names = names or sorted({label for _, own in rows for label in own if label})
    truth = np.array([[name in own for name in names] for _, own in rows])
    return [text for text, _ in rows], truth, names


def chosen(settings, texts, truth, seed, trained):
    """Return the settings and the threshold with the highest micro-F1 on a part held out.

    Args:
        settings: to choose from.
        texts, truth: of the training file.
        seed: draws the part.
        trained: gives for settings, texts, truth and seed a function from texts to probabilities.
    """
    order = np.random.default_rng(seed).permutation(len(texts))
    held, kept = np.split(order, [round(HELD * len(texts))])
    best = {}
    for setting in settings:
        answer = trained(setting, [texts[k] for k in kept], truth[kept], seed)
        p = answer([texts[k] for k in held])
        for threshold in THRESHOLDS.tolist():
            best[setting, threshold] = scores(truth[held], p >= threshold)["micro_f1"]
    return max(best, key=best.get)


def scores(truth, answers):
    """Return micro-F1, macro-F1 over the labels that occur in either, and the exact matches."""
    hits, either = (truth & answers).sum(axis=0), truth.sum(axis=0) + answers.sum(axis=0)
    occurs = either > 0
    return {
        "rows": len(truth),
        "micro_f1": round(float(2 * hits.sum() / either.sum()), 6),
        "macro_f1": round(float(np.mean(2 * hits[occurs] / either[occurs])), 6),
        "subset_accuracy": round(float((truth == answers).all(axis=1).mean()), 6),
    }
