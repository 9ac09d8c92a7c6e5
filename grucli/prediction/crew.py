"""Who answers windows of records: this process, alone or with others beside it. Order is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grucli.data.records import Record
from grucli.errors import AccessError, DataError, GrucliError
from grucli.model.runner import Runner
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.window import Predictions, answered

if TYPE_CHECKING:
    from grucli.prediction.helpers import Helper


PAY_AFTER = 2
"""Windows without a pause after which it is worth while to start helpers unasked."""


class _Begun(Protocol):
    """A window on its way."""

    def is_done(self) -> bool: ...
    def result(self) -> Predictions: ...


@dataclass(frozen=True)
class _Done:
    """A window that was answered here, or the reason why it, and what follows, was not."""

    found: Predictions | GrucliError

    def is_done(self) -> bool:
        return True

    def result(self) -> Predictions:
        if isinstance(self.found, GrucliError):
            raise self.found
        return self.found


class Crew:
    """This process and its helpers.

    What they answer does not depend on who does it: they have the same model and run the same code.
    """

    def __init__(self, saved: SavedModel, workers: int | None, *, is_long: bool = False) -> None:
        """Make a crew of this process alone; helpers come when there is enough to do.

        Args:
            saved: the model.
            workers: how many helpers at most; None for as many as there are cores for, if there is
                much to do.
            is_long: whether that is known, so that they come at once.
        """
        self._is_long = is_long
        self._saved, self._workers, self._is_asked = saved, workers, workers is not None
        self._runner = Runner(saved.model, alike=True)
        self._helpers: list[Helper] = []

    def answers(
        self, windows: Iterable[list[Record]], ready: Callable[[], bool]
    ) -> Iterator[Predictions]:
        """Answer windows in their order, a bounded number of them at once.

        Args:
            windows: what to answer.
            ready: whether another record can be had without waiting; if not, all that has come is
                answered first.

        Raises:
            DataError, AccessError: as `windows` do; what came before is answered first.
        """
        waiting: deque[_Begun] = deque()
        try:
            for begun in self._begun(windows, ready):
                waiting.append(begun)
                while waiting and (self._is_full(waiting) or waiting[0].is_done() or not ready()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for helper in self._helpers:
                helper.end()

    def _is_full(self, waiting: deque[_Begun]) -> bool:
        return len(waiting) > 2 * len(self._helpers) + 1

    def _begun(
        self, windows: Iterable[list[Record]], ready: Callable[[], bool]
    ) -> Iterator[_Begun]:
        """Yield each window when somebody has it; a fault comes behind the last."""
        number = 0  # of windows since the last pause
        try:
            for window in windows:
                helper = self._helper(number) if ready() else None  # what has paused is in a hurry
                number = number + 1 if ready() else 0
                if helper is None:
                    yield _Done(answered(self._saved, self._runner, window))
                else:
                    yield helper.ask(window)
        except (AccessError, DataError) as fault:
            yield _Done(fault)

    def _helper(self, number: int) -> Helper | None:
        """Return who has most room for a window behind so many others; None for this process."""
        if not self._helpers and self._pay_after(number):
            from grucli.prediction.helpers import hired  # late: few inputs are so many

            with nullcontext() if self._is_asked else suppress(AccessError):
                self._helpers = hired(self._saved, self._workers)
            self._workers = len(self._helpers)
        for helper in [*self._helpers]:
            self._hear(helper)
        free = max(self._helpers, key=lambda helper: helper.room, default=None)
        return free if free is not None and free.room else None

    def _hear(self, helper: Helper) -> None:
        """Take what a helper has said; one that nobody has asked for need not come."""
        try:
            helper.hear_all()
        except AccessError:
            if self._is_asked or helper.has_started:
                raise
            helper.end()
            self._helpers.remove(helper)
            self._workers = len(self._helpers)

    def _pay_after(self, number: int) -> bool:
        """Tell whether there is enough to do for helpers, as far as so many windows can tell."""
        if self._workers is None:
            return self._is_long or number >= PAY_AFTER
        return self._workers > 0 and (self._is_long or number > 0)
