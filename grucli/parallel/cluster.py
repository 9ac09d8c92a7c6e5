"""Workers of a Dask cluster, on any number of machines: a function of many items, in order.

The function, with all that is bound to it, is lent: a worker has it once, whatever the number of
its threads, and what is lost with a worker is made again by another. What is lent belongs to the
client, as results do, so that the scheduler drops it when the client ends, however that ends; a
plugin of the workers would stay behind. The scheduler only passes on bytes: it needs no grucli.
"""

from __future__ import annotations

import asyncio
import logging
import operator
import pickle
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import dask
import numpy as np
from dask.utils import parse_timedelta
from distributed import Client, Future, KilledWorker, Security, get_worker
from distributed.comm import connect
from distributed.core import send_recv

import grucli
from grucli.errors import AccessError, ConfigError, GrucliError, excerpt

AHEAD = 2
"""Items that a thread of a worker has at most: one at work, and one that waits for it."""
PATIENCE_S = 30
"""How long a cluster may be without workers."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Versions = dict[str, str]
"""Of the packages on which digits depend."""


class Cluster:
    """A Dask cluster."""

    def __init__(self, address: str, client: Client) -> None:
        """Use `at`."""
        self._address, self._client = address, client

    @classmethod
    @contextmanager
    def at(cls, address: str) -> Iterator[Cluster]:
        """Connect to a scheduler, until the end.

        Raises:
            ConfigError: it is no address of one.
            AccessError: it cannot be reached, or has no workers, or these have other versions.
        """
        logging.disable()  # Dask tells what goes on; what its users can mend is in the errors
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _check_scheduler(address)
                with Client(address) as client:
                    cluster = cls(address, client)
                    cluster._check_workers()
                    yield cluster
        finally:
            logging.disable(logging.NOTSET)

    def results(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
        """Yield the results of items in their order, a bounded number of which are on their way.

        Args:
            function: can be pickled, and workers can import what it is made of.
            items: any number of them.

        Raises:
            GrucliError: as the function does.
            AccessError: several workers were lost with an item, or all, or the scheduler.
        """
        submit = self._client.submit
        lent = submit(pickle.loads, pickle.dumps(_Lent(function, versions())), pure=False)
        self._result(lent, "")
        with self._reached():
            self._client.replicate([lent])
        begun: deque[tuple[Future, Item]] = deque()
        for item in items:
            begun.append((submit(operator.call, lent, item, pure=False), item))
            if len(begun) > AHEAD * self._num_threads():
                yield self._result(*begun.popleft())
        while begun:
            yield self._result(*begun.popleft())

    def _result(self, future: Future, item: Any) -> Any:
        """Return a result when it is there, as long as there is anybody who might give it."""
        while True:
            try:
                found = future.result(timeout=PATIENCE_S)
            except TimeoutError:
                self._await_workers()
            except KilledWorker as error:
                raise AccessError(
                    f"--dask: {error.allowed_failures + 1} workers were lost, each with "
                    f"{excerpt(item)} (out of memory?); see their logs"
                ) from error
            except CancelledError as error:
                raise self._gone() from error
            else:
                if isinstance(found, GrucliError):
                    raise found
                return found

    def _num_threads(self) -> int:
        with self._reached():
            return sum(self._client.nthreads().values())

    def _check_workers(self) -> None:
        self._await_workers()
        with self._reached():
            told = self._client.run(versions, on_error="return")
        for worker, found in told.items():
            if isinstance(found, Exception):
                raise AccessError(f"--dask: worker {worker} has no grucli: {excerpt(found, 80)}")
            _refuse_other(worker, found, versions())

    def _await_workers(self) -> None:
        try:
            with self._reached():
                self._client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as error:
            raise AccessError(
                f"--dask: {self._address} has no workers; start some: dask worker {self._address}"
            ) from error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Context in which the scheduler is asked something, and may be gone."""
        try:
            yield
        except TimeoutError:
            raise
        except OSError as error:
            raise self._gone() from error

    def _gone(self) -> AccessError:
        return AccessError(f"--dask: the scheduler at {self._address} is gone; start it, and again")


@dataclass(frozen=True)
class _Lent(Generic[Item, Result]):
    """A function of an item, as a worker has it."""

    function: Callable[[Item], Result]
    versions: Versions

    def __call__(self, item: Item) -> Result | GrucliError:
        """Return the result, or why there is none."""
        try:
            _refuse_other(get_worker().address, versions(), self.versions)
            return self.function(item)
        except GrucliError as fault:
            return fault


def versions() -> Versions:
    """Return the versions of this process."""
    return {"grucli": grucli.__version__, "numpy": np.__version__}


def _check_scheduler(address: str) -> None:
    """Refuse what is no scheduler: a `Client` of it may wait for ever, also when it is deleted."""
    limit_s = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
    try:
        kind = asyncio.run(asyncio.wait_for(_kind(address), limit_s))
    except OSError as error:
        raise AccessError(
            f"--dask: no scheduler answers at {excerpt(address)}; check the address and its port"
        ) from error
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "--dask: must be the address of a scheduler, such as tcp://127.0.0.1:8786, got "
            f"'{excerpt(address)}': {excerpt(error, 60)}"
        ) from error
    if kind != "Scheduler":
        raise AccessError(f"--dask: at {excerpt(address)} is a {kind.lower()}, not a scheduler")


async def _kind(address: str) -> str:
    """Return what says to be there."""
    comm = await connect(address, **Security().get_connection_args("client"))
    try:
        return str((await send_recv(comm, op="identity"))["type"])
    finally:
        comm.abort()


def _refuse_other(worker: str, theirs: Versions, ours: Versions) -> None:
    """Raise AccessError if a worker has another version than the process that asks it."""
    for name, version in ours.items():
        if theirs[name] != version:
            raise AccessError(
                f"--dask: worker {worker} has {name} {theirs[name]}, this process {version}; "
                "answers may differ: install the same on both"
            )
