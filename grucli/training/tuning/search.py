"""A search for settings, and the training with those that it finds; it prints nothing.

    search = Search(request, Budget(trials=20))
    for ready in search.begin():  # DataReady
        ...
    for trial in search.run():
        ...
    session = Session(search.best_request)

Whoever iterates shows the trials, and may call `interrupt` at any time, even in a signal's handler.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from grucli import activity
from grucli.data.labelled import read_table
from grucli.errors import CheckpointError, ConfigError
from grucli.preparation.prepare import Prepared, read_options
from grucli.training.progress import EpochInfo, Progress, StepInfo
from grucli.training.run_files import card_of
from grucli.training.session import DataReady, RunRequest, Session
from grucli.training.tuning.halving import Halving
from grucli.training.tuning.space import Changes, Space, changed
from grucli.training.tuning.trial import Trial, best_of, gain_over
from grucli.training.tuning.trial_log import TrialLog
from grucli.training.tuning.trial_run import Steps, run_first, run_trial
from grucli.values import dataclass

SCHEMA = "grucli.tune/1"
DIGEST = 12  # digits of a digest of the data that tell it from others


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much is tried: so many trials, or as many as begin in a time.

    Attributes:
        trials: the defaults among them; None for no limit.
        seconds: after which none begins, None for no limit.
    """

    trials: int | None = None
    seconds: float | None = None

    @property
    def shown(self) -> str:
        """What it is, as `--tune` takes it."""
        return f"{self.seconds:g}s" if self.trials is None else str(self.trials)


