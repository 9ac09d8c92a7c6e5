"""The parts of a `.keras` file: a zip with the layers as JSON and their weights as HDF5.

Nothing in it is run, nothing outside it is opened, and no part is larger than the file: members
that are compressed, links that leave the file, and arrays that lie elsewhere are refused.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import excerpt
from grucli.modelfile.exchange.extras import module
from grucli.modelfile.npz_layout import FaultError

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MOST_JSON = 4 * 2**20
AGAIN = "save it again with model.save('m.keras')"


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
    members = _members(data)
    try:
        config = json.loads(members[CONFIG])
        with h5py.File(io.BytesIO(members[WEIGHTS]), "r") as weights:
            yield KerasArchive(config, weights)
    except (OSError, RuntimeError, RecursionError, ValueError, TypeError, LookupError) as fault:
        raise FaultError(f"damaged ({excerpt(fault)}); {AGAIN}") from None


def _members(data: bytes) -> dict[str, bytes]:
    """Return what the layers and the weights are read from."""
    members = dict[str, bytes]()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in (CONFIG, WEIGHTS):
                info = archive.getinfo(name)
                most = MOST_JSON if name == CONFIG else len(data)
                if info.compress_type != zipfile.ZIP_STORED or info.file_size > most:
                    raise FaultError(f"{name} is compressed or too large; {AGAIN}")
                members[name] = archive.read(info)
    except KeyError:
        raise FaultError(f"no {name} in it; {AGAIN}") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as fault:
        raise FaultError(f"not a .keras file ({excerpt(fault)}); {AGAIN}") from None
    return members


def _child(group: Any, name: str, place: str) -> Any:
    """Return what hangs below a group by a hard link: others may leave the file."""
    import h5py

    link = group.get(name, getlink=True) if isinstance(group, h5py.Group) else None
    if not isinstance(link, h5py.HardLink):
        raise FaultError(f"{place} has no weights of its own in {WEIGHTS}; {AGAIN}")
    return group[name]


def _array(dataset: Any, place: str) -> Floats:
    """Return an array that is stored as it is: none takes more memory than the file."""
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f" or dataset.ndim > 2:
        raise FaultError(f"{place} holds no floats; save it as float32")
    is_elsewhere = dataset.is_virtual or dataset.external is not None
    if is_elsewhere or dataset.id.get_storage_size() != dataset.size * dataset.dtype.itemsize:
        raise FaultError(f"{place} is compressed, or lies outside of the file; {AGAIN}")
    return np.asarray(dataset[()])
