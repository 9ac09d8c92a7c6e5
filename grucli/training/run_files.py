"""The files of a run: its best model, its last weights, and whether a run to resume is this one."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grucli import __version__
from grucli.data.spilled import pieces
from grucli.errors import CheckpointError, ConfigError, TrainingError, excerpt, show, show_path
from grucli.model import half_precision
from grucli.model.blend import Mix
from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import RunState, SavedModel
from grucli.preparation.prepare import Prepared
from grucli.preparation.settle import OF_WRITING
from grucli.training.moments import told
from grucli.training.scores import without_moments
from grucli.training.trainer import Trainer

EXTENDABLE = ("training.epochs", "training.patience")
"""What a resumed run may change: when it ends. But a cosine has been bent to its end already, and
folds have found theirs."""
NEWER = (
    *(("data", name) for name in ("quotes", "labels", "vocabulary")),
    *(("data", name) for name in ("test", "window", "step", "window_label", "gap_channel")),
    *(("training", name) for name in ("epoch_rows", "loss", "recall", "precision")),
)
"""Keys that models say nothing of where they are not set, as those from before there were any."""
NEWER_SWITCHES = (("training", "moments"), ("model", "half_precision"))
"""Likewise, where they are off."""
MOST_WORDED = 60  # characters of a setting in a message
DIVIDING = ("seed", "data.valid", "data.test", "training.folds")
"""What decides which rows are learned from: other ones are no sign of another file."""


def resume(trainer: Trainer, prepared: Prepared, path: str | Path) -> tuple[str, ...]:
    """Put a new trainer exactly where the run of a `.last.npz` was interrupted.

    Returns:
        What may keep the bytes from being those of an uninterrupted run.

    Raises:
        AccessError: there is no such file.
        CheckpointError: it is damaged or holds no training state.
        ConfigError: the data or the config is not that of the run.
    """
    saved, state = checkpoint.load_run(path)
    card = card_of(prepared, 0)
    _check_same(card, saved.card, path)
    for (name, array), (_, stored) in zip(
        trainer.model.arrays(), saved.model.arrays(), strict=True
    ):
        if array.shape != stored.shape:
            raise CheckpointError(f"{show_path(path)}: inconsistent: weights {name} do not fit")
        array[...] = stored
    try:
        trainer.restore(state.progress, state.arrays)
    except (KeyError, TypeError, ValueError) as fault:
        raise CheckpointError(
            f"{show_path(path)}: inconsistent: {show(fault)}; train again with --force"
        ) from fault
    return tuple(differences(card["versions"], saved.card["versions"]))


def best_model(prepared: Prepared, trainer: Trainer) -> SavedModel:
    """Return the model of `trainer.best`, which must be what is kept."""
    model = trainer.best.copy()
    model.mix = trainer.mix
    if model.mix.linear:
        model.linear = trainer.linear
    model.joint = trainer.joint
    if prepared.config.model.half_precision:
        half_precision.round_(model)
    kept = trainer.kept
    saved = _saved(prepared, model, kept.best_epoch, kept.to_json())
    if moments := told(kept.history):
        saved.card["moments"] = moments
    if (joint := trainer.joint_scores) is not None:
        saved.card["joint"] = joint.to_json()
    return dataclasses.replace(saved, task=trainer.task)


def save_last(path: str | Path, prepared: Prepared, trainer: Trainer) -> None:
    """Write the last weights and all that a resume needs; a linear path is learned again.

    Beside the weights stands the linear path that learning starts from, if there is one.

    Raises:
        AccessError: it cannot be written; an older file is still whole.
        TrainingError: a weight is not finite; an older file is still whole.
    """
    progress = trainer.progress
    state = RunState(progress=progress.to_json(), arrays=trainer.arrays())
    last = progress.history[progress.epoch - 1 : progress.epoch]
    scores = last[0].to_json() if last else {}
    model = copy.copy(trainer.model)  # but not its weights
    if prepared.linear is not None and prepared.linear.start is not None:
        model.linear, model.mix = prepared.linear.start, Mix(linear=1.0)
    saved = _saved(prepared, model, progress.epoch, scores)
    try:
        checkpoint.save(path, saved, state)
    except ValueError as fault:
        raise TrainingError(
            f"epoch {progress.epoch}, step {progress.step}: {show(fault)}; "
            "lower training.learning_rate or set training.clip_norm"
        ) from None


def _saved(prepared: Prepared, model: Model, epoch: int, scores: Mapping[str, float]) -> SavedModel:
    return SavedModel(
        model=model,
        encoder=prepared.encoder,
        task=prepared.task,
        remembered=prepared.remembered,
        card=card_of(prepared, epoch) | {"scores": without_moments(scores)},
        is_half=prepared.config.model.half_precision,
    )


def card_of(prepared: Prepared, epoch: int) -> dict[str, Any]:
    """Where a model comes from: no path, no time, no host, so that equal runs give equal bytes."""
    config = prepared.config.model_dump(mode="json")
    del config["training"]["workers"]  # who computes makes no difference
    config["data"]["train"] = None
    if not prepared.task.reads_steps:
        del config["model"]["chain"]  # as in models from before there were such tasks
    if not prepared.task.writes:
        for name in (*OF_WRITING, "model.decoder_layers"):  # likewise
            del config["model"][name.removeprefix("model.")]
    if isinstance(config["data"]["test"], str) or not config["data"]["test"]:
        config["data"]["test"] = None  # nothing of the training file is held out for it
    if config["data"]["window"] is None:
        config["data"] |= dict.fromkeys(("step", "window_label", "gap_channel"))  # nothing is cut
    _leave_out_newer_(config)
    if isinstance(config["data"]["valid"], str):
        config["data"]["valid"] = Path(config["data"]["valid"]).name
    for section, name in (("model", "vectors"), ("data", "vocabulary")):
        if config[section].get(name) is not None:
            config[section][name] = Path(config[section][name]).name
    return {
        "config": config,
        "reasons": {k: v for k, v in prepared.reasons.items() if _is_kept(k, prepared)},
        "data": {
            "name": Path(prepared.name).name,
            "sha256": _fingerprint(prepared),
            **prepared.facts,
        },
        "versions": {
            "grucli": __version__,
            "numpy": np.__version__,
            "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", ""),
        },
        "epoch": epoch,
        "scores": {},
        **({} if prepared.origin is None else {"init_from": prepared.origin.sha256}),
    }


def _leave_out_newer_(config: dict[str, Any]) -> None:
    """Say nothing of newer keys that are not set, as models from before there were any."""
    for section, name in NEWER:
        if config[section][name] is None:
            del config[section][name]
    for section, name in NEWER_SWITCHES:
        if not config[section][name]:
            del config[section][name]


def _is_kept(path: str, prepared: Prepared) -> bool:
    """Tell whether the reason of a setting is: as above, but for who computes."""
    others = {"training.workers"}
    others |= set() if prepared.task.reads_steps else {"model.chain"}
    others |= set() if prepared.task.writes else set(OF_WRITING)
    return path not in others


def _fingerprint(prepared: Prepared) -> str:
    """Return a digest of what is learned from: examples, names of answers, vocabulary, folds."""
    digest = hashlib.sha256("\n".join(prepared.task.labels).encode("utf-8", "surrogatepass"))
    if prepared.encoder.vocabulary is not None:
        digest.update(prepared.encoder.vocabulary.to_bytes())
    for part in (prepared.train, prepared.valid):
        if part is not None:
            for array in part.arrays.values():
                for some in pieces(array):
                    digest.update(np.ascontiguousarray(some).data)
    if prepared.folds is not None:
        digest.update(prepared.folds.data)
    for array in [] if prepared.linear is None else prepared.linear.content:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _check_same(now: Mapping[str, Any], then: Mapping[str, Any], path: str | Path) -> None:
    training = now["config"]["training"]
    extendable = training["schedule"] != "cosine" and training["folds"] == "off"
    problems = [
        line
        for line in differences(now["config"], then["config"])
        if not (extendable and line.startswith(EXTENDABLE))
    ]
    if now["data"].get("vectors") != then["data"].get("vectors"):
        problems.append(f"the vectors are not those of {show_path(path)}")
    divided_alike = not any(line.startswith(DIVIDING) for line in problems)
    if divided_alike and now["data"]["sha256"] != then["data"]["sha256"]:
        problems.append(f"the data is not that of {show_path(path)}")
    done = then["epoch"]
    if not problems and training["epochs"] < done:
        problems.append(f"training.epochs: is {training['epochs']}, but {done} are done")
    if problems:
        mend = "give the same data and settings to --resume, or start anew with --force"
        raise ConfigError(*problems[:-1], f"{problems[-1]}; {mend}")


def differences(now: Any, then: Any, path: str = "") -> Iterator[str]:
    """Yield what is not as it was in a run to resume, a line each."""
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        for key in {**then, **now}:
            below = f"{path}.{key}" if path else key
            yield from differences(now.get(key), then.get(key), below)
    elif now != then:
        yield f"{path}: was {_worded(then)} in the run to resume, is {_worded(now)}"


def _worded(value: Any) -> str:
    """Return a setting as a config has it."""
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return excerpt(text, MOST_WORDED)
