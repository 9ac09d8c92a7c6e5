"""A worker that computes shards of a batch."""

from __future__ import annotations

import socket
import struct

import numpy as np

from grucli.data.batches import Examples
from grucli.model.network import Architecture, Model
from grucli.parallel.memory import Memory
from grucli.parallel.shards import ShardJob, Shards
from grucli.parallel.worker import DONE
from grucli.values import dataclass

MESSAGE = struct.Struct("=3q")
"""To a worker: the step, how many rows its batch has, the shard to compute."""


@dataclass(frozen=True, kw_only=True)
class Lent:
    """What it must know before it asks the memory for a model and for `Shards`, in this order."""

    architecture: Architecture
    examples: Examples
    job: ShardJob


@np.errstate(over="ignore", invalid="ignore")  # the parent finds what is not finite
def serve(channel: socket.socket, memory: Memory, lent: Lent) -> None:
    """Compute the shards that are asked for, until the channel ends."""
    model = Model(lent.architecture, memory.allocate)
    shards = Shards(model, lent.examples, lent.job, memory.allocate)
    channel.sendall(DONE)
    while message := channel.recv(MESSAGE.size, socket.MSG_WAITALL):
        shards.compute(*MESSAGE.unpack(message))
        channel.sendall(DONE)
