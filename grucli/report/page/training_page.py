"""How a training went as one HTML file: what came of it, its curves, and why it ended.

Nothing in it depends on a clock or a folder: the same run gives the same page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from grucli.errors import counted
from grucli.model.linear_path import NAMES
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.score import Scored
from grucli.preparation.prepare import Prepared
from grucli.report.page.card_sections import card_sections
from grucli.report.page.curve_figures import (
    figure_curve,
    gradient_curve,
    loss_curve,
    rate_curve,
    stage_name,
)
from grucli.report.page.document import document, footer, table
from grucli.report.page.evaluation_page import sections_of, verdict, warning_item
from grucli.report.page.markup import Child, Markup, tag
from grucli.report.page.model_tables import model_tables
from grucli.report.page.sections import Section, every, in_short
from grucli.report.scores import worth
from grucli.report.tables import number, percent
from grucli.report.training import SCHEMA, outcome
from grucli.training.held_out_scores import HeldOutScores
from grucli.training.learning_curve import StageCurve, stage_curves
from grucli.training.trainer import Trainer

BY_HEART = 1.02  # times the lowest loss: a rise that is more than its noise
ENDS = {
    "patience": "held-out rows no longer got better",
    "epochs": "all epochs were done",
    "time": "--max-time was up",
    None: "it was interrupted",
}


def training_page(
    trainer: Trainer,
    prepared: Prepared,
    model: str,
    *,
    saved: SavedModel,
    held: HeldOutScores | None,
    scored: Scored | None,
) -> str:
    """Return the whole page.

    Args:
        trainer: after its training, with an epoch at least.
        prepared: what was learned from.
        model: name of its file.
        saved: the model as it is kept.
        held: what was found on rows that were held out of training; None without any.
        scored: what was found on the rows of a test, None without one.
    """
    sections = list(_sections(trainer, prepared, held if scored is None else None))
    if scored is not None and prepared.holdout is not None:
        records = prepared.holdout.table.records
        sections += sections_of(scored, saved, records)
    return document(
        f"{model} – grucli train",
        tag("h1", f"How {model} was trained"),
        *(tag("p", line, class_="lead") for line in _lead(trainer, prepared, scored)),
        in_short(sections),
        every(sections),
        _inside(prepared, saved),
        footer(SCHEMA),
    )


def _lead(trainer: Trainer, prepared: Prepared, scored: Scored | None) -> Iterator[str]:
    """Yield what came of it: on rows of a test, if there is one."""
    line = outcome(trainer, prepared)
    yield f"{line[:1].upper()}{line[1:]}."
    if scored is not None:
        yield f"Test, on rows that nothing was learned from: {verdict(scored.card)}"


def _sections(
    trainer: Trainer, prepared: Prepared, held: HeldOutScores | None
) -> Iterator[Section]:
    stages, task = stage_curves(trainer, prepared), prepared.task
    alone = _of_branches(trainer, prepared, held)
    curves = [
        figure
        for stage in stages
        for figure in (loss_curve(stage, task.loss_unit), figure_curve(stage, task.figures[0]))
    ]
    yield Section(
        name="curves",
        question="Did it learn, and when was it best?",
        answer=_learned(stages),
        content=(tag("p", alone) if alone else None, tag("div", *curves, class_="cards")),
        is_wide=True,
    )
    yield Section(
        name="end",
        question="Where did it stop, and why?",
        answer=_ended(stages),
        content=(_stages(stages, trainer),),
    )
    yield _steps(stages, prepared)
    if held is not None:
        yield from card_sections(held.card, reads_steps=task.reads_steps)


def _learned(stages: Sequence[StageCurve]) -> str:
    """Return how the losses fell, and whether they rose again on held-out rows."""
    judged = [stage for stage in stages if stage.history[0].valid is not None]
    if not judged:
        first, last = stages[-1].history[0].loss, stages[-1].history[-1].loss
        return (
            f"The loss on rows that were learned from went from {number(first)} to {number(last)}; "
            "no rows were held out to tell what it is worth."
        )
    lowest = [stage.best.deciding_loss for stage in judged]
    firsts = [stage.history[0].deciding_loss for stage in judged]
    rising = sum(
        stage.history[-1].deciding_loss > BY_HEART * stage.best.deciding_loss for stage in judged
    )
    heart = "It did not rise again by much."
    if rising:
        where, so = "", "So the weights of the best epoch are kept."
        if judged[0].fold:
            where = f" in {rising} of {counted(len(judged), 'fold')}"
            so = "So all rows are learned from for as many epochs as were best in the folds."
        heart = f"Then it rose again{where}: what was learned was the rows themselves. {so}"
    begun, best = (number(float(np.mean(losses))) for losses in (firsts, lowest))
    mean = "mean " if len(judged) > 1 else ""
    return (
        f"The {mean}loss on held-out rows went from {begun} after the first epoch to {best} "
        f"at its best. {heart}"
    )


def _of_branches(trainer: Trainer, prepared: Prepared, held: HeldOutScores | None) -> str | None:
    """Return what the curves leave out, where the recurrence does not decide alone."""
    if (joint := trainer.joint_scores) is not None:
        return f"The curves are those of the network alone. Joint n-grams: {joint}."
    if prepared.linear is None:
        return None
    name = NAMES[prepared.encoder.unit]
    said = f"The curves are those of the recurrence alone, without {name}."
    if held is None or held.branches is None:
        return said
    both = worth(held.branches, held.card, name)
    return f"{said} On held-out rows, {both[:1].lower()}{both[1:]}."


def _ended(stages: Sequence[StageCurve]) -> str:
    """Return after which epoch the last stage ended and why, and what the folds have to do with it.

    After folds, all rows are learned from for as many epochs as were best in them on average.
    """
    last, folds = stages[-1], [stage for stage in stages if stage.fold]
    why = ENDS.get(last.ended, str(last.ended))
    epochs = [stage.best_epoch for stage in folds]
    if folds and not last.fold and last.ended == "epochs":
        *first, final = map(str, epochs)
        listed = f"{', '.join(first)} and {final}" if first else final
        why = f"the folds were best after {listed} epochs, on average {len(last.history)}"
    said = f"{stage_name(last)}: after epoch {len(last.history)}, because {why}"
    if last.history[0].valid is not None and last.best_epoch < len(last.history):
        said += f"; the weights are those of epoch {last.best_epoch}"
    if len(stages) > 1:
        early = sum(stage.ended == "patience" for stage in folds)
        said += f"; {early} of {counted(len(folds), 'fold')} ended by patience"
    return f"{said}."


def _stages(stages: Sequence[StageCurve], trainer: Trainer) -> Markup:
    kind = trainer.task.figures[0]
    rows = []
    for stage in stages:
        valid = stage.best.valid
        reached = (
            "–" if valid is None else number(valid.alone.figures[kind.name], has_unit=kind.has_unit)
        )
        rows.append(
            (
                stage_name(stage),
                f"{stage.rows:,}",
                str(len(stage.history)),
                str(stage.best_epoch),
                stage.ended or "interrupted",
                number(None if valid is None else stage.best.deciding_loss),
                reached,
            )
        )
    heading = ("", "rows", "epochs", "best", "ended by", "held-out loss", f"held-out {kind.title}")
    return table(heading, rows, "lrrrlrr")


def _steps(stages: Sequence[StageCurve], prepared: Prepared) -> Section:
    """Return a section about the size of steps."""
    settings, last = prepared.config.training, stages[-1]
    limit = None if settings.clip_norm == "off" else float(settings.clip_norm or 0) or None
    end = last.history[-1]
    length = number(end.gradient_norm, has_unit=True)
    said = f"The gradient's mean length was {length} in the last epoch"
    if limit is not None:
        said += f"; {percent(end.clipped, 0)} of its steps were cut to {limit:g}"
    rates = [rate for _, rate in last.rates]
    course = f"went from {rates[0]:.4g} to {rates[-1]:.4g}, at most {max(rates):.4g}"
    course = course if min(rates) < max(rates) else f"stayed at {rates[0]:.4g}"
    said += f". The learning rate {course}."
    return Section(
        name="steps",
        question="How large were the steps?",
        answer=said,
        content=(tag("div", rate_curve(last), gradient_curve(last, limit), class_="cards"),),
    )


def _inside(prepared: Prepared, saved: SavedModel) -> Markup:
    """Return what was learned from, and by which settings."""
    name = Path(prepared.name).name
    found: list[Child] = [
        tag("li", line.replace(prepared.name, name)) for line in prepared.findings
    ]
    found += [warning_item(one, prepared.name) for one in prepared.warnings]
    return tag(
        "section",
        tag("h2", "What it was learned from"),
        tag("ul", *found),
        model_tables(saved),
    )
