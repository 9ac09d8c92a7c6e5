"""Which file is of which system, and what is said of those that cannot be read."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from grucli.errors import CheckpointError, show_path
from grucli.modelfile.npz_layout import FaultError

if TYPE_CHECKING:
    from grucli.modelfile.exchange.foreign import ForeignModel

READERS = {
    ".keras": "keras_file",
    ".npz": "g2p_file",
    ".onnx": "onnx_file",
    ".safetensors": "safetensors_file",
}
"""The module that reads files of a suffix."""
_OF_G2P = re.compile(rb"PK\x03\x04.{26}((enc|dec)_(emb|[wb]_[ih]h)|fc_[wb])\.npy", re.DOTALL)
_HEAD = 64  # bytes, of a zip and of such a name
_KERAS = "is of Keras's older format; load it there, then model.save('m.keras')"
_PICKLE = (
    "may hold Python code, which is never run; save the weights alone, with "
    "safetensors.torch.save_file(model.state_dict(), 'm.safetensors')"
)
REFUSED = {
    ".h5": _KERAS,
    ".hdf5": _KERAS,
    ".bin": _PICKLE,
    ".pkl": _PICKLE,
    ".pt": _PICKLE,
    ".pth": _PICKLE,
}


def is_foreign(path: str | Path) -> bool:
    """Tell by its name whether a file is of another system, of `.npz` by the first array's."""
    suffix = Path(path).suffix.lower()
    if suffix != ".npz":
        return suffix in (*READERS, *REFUSED)
    try:
        with Path(path).open("rb") as file:
            return _OF_G2P.match(file.read(_HEAD)) is not None
    except OSError:
        return False


def read_foreign(path: str | Path) -> ForeignModel:
    """Read a model of another system.

    Raises:
        AccessError: it is missing or unreadable, or the package that reads it is.
        CheckpointError: it is damaged, or no model that fits.
    """
    suffix = Path(path).suffix.lower()
    try:
        if suffix in REFUSED:
            raise FaultError(REFUSED[suffix])
        reader = import_module(f"grucli.modelfile.exchange.{READERS[suffix]}")
        with np.errstate(all="ignore"):  # NaN and infinity are found by the check
            found: ForeignModel = reader.read(path)
        found.check()
    except FaultError as fault:
        raise CheckpointError(f"{show_path(path)}: {fault}") from None
    return found
