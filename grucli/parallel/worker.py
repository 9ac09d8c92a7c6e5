"""A process that computes shards for another one: the memory they share, and what it is told.

It is a fresh interpreter that knows nothing but its briefing. It ends when its channel does, so it
does not outlive its parent, however that ends. There is no file, no lock and no name that could be
left behind. It imports Python's own modules, NumPy and grucli, each from where its parent has it: a
file in the current folder, or where variables of Python point, is never taken for one of them.
"""

from __future__ import annotations

import mmap
import os
import socket
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

import grucli
from grucli.data.batches import Examples
from grucli.engine.params import Shape
from grucli.model.network import Architecture, Model
from grucli.parallel.shards import ShardJob, Shards

MESSAGE = struct.Struct("=3q")
"""To a worker: the step, how many rows its batch has, the shard to compute."""
DONE = b"."
"""From a worker: it has started, or computed a shard. Anything else is its last words."""
LAST_WORDS = 200  # bytes
ISOLATED = ("-I", "-S", "-B")
"""Options of its interpreter: no folder but that of Python's modules, no variables, no files."""
PROGRAM = """
import json, sys
briefing = json.loads(sys.argv[1])
standard = sys.path[:]
sys.path[:] = [*standard, briefing["numpy"]]
import numpy
sys.path[:] = [*standard, briefing["grucli"]]
from grucli.parallel.worker import work
work(briefing)
"""


class Memory:
    """Arrays in one file that exists in memory only; who asks alike gets the same ones."""

    def __init__(self, file: int) -> None:
        self._file, self._end = file, 0

    def allocate(self, shape: Shape, dtype: Any) -> npt.NDArray[Any]:
        """Return the next array: zeros, or what any process has written there."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if not size:
            return np.zeros(shape, dtype)
        start = self._end
        self._end += -(-size // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        if os.fstat(self._file).st_size < self._end:
            os.ftruncate(self._file, self._end)
        return np.frombuffer(mmap.mmap(self._file, size, offset=start), dtype).reshape(shape)


@contextmanager
def memory_file() -> Iterator[int]:
    """Open a file without a name, whose memory is freed with the last process that uses it."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("grucli")
        try:
            yield file
        finally:
            os.close(file)
    else:
        with tempfile.TemporaryFile() as temporary:
            yield temporary.fileno()


def briefing(
    file: int, memory: Memory, architecture: Architecture, examples: Examples, job: ShardJob
) -> dict[str, Any]:
    """Return all that a worker must know but for its channel (JSON); share the examples.

    It will then ask `memory` for a model and for `Shards`, in this order.
    """
    found = {}
    for name, array in examples.arrays.items():
        memory.allocate(array.shape, array.dtype)[...] = array
        found[name] = array.shape, array.dtype.str
    return {
        "numpy": _folder_of(np),
        "grucli": _folder_of(grucli),
        "memory": file,
        "examples": found,
        "architecture": asdict(architecture),
        "job": job.to_json(),
    }


def _folder_of(package: ModuleType) -> str:
    """Return where a package is imported from."""
    return str(Path(str(package.__file__)).absolute().parents[1])


def work(briefing: Mapping[str, Any]) -> None:
    """Be a worker: compute the shards that are asked for, until the channel ends."""
    with socket.socket(fileno=briefing["channel"]) as channel:
        try:
            shards = _shards(briefing)
            channel.sendall(DONE)
            _serve(channel, shards)
        except Exception as fault:  # the parent has to hear of any; if it is gone, nobody has
            words = f"{type(fault).__name__}: {fault}".encode(errors="replace")
            with suppress(OSError):
                channel.sendall(words[:LAST_WORDS])


def _shards(briefing: Mapping[str, Any]) -> Shards:
    memory = Memory(briefing["memory"])
    found = briefing["examples"].items()
    arrays = {name: memory.allocate(*which) for name, which in found}
    sizes = briefing["architecture"]
    architecture = Architecture(**{**sizes, "pooling": tuple(sizes["pooling"])})
    examples = Examples.from_arrays(arrays, has_steps=architecture.reads_steps)
    model = Model(architecture, memory.allocate)
    return Shards(model, examples, ShardJob.from_json(briefing["job"]), memory.allocate)


@np.errstate(over="ignore", invalid="ignore")  # the parent finds what is not finite
def _serve(channel: socket.socket, shards: Shards) -> None:
    while message := channel.recv(MESSAGE.size, socket.MSG_WAITALL):
        shards.compute(*MESSAGE.unpack(message))
        channel.sendall(DONE)
