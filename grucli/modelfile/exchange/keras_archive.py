"""The parts of a `.keras` file: a zip with the layers as JSON and their weights as HDF5.

Nothing in it is run, nothing outside it is opened, and no part is larger than the file: members
that are compressed, links that leave the file, and arrays that lie elsewhere are refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import excerpt
from grucli.modelfile.archive import MAX_JSON_BYTES
from grucli.modelfile.bounded_json import is_bounded
from grucli.modelfile.exchange.extras import module
from grucli.modelfile.exchange.zip_members import stored_members
from grucli.modelfile.npz_layout import FaultError

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MOST_LEVELS = 64  # of the JSON
AGAIN = "save it again with model.save('m.keras')"
_FAULTS = ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError
"""What JSON of other forms, and HDF5, raise."""


class KerasArchive:
    """An open file.

    Attributes:
        config: the JSON object that says which layers there are.
    """

    def __init__(self, config: dict[str, Any], weights: Any) -> None:
        self.config = config
        self._weights = weights  # an h5py.File

    def arrays(self, place: str, number: int) -> list[Floats]:
        """Return the so many arrays of a layer.

        Args:
            place: of the layer, as "layers/gru/cell".
            number: of its arrays.

        Raises:
            FaultError: there are others, or they are no floats that lie in this file.
        """
        group = self._weights
        for name in (*place.split("/"), "vars"):
            group = _child(group, name, place)
        if len(group) != number:
            raise FaultError(
                f"{place} has {len(group)} arrays, not {number}; save it without quantization and "
                "the like"
            )
        return [_array(_child(group, str(k), place), place) for k in range(number)]


@contextmanager
def opened(data: bytes) -> Iterator[KerasArchive]:
    """Open the bytes of a `.keras` file.

    Raises:
        AccessError: h5py is not installed.
        FaultError: they are damaged, or of something else.
    """
    h5py = module("h5py", "keras")
    members = stored_members(data, (CONFIG, WEIGHTS), again=AGAIN)
    text = members[CONFIG]
    if not is_bounded(text, max_bytes=MAX_JSON_BYTES, max_depth=MOST_LEVELS):
        raise FaultError(f"{CONFIG} is larger or deeper than that of such a model; {AGAIN}")
    try:
        config = json.loads(text)
        with h5py.File(io.BytesIO(members[WEIGHTS]), "r") as weights:
            yield KerasArchive(config, weights)
    except _FAULTS as fault:
        raise FaultError(f"damaged ({excerpt(fault)}); {AGAIN}") from None


def _child(group: Any, name: str, place: str) -> Any:
    """Return what hangs below a group by a hard link: others may leave the file."""
    import h5py

    link = group.get(name, getlink=True) if isinstance(group, h5py.Group) else None
    if not isinstance(link, h5py.HardLink):
        raise FaultError(f"{place} has no weights of its own in {WEIGHTS}; {AGAIN}")
    return group[name]


def _array(dataset: Any, place: str) -> Floats:
    """Return an array that is stored as it is, by no filter: it takes what it has in the file."""
    import h5py
    from h5py import h5d, h5t

    if not isinstance(dataset, h5py.Dataset) or dataset.ndim > 2:
        raise FaultError(f"{place} holds no floats; save it as float32")
    floats = h5t.IEEE_F16LE, h5t.IEEE_F32LE, h5t.IEEE_F64LE
    if not any(dataset.id.get_type().equal(kind) for kind in floats):
        raise FaultError(f"{place} holds no floats; save it as float32")
    kept = dataset.id.get_create_plist()
    is_plain = kept.get_layout() in (h5d.CONTIGUOUS, h5d.COMPACT) and not kept.get_nfilters()
    is_here = dataset.external is None and dataset.id.get_storage_size() == dataset.nbytes
    if not (is_plain and is_here):
        raise FaultError(f"{place} is compressed, or lies outside of the file; {AGAIN}")
    return np.asarray(dataset[()])
