"""Starting from the weights of another model: all are taken over, and what is new is added."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from grucli.data.text.vocabulary import SPECIAL, UNKNOWN
from grucli.engine.packing import Floats
from grucli.errors import CheckpointError, show, show_path
from grucli.model.linear_path import NAMES
from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import SavedModel
from grucli.preparation.encoders import Origin
from grucli.preparation.prepare import Prepared

ORIGIN_DIGITS = 12
TRAINED_WITH = "dropout", "token_dropout", "dtype"
FREE = ("vocabulary_size", "subwords", "buckets", "num_outputs", *TRAINED_WITH)
"""What of an architecture may differ."""


def origin_of(saved: SavedModel) -> Origin:
    """Return what is remembered of a model whose weights are taken over."""
    model = saved.model
    share = model.mix.linear * np.eye(model.architecture.num_outputs)
    return Origin(
        architecture=model.architecture,
        encoder=saved.encoder,
        linear=None if model.linear is None else model.linear.through(share),
        task=saved.task,
        label=saved.remembered.label,
        label_separator=saved.remembered.label_separator,
        sha256=saved.sha256[:ORIGIN_DIGITS],
    )


def origin_of_run(path: str | Path) -> Origin | None:
    """Return what the run of a `.last.npz` started from, None if from random weights.

    Raises:
        AccessError, CheckpointError: as `checkpoint.load_run`.
    """
    saved, _ = checkpoint.load_run(path)
    digits = saved.card.get("init_from")
    return None if digits is None else dataclasses.replace(origin_of(saved), sha256=str(digits))


def take_over(
    model: Model, prepared: Prepared, saved: SavedModel, path: str | Path
) -> tuple[str, ...]:
    """Copy all weights of another model: then it answers as that does, but for what is new.

    These are the recurrent weights, the vectors of its tokens, and the outputs of the head.

    Args:
        model: with weights drawn; changed in place.
        prepared: what it is for; its encoder and task have grown from those of `saved`.
        saved: the other model.
        path: of the other model, for people.

    Returns:
        What was taken over, and what was not: a few words each.

    Raises:
        CheckpointError: the other model is of another architecture, or reads in another way.
    """
    _check_fit(model, prepared, saved, path)
    theirs, task = dict(saved.model.arrays()), prepared.task
    lacks_path = saved.model.linear is not None and prepared.linear is None
    share = 1.0 if lacks_path else saved.model.mix.recurrence
    outputs = task.outputs_from(saved.task)
    for name, array in model.params.items():
        if name == "head_chain":
            _take_over_chain(array, share * theirs[name], outputs)
        elif name == "symbols" or name.startswith("head_"):
            _take_over_outputs(array, share * theirs[name], outputs)
        else:
            array[...] = theirs[name]
    kept = len(saved.task.labels)
    labels = _words(f"{task.noun}s", kept, len(task.labels) - kept)
    head = f"head with {labels}" if task.labels else "head"
    words = "recurrent weights", *_linear_words(prepared, saved), head
    if saved.model.joint is not None:
        words = *words, "no joint n-grams"
    if saved.encoder.vocabulary is None or prepared.encoder.vocabulary is None:
        return words
    known, size = len(saved.encoder.vocabulary), len(prepared.encoder.vocabulary)
    _take_over_vectors(model, saved, known)
    tokens = _words("token vectors", known, size - known)
    full = size - len(SPECIAL) >= prepared.config.data.max_vocabulary
    return f"{tokens}{' (data.max_vocabulary allows no more)' if full else ''}", *words


def _linear_words(prepared: Prepared, saved: SavedModel) -> Iterator[str]:
    """Yield what becomes of a linear path, which is no weight of the model to be trained."""
    if saved.model.linear is None:
        return
    features = NAMES[prepared.encoder.unit]
    if prepared.linear is None or prepared.linear.start is None:
        yield f"no {features}"
        return
    known, size = (len(path.layer[0]) for path in (saved.model.linear, prepared.linear.start))
    yield _words(features, known, size - known)


def _take_over_outputs(ours: Floats, theirs: Floats, outputs: Floats) -> None:
    """Copy weights (P, ...) of a head to one of O outputs, which are `outputs` (O, P) of them."""
    known = outputs.any(axis=1)
    ours[known] = np.tensordot(outputs[known], theirs, 1)


def _take_over_chain(ours: Floats, theirs: Floats, outputs: Floats) -> None:
    """Copy which of P outputs follow each other, as above; of a new one nothing is known."""
    rows = np.zeros((len(ours), len(theirs)))
    rows[:-2, :-2], rows[-2:, -2:] = outputs, np.eye(2)  # at last those that begin, and that end
    ours[...] = rows @ theirs @ outputs.T


def _take_over_vectors(model: Model, saved: SavedModel, known: int) -> None:
    """Copy the vectors of the first tokens; new tokens begin as what they were read as, unknown.

    The vectors of n-grams are copied where they are of the same ones; else they stay zero.
    """
    ours, theirs = model.architecture, saved.model.architecture
    model.table[:known] = saved.model.table[:known]
    model.table[known : ours.vocabulary_size] = saved.model.table[UNKNOWN]
    if (ours.subwords, ours.buckets) == (theirs.subwords, theirs.buckets):
        model.table[ours.vocabulary_size :] = saved.model.table[theirs.vocabulary_size :]


def _words(things: str, known: int, added: int) -> str:
    """Return how many things were taken over, and how many stand beside them."""
    return f"{known:,} {things} kept and {added:,} added" if added else f"{known:,} {things}"


def _check_fit(model: Model, prepared: Prepared, saved: SavedModel, path: str | Path) -> None:
    ours, theirs = model.architecture, saved.model.architecture
    kinds = ["text" if each.vocabulary_size else "numbers" for each in (theirs, ours)]
    if kinds[0] != kinds[1]:
        raise CheckpointError(
            f"{show_path(path)}: reads {kinds[0]}, the data are {kinds[1]}; name another model"
        )
    size = "embedding_size" if ours.vocabulary_size else "numbers a step"
    problems = [
        f"{size if name == 'input_size' else name} {_listed(theirs_)}, here {_listed(ours_)}"
        for name, ours_ in dataclasses.asdict(ours).items()
        if name not in FREE and ours_ != (theirs_ := getattr(theirs, name))
    ]
    read_so = saved.encoder.settings()
    problems += [
        f"{key} {_listed(read_so[key])}, here {_listed(value)}"
        for key, value in prepared.encoder.settings().items()
        if value != read_so.get(key)
    ]
    if problems:
        raise CheckpointError(
            f"{show_path(path)}: unfit to start from: {'; '.join(problems)}; "
            "omit these settings or name another model"
        )


def _listed(value: Any) -> str:
    return show(", ".join(value) if isinstance(value, tuple | list) else value)
