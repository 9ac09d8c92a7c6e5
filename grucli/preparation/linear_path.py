"""Whether a wide path is learned, and what it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grucli.data.encoding import Encoded, SeriesEncoder, TextEncoder
from grucli.data.records import Record
from grucli.data.series.kernels import Kernels
from grucli.data.text.ngrams import Ngrams
from grucli.data.text.tokenized import Tokenized
from grucli.errors import ConfigError
from grucli.model.kernel_path import KernelRows
from grucli.model.linear_path import WideRows
from grucli.model.ngram_path import NgramRows
from grucli.preparation import defaults
from grucli.preparation.defaults import Choice
from grucli.random import WIDE, generator

KERNELS_COUNTER = 1  # apart from what learning draws


def of_texts(
    texts: Tokenized,
    encoder: TextEncoder,
    valid: Sequence[Record],
    *,
    setting: Any,
    judged_rows: int,
    num_classes: int,
) -> tuple[WideRows | None, Choice]:
    """Return the n-grams of texts to learn from, None for no wide path, and the choice.

    Args:
        texts: to train on.
        encoder: of them.
        valid: records to validate on.
        setting: True, False or "auto".
        judged_rows: texts that are held out of some training.
        num_classes: at least 2.
    """
    tokens = int(texts.lengths.sum())
    pattern = defaults.pattern(texts.letters() / max(tokens, 1), texts.lengths)
    found = pattern.count(texts.characters(), tokens)
    too_many = f"{found:,} n-grams: too many for the memory"
    is_possible = found <= defaults.MOST_NGRAMS
    choice = defaults.wide(setting, "text", None if is_possible else too_many, judged_rows)
    if choice.value is False:
        return None, choice
    outputs = 1 if num_classes == 2 else num_classes
    ngrams = Ngrams.fit(texts, pattern, defaults.WIDE_NUMBERS // (outputs + 2))
    if not len(ngrams):  # all texts are empty
        return None, choice
    held = [record.text or "" for record in valid]
    rows = NgramRows(
        ngrams=ngrams,
        train=ngrams.encode(texts),
        valid=ngrams.encode(Tokenized.of(held, encoder.tokenize)) if held else None,
        always=choice.value is True,
    )
    return rows, choice


def of_series(
    encoded: Encoded,
    encoder: SeriesEncoder,
    valid: Sequence[Record],
    *,
    setting: Any,
    judged_rows: int,
    seed: int,
) -> tuple[WideRows | None, Choice]:
    """Return what kernels give for series; the other arguments are those of `of_texts`.

    Args:
        encoded: series to train on.
        encoder: of them.
        seed: of what kernels draw.

    Raises:
        ConfigError: it is asked for, and there are too many series.
    """
    number, steps = len(encoded.lengths), len(encoded.steps)
    too_many = f"{number:,} series of {steps:,} steps together: too many for kernels"
    is_possible = number <= defaults.MOST_KERNEL_ROWS and steps <= defaults.MOST_KERNEL_STEPS
    choice = defaults.wide(setting, "series", None if is_possible else too_many, judged_rows)
    if choice.value is False:
        return None, choice
    if not is_possible:
        raise ConfigError(f"model.wide: {too_many}; delete it")
    most = min(defaults.MOST_THRESHOLDS, defaults.KERNEL_NUMBERS // number)
    seen = encoder.first_view(encoded.steps)
    kernels = Kernels.fit(seen, encoded.lengths, most, generator(seed, WIDE, KERNELS_COUNTER))
    held = None
    if valid:
        other = encoder.encode(valid)
        held = np.ascontiguousarray(encoder.first_view(other.steps)), other.lengths
    rows = KernelRows(
        kernels=kernels,
        train=kernels.features(seen, encoded.lengths),
        valid=held,
        always=choice.value is True,
    )
    return rows, choice
