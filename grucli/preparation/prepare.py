"""From a file with targets to encoded examples, with every setting that the data decides."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from grucli import activity
from grucli.data.batches import Examples
from grucli.data.encoder import Encoder
from grucli.data.forms import OnBadRow
from grucli.data.labelled import Table, examples_of, read_table
from grucli.data.records import ReadOptions, Record, Remembered
from grucli.data.text.vectors import Vectors, read_vectors
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, counted
from grucli.model.linear_path import LinearFeatures
from grucli.notices import Notice
from grucli.preparation import findings, linear_path, windows
from grucli.preparation.defaults import Settled
from grucli.preparation.encoders import Fitted, Origin, fit
from grucli.preparation.holdout import Holdout, check_read_alike, hold_out
from grucli.preparation.settle import settle
from grucli.preparation.train_valid_split import Parts, divide
from grucli.preparation.training_file import TrainingFile
from grucli.tasks import targets_of
from grucli.tasks.task import Task
from grucli.tasks.writing_task import WritingTask
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What training needs.

    Attributes:
        name: of the training file.
        train, valid: encoded examples; `valid` is None to train on all rows.
        task: what an answer is, fitted to the targets of the training file.
        encoder: how a record becomes steps, fitted on the training part alone.
        config: complete, nothing left `auto`.
        reasons: why each setting that was `auto` has its value.
        remembered: how the training file was read.
        facts: what was found as numbers, for the model's card.
        origin: what training starts from, None for random weights.
        findings: what was found in the data, one line each.
        warnings: what is odd in it.
        linear: what a linear path learns from, None to have none.
        folds: (n,) the fold of each training row, None to train once.
        records: the rows that judge, all of them with folds, as they were read.
        vectors: what the token vectors start from, None for random ones, or once they do.
        holdout: what scores the finished model, None for nothing.
    """

    name: str
    train: Examples
    valid: Examples | None
    task: Task
    encoder: Encoder
    config: Config
    reasons: dict[str, str]
    remembered: Remembered
    facts: dict[str, Any]
    origin: Origin | None
    findings: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    linear: LinearFeatures | None = None
    folds: npt.NDArray[np.int64] | None = None
    records: Sequence[Record] = ()
    vectors: Vectors | None = None
    holdout: Holdout | None = None

    @property
    def counts_jointly(self) -> bool:
        """Whether joint n-grams are counted beside a decoder, and be it to see whether they pay."""
        is_counted = self.config.model.wide is not False and self.config.training.epochs != 0
        return self.task.writes and is_counted


def prepare(
    path: str, config: Config, on_bad_row: OnBadRow, origin: Origin | None = None
) -> Prepared:
    """Read the training file and decide everything that is left to the data.

    Args:
        path: the training file, "-" for standard input.
        config: validated; None where the data decides.
        on_bad_row: what to do with rows that cannot be read.
        origin: what training will start from.

    Raises:
        DataError: a file cannot be used, or nothing can be learned from its targets.
        AccessError: a file is missing or unreadable.
    """
    options = read_options(config, on_bad_row, origin)
    return prepare_table(read_table(path, options), options, config, origin)


def read_options(
    config: Config,
    on_bad_row: OnBadRow,
    origin: Origin | None = None,
    likely_task: str | None = None,
) -> ReadOptions:
    """Return how data are read to learn from: the task says what stands beside an input.

    Args:
        config, on_bad_row, origin: as for `prepare`.
        likely_task: of a config that leaves it `auto`; None where the data choose it.
    """
    options = ReadOptions.of(config.data, on_bad_row)
    task = (likely_task or "auto") if config.task == "auto" else config.task
    separator, likely = options.label_separator, None
    if origin is not None:  # its targets are read as they were: else a set would be one new label
        task = origin.task.name if task == "auto" else task
        separator, likely = separator or origin.label_separator, origin.label
    return dataclasses.replace(
        options, targets=targets_of(task), label_separator=separator, likely_label=likely
    )


