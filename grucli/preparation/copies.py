"""Rows that a model reads alike: copies, whatever their bytes.

Texts are read alike that have the same tokens, so case, spaces, width and Unicode form make no
difference but where `data.tokens` keeps them; series, that have the same values.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from grucli.data.numbers import Floats
from grucli.data.records import Record
from grucli.data.text.tokenized import tokens_of
from grucli.data.text.tokens import tokenizer

NOTHING = b""
"""The key of a text without a token."""
_BYTES = 16  # of a hash: two of a billion rows are taken for one with a chance of 1e-21


def keys(
    records: Sequence[Record], mode: str, precision: npt.DTypeLike = np.float64
) -> list[bytes]:
    """Return (n,) keys, equal for records that are read alike.

    Args:
        records: texts or numeric sequences.
        mode: how texts become tokens, as `encoders.mode_of` returns it.
        precision: in which numbers are compared.
    """
    tokenize = tokenizer(mode)
    return [
        _of_tokens(tokens_of(record, mode, tokenize))
        if record.values is None
        else _of_values(record.values.astype(precision))
        for record in records
    ]


def common_precision(*files: Sequence[Record]) -> npt.DTypeLike:
    """Return the least precise type of the numbers of several files, each of one type."""
    firsts = (records[0].values for records in files if records)
    is_single = any(values is not None and values.dtype == np.float32 for values in firsts)
    return np.float32 if is_single else np.float64


def _of_tokens(tokens: Sequence[str]) -> bytes:
    content = "\n".join(tokens).encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=_BYTES).digest() if tokens else NOTHING


def _of_values(given: Floats) -> bytes:
    values = given + 0.0  # -0 becomes 0
    values[np.isnan(values)] = np.nan  # of all that are no number, one
    return blake2b(values.tobytes(), digest_size=_BYTES).digest()
