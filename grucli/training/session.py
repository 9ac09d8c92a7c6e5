"""A training run from its request to its files; it tells what happens and prints nothing.

    session = Session(RunRequest(config=config, files=RunFiles(model=Path("m.npz"))))
    with session.locked():
        for event in session.begin():  # DataReady, WeightsTaken, TrainerReady
            ...
        for info in session.train():  # StepInfo, EpochInfo
            ...

Whoever iterates shows the events, and may call `interrupt` at any time, even in a signal's handler.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from grucli import activity
from grucli.data.forms import OnBadRow
from grucli.data.labelled import Table, read_table
from grucli.errors import AccessError, ConfigError, TrainingError, show_path
from grucli.files.locking import lock
from grucli.modelfile.checkpoint import SavedModel
from grucli.preparation.prepare import Prepared, prepare_table, read_options
from grucli.training import initial_weights, log, new_run, run_files
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.saver import FileSaver, RunFiles, Saver
from grucli.training.start import Start, check_settings
from grucli.training.trainer import Trainer
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config
    from grucli.parallel.ranks import Ranks

NO_DATA = (
    "DATA: is missing; what shall it learn from? for example: grucli train mine.csv -o m.npz, or "
    "set data.train in a config"
)


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is asked of a run.

    Attributes:
        config: validated; None where the data decides.
        table: labelled records to learn from, None to read those of `config.data.train`.
        files: where the run is saved, None to keep it in memory.
        resume_from: the MODEL.last.npz where it begins, None for a new run.
        on_bad_row: what to do with rows that cannot be read.
        init_from: the model file to start from, None for random weights.
        max_seconds: after which training stops, None for no limit.
        reasons: why settings of the config are as they are, by dotted key; the model's card has
            them.
        ranks: the processes that an MPI launcher has started beside this one, None for none.

    Raises:
        ConfigError: no data is named, or a setting contradicts what training starts from.
    """

    config: Config
    table: Table | None = None
    files: RunFiles | None = None
    resume_from: Path | None = None
    on_bad_row: OnBadRow = "stop"
    init_from: str | None = None
    max_seconds: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    ranks: Ranks | None = None

    def __post_init__(self) -> None:
        if self.config.data.train is None and self.table is None:
            raise ConfigError(NO_DATA)
        if self.resume_from is None:
            check_settings(self.config, self.init_from)


@dataclass(frozen=True, kw_only=True)
class DataReady:
    """The data is read, and every setting has its value; `table` is what was read."""

    prepared: Prepared
    table: Table


@dataclass(frozen=True, kw_only=True)
class WeightsTaken:
    """Weights of another model were taken over.

    Attributes:
        path: from which file.
        words: which ones.
        notes: what was taken for what in a file of another system, a line each.
    """

    path: str
    words: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TrainerReady:
    """The trainer has its first weights."""

    trainer: Trainer


