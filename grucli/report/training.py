"""What training says: the model, each epoch, the outcome; and its result as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from grucli.dataset import Prepared
from grucli.errors import counted
from grucli.model import Model
from grucli.training import EpochInfo, Progress, Trainer

SCHEMA = "grucli.train/1"


def model_line(model: Model) -> str:
    """Return what the model is made of, with its size."""
    arch = model.architecture
    reads = f"{arch.vocabulary_size:,} tokens x {arch.input_size}"
    if not arch.vocabulary_size:
        reads = f"{counted(arch.input_size, 'number')} a step"
    if arch.convolution:
        reads += f" -> 2 convolutions, stride {arch.convolution}"
    layers = f"{arch.num_layers} x " if arch.num_layers > 1 else ""
    ways = "both directions" if arch.bidirectional else "forward"
    return (
        f"model: {reads} -> {layers}{arch.cell} {arch.hidden_size}, {ways} -> "
        f"{' + '.join(arch.pooling)} -> {arch.num_classes} labels; "
        f"{model.num_parameters:,} parameters"
    )


def epoch_line(info: EpochInfo) -> str:
    """Return the scores of an epoch."""
    scores = info.scores
    line = f"epoch {info.epoch:>3}  loss {scores['loss']:.4f}  accuracy {scores['accuracy']:.3f}"
    if "valid_loss" in scores:
        line += f"  valid loss {scores['valid_loss']:.4f}  accuracy {scores['valid_accuracy']:.3f}"
    return line + ("  best" if info.is_best and "valid_loss" in scores else "")


def outcome_line(progress: Progress, seconds: float) -> str:
    """Return how training ended and what the best epoch reached."""
    best = progress.history[progress.best_epoch - 1]
    score = f"training loss {best['loss']:.4f}, accuracy {best['accuracy']:.3f}"
    if "valid_loss" in best:
        score = (
            f"validation accuracy {best['valid_accuracy']:.3f}, "
            f"macro-F1 {best['valid_macro_f1']:.3f}, loss {best['valid_loss']:.4f}"
        )
    return (
        f"best epoch {progress.best_epoch} of {len(progress.history)} "
        f"(ended by {_ended_by(progress)}): {score}; {seconds:.1f} s"
    )


def log_lines(history: Sequence[Mapping[str, float]]) -> list[str]:
    """Return one JSON object an epoch: its number, its scores, whether it was the best so far."""
    lines, lowest = [], math.inf
    for epoch, scores in enumerate(history, 1):
        loss = scores.get("valid_loss", -epoch)  # without validation the last one counts
        lines.append(json.dumps({"epoch": epoch, **scores, "best": loss < lowest}))
        lowest = min(loss, lowest)
    return lines


def result(trainer: Trainer, prepared: Prepared, path: str, seconds: float) -> dict[str, Any]:
    """Return the object that `train --json` prints."""
    progress = trainer.progress
    best = progress.history[progress.best_epoch - 1]
    valid: dict[str, float] | None = None
    if prepared.valid is not None:
        valid = {"rows": len(prepared.valid)}
        valid |= {key: best[f"valid_{key}"] for key in ("accuracy", "macro_f1", "loss")}
    return {
        "schema": SCHEMA,
        "model": path,
        "task": "classify",
        "labels": list(prepared.labels),
        "epochs": len(progress.history),
        "best_epoch": progress.best_epoch,
        "stopped": _ended_by(progress),
        "train": {"rows": len(prepared.train), "accuracy": best["accuracy"], "loss": best["loss"]},
        "valid": valid,
        "seconds": round(seconds, 3),
        "parameters": trainer.model.num_parameters,
    }


def _ended_by(progress: Progress) -> str:
    return progress.stopped or "signal"
