"""What training says: the model, the outcome; and its result as JSON."""

from typing import Any

from grucli.errors import counted
from grucli.model.blend import CalibrationErrors
from grucli.model.linear_path import NAMES
from grucli.model.network import Model
from grucli.notices import Notice
from grucli.prediction.score import baselines
from grucli.preparation.data_rules import NOTHING_LEARNED
from grucli.preparation.prepare import Prepared
from grucli.report import folds, scorecard
from grucli.report.chance import doubts, measured
from grucli.report.epochs import figure, yardstick
from grucli.report.model_card import what_the_head_reads
from grucli.report.scores import worth
from grucli.report.tables import number
from grucli.tasks import reported
from grucli.tasks.task import Task
from grucli.training.held_out_scores import HeldOutScores
from grucli.training.joint_branch import JointScores
from grucli.training.progress import Kept, Progress
from grucli.training.scores import ValidScores
from grucli.training.trainer import Trainer

SCHEMA = "grucli.train/1"


def model_line(model: Model, task: Task) -> str:
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
        f"{what_the_head_reads(arch)} -> {task.size}; "
        f"{model.num_parameters:,} parameters"
    )


def moment(trainer: Trainer) -> str:
    """Return where a run has ended: "in fold 2 after epoch 3", "in epoch 1"."""
    progress = trainer.progress
    fold = f"in fold {trainer.fold} " if trainer.fold else ""
    place = "after" if progress.batch in (0, trainer.num_batches) else "in"
    return f"{fold}{place} epoch {progress.epoch}"


def outcome_lines(trainer: Trainer, prepared: Prepared, seconds: float) -> list[str | Notice]:
    """Return how training ended, what is kept of it and what that reached; warnings if little."""
    kept, kind = trainer.kept, prepared.task.figures[0]
    valid, warnings = yardstick(prepared, kept.fold), list[Notice]()
    if valid is not None and kept.valid is not None:
        judged = "cross-validated" if trainer.num_folds and not kept.fold else "validation"
        value = kept.valid.kept.figures[kind.name]
        value = joint.after if (joint := _counted_jointly(trainer)) is not None else value
        warnings = doubts(value, valid, _reason(prepared), judged)
    if kept.fold:
        learned, rows = _learned_rows(prepared, kept), len(prepared.train)
        text = f"cut short: the model has learned from {learned:,} of {rows:,} rows"
        warnings.append(Notice("run.cut_short", text))
    line = f"{outcome(trainer, prepared)}; {seconds:.1f} s"
    return [line, *folds.lines(trainer, prepared), *warnings]


def outcome(trainer: Trainer, prepared: Prepared) -> str:
    """Return which epoch is kept, why training ended, and what that has reached."""
    kept = trainer.kept
    if kept.untrained:
        return f"{NOTHING_LEARNED}, and the weights are kept as they came"
    best, (kind, *others) = kept.scores, prepared.task.figures
    score = f"training loss {best.loss:.4f}, {figure(kind, best.figures)}"
    score += "" if prepared.linear is None else " of the recurrence alone"
    valid = yardstick(prepared, kept.fold)
    if valid is not None and kept.valid is not None:
        judged = "validation"
        if trainer.num_folds and not kept.fold:
            judged = f"cross-validated ({trainer.num_folds} folds)"
        if _counted_jointly(trainer) is not None:
            judged += " of the network alone"
        reached, figures = kept.valid.kept, kept.valid.kept.figures
        further = "".join(f", {figure(other, figures)}" for other in others)
        shown = f"{kind.title} {measured(figures[kind.name], valid)}{further}"
        score = f"{judged} {shown}, loss {reached.loss:.4f}"
    within = f"fold {kept.fold} of {trainer.num_folds}: " if kept.fold else ""
    ended = _ended_by(trainer.progress)
    return (
        f"{within}best epoch {kept.best_epoch} of {len(kept.history)} (ended by {ended}): {score}"
    )


def held_out_lines(held: HeldOutScores, trainer: Trainer, prepared: Prepared) -> list[str]:
    """Return how each class fares in answers to rows that were not learned from, and which err.

    And what less than the model reaches on them.
    """
    rows = counted(held.card.rows, "row")
    which = "each answered by its fold" if trainer.num_folds else "held out for validation"
    lines = [f"{rows}, {which}:", *scorecard.tables_text(held.card).splitlines()]
    if held.branches is None:
        return lines
    return [*lines, "", worth(held.branches, held.card, NAMES[prepared.encoder.unit])]


def _counted_jointly(trainer: Trainer) -> JointScores | None:
    """Return what joint n-grams reach beside the network; None where they do not count."""
    scores = trainer.joint_scores
    return scores if scores is not None and scores.is_counted else None


def _reason(prepared: Prepared) -> str:
    """Return why nothing may have been learned."""
    is_cut = prepared.facts["longest"] > prepared.encoder.max_length
    longer = ", a longer data.max_length" if is_cut else ""
    return f"nothing learned shows; try more rows, other columns or tokens{longer}"


def _learned_rows(prepared: Prepared, kept: Kept) -> int:
    """Return from how many rows the kept weights have learned."""
    rows = len(prepared.train)
    return int((prepared.folds != kept.fold - 1).sum()) if prepared.folds is not None else rows