class Session:
    """One run.

    Attributes:
        request: what is asked.
        prepared: what is learned from, once `begin` has read it.
        trainer: once `begin` is over.
    """

    prepared: Prepared
    trainer: Trainer

    def __init__(self, request: RunRequest) -> None:
        """Take a request; its `max_seconds` begin now."""
        self.request = request
        self._started_s = time.monotonic()
        self._is_interrupted = False
        self._saver = Saver()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the session was made."""
        return time.monotonic() - self._started_s

    @property
    def left_s(self) -> float:
        """Seconds until `max_seconds` are over."""
        limit_s = self.request.max_seconds
        return math.inf if limit_s is None else max(0.0, limit_s - self.elapsed_s)

    @property
    def lacks_model(self) -> bool:
        """Whether no model was made of what `train` has kept: as `Saver` says it."""
        return self._saver.lacks_model

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the sole right to write the run's files; what killed runs have left of them goes.

        Raises:
            AccessError: another process holds it, or no lock can be made.
        """
        if self.request.files is None:
            yield
            return
        with lock(self.request.files.model):
            self.request.files.sweep()
            yield

    def begin(self) -> Iterator[DataReady | WeightsTaken | TrainerReady]:
        """Read the data, decide all settings and make the trainer; nothing is written.

        Raises:
            GrucliError: the data, the model to start from or the settings cannot be used.
        """
        request, config = self.request, self.request.config
        start = Start.read(request.init_from, config.training.dtype)
        origin = start.origin
        if request.resume_from is not None:  # what that run has started from still counts
            origin = initial_weights.origin_of_run(request.resume_from)
        options = read_options(config, request.on_bad_row, origin, start.task)
        table = request.table or read_table(config.data.train or "-", options)
        start = start.named_by(table, config)
        origin = start.origin or origin
        prepared = prepare_table(table, options, config, origin)
        prepared = new_run.with_workers(prepared, request.ranks)
        if request.reasons:
            reasons = {**prepared.reasons, **request.reasons}
            prepared = dataclasses.replace(prepared, reasons=reasons)
        self.prepared = prepared
        yield DataReady(prepared=prepared, table=table)
        del table  # its records take memory that training needs
        model = new_run.first_model(prepared)
        self.prepared = dataclasses.replace(prepared, vectors=None)  # the model has them now
        if start.saved is not None:
            words = initial_weights.take_over(model, prepared, start.saved, start.path)
            yield WeightsTaken(path=start.path, words=words, notes=start.notes)
        self.trainer = new_run.new_trainer(prepared, model, request.ranks)
        yield TrainerReady(trainer=self.trainer)

    def resume(self) -> tuple[str, ...]:
        """Put the trainer where the run of `resume_from` has ended.

        Returns:
            What may keep the bytes from being those of an uninterrupted run.

        Raises:
            AccessError: there is no such file, or the log is of another run.
            CheckpointError, ConfigError: the file is damaged, or the run is another one.
        """
        request = self.request
        if request.resume_from is None:
            return ()
        differences = run_files.resume(self.trainer, self.prepared, request.resume_from)
        if request.files is not None and request.files.log is not None:
            log.check_own(request.files.log, self.trainer.progress, self.trainer.fold)
        return differences

    def train(self, *, is_trial: bool = False) -> Generator[StepInfo | EpochInfo, None, None]:
        """Train to the end, or until time is up or `interrupt` is called; save and log.

        Args:
            is_trial: whether nobody wants more than the first stage.

        Raises:
            AccessError: a file cannot be written, or a worker has failed, or one that the config
                asks for cannot be started.
            TrainingError: the numbers are not finite any more; the last good weights are saved.
        """
        files, trainer = self.request.files, self.trainer
        if files is not None:
            self._saver = FileSaver(files, self.prepared, trainer)
        saver = self._saver
        saver.begin()
        with ExitStack() as stack:
            self._hire(stack, is_trial=is_trial)
            try:
                yield from self._steps(saver)
                saver.save()
            except TrainingError as error:
                saver.save_best()
                raise TrainingError(*error.problems, self._what_is_kept()) from None

    @property
    def best_model(self) -> SavedModel:
        """What answers best of all that was learned; there is one once an epoch has ended."""
        return run_files.best_model(self.prepared, self.trainer)

    def interrupt(self) -> None:
        """Let `train` save and end after the step at hand, as a run to be resumed."""
        self._is_interrupted = True

    def rewrite(self) -> None:
        """Write the model and the log of a run that had ended: killed then, they may be older."""
        if self.request.files is not None:
            FileSaver(self.request.files, self.prepared, self.trainer).rewrite()

    def _hire(self, stack: ExitStack, *, is_trial: bool) -> None:
        """Start workers, until the stack is left; those that nobody has asked for need not come."""
        is_asked = self.request.config.training.workers is not None
        workers = self.prepared.config.training.workers or 0
        helped = self.trainer.crew if is_trial else self.trainer.helped
        with nullcontext() if is_asked else suppress(AccessError):
            stack.enter_context(helped(workers))

    def _steps(self, saver: Saver) -> Iterator[StepInfo | EpochInfo]:
        for info in self._saved_before_a_failure(saver):
            yield info
            if isinstance(info, EpochInfo):
                saver.end_epoch(info)
            if self._is_interrupted:
                return
            if not self.left_s:
                self.trainer.stop("time")

    def _saved_before_a_failure(self, saver: Saver) -> Iterator[StepInfo | EpochInfo]:
        """Train; what stands before a step that a lost worker made impossible is saved.

        It ends early where somebody wants an end and need not wait for what is at hand.
        """
        try:
            yield from self.trainer.run()
        except activity.GivenUp:
            return
        except AccessError:
            saver.save()
            raise

    def _what_is_kept(self) -> str:
        kept, files = self.trainer.kept, self.request.files
        if not kept.best_epoch:
            return "no model was kept"
        keeper = "the trainer" if files is None else show_path(files.model)
        fold = f" of fold {kept.fold}" if kept.fold else ""
        return f"{keeper} keeps epoch {kept.best_epoch}{fold}"
