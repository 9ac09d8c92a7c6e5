"""Processes that answer windows of records beside the first one, as that sees them."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from grucli.data.records import Record
from grucli.errors import GrucliError
from grucli.modelfile.checkpoint import SavedModel
from grucli.parallel.crew import usable_cores
from grucli.parallel.memory import Memory, Place
from grucli.parallel.process import Process, Task, hiring
from grucli.parallel.worker import DONE, STATE
from grucli.prediction import answer_worker
from grucli.prediction.answer_worker import SIZE, packed
from grucli.prediction.window import Predictions

AHEAD = 2
"""Windows that a helper has at most: one that it answers, and one that waits for it."""
MOST_UNASKED = 3  # beyond which this process, which reads and writes, does not keep up
TASK = Task(name="prediction", mend="pass --workers 0")


class Asked:
    """A window that a helper was asked for."""

    def __init__(self, helper: Helper, window: Sequence[Record]) -> None:
        self._helper, self._window = helper, window
        self._found: Predictions | GrucliError | None = None

    def is_done(self) -> bool:
        """Tell without waiting whether there are answers."""
        self._helper.hear_all()
        return self._found is not None

    def result(self) -> Predictions:
        """Return the answers when they are there.

        Raises:
            DataError: as `answered` does.
            AccessError: the helper has failed or was ended.
        """
        while self._found is None:
            self._helper.listen()
        if isinstance(self._found, GrucliError):
            raise self._found
        return replace(self._found, records=self._window)

    def take(self, found: Predictions | GrucliError) -> None:
        """Take what the helper says of it."""
        self._found = found


class Helper(Process):
    """A process that answers windows, each in its turn.

    Attributes:
        has_started: whether it has said so; before, nobody asks it.
    """

    def __init__(self, name: str, memory: Memory, lent: Sequence[Place]) -> None:
        super().__init__(name, answer_worker.__name__, memory, lent, TASK)
        self.has_started = False
        self._owed: deque[Asked] = deque()

    @property
    def room(self) -> int:
        """How many windows more it can be asked for; none before it has started."""
        return AHEAD - len(self._owed) if self.has_started else 0

    def ask(self, window: Sequence[Record]) -> Asked:
        """Let it answer a window."""
        self.send(packed(window))
        self._owed.append(Asked(self, window))
        return self._owed[-1]

    def hear_all(self) -> None:
        """Take what it has said by now; raises AccessError if it is gone."""
        while self.listen(waits=False):
            pass

    def listen(self, *, waits: bool = True) -> bool:
        """Take what it says next; return whether that was anything."""
        said = self.hear(waits=waits)
        if said == DONE:
            self.has_started = True
        elif said == STATE:
            words = self.receive(*SIZE.unpack(self.receive(SIZE.size)))
            self._owed.popleft().take(pickle.loads(words))
        return bool(said)


def hired(saved: SavedModel, number: int | None) -> list[Helper]:
    """Return so many helpers, which have not started as yet; None for what the cores allow.

    Raises:
        AccessError: there is no memory to share, or no process can be started.
    """
    number = min(usable_cores() - 1, MOST_UNASKED) if number is None else number
    if not number:
        return []
    with hiring(TASK) as memory:
        lent = memory.lend(saved)
        return [Helper(f"worker {k} of {number}", memory, lent) for k in range(1, number + 1)]
