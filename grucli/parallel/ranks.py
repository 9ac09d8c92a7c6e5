"""The processes that an MPI launcher has started alike: the first leads, the others obey it.

They share nothing: what one has to know it is sent, in an order that does not depend on any clock.
MPI moves bytes and adds none, for its sums depend on the library and on how many take part. Whoever
waits lets the processor rest, as MPI does not by itself. NumPy is imported by the first order,
which says how many threads the linear algebra has.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import grucli
from grucli.errors import AccessError, excerpt
from grucli.files.scratch import Scratch, release
from grucli.parallel.launcher import Launch
from grucli.parallel.threads import THREAD_VARIABLES

Buffer = Any
"""Contiguous bytes: an array, or whatever `memoryview` takes."""
NUMBER = struct.Struct("=q")
PIECE = 1 << 24  # bytes of a message
SPIN_S = 2e-4  # for which one asks without a pause whether a message has come
SHORTEST_PAUSE_S, LONGEST_PAUSE_S, IDLE_PAUSE_S = 5e-5, 2e-3, 2e-2
MEND = "go on with --resume, on any number of ranks"


class Ranks:
    """All of them, as one of them sees them.

    Attributes:
        rank: of this one, 0 for the first.
        size: how many there are.
        is_torn: whether a conversation was broken off, so that the others wait for what follows.
    """

    def __init__(self, mpi: Any, launch: Launch) -> None:
        """Take what `mpi4py.MPI` is, and what the launcher says of this process."""
        self._mpi, self._comm = mpi, mpi.COMM_WORLD
        self.rank, self.size = launch.rank, launch.size
        self.is_torn = False

    @property
    def name(self) -> str:
        """This one in words, for complaints."""
        return f"rank {self.rank} of {self.size}"

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Exchange messages inside; an error there tears the ranks apart."""
        try:
            yield
        except BaseException:
            self.is_torn = True
            raise

    def order(self, module: str, thing: object) -> None:
        """Let all others do what `follow` of a module does, which is told a thing.

        The thing can be pickled; arrays in temporary files are read from there, and are there again
        where they are sent to.
        """
        buffers: list[pickle.PickleBuffer] = []
        words = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
        threads = {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}
        head = json.dumps([module, threads, _versions()]).encode()
        parts = [memoryview(head), memoryview(words), *(buffer.raw() for buffer in buffers)]
        with self.talking():
            self.share(NUMBER.pack(len(parts)))
            for part in parts:
                self.share(NUMBER.pack(part.nbytes))
                self.share(part)
                release()

    def obey(self) -> None:
        """Do what the first one orders, until it dismisses all others.

        Raises:
            AccessError: the first one has other versions of what computes.
        """
        while number := self._number(is_idle=True):
            head, words, *buffers = [self._part(self._number()) for _ in range(number)]
            module, threads, versions = json.loads(bytes(head))
            os.environ.update(threads)
            if (own := _versions()) != versions:
                raise AccessError(
                    f"training: has {own}, the first rank {versions}; install the same"
                )
            follow = import_module(module).follow
            thing = pickle.loads(words, buffers=buffers)
            del head, words, buffers
            follow(self, thing)
            del thing

    def dismiss(self) -> bool:
        """Let all others end; return whether they could be told."""
        if not self.is_torn:
            self.share(NUMBER.pack(0))
        return not self.is_torn

    def abort(self, code: int) -> None:
        """End all at once, whatever they do."""
        self._comm.Abort(code)

    def share(self, *buffers: Buffer, is_idle: bool = False) -> None:
        """Send all others what the first one has in contiguous buffers; fill theirs with it.

        Args:
            buffers: of equal sizes everywhere.
            is_idle: whether it may take long until there is anything.

        Raises:
            AccessError: another rank is gone.
        """
        with self._errors():
            begun = [self._comm.Ibcast([piece, self._mpi.BYTE]) for piece in _pieces(buffers)]
            self._wait(begun, IDLE_PAUSE_S if is_idle else LONGEST_PAUSE_S)

    def send(self, rank: int, *buffers: Buffer) -> None:
        """Send contiguous buffers to another one; raises as `share`."""
        with self._errors():
            begun = [self._comm.Isend([part, self._mpi.BYTE], rank) for part in _pieces(buffers)]
            self._wait(begun)

    def receive(self, rank: int, *buffers: Buffer) -> None:
        """Fill buffers with what another one sends; raises as `share`."""
        with self._errors():
            begun = [self._comm.Irecv([part, self._mpi.BYTE], rank) for part in _pieces(buffers)]
            self._wait(begun)

    def post(self, rank: int, tag: int, data: bytes) -> None:
        """Send one message, of at most PIECE bytes, that is told from others by its tag."""
        with self._errors():
            self._wait([self._comm.Isend([data, self._mpi.BYTE], rank, tag)])

    def posted(self, rank: int) -> tuple[int, bytearray] | None:
        """Return the tag and the bytes of a message of another rank if one has come."""
        with self._errors():
            status = self._mpi.Status()
            if not self._comm.Iprobe(rank, self._mpi.ANY_TAG, status):
                return None
            data = bytearray(status.Get_count(self._mpi.BYTE))
            self._comm.Recv([data, self._mpi.BYTE], rank, status.Get_tag())
            return status.Get_tag(), data

    def _number(self, *, is_idle: bool = False) -> int:
        number = bytearray(NUMBER.size)
        self.share(number, is_idle=is_idle)
        return int(NUMBER.unpack(number)[0])

    def _part(self, size: int) -> Buffer:
        """Return so many bytes that the first one shares; many are in a temporary file."""
        scratch = Scratch()
        for start in range(0, size, PIECE):
            piece = bytearray(min(PIECE, size - start))
            self.share(piece)
            scratch.append(memoryview(piece))
        return scratch.view()

    def _wait(self, requests: list[Any], longest_s: float = LONGEST_PAUSE_S) -> None:
        """Return once all messages have come or gone."""
        spins_until_s, pause_s = time.monotonic() + SPIN_S, SHORTEST_PAUSE_S
        for request in requests:
            while not request.Test():
                if time.monotonic() > spins_until_s:
                    time.sleep(pause_s)
                    pause_s = min(1.25 * pause_s, longest_s)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except self._mpi.Exception as fault:
            self.is_torn = True
            raise AccessError(f"training: a rank is gone ({excerpt(fault, 60)}); {MEND}") from fault


