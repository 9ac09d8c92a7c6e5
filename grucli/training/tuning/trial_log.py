"""The log of a search: one JSON object a line, from which the search goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, ConfigError, show_path
from grucli.files.whole_files import read_bytes
from grucli.files.writing import append, write_atomic
from grucli.training.run_files import differences
from grucli.training.tuning.trial import Trial

MOST_BYTES = 1 << 28
LOSSES, WINNER = "losses", "winner"


@dataclass(kw_only=True)
class TrialLog:
    """A file that grows by a line for each trial that has ended.

    The first line says what is searched, the second one also has the loss of each row by the
    defaults, with which others are compared, and the last one names the winner.

    Attributes:
        path: of the file.
        head: what is searched (JSON); a search with another one does not go on from here.
        trials: that have ended.
        losses: (n,) of the held-out rows with the defaults, none before the first trial has ended.
        is_over: whether there is a winner.
    """

    path: Path
    head: dict[str, Any]
    trials: list[Trial] = field(default_factory=list)
    losses: Floats = field(default_factory=lambda: np.zeros(0))
    is_over: bool = False

    def begin(self) -> None:
        """Write the first line in place of whatever is there.

        Raises:
            AccessError: it cannot be written.
        """
        write_atomic(self.path, _line(self.head))

    def resume(self) -> None:
        """Read the trials that have ended; a line that a killed process left unended is dropped.

        Raises:
            AccessError: there is no such file, or it cannot be read or written.
            CheckpointError: it is damaged.
            ConfigError: it is of another search.
        """
        content = read_bytes(self.path, MOST_BYTES)
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            write_atomic(self.path, whole)
        try:
            head, *entries = map(json.loads, whole.splitlines())
            self._check_head(head)
            for entry in entries:
                self._take(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise CheckpointError(
                f"{show_path(self.path)}: is no whole log of a search; start anew with --force"
            ) from fault

    def add(self, trial: Trial, losses: Floats) -> None:
        """Note a trial; of the first one, the loss (n,) of each held-out row."""
        entry = trial.to_json()
        if not self.trials:
            self.losses = losses
            entry[LOSSES] = losses.tolist()
        self.trials.append(trial)
        append(self.path, _line(entry).decode().rstrip("\n"))

    def end(self, winner: Trial) -> None:
        """Note the winner, unless that is done."""
        if not self.is_over:
            self.is_over = True
            append(self.path, json.dumps({WINNER: winner.number}))

    def _check_head(self, head: Any) -> None:
        problems = [line.removeprefix("config.") for line in differences(self.head, head)]
        if problems:
            mend = "give the same data and settings to --resume, or start anew with --force"
            raise ConfigError(*problems[:-1], f"{problems[-1]}; {mend}")

    def _take(self, entry: dict[str, Any]) -> None:
        if WINNER in entry:
            self.is_over = True
            return
        if LOSSES in entry:
            self.losses = np.array(entry.pop(LOSSES), np.float64)
        self.trials.append(Trial.from_json(entry))


def _line(entry: dict[str, Any]) -> bytes:
    """Return an entry as ASCII: names of columns and labels in it cannot act on a terminal."""
    return f"{json.dumps(entry, allow_nan=False)}\n".encode("ascii")