class Search:
    """One search.

    Attributes:
        budget: how much is tried.
        space: what is searched, once `begin` is over.
        trials: that have ended.
        is_done: whether all trials have.
    """

    space: Space

    def __init__(self, request: RunRequest, budget: Budget) -> None:
        """Take a request to train with the best settings; nothing is read yet.

        Args:
            request: names the files of the run; `resume_from` says to go on with a search.
            budget: how much is tried.

        Raises:
            ConfigError: it starts from another model, as no trial does.
        """
        if request.init_from is not None:
            raise ConfigError("--tune: each trial starts anew, --init-from does not; omit one")
        self._request, self.budget = request, budget
        self._is_interrupted = self._was_over = False
        self._started_s = time.monotonic()
        self._session: Session
        self.trials: list[Trial] = []
        self.is_done = False

    def begin(self) -> Iterator[DataReady]:
        """Read the data and find what is to be searched; nothing is written.

        Raises:
            GrucliError: as `Session.begin`.
            ConfigError: there is nothing to search, or by.
        """
        request, config = self._request, self._request.config
        if request.table is None:
            options = read_options(config, request.on_bad_row)
            table = read_table(config.data.train or "-", options)
            self._request = dataclasses.replace(request, table=table)
        session = self._new_session({})
        for event in session.begin():
            if isinstance(event, DataReady):
                yield event
        self.space = searched(request, session.prepared)

    def run(self) -> Iterator[Trial]:
        """Yield each trial that has ended, as `events` does, which says what is raised."""
        with closing(self.events()) as events:
            yield from (event for event in events if isinstance(event, Trial))

    def events(self) -> Generator[StepInfo | EpochInfo | Trial, None, None]:
        """Yield each trial that has ended, first those of a search that goes on; and each step.

        Raises:
            TrainingError: training with the defaults diverges.
            AccessError: the log cannot be written, or a worker has failed.
            CheckpointError, ConfigError: the search to go on with is damaged, or another one.
        """
        log = self._opened_log()
        done = tuple(log.trials)
        self._started_s = time.monotonic() - sum(trial.seconds for trial in done)
        for number, changes in enumerate(self.space.trials(self._request.config.seed), 1):
            if number <= len(done):
                trial = _as_drawn(done[number - 1], changes)
            elif self._was_over or self._is_spent(number):
                break
            else:
                found = yield from self._run(number, changes, log)
                if found is None:
                    return
                trial = found
            self.trials.append(trial)
            yield trial
        log.end(self.winner)
        self.is_done = True

    def interrupt(self) -> None:
        """Let `run` end without the trial at hand."""
        self._is_interrupted = True
        self._session.interrupt()

    @property
    def left_s(self) -> float:
        """Seconds in which trials begin; 0 where their number ends the search."""
        limit_s = self.budget.seconds or 0.0
        return max(0.0, limit_s - (time.monotonic() - self._started_s))

    @property
    def progress(self) -> Progress:
        """Of the trial at hand, or the last one."""
        return self._session.trainer.progress

    @property
    def prepared(self) -> Prepared:
        """What the trial at hand learns from."""
        return self._session.prepared

    @property
    def num_judged(self) -> int:
        """How many rows a trial holds out."""
        return num_judged(self._session.prepared)

    @property
    def winner(self) -> Trial:
        """The best of the trials that have ended, of which there is one."""
        return best_of(self.trials)

    @property
    def best_request(self) -> RunRequest:
        """What trains with the settings of the winner, and goes on with that if it has begun."""
        request, winner = self._request, self.winner
        last = request.resume_from
        has_begun = self._was_over and last is not None and last.exists()
        why = f"trial {winner.number} of {len(self.trials)} in a search"
        return dataclasses.replace(
            request,
            config=changed(request.config, winner.changes),
            reasons=dict.fromkeys(winner.changes, why),
            resume_from=last if has_begun else None,
        )

    def _run(
        self, number: int, changes: Changes, log: TrialLog
    ) -> Generator[StepInfo | EpochInfo, None, Trial | None]:
        """Run a trial and note it; return None if it is interrupted."""
        started_s = time.monotonic()
        try:
            outcome = yield from self._steps(changes)
        except activity.GivenUp:
            outcome = None
        if outcome is None:
            return None
        gain, error = None, None
        if outcome.ended == "whole":
            gain, error = gain_over(log.losses if self.trials else outcome.losses, outcome.losses)
        trial = Trial(
            number=number,
            changes=dict(changes),
            epochs=outcome.epochs,
            rungs=outcome.rungs,
            ended=outcome.ended,
            loss=float(outcome.losses.mean()) if outcome.losses.size else None,
            gain=gain,
            error=error,
            seconds=round(time.monotonic() - started_s, 3),
        )
        log.add(trial, outcome.losses)
        return trial

    def _steps(self, changes: Changes) -> Steps:
        if not self.trials:
            return (yield from run_first(self._session))
        session = self._new_session(changes)
        with activity.may_be_given_up():
            for _ in session.begin():
                pass
        return (yield from run_trial(session, Halving.of(self.trials)))

    def _new_session(self, changes: Changes) -> Session:
        """Make the session at hand, which writes nothing."""
        config = changed(self._request.config, changes)
        self._session = Session(
            dataclasses.replace(
                self._request, config=config, files=None, resume_from=None, max_seconds=None
            )
        )
        if self._is_interrupted:
            self._session.interrupt()
        return self._session

    def _is_spent(self, number: int) -> bool:
        """Whether a trial of this number does not begin any more; the first one always does."""
        trials = self.budget.trials
        if trials is not None and number > trials:
            return True
        return self.budget.seconds is not None and number > 1 and not self.left_s

    def _opened_log(self) -> TrialLog:
        files, prepared = self._request.files, self._session.prepared
        if files is None:
            raise ValueError("a search has files")
        card = card_of(prepared, 0)
        head = {
            "schema": SCHEMA,
            "--tune": self.budget.shown,
            "space": self.space.values,
            "config": card["config"],
            "data": card["data"]["sha256"][:DIGEST],
        }
        log = TrialLog(path=files.tune, head=_plain(head))
        if self._request.resume_from is None:
            log.begin()
        else:
            log.resume()
        self._was_over = log.is_over
        return log


def searched(request: RunRequest, prepared: Prepared) -> Space:
    """Return what a search for settings of a run has to try.

    Raises:
        ConfigError: no row is held out, or nothing is left to try.
    """
    if not num_judged(prepared):
        raise ConfigError(
            "--tune: no row is held out to judge trials by; give --folds 3 or --valid 0.2"
        )
    space = Space.of(request.config, prepared)
    if space.size < 2:
        raise ConfigError("--tune: all that it searches is set; leave something auto")
    return space


def num_judged(prepared: Prepared) -> int:
    """Return how many rows a trial holds out: those of the first fold, or all for validation."""
    held = prepared.valid if prepared.folds is None else np.flatnonzero(prepared.folds == 0)
    return 0 if held is None else len(held)


def _as_drawn(trial: Trial, changes: Changes) -> Trial:
    """Return a trial of the log with its changes as they were drawn.

    Raises:
        CheckpointError: this search has drawn others.
    """
    if trial.changes != _plain(changes):
        raise CheckpointError(
            f"--tune: trial {trial.number} of the log is of another search; start anew with --force"
        )
    return dataclasses.replace(trial, changes=dict(changes))


def _plain(value: Any) -> Any:
    """Return what JSON makes of a value."""
    return json.loads(json.dumps(value))
