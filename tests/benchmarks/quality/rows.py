"""The rows of a set, and how answers to them are scored; peers import it: it needs NumPy alone."""

import csv
import gzip

import numpy as np

HELD = 0.2
csv.field_size_limit(2**30)


def read(path):
    """Return the inputs of a file, texts or (T, D) float32 arrays, and (n,) labels."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = _texts(file) if path.endswith(".csv.gz") else _series(file)
    inputs, labels = zip(*rows, strict=True)
    return list(inputs), np.array(labels)


def _texts(file):
    return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def _series(file):
    """Read the UCR/UEA format: channels parted by colons, the label behind them."""
    rows = []
    for line in file:
        if line.strip() and line[0] not in "#@":
            *channels, label = line.strip().split(":")
            numbers = [np.array(channel.split(","), np.float32) for channel in channels]
            rows.append((np.stack(numbers, axis=1), label))
    return rows


def held_out(labels, seed):
    """Return which rows of a training file are kept and which are validated on, by each label."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        held[places[: round(len(places) * HELD)]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def scores(labels, answers):
    """Return accuracy, macro-F1 over the labels that occur in either, and which rows are right."""
    right = labels == answers
    f1 = [
        2 * np.sum(right & (labels == each)) / (np.sum(labels == each) + np.sum(answers == each))
        for each in np.union1d(labels, answers)
    ]
    return {
        "rows": len(labels),
        "accuracy": round(float(right.mean()), 6),
        "macro_f1": round(float(np.mean(f1)), 6),
        "right": packed(right),
    }


def packed(right):
    """Return (n,) booleans as hexadecimal digits, the first row the highest bit."""
    return np.packbits(right).tobytes().hex()


def unpacked(digits, n):
    """Return the n booleans."""
    return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8), count=n).astype(bool)