def prepare_table(
    table: Table, options: ReadOptions, config: Config, origin: Origin | None = None
) -> Prepared:
    """Decide everything that is left to the data of a table.

    Args:
        table: to learn from.
        options: what was asked of it; a validation file is read alike.
        config, origin: as for `prepare`, which says what is raised.
    """
    activity.at(f"preparing {counted(len(table.records), 'row')} of {table.name}")
    settled = Settled.of(_with_names(config, table.options))
    whole = TrainingFile.of(table, options, settled.config, origin)
    file, holdout = hold_out(whole, settled.config)
    settled, parts = _divided(settled, file)
    fitted = fit(parts.train, settled.config, origin, file.task)
    vectors = _vectors(settled.config, fitted, options.on_bad_row)
    if holdout is not None:
        check_read_alike(holdout, fitted.encoder)
    settled = settle(
        settled,
        file.task,
        parts,
        fitted,
        origin=origin,
        vector_size=None if vectors is None else vectors.size,
    )
    settled, linear, train, valid = _encoded(settled, file, parts, fitted)
    prepared = Prepared(
        name=table.name,
        train=train,
        valid=valid,
        task=_bounded(file.task, train, settled.config),
        encoder=fitted.encoder,
        config=settled.config,
        reasons=settled.reasons,
        remembered=table.remembered,
        facts=_facts(file, parts, fitted, vectors),
        origin=origin,
        linear=linear,
        folds=parts.folds,
        records=parts.valid if parts.folds is None else parts.train,
        vectors=vectors,
        holdout=holdout,
    )
    return dataclasses.replace(
        prepared,
        findings=tuple(findings.lines(prepared, file, parts, fitted)),
        warnings=tuple(findings.warnings(prepared, file, parts, fitted)),
    )


def _bounded(task: Task, train: Examples, config: Config) -> Task:
    """Return the task, of one that writes with the lengths that its answers may have."""
    if not task.writes or config.training.epochs == 0:
        return task
    assert isinstance(train.targets, Steps)
    return cast(Task, cast(WritingTask, task).bounded(train.lengths, train.targets))


def _divided(settled: Settled, file: TrainingFile) -> tuple[Settled, Parts]:
    """Return what is learned from and what judges, and the settings with the length of windows."""
    parts = divide(file, settled.config)
    if not file.task.reads_steps:
        return settled, parts
    parts, window = windows.cut(parts, settled.config.data.max_length)
    return settled.filled({"data.max_length": window}), parts


def _encoded(
    settled: Settled, file: TrainingFile, parts: Parts, fitted: Fitted
) -> tuple[Settled, LinearFeatures | None, Examples, Examples | None]:
    """Return all settings, what the linear path learns from, and the examples of both parts."""
    task = file.task
    if settled.config.model.copying:
        fitted = fitted.copied(task)
    held = fitted.encoder.encode(parts.valid) if parts.valid else None
    linear, choice = linear_path.linear_features(
        fitted.encoded,
        held,
        setting=settled.config.model.wide,
        judged_rows=parts.num_judged,
        task=task,
        origin=file.origin,
        seed=settled.config.seed,
    )
    train = examples_of(fitted.encoded, parts.train, task.encode(parts.train))
    valid = None if held is None else examples_of(held, parts.valid, task.encode(parts.valid))
    return settled.filled({"model.wide": choice}), linear, train, valid


def _facts(
    file: TrainingFile, parts: Parts, fitted: Fitted, vectors: Vectors | None
) -> dict[str, Any]:
    """Return what was found as numbers, for the model's card."""
    return {
        "rows": len(parts.train),
        "valid_rows": len(parts.valid),
        **file.task.facts(file.records),
        "median_length": float(np.median(fitted.steps)),
        "longest": int(fitted.steps.max()),
        **({} if vectors is None else {"vectors": vectors.facts}),
    }


def _with_names(config: Config, told: ReadOptions) -> Config:
    """Return the config with the names of columns as they were told apart."""
    given = {
        key: names
        for key, names in (("text", told.text), ("values", told.values))
        if getattr(config.data, key) is not None
    }
    return config.model_copy(update={"data": config.data.model_copy(update=given)})


def _vectors(config: Config, fitted: Fitted, on_bad_row: OnBadRow) -> Vectors | None:
    """Read the pretrained vectors that the config names.

    Raises:
        ConfigError: the data are numbers, or the config asks for vectors of another size.
        DataError, AccessError: as `read_vectors`.
    """
    path, wanted = config.model.vectors, config.model.embedding_size
    if path is None:
        return None
    vectors = read_vectors(path, fitted.encoder.vocabulary, fitted.encoded.steps, on_bad_row)
    if wanted not in (None, vectors.size):
        raise ConfigError(
            f"model.embedding_size: is {wanted:,}, but {vectors.name} has vectors of "
            f"{vectors.size:,} numbers; leave it auto"
        )
    return vectors
