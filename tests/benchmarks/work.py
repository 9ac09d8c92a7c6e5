"""The work that is timed: the shapes of the rows, and the random data in them.

All sides import this module, each in its own environment: it needs NumPy alone.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table.

    Attributes:
        steps: of the longest sequence.
        batch: sequences.
        inputs: channels of a step, or size of a token's vector.
        hidden: units.
        vocabulary: distinct tokens there are; 0 for numbers.
        ragged: whether the lengths are those of reviews, with `steps` the longest.
        symbols: that targets are written with, as long as their sources; 0 without targets.
    """

    steps: int
    batch: int
    inputs: int
    hidden: int
    vocabulary: int = 0
    ragged: bool = False
    symbols: int = 0


NUMBERS = {
    "seed": Row(steps=10, batch=32, inputs=64, hidden=128),
    "sentence": Row(steps=50, batch=32, inputs=64, hidden=128),
    "document": Row(steps=200, batch=64, inputs=64, hidden=128),
    "series": Row(steps=100, batch=64, inputs=1, hidden=64),
    "long": Row(steps=500, batch=32, inputs=8, hidden=64),
    "wide": Row(steps=30, batch=128, inputs=128, hidden=256),
    "small": Row(steps=100, batch=16, inputs=32, hidden=32),
}
TOKENS = {
    "ragged": Row(steps=80, batch=64, inputs=64, hidden=128, vocabulary=5000, ragged=True),
    "chars": Row(steps=60, batch=64, inputs=64, hidden=128, vocabulary=200),
}
ROWS = NUMBERS | TOKENS
WRITING = {  # words and their phonemes, sentences and their translation in byte pairs
    "words": Row(steps=8, batch=128, inputs=64, hidden=256, vocabulary=28, symbols=40),
    "sentences": Row(
        steps=80, batch=32, inputs=64, hidden=256, vocabulary=4000, ragged=True, symbols=4000
    ),
}

# Lengths of 2,000 Chinese shop, hotel and book reviews, a token a character: their quantiles.
SHARES = (0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1)
LENGTHS = (6, 11, 14, 22, 33, 49, 63, 70, 80)
# Zipf's law as Mandelbrot wrote it. With these two, 64 of the reviews have as many distinct tokens
# as the real ones (28% of all positions), and the ten most frequent tokens the same share (20%).
ZIPF_SHIFT, ZIPF_POWER = 20, 1.5

FIRST_TOKEN = 2  # ids below it are padding, unknown or empty, as each side has it


def lengths(row, rng):
    """Return (B,) lengths, falling."""
    if not row.ragged:
        return np.full(row.batch, row.steps)
    shares = (np.arange(row.batch) + rng.random(row.batch)) / row.batch
    shares[-1] = 1  # the longest is always there: T is that of the row
    return np.round(np.interp(shares, SHARES, LENGTHS)).astype(np.int64)[::-1].copy()


def sequences(row):
    """Return a list of B arrays of token ids, by falling length; the same at every call."""
    rng = np.random.default_rng(1)
    ranks = np.arange(1, row.vocabulary + 1)
    weights = (ranks + ZIPF_SHIFT) ** -ZIPF_POWER if row.ragged else np.ones(row.vocabulary)
    return [
        FIRST_TOKEN + rng.choice(row.vocabulary, length, p=weights / weights.sum()).astype(np.int32)
        for length in lengths(row, rng)
    ]


def padded(ids):
    """Return (B, T) int32 ids with zeros after the end of each sequence, and (B,) lengths."""
    table = np.zeros((len(ids), max(map(len, ids))), np.int32)
    for k, sequence in enumerate(ids):
        table[k, : len(sequence)] = sequence
    return table, np.array([len(sequence) for sequence in ids])


def normal(*shape, seed=0):
    """Return float32 numbers of a normal distribution."""
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def targets(row):
    """Return a list of B arrays of symbols, as long as the sequences."""
    rng = np.random.default_rng(2)
    return [FIRST_TOKEN + rng.integers(row.symbols, size=len(own)) for own in sequences(row)]


def answers(row):
    """Return (B,) float32 labels 0 and 1."""
    return (np.arange(row.batch) % 2).astype(np.float32)
