"""From a file with labels to encoded examples, with every setting that the data decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grucli.data.batches import Examples
from grucli.data.encoded import Encoded
from grucli.data.encoding import Encoder, TextEncoder
from grucli.data.forms import OnBadRow
from grucli.data.labelled import examples_of, read_table
from grucli.data.records import ReadOptions, Remembered
from grucli.data.text.vectors import Vectors, read_vectors
from grucli.errors import ConfigError, counted, excerpt
from grucli.model.linear_path import WideRows
from grucli.model.network import Architecture
from grucli.preparation import checks, copies, defaults, linear_path, precision
from grucli.preparation.defaults import Choice, Facts
from grucli.preparation.encoders import AS_IN_ORIGIN, Fitted, Origin, fit, mode_of
from grucli.preparation.train_valid_split import Parts, divide
from grucli.tasks import DEFAULT, task_type
from grucli.tasks.task import Task

if TYPE_CHECKING:
    from grucli.config.resolve import Config


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
        findings: what was found in the data, one line each.
        warnings: what is odd in it, one line each.
        facts: what was found as numbers, for the model's card.
        origin: what training starts from, None for random weights.
        wide: what a wide path learns from, None to have none.
        folds: (n,) the fold of each training row, None to train once.
        vectors: what the token vectors start from, None for random ones, or once they do.
    """

    name: str
    train: Examples
    valid: Examples | None
    task: Task
    encoder: Encoder
    config: Config
    reasons: dict[str, str]
    remembered: Remembered
    findings: tuple[str, ...]
    warnings: tuple[str, ...]
    facts: dict[str, Any]
    origin: Origin | None
    wide: WideRows | None = None
    folds: npt.NDArray[np.int64] | None = None
    vectors: Vectors | None = None


def prepare(
    path: str,
    config: Config,
    on_bad_row: OnBadRow,
    origin: Origin | None = None,
) -> Prepared:
    """Read the training file and decide everything that is left to the data.

    Args:
        path: the training file, "-" for standard input.
        config: validated; None where the data decides.
        on_bad_row: what to do with rows that cannot be read.
        origin: what training will start from.

    Raises:
        DataError: a file cannot be used, or has fewer than two classes.
        AccessError: a file is missing or unreadable.
    """
    config, simple = defaults.plain(config) if config.preset == "plain" else (config, {})
    options = _options(config, on_bad_row)
    table = read_table(path, options)
    config = _with_names(config, table.options)
    task = task_type(DEFAULT if config.task == "auto" else config.task).fit(
        table.name, table.records
    )
    mode = mode_of((record.text or "" for record in table.records), config, origin)
    inputs = copies.keys(table.records, mode)
    parts = divide(table, inputs, options, config, task, mode=mode, is_new=origin is None)
    train, valid = parts.train, parts.valid
    fitted = fit(train, config, origin)
    encoder, steps = fitted.encoder, fitted.steps
    vectors = _vectors(config, fitted, on_bad_row)
    config, reasons = _decided(config, parts, fitted, vectors, len(task.labels), origin)
    held = encoder.encode(valid) if valid else None
    wide, config, reason = _wide(fitted.encoded, held, parts, config, len(task.labels))
    train_examples = examples_of(fitted.encoded, train, task.encode(train))
    valid_examples = None if held is None else examples_of(held, valid, task.encode(valid))
    return Prepared(
        name=table.name,
        train=train_examples,
        valid=valid_examples,
        task=task,
        encoder=encoder,
        config=config,
        reasons=reasons | reason | simple,
        remembered=table.remembered,
        findings=(
            f"{table.name}: {len(table.records):,} rows",
            *table.findings,
            task.describe(table.records),
            parts.line,
            *_weights_line(config, train_examples),
            _encoder_line(encoder, steps),
            *_wide_line(wide),
            *([] if vectors is None else [vectors.line]),
        ),
        warnings=(
            *checks.of_training(
                task,
                table.name,
                table.records,
                inputs,
                mode=mode,
                settings=config.training.model_dump(),
            ),
            *parts.warnings,
            *_size_warnings(task, valid_examples if parts.folds is None else train_examples),
            *checks.of_examples(train_examples, valid_examples, encoder, steps, parts.folds),
            *precision.lost(table.name, train, train_examples, encoder),
            *(() if vectors is None else vectors.warnings),
        ),
        facts={
            "rows": len(train),
            "valid_rows": len(valid),
            **task.facts(table.records),
            "median_length": float(np.median(steps)),
            "longest": max(steps),
            **({} if vectors is None else {"vectors": vectors.facts}),
        },
        origin=origin,
        wide=wide,
        folds=parts.folds,
        vectors=vectors,
    )


