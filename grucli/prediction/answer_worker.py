"""A worker that answers windows of records, as it looks from within."""

from __future__ import annotations

import os
import pickle
import socket
import struct
from collections.abc import Sequence
from dataclasses import replace
from queue import SimpleQueue
from threading import Thread

from grucli.data.records import Record
from grucli.errors import GrucliError
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.parallel.memory import Memory
from grucli.parallel.worker import DONE, STATE
from grucli.prediction.window import answered, sound

SIZE = struct.Struct("=q")
"""Bytes of what follows: of a window to a worker; of its answers, behind STATE."""


def packed(window: Sequence[Record]) -> bytes:
    """Return what a model reads of the sound records of a window, as a message."""
    return _framed([(one.number, one.text, one.values, one.tokens) for one in sound(window)])


def serve(channel: socket.socket, memory: Memory, saved: SavedModel) -> None:
    """Answer the windows that come, or say why one has no answers, until the channel ends."""
    runner, windows = Runner(saved.model, alike=True), SimpleQueue[bytes]()
    Thread(target=_listen, args=(channel, windows), daemon=True).start()
    channel.sendall(DONE)
    while True:
        records = [
            Record(number=number, text=text, values=values, tokens=tokens)
            for number, text, values, tokens in pickle.loads(windows.get())
        ]
        try:
            found: object = replace(answered(saved, runner, records), records=())
        except GrucliError as refusal:
            found = refusal
        channel.sendall(STATE + _framed(found))


def _framed(thing: object) -> bytes:
    words = pickle.dumps(thing, protocol=5)
    return SIZE.pack(len(words)) + words


def _listen(channel: socket.socket, windows: SimpleQueue[bytes]) -> None:
    """Take windows as they come, so that whoever sends one need not wait until it is answered."""
    try:
        while header := channel.recv(SIZE.size, socket.MSG_WAITALL):
            (size,) = SIZE.unpack(header)
            windows.put(channel.recv(size, socket.MSG_WAITALL))
    finally:
        os._exit(0)  # whoever asked is gone, and nobody wants what is being computed
