"""What training says: the model, each epoch, the outcome; and its result as JSON."""

from collections.abc import Mapping
from typing import Any

from grucli.errors import counted
from grucli.model.network import Model
from grucli.preparation.prepare import Prepared
from grucli.report.chance import doubts, measured, span
from grucli.tasks.scorecard import Baseline
from grucli.training.progress import EpochInfo, Kept, Progress, deciding_loss
from grucli.training.trainer import Trainer

SCHEMA = "grucli.train/1"


def model_line(model: Model) -> str:
    """Return what the model is made of, with its size."""
    arch = model.architecture
    ngrams = f" + {arch.buckets:,} for n-grams" if arch.buckets else ""
    reads = f"{arch.vocabulary_size:,} tokens{ngrams} x {arch.input_size}"
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


def yardstick(prepared: Prepared, fold: int) -> Baseline | None:
    """Return what validation accuracy is measured with, None without validation.

    Args:
        prepared: the data.
        fold: that is held out, 1 for the first; 0 for all of them together.
    """
    if prepared.folds is not None:
        targets = prepared.train.targets
        return prepared.task.baseline(targets[prepared.folds == fold - 1] if fold else targets)
    return None if prepared.valid is None else prepared.task.baseline(prepared.valid.targets)


def moment(trainer: Trainer) -> str:
    """Return where a run has ended: "in fold 2 after epoch 3", "in epoch 1"."""
    progress = trainer.progress
    fold = f"in fold {trainer.fold} " if trainer.fold else ""
    place = "after" if progress.batch in (0, trainer.num_batches) else "in"
    return f"{fold}{place} epoch {progress.epoch}"


def epoch_line(info: EpochInfo, prepared: Prepared) -> str:
    """Return the scores of an epoch."""
    scores = info.scores
    fold = f"fold {info.fold}  " if info.fold else ""
    line = (
        f"{fold}epoch {info.epoch:>3}  loss {scores['loss']:.4f}  accuracy {scores['accuracy']:.3f}"
    )
    valid = yardstick(prepared, info.fold)
    if valid is None or "valid_loss" not in scores:
        return line
    accuracy = span(scores["valid_accuracy"], valid)
    line += f"  valid loss {deciding_loss(scores):.4f}  accuracy {accuracy}"
    return line + ("  best" if info.is_best else "")


def outcome_lines(trainer: Trainer, prepared: Prepared, seconds: float) -> list[str]:
    """Return how training ended, what is kept of it and what that reached; warnings if little."""
    kept = trainer.kept
    best = kept.history[kept.best_epoch - 1]
    score = f"training loss {best['loss']:.4f}, accuracy {best['accuracy']:.3f}"
    score += "" if prepared.linear is None else " of the recurrence alone"
    valid, warnings = yardstick(prepared, kept.fold), []
    if valid is not None and "valid_loss" in kept.scores:
        judged = "validation"
        if trainer.num_folds and not kept.fold:
            judged = f"cross-validated ({trainer.num_folds} folds)"
        accuracy, macro_f1, loss = _valid_scores(kept.scores)
        score = (
            f"{judged} accuracy {measured(accuracy, valid)}, "
            f"macro-F1 {macro_f1:.3f}, loss {loss:.4f}"
        )
        warnings = [
            f"warning: {judged} {doubt}" for doubt in doubts(accuracy, valid, _reason(prepared))
        ]
    within = f"fold {kept.fold} of {trainer.num_folds}: " if kept.fold else ""
    if kept.fold:
        learned, rows = _learned_rows(prepared, kept), len(prepared.train)
        warnings.append(
            f"warning: cut short: the model has learned from {learned:,} of {rows:,} rows"
        )
    line = (
        f"{within}best epoch {kept.best_epoch} of {len(kept.history)} "
        f"(ended by {_ended_by(trainer.progress)}): {score}; {seconds:.1f} s"
    )
    return [line, *warnings]


def _reason(prepared: Prepared) -> str:
    """Return why nothing may have been learned."""
    is_cut = prepared.facts["longest"] > prepared.encoder.max_length
    longer = ", a longer data.max_length" if is_cut else ""
    return (
        "nothing the model has learned shows in it; more rows, other columns"
        f"{longer} or other tokens may help"
    )


def _learned_rows(prepared: Prepared, kept: Kept) -> int:
    """Return from how many rows the kept weights have learned."""
    rows = len(prepared.train)
    return int((prepared.folds != kept.fold - 1).sum()) if prepared.folds is not None else rows


def linear_line(best: Mapping[str, float], name: str) -> str | None:
    """Return whether the linear path of this name counts, and why; None if there is none."""
    if "wide_gain" not in best:
        return None
    gain = best["wide_gain"]
    change = (
        f"{abs(gain):.4f} nat a row {'lower' if gain >= 0 else 'higher'} "
        f"(standard error {best['wide_error']:.4f})"
    )
    if not best["mix_wide"]:
        return f"{name}: left out; with them the validation loss would be {change}"
    alone = f"accuracy {best['valid_accuracy']:.3f} -> {best['kept_accuracy']:.3f}"
    share = f"{best['recurrence_share']:.0%} of the decision is the recurrence's"
    return f"{name}: counted; with them the validation loss is {change}; {alone}; {share}"


def _valid_scores(best: Mapping[str, float]) -> tuple[float, float, float]:
    """Return accuracy, macro-F1 and loss of what is kept."""
    part = "kept" if "kept_loss" in best else "valid"
    return best[f"{part}_accuracy"], best[f"{part}_macro_f1"], best[f"{part}_loss"]


def result(trainer: Trainer, prepared: Prepared, path: str, seconds: float) -> dict[str, Any]:
    """Return the object that `train --json` prints."""
    kept = trainer.kept
    best = kept.history[kept.best_epoch - 1]
    measure, valid = yardstick(prepared, kept.fold), None
    if measure is not None and "valid_loss" in kept.scores:
        accuracy, macro_f1, loss = _valid_scores(kept.scores)
        valid = {
            "rows": measure.rows,
            "folds": 0 if kept.fold else trainer.num_folds,
            "accuracy": accuracy,
            "accuracy_interval": list(measure.interval(accuracy)),
            "baseline": measure.value,
            "above_baseline": measure.is_passed_by(accuracy),
            "macro_f1": macro_f1,
            "loss": loss,
        }
    return {
        "schema": SCHEMA,
        "model": path,
        "task": prepared.task.name,
        "labels": list(prepared.task.labels),
        "epochs": len(kept.history),
        "best_epoch": kept.best_epoch,
        "stopped": _ended_by(trainer.progress),
        "train": {
            "rows": _learned_rows(prepared, kept),
            "accuracy": best["accuracy"],
            "loss": best["loss"],
        },
        "valid": valid,
        "wide": _linear(kept.scores),
        "seconds": round(seconds, 3),
        "parameters": trainer.model.num_parameters,
    }


def _linear(best: Mapping[str, float]) -> dict[str, Any] | None:
    """Return how the linear path was decided on; None if there was none to decide on."""
    if "wide_gain" not in best:
        return None
    return {
        "chosen": best["mix_wide"] > 0,
        "gain": best["wide_gain"],
        "gain_error": best["wide_error"],
        "recurrence_share": best["recurrence_share"],
        "recurrence": {key: best[f"valid_{key}"] for key in ("accuracy", "macro_f1", "loss")},
    }


def _ended_by(progress: Progress) -> str:
    return progress.stopped or "signal"
