"""Rules for what is read of the data: each with its reason, and numbers with their evidence.

A rule sees sizes and lengths, never what the data is about.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grucli.data.text.ngrams import Pattern
from grucli.preparation.defaults import AUTO, Choice

NOTHING_LEARNED = "training.epochs is 0: nothing is learned"
VALID_SHARE, MOST_VALID = 0.1, 10_000
"""Held out at most: so many rows tell an accuracy to half a percent, and are judged every epoch."""
FEW_SERIES = 2000  # a part held out of fewer says little, and is missed in training
WORD_CHARACTERS = 1.5  # of a token on average, but for combining marks: below, they are characters
ALIGNED_SHARE = 0.99  # of the sequences have one length: then a place means the same in all
MOST_NGRAMS = 1 << 25
NGRAM_NUMBERS = 1 << 22  # kept of n-grams at most, 16 MB: hash, rarity and a weight an output
BUCKETS = 8192
"""Vectors for n-grams where they pay: for words, with the recurrence alone.

There they lower the cross-validated loss of four training files by 4, 5, 9 and 14 %. Beside a
linear path they change it by less than 1 % either way. Where tokens are characters, the recurrence
alone gains 4 % on names and nothing on Chinese reviews, and loses 5 % on Chinese words and half of
it on pieces of 34 languages; beside a linear path it gains nowhere.
"""
SPELLINGS = 4
SPELLING_BUCKETS = 2048, 32_768
"""Vectors for the spelling of given tokens, to each token so many, at least and at most.

On sentences held out of Brown's training part 4 of 100 unknown words more get the right tag by them
than by n-grams of 3 to 5 characters. With an eighth as many
nothing is lost on 240 lines of ingredients.
"""
LEAST_FOLDED, MOST_FOLDED = 30, {"text": 8192, "series": FEW_SERIES - 1}  # rows
MOST_SYMBOLS = {"text": 1 << 21, "series": 1 << 18}
"""Characters of all texts, steps of all series: beyond, three more trainings take too long."""
KERNEL_NUMBERS = 1 << 24  # shares of all training series, 64 MB
MOST_THRESHOLDS = 10_000  # as many as MiniRocket has
MOST_KERNEL_ROWS = 4096  # their products with each other are solved for
MOST_KERNEL_STEPS = 1 << 21  # of all series, about a minute
LARGE_ORDERS = 2  # of magnitude: scaled by the largest, most are then hardly above 0
LONGEST_STEPS = 2000  # bounds the memory of one batch whatever the data holds


def channels(orders: float) -> Choice:
    """Ways to see a series, by the orders of magnitude over which the sizes of series lie."""
    if orders > LARGE_ORDERS:
        reason = f"series differ in size by {orders:.0f} orders of magnitude"
        return Choice(value=("values", "log", "shape", "change", "place"), reason=reason)
    reason = "level, form, movement and where"
    return Choice(value=("values", "shape", "change", "place"), reason=reason)


def valid_share(kind: str, rows: int) -> Choice:
    """Share of the rows of the training file that is held out."""
    if kind == "series" and rows < FEW_SERIES:
        return Choice(value=0.0, reason=f"{rows} series: too few to hold any out")
    if rows * VALID_SHARE > MOST_VALID:
        share = float(f"{MOST_VALID / rows:.2g}")
        return Choice(value=share, reason=f"{rows:,} rows: enough to see when to stop")
    return Choice(value=VALID_SHARE, reason="to see when to stop")


def maximum_length(lengths: npt.NDArray[np.int64]) -> Choice:
    """Steps kept: the 99th percentile of the training lengths, all of them where that is near."""
    longest = int(lengths.max())
    percentile = int(np.ceil(np.percentile(lengths, 99)))
    if longest <= min(2 * percentile, LONGEST_STEPS):
        return Choice(value=longest, reason="the longest training sequence")
    return Choice(
        value=min(percentile, LONGEST_STEPS), reason="99th percentile of the training lengths"
    )


def pattern(mean_characters: float, lengths: npt.NDArray[np.int64]) -> Pattern:
    """Return which n-grams the linear path of texts reads.

    Args:
        mean_characters: of a token of the training texts, combining marks not counted.
        lengths: (rows,) tokens of each.
    """
    of_characters = mean_characters < WORD_CHARACTERS
    aligned = np.mean(lengths == np.median(lengths)) >= ALIGNED_SHARE
    return Pattern(
        longest=4 if of_characters else 2,
        subwords=not of_characters,
        placed=bool(aligned and lengths.max() > 1),
    )


def subwords(linear: Any, mean_characters: float, given: int | None = None) -> Choice:
    """Return the vectors that n-grams share, False for none.

    Args:
        linear: the setting of the linear path.
        mean_characters: of a token of the training texts, combining marks not counted.
        given: distinct tokens of data that hold some, None where texts are divided.
    """
    if given is not None:
        least, most = SPELLING_BUCKETS
        buckets = min(max(least, 1 << (SPELLINGS * given - 1).bit_length()), most)
        return Choice(value=buckets, reason=f"the spelling of {given:,} given tokens")
    if linear is not False:
        return Choice(value=False, reason="the wide path reads n-grams")
    if mean_characters < WORD_CHARACTERS:
        return Choice(value=False, reason="tokens are characters")
    return Choice(value=BUCKETS, reason="no wide path reads them")


def linear_path(setting: Any, kind: str, too_many: str | None, judged_rows: int) -> Choice:
    """Return whether there is a linear path: True, False, or "auto" where training shall tell.

    Of series there are often too few to show that it pays. On parts of 30 to 66 rows of three
    training files the gain was within its standard error on 8 of 14, and yet with kernels the loss
    of all other rows was lower on 12; so they count by the factor that held-out rows tell.

    Args:
        setting: True, False or "auto".
        kind: "text" or "series".
        too_many: what there is too much of, None if not.
        judged_rows: held out of training.
    """
    if setting != AUTO:
        return Choice(value=setting, reason="given")
    if too_many is not None:
        return Choice(value=False, reason=too_many)
    if not judged_rows:
        return Choice(value=False, reason="no validation can tell whether it pays")
    if kind == "series":
        return Choice(value=True, reason="by the factor with the lowest validation loss")
    return Choice(value=AUTO, reason="if it lowers the validation loss")


def folds(kind: str, rows: int, symbols: int, possible: bool) -> Choice:
    """Return into how many folds few rows are dealt, "off" for many.

    Args:
        kind: "text" or "series".
        rows: of the training file.
        symbols: characters of all texts, or steps of all series.
        possible: whether nothing that was set speaks against folds.
    """
    if not possible or rows < LEAST_FOLDED:
        return Choice(value="off", reason="one validation part")
    if rows > MOST_FOLDED[kind] or symbols > MOST_SYMBOLS[kind]:
        return Choice(value="off", reason=f"{rows:,} rows: a tenth of them tells enough")
    return Choice(value=3, reason=f"{rows:,} rows: none to spare for validation alone")