def _decided(
    config: Config,
    parts: Parts,
    fitted: Fitted,
    vectors: Vectors | None,
    num_classes: int,
    origin: Origin | None,
) -> tuple[Config, dict[str, str]]:
    """Return the config with all settings but the wide path, and the reasons of those left auto."""
    encoder = fitted.encoder
    facts = Facts(
        kind=encoder.kind,
        rows=len(parts.train),
        num_classes=num_classes,
        lengths=np.minimum(fitted.steps, encoder.max_length),
    )
    choices = {"training.folds": parts.folding, "data.valid": parts.share} | fitted.choices
    choices |= defaults.choose(facts, config.training.optimizer)
    choices |= {} if origin is None else _as_in(origin.architecture)
    choices |= {} if vectors is None else _sized_as(vectors)
    config, reasons = defaults.complete(config, choices)
    config, last = defaults.complete(config, defaults.follow(facts, config))
    return config, reasons | last


def _options(config: Config, on_bad_row: OnBadRow) -> ReadOptions:
    data = config.data
    return ReadOptions(
        format=data.format,
        header=data.header,
        text=data.text,
        label=data.label,
        weight=data.weight,
        group=data.group,
        values=data.values,
        id=data.id,
        time=data.time,
        missing=data.missing,
        delimiter=data.delimiter,
        quotes=data.quotes,
        encoding=data.encoding,
        on_bad_row=on_bad_row,
    )


def _with_names(config: Config, told: ReadOptions) -> Config:
    """Return the config with the names of columns as they were told apart."""
    given = {
        key: names
        for key, names in (("text", told.text), ("values", told.values))
        if getattr(config.data, key) is not None
    }
    return config.model_copy(update={"data": config.data.model_copy(update=given)})


def _wide(
    train: Encoded, valid: Encoded | None, parts: Parts, config: Config, num_classes: int
) -> tuple[WideRows | None, Config, dict[str, str]]:
    """Return what a linear path learns from, and the config with the reason of its setting."""
    setting = config.model.wide
    rows, choice = linear_path.features(
        train,
        valid,
        setting=setting,
        judged_rows=len(parts.valid if parts.folds is None else parts.train),
        num_classes=num_classes,
        seed=config.seed,
    )
    config = config.model_copy(
        update={"model": config.model.model_copy(update={"wide": choice.value})}
    )
    return rows, config, {"model.wide": choice.reason} if setting == defaults.AUTO else {}


def _vectors(config: Config, fitted: Fitted, on_bad_row: OnBadRow) -> Vectors | None:
    """Read the pretrained vectors that the config names.

    Raises:
        ConfigError: the data are numbers, or the config asks for vectors of another size.
        DataError, AccessError: as `read_vectors`.
    """
    path, wanted = config.model.vectors, config.model.embedding_size
    if path is None:
        return None
    vectors = read_vectors(path, fitted.encoder, fitted.encoded.steps, on_bad_row)
    if wanted not in (None, vectors.size):
        raise ConfigError(
            f"model.embedding_size: is {wanted:,}, but {vectors.name} has vectors of "
            f"{vectors.size:,} numbers; leave it auto"
        )
    return vectors


def _sized_as(vectors: Vectors) -> dict[str, Choice]:
    choice = Choice(value=vectors.size, reason="as in the file of model.vectors")
    return {"model.embedding_size": choice}


def _as_in(architecture: Architecture) -> dict[str, Choice]:
    """Return the choices that let the weights of a model fit."""
    values: dict[str, Any] = {
        "hidden_size": architecture.hidden_size,
        "bidirectional": architecture.bidirectional,
        "pooling": architecture.pooling,
        "convolution": architecture.convolution or False,
    }
    if architecture.vocabulary_size:
        values["embedding_size"] = architecture.input_size
    return {
        f"model.{key}": Choice(value=value, reason=AS_IN_ORIGIN) for key, value in values.items()
    }


def _size_warnings(task: Task, judged: Examples | None) -> Iterator[str]:
    return iter(()) if judged is None else task.size_warnings(judged.targets)


def _weights_line(config: Config, train: Examples) -> tuple[str, ...]:
    if config.data.weight is None:
        return ()
    low, high = train.weights.min(), train.weights.max()
    return (f"weights: column '{excerpt(config.data.weight)}', {low:g} to {high:g}",)


def _wide_line(wide: WideRows | None) -> tuple[str, ...]:
    if wide is None:
        return ()
    when = "" if wide.always else "; they count if that lowers the validation loss"
    return (f"{wide}{when}",)


def _encoder_line(encoder: Encoder, steps: Sequence[int]) -> str:
    cut = float(np.mean(np.array(steps) > encoder.max_length))
    lengths = (
        f"median length {np.median(steps):g}, longest {max(steps):,}, "
        f"kept {encoder.max_length:,} ({cut:.1%} cut)"
    )
    if isinstance(encoder, TextEncoder):
        return f"tokens: {encoder.mode}, vocabulary {len(encoder.vocabulary):,}, {lengths}"
    seen = f"{counted(encoder.num_channels, 'channel')} ({', '.join(encoder.channels)}, scaled)"
    return f"numeric sequences: {seen}; {lengths}"
