"""From weights of another system, and data that name their inputs and outputs, to a saved model.

What comes out is taken over as any other model is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grucli.data.encoded import UNLIMITED
from grucli.data.encoder import Encoder
from grucli.data.labelled import Table
from grucli.data.records import Record, Remembered
from grucli.data.series.encoder import SeriesEncoder
from grucli.data.text import GIVEN
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.token_file import TokenFile, read_tokens
from grucli.data.text.vocabulary import EMPTY, SPECIAL, UNKNOWN, Vocabulary
from grucli.engine.beam import END
from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, ConfigError, DataError, counted, excerpt, show_path
from grucli.model.network import Architecture, Model
from grucli.modelfile.checkpoint import SavedModel
from grucli.modelfile.exchange.foreign import ForeignDecoder, ForeignModel
from grucli.preparation.encoders import mode_of
from grucli.preparation.training_file import task_type_of
from grucli.tasks import label_names
from grucli.tasks.task import Task
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config


OF_OTHERS = "labels", "vocabulary"
"""Keys of data that name what weights of another system leave without names."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A model of another system with names for what it reads and answers.

    Attributes:
        saved: as if it were ours.
        notes: what was taken for what, a line each, for people.
    """

    saved: SavedModel
    notes: tuple[str, ...]


def named(foreign: ForeignModel, path: str, table: Table, config: Config) -> Named:
    """Name the outputs of a model by the labels of data, and its tokens by a file.

    Args:
        foreign: the model.
        path: of its file, for people.
        table: the data; a head without an activation is of the task of their targets.
        config: says what the file does not.

    Raises:
        ConfigError: a setting is missing, or contradicts the file.
        CheckpointError: the model does not fit the data.
        DataError, AccessError: the file of tokens cannot be used, or nothing the targets.
    """
    task, labels = _task(foreign, path, table, config)
    pooling = _pooling(foreign, path, task, config)
    encoder, embedding, said = _encoder(foreign, path, table, config)
    architecture = Architecture(
        cell=foreign.cell,
        vocabulary_size=0 if embedding is None else len(embedding),
        input_size=foreign.input_size,
        hidden_size=foreign.hidden_size,
        num_layers=len(foreign.layers),
        bidirectional=foreign.num_directions == 2,
        pooling=pooling,
        dropout=0.0,
        token_dropout=0.0,
        num_outputs=task.num_outputs,
        dtype=config.training.dtype,
        reads_steps=task.reads_steps,
        writes=task.writes,
        attention=foreign.decoder is None,
    )
    outputs = task.plain_outputs(foreign.num_outputs, labels)
    saved = SavedModel(
        model=_model(architecture, foreign, embedding, outputs),
        encoder=encoder,
        task=task,
        remembered=Remembered(),
        card={},
        sha256=foreign.sha256,
    )
    notes = (*_notes(foreign, task, labels, pooling), *said)
    return Named(saved=saved, notes=notes)


def _model(
    architecture: Architecture, foreign: ForeignModel, embedding: Floats | None, outputs: Floats
) -> Model:
    """Return a model with the weights of another system.

    Args:
        architecture: that they fit.
        foreign: where they come from.
        embedding: (V, I) the vectors of its tokens; None for numbers.
        outputs: (O, P + 1) how its outputs follow from the P of the other, and what is added.
    """
    model = Model(architecture)
    for own, layer in zip(architecture.by_layer(model.params), foreign.layers, strict=True):
        for name, array in own.items():
            array[...] = layer[name]
    if embedding is not None:
        model.table[...] = embedding
    with_one = np.column_stack((foreign.head_weight, foreign.head_bias)).astype(np.float64)
    head = outputs[:, :-1] @ with_one
    model.params["head_weight"][...] = head[:, :-1]
    model.params["head_bias"][...] = head[:, -1] + outputs[:, -1]
    if foreign.decoder is not None:
        _fill_decoder_(model, foreign.decoder, outputs[:, :-1])
    return model


def _fill_decoder_(model: Model, decoder: ForeignDecoder, outputs: Floats) -> None:
    """Take the weights of a decoder over, whose outputs make those (O, P) of the model."""
    for name, array in model.params.within("decoder_").items():
        array[...] = decoder.layer[name]
    model.params["symbols"][...] = outputs @ decoder.symbols
    model.params["symbols"][END] = decoder.symbols[decoder.begin]  # what the first step reads


def _task(
    foreign: ForeignModel, path: str, table: Table, config: Config
) -> tuple[Task, Sequence[str]]:
    """Return the task of the data, and its labels in the order of the outputs."""
    asked, own = config.task, foreign.task
    if own is not None and asked not in ("auto", own):
        raise ConfigError(f"task: is {asked}, but {show_path(path)} answers as {own} does; omit it")
    kind = task_type_of(table, (own or "auto") if asked == "auto" else asked)
    if foreign.decoder is not None:
        for key in OF_OTHERS:
            if getattr(config.data, key) is not None:
                raise ConfigError(f"data.{key}: {show_path(path)} has names of its own; delete it")
        return foreign.decoder.task, foreign.decoder.texts
    if kind.writes:
        raise ConfigError(
            f"task: {kind.name} has a decoder, which no weights of others fit; omit it"
        )
    order, number = config.data.labels or foreign.names.labels, foreign.num_outputs
    records: Sequence[Record] = table.records
    task = kind.fit(table.name, [*records, *map(_row_of, order)] if order else records)
    if order is None and _are_indices(task.labels, number):
        order = tuple(map(str, range(number)))
        task = kind.fit(table.name, [*records, *map(_row_of, order)])
    labels = order or label_names.in_class_order(task.labels)
    others = [label for label in task.labels if label not in labels]
    if others:
        raise DataError(
            f"{table.name}: '{excerpt(others[0])}' is none of the labels of its outputs; set "
            "data.labels, or leave out its rows"
        )
    if number not in (len(task.labels), task.num_outputs):
        has, wants = counted(number, "output"), task.size
        raise CheckpointError(
            f"{show_path(path)}: has {has}, {table.name} {wants}; give data with all labels, or "
            "name them in the order of the outputs with --set data.labels=[a,b,…]"
        )
    if foreign.reads_steps not in (None, task.reads_steps):
        what = "each step" if foreign.reads_steps else "whole sequences"
        raise CheckpointError(
            f"{show_path(path)}: answers {what}, which the task {task.name} does not; name other "
            "data"
        )
    return task, labels


def _row_of(label: str) -> Record:
    """Return a row with this target, in whatever form a task looks for it."""
    return Record(number=0, label=label, labels=(label,), tokens=("",), tags=(label,))


def _are_indices(labels: Sequence[str], number: int) -> bool:
    """Whether these labels are some of the numbers of so many outputs, but not all."""
    return 0 < len(labels) < number and {*labels} < {*map(str, range(number))}


def _pooling(foreign: ForeignModel, path: str, task: Task, config: Config) -> tuple[str, ...]:
    """Return how states are pooled: as the file says, or else as the config does."""
    if task.reads_steps or task.writes:
        return ()
    pooling = foreign.pooling or config.model.pooling or ("last",)
    if "attention" in pooling:
        raise ConfigError(
            f"model.pooling: attention has weights, which {show_path(path)} has not; name another"
        )
    width = foreign.num_directions * foreign.hidden_size
    features = foreign.head_weight.shape[1]
    if features != width * len(pooling):
        raise CheckpointError(
            f"{show_path(path)}: the head reads {features:,} numbers, pooling {'+'.join(pooling)} "
            f"gives {width * len(pooling):,}; say how states are pooled, as with --set "
            "model.pooling=[mean,max]"
        )
    return pooling


def _encoder(
    foreign: ForeignModel, path: str, table: Table, config: Config
) -> tuple[Encoder, Floats | None, tuple[str, ...]]:
    """Return what reads records as they are, the vectors of its tokens, and what is said of it."""
    file, vectors, known = config.data.vocabulary, foreign.embedding, foreign.names.encoder
    if vectors is None:
        if file is not None:
            raise ConfigError(
                f"data.vocabulary: {show_path(path)} reads numbers, not tokens; delete it"
            )
        size = foreign.input_size
        plain = SeriesEncoder(np.zeros(size), np.ones(size), UNLIMITED)
        return known if isinstance(known, SeriesEncoder) else plain, None, ()
    mode = mode_of(table.records, config, None, None)
    if file is None and isinstance(known, TextEncoder) and len(known.vocabulary) == len(vectors):
        if mode != GIVEN and config.data.tokens == "auto":
            mode = known.mode
        if mode != known.mode:
            known = _of_tokens(known.vocabulary, mode, known.max_length, known.end)
        return known, vectors, (f"texts are cut into tokens: {mode}",)
    if file is None:
        raise ConfigError(
            f"data.vocabulary: is missing; {show_path(path)} has vectors for {len(vectors):,} "
            "tokens: name the file that has them, one a line, that of id 0 first"
        )
    found = read_tokens(file)
    starts_at_0 = found.padding == 0 or found.unknown == 0
    if found.size > len(vectors) or (found.size < len(vectors) and not starts_at_0):
        raise CheckpointError(
            f"{show_path(path)}: has vectors for {len(vectors):,} tokens, {show_path(file)} "
            f"{found.size:,} lines; it needs one for each id from 0 on, an empty one for padding "
            "and [UNK] for unknown tokens"
        )
    encoder = _of_tokens(Vocabulary(found.tokens), mode, UNLIMITED)
    return encoder, _table(found, vectors), tuple(_said(found, len(vectors)))


def _of_tokens(vocabulary: Vocabulary, mode: str, max_length: int, end: str = "") -> TextEncoder:
    """Return what reads texts by these tokens."""
    if mode == "pairs":
        raise ConfigError(
            "data.tokens: pairs are learned from texts, those of others are not; omit it"
        )
    return TextEncoder(vocabulary, mode, max_length, end=end)


def _table(found: TokenFile, vectors: Floats) -> Floats:
    """Return the vectors in our order: unknown, empty, then the tokens."""
    own = vectors[list(found.ids)]
    rows = np.empty((len(SPECIAL) + len(own), vectors.shape[1]), vectors.dtype)
    rows[UNKNOWN] = own.mean(axis=0) if found.unknown is None else vectors[found.unknown]
    rows[EMPTY] = 0 if found.padding is None else vectors[found.padding]
    rows[len(SPECIAL) :] = own
    return rows


def _said(found: TokenFile, size: int) -> Iterator[str]:
    if found.unknown is None:
        yield "the vocabulary has no [UNK]: an unknown token is read as the mean of all"
    if found.size < size:
        yield f"vectors of ids from {found.size:,} on are left out: the vocabulary ends there"


def _notes(
    foreign: ForeignModel, task: Task, labels: Sequence[str], pooling: Sequence[str]
) -> Iterator[str]:
    """Yield what was taken for what."""
    if foreign.decoder is not None:
        yield from foreign.notes
        return
    if labels and foreign.num_outputs == 1 < len(labels):
        yield f"its output is the logit of '{excerpt(labels[1])}' against '{excerpt(labels[0])}'"
    elif labels:
        yield f"its outputs are, in this order, {label_names.listed(labels)}"
    if pooling and foreign.pooling is None:
        yield (
            f"how states are pooled the file does not say: {' + '.join(pooling)}; --set "
            "model.pooling=… for another way"
        )
    yield from foreign.notes
