"""Starting from the weights of another model: what fits is taken over, the rest is drawn anew."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from grucli.data.text.vocabulary import SPECIAL, Vocabulary
from grucli.errors import CheckpointError, show, show_path
from grucli.model.network import Architecture, Model
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
    return Origin(
        architecture=saved.model.architecture,
        settings=saved.encoder.settings(),
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
    """Copy all weights that have the same meaning in another model.

    These are the recurrent weights, the vectors of the tokens that both know, and, where the
    targets are the same, the head.

    Args:
        model: with weights drawn; changed in place.
        prepared: what it is for.
        saved: the other model.
        path: of the other model, for people.

    Returns:
        What was taken over, and what was not: a few words each.

    Raises:
        CheckpointError: the other model is of another architecture.
    """
    _check_fit(model.architecture, saved.model.architecture, path)
    theirs = dict(saved.model.arrays())
    same_head = prepared.task == saved.task
    for name, array in model.params.items():
        if same_head or not name.startswith("head_"):
            array[...] = theirs[name]
    head = "head" if same_head else f"no head (other {prepared.task.noun}s), it is drawn anew"
    words: tuple[str, ...] = ("recurrent weights", head)
    ours_, theirs_ = prepared.encoder.vocabulary, saved.encoder.vocabulary
    if ours_ is not None and theirs_ is not None:
        rows = {token: row for row, token in enumerate(_tokens(theirs_))}
        tokens = _tokens(ours_)
        shared = [(row, rows[token]) for row, token in enumerate(tokens) if token in rows]
        ours, others = np.array(shared).T
        model.table[ours] = saved.model.table[others]
        _take_over_ngrams(model, saved, tokens == _tokens(theirs_))
        words = (f"{len(shared):,} of {len(tokens):,} token vectors", *words)
    return words


def _take_over_ngrams(model: Model, saved: SavedModel, same_tokens: bool) -> None:
    """Copy the vectors of n-grams where they are of the same ones; else they stay zero."""
    ours, theirs = model.architecture, saved.model.architecture
    same = (ours.subwords, ours.buckets) == (theirs.subwords, theirs.buckets)
    if same and (ours.subwords == "characters" or same_tokens):
        model.table[ours.vocabulary_size :] = saved.model.table[theirs.vocabulary_size :]


def _tokens(vocabulary: Vocabulary) -> list[str | int]:
    """Return what each row of a token table stands for; rows of no token by number."""
    return [*range(len(SPECIAL)), *vocabulary.tokens]


def _check_fit(ours: Architecture, theirs: Architecture, path: str | Path) -> None:
    kinds = ["text" if each.vocabulary_size else "numbers" for each in (theirs, ours)]
    if kinds[0] != kinds[1]:
        raise CheckpointError(
            f"{show_path(path)}: reads {kinds[0]}, the data are {kinds[1]}; name another model"
        )
    size = "embedding_size" if ours.vocabulary_size else "numbers a step"
    problems = [
        f"{size if name == 'input_size' else name} {show(theirs_)}, here {show(ours_)}"
        for name, ours_ in dataclasses.asdict(ours).items()
        if name not in FREE and ours_ != (theirs_ := getattr(theirs, name))
    ]
    if problems:
        raise CheckpointError(
            f"{show_path(path)}: unfit to start from: {'; '.join(problems)}; "
            "omit these settings or name another model"
        )