def paths_lines(trainer: Trainer, prepared: Prepared) -> list[str]:
    """Return whether what stands beside the recurrence counts, and why."""
    linear = linear_line(trainer.kept, prepared.task, NAMES[prepared.encoder.unit])
    return [line for line in (linear, trainer.joint_line) if line is not None]


def linear_line(kept: Kept, task: Task, name: str) -> str | None:
    """Return whether the linear path of this name counts, and why; None where there is none."""
    valid, kind = kept.valid, task.figures[0]
    if valid is None or valid.blend is None or valid.blend.linear is None:
        return None
    blend, found = valid.blend, valid.blend.linear
    unit = f"{task.loss_unit} " if task.loss_unit else ""
    change = (
        f"{abs(found.gain):.4f} {unit}a row {'lower' if found.gain >= 0 else 'higher'} "
        f"(standard error {found.error:.4f})"
    )
    if not blend.mix.linear:
        return f"{name}: left out; with them the validation loss would be {change}"
    before, after = (
        number(held.figures[kind.name], has_unit=kind.has_unit)
        for held in (valid.alone, blend.kept)
    )
    alone = f"{kind.title} {before} -> {after}"
    share = f"{found.recurrence_share:.0%} of the decision is the recurrence's"
    return f"{name}: counted; with them the validation loss is {change}; {alone}; {share}"


def calibration_line(kept: Kept, prepared: Prepared) -> str | None:
    """Return what factors have done to the probabilities; None where nothing is known of them."""
    errors, valid = _calibration(kept), yardstick(prepared, kept.fold)
    if errors is None or valid is None:
        return None
    return (
        f"calibration: error {errors.before:.3f} -> {errors.after:.3f} on {valid.rows:,} rows that "
        "were held out"
    )


def _calibration(kept: Kept) -> CalibrationErrors | None:
    valid = kept.valid
    return None if valid is None or valid.blend is None else valid.blend.calibration


def result(
    trainer: Trainer, prepared: Prepared, held: HeldOutScores | None, path: str, seconds: float
) -> dict[str, Any]:
    """Return the object that `train --json` prints.

    Args:
        trainer: with what it keeps.
        prepared: what it has learned from.
        held: what was found on rows that it has not learned from.
        path: of the model.
        seconds: that it took.
    """
    kept = trainer.kept
    return {
        "schema": SCHEMA,
        "model": path,
        **reported(trainer.task),
        "epochs": len(kept.history),
        "best_epoch": kept.best_epoch,
        "stopped": _ended_by(trainer.progress),
        "train": _train(prepared, kept),
        "valid": _valid(trainer, prepared, held),
        "wide": _linear(kept.valid),
        **({} if trainer.joint_scores is None else {"joint": trainer.joint_scores.to_json()}),
        **folds.result(trainer, prepared),
        "seconds": round(seconds, 3),
        "parameters": trainer.model.num_parameters,
    }


def _train(prepared: Prepared, kept: Kept) -> dict[str, Any]:
    """Return how well the rows are answered that were learned from."""
    if kept.untrained:
        return {"rows": 0}
    scores = kept.scores
    return {"rows": _learned_rows(prepared, kept), **scores.figures, "loss": scores.loss}


def _valid(
    trainer: Trainer, prepared: Prepared, held: HeldOutScores | None
) -> dict[str, Any] | None:
    """Return what is known of rows that were not learned from; None without any."""
    kept, (kind, *others) = trainer.kept, prepared.task.figures
    measure = yardstick(prepared, kept.fold)
    if measure is None or kept.valid is None:
        return None
    reached = kept.valid.kept
    value = reached.figures[kind.name]
    if held is not None and _counted_jointly(trainer) is not None:
        value = held.card.figures[0].value or 0.0  # "joint" tells that of the network alone
    return {
        "rows": measure.rows,
        "folds": 0 if kept.fold else trainer.num_folds,
        kind.name: value,
        f"{kind.name}_interval": list(measure.interval(value)),
        "baseline": measure.value,
        "above_baseline": measure.is_passed_by(value),
        **{other.name: reached.figures[other.name] for other in others},
        "loss": reached.loss,
        "calibration": _calibration_json(kept),
        **({} if held is None else held_out_json(held)),
    }


def held_out_json(held: HeldOutScores) -> dict[str, Any]:
    """Return the tables of a scorecard, and what less than the model reaches."""
    tables = {one.name: one.to_json() for one in held.card.tables}
    return {**tables, "baselines": baselines(held.card, held.branches)}


def _calibration_json(kept: Kept) -> dict[str, float] | None:
    errors = _calibration(kept)
    return None if errors is None else {"before": errors.before, "after": errors.after}


def _linear(valid: ValidScores | None) -> dict[str, Any] | None:
    """Return how the linear path was decided on; None if there was none to decide on."""
    if valid is None or valid.blend is None or valid.blend.linear is None:
        return None
    found = valid.blend.linear
    return {
        "chosen": valid.blend.mix.linear > 0,
        "gain": found.gain,
        "gain_error": found.error,
        "recurrence_share": found.recurrence_share,
        "recurrence": {**valid.alone.figures, "loss": valid.alone.loss},
    }


def _ended_by(progress: Progress) -> str:
    return progress.stopped or "signal"
