"""The scores of all epochs as arrays of a model file, and back: as JSON they would outgrow it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from grucli.errors import expect
from grucli.modelfile.npz_layout import Arrays

VALUES, KNOWN = "history_values", "history_known"


def packed(progress: Mapping[str, Any]) -> tuple[dict[str, Any], Arrays]:
    """Return the progress with how many epochs a history has in its place, and the scores.

    Args:
        progress: has a "history", a list of scores by name, and so does each of its "folds".

    Returns:
        JSON, with the names of all S "scores", and two arrays (E, S) for the epochs at hand and
        then those of each fold: float64 scores, and uint8 1 where an epoch has such a score.
    """
    epochs = [scores for part in (progress, *progress["folds"]) for scores in part["history"]]
    names = sorted({name for scores in epochs for name in scores})
    shape = len(epochs), len(names)
    values = np.array([[scores.get(name, 0) for name in names] for scores in epochs], np.float64)
    known = np.array([[name in scores for name in names] for scores in epochs], np.uint8)
    rest = {
        **_counted(progress),
        "folds": [_counted(fold) for fold in progress["folds"]],
        "scores": names,
    }
    return rest, {VALUES: values.reshape(shape), KNOWN: known.reshape(shape)}


def unpacked(progress: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Return the progress that was packed; older files have the scores in it.

    Raises:
        KeyError, TypeError, ValueError: the arrays do not fit it.
    """
    rest = dict(progress)
    if "scores" not in rest:
        return rest
    names, folds = rest.pop("scores"), rest["folds"]
    counts = [part["history"] for part in (rest, *folds)]
    expect(all(type(count) is int and count >= 0 for count in counts), "epochs")
    expect(all(isinstance(name, str) for name in names), "scores")
    values, known = arrays[VALUES], arrays[KNOWN]
    expect(values.shape == known.shape == (sum(counts), len(names)), "epochs and scores")
    epochs = (
        {name: value for name, value, is_there in zip(names, *row, strict=True) if is_there}
        for row in zip(values.tolist(), known.tolist(), strict=True)
    )
    own, *others = (list(islice(epochs, count)) for count in counts)
    whole = [{**fold, "history": other} for fold, other in zip(folds, others, strict=True)]
    return {**rest, "history": own, "folds": whole}


def _counted(part: Mapping[str, Any]) -> dict[str, Any]:
    return {**part, "history": len(part["history"])}