def join(launch: Launch) -> Ranks:
    """Meet the others that were started.

    Raises:
        AccessError: mpi4py is missing, finds no MPI, or one that does not see the others.
    """
    started = f"an MPI launcher has started {launch.size} processes"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a launcher of another MPI is found out below
            from mpi4py import MPI
    except (ImportError, RuntimeError) as fault:
        raise AccessError(
            f"{started}, and mpi4py cannot be used: {excerpt(fault, 60)}; "
            "pip install 'grucli[mpi]', or start one"
        ) from None
    size = MPI.COMM_WORLD.Get_size()
    if size != launch.size:
        library = excerpt(MPI.Get_library_version().split("\n")[0].strip(), 40)
        raise AccessError(
            f"{started}, and mpi4py sees {size}: its library is {library}; start with the mpiexec "
            "that belongs to it"
        )
    return Ranks(MPI, launch)


def _versions() -> str:
    """Return what must be the same everywhere."""
    import numpy as np  # late: it reads the environment

    python = ".".join(map(str, sys.version_info[:2]))
    return f"grucli {grucli.__version__}, NumPy {np.__version__}, Python {python}"


def _pieces(buffers: tuple[Buffer, ...]) -> Iterator[memoryview]:
    """Yield buffers as bytes, none longer than PIECE."""
    for buffer in buffers:
        view = memoryview(buffer)
        if view.nbytes:
            flat = view.cast("B")
            yield from (flat[start : start + PIECE] for start in range(0, len(flat), PIECE))
