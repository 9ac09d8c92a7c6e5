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
from grucli.data.stored import column
from grucli.data.text.tokenized import tokens_of_each
from grucli.data.text.tokens import tokenizer
from grucli.files.scratch import release

Keys = npt.NDArray[np.uint64]

NOTHING = 0
"""The key of a text without a token."""
_BYTES = 8  # of a hash: two of a million rows are taken for one with a chance of 3e-8


def keys(records: Sequence[Record], mode: str, precision: npt.DTypeLike = np.float64) -> Keys:
    """Return (n,) keys, equal for records that are read alike.

    Args:
        records: texts or numeric sequences.
        mode: how texts become tokens, as `encoders.mode_of` returns it.
        precision: in which numbers are compared.
    """
    if records and records[0].values is not None:
        series = (values.astype(precision) for values in column(records, "values"))
        hashes = map(_of_values, series)
    else:
        hashes = map(_of_tokens, tokens_of_each(records, mode, tokenizer(mode)))
    return np.fromiter(hashes, np.uint64, len(records))


def firsts(keys: Keys) -> npt.NDArray[np.int32]:
    """Return (n,) for each row, of at least one, the first with the same key."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ordered = keys[order]
    places = np.arange(len(keys), dtype=np.int32)
    places[1:][ordered[1:] == ordered[:-1]] = 0
    del ordered
    release()
    np.maximum.accumulate(places, out=places)  # where the run of a key begins
    found = np.empty(len(keys), np.int32)
    found[order] = order[places]
    return found


def repeats(keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return (k,) the rows that repeat an earlier input, and (k,) the first row of each.

    Texts without a token are no input.
    """
    first = firsts(keys)
    rows = np.flatnonzero((first != np.arange(len(keys), dtype=np.int32)) & (keys != NOTHING))
    return rows, first[rows]


def common_precision(*files: Sequence[Record]) -> npt.DTypeLike:
    """Return the least precise type of the numbers of several files, each of one type."""
    firsts = (records[0].values for records in files if records)
    is_single = any(values is not None and values.dtype == np.float32 for values in firsts)
    return np.float32 if is_single else np.float64


def _of_tokens(tokens: Sequence[str]) -> int:
    return _hash("\n".join(tokens).encode("utf-8", "surrogatepass")) if tokens else NOTHING


def _of_values(given: Floats) -> int:
    values = given + 0.0  # -0 becomes 0
    values[np.isnan(values)] = np.nan  # of all that are no number, one
    return _hash(values.tobytes())


def _hash(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=_BYTES).digest()) or 1
