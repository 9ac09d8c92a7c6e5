"""What training shows on stderr: a line an epoch, and on a terminal a bar with the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grucli.cli import output
from grucli.cli.options import Common
from grucli.preparation.prepare import Prepared
from grucli.report.training import epoch_line
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.trainer import Trainer

Show = Callable[[StepInfo | EpochInfo], None]


@contextmanager
def display(trainer: Trainer, prepared: Prepared, common: Common) -> Iterator[Show]:
    """Yield the function that shows a step or an epoch."""
    if common.quiet or not output.is_terminal():

        def show_epoch(info: StepInfo | EpochInfo) -> None:
            if isinstance(info, EpochInfo):
                common.note(epoch_line(info, prepared))

        yield show_epoch
    else:
        with _bar(trainer, prepared, common) as show:
            yield show


@contextmanager
def _bar(trainer: Trainer, prepared: Prepared, common: Common) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    console = Console(stderr=True, no_color=common.no_color or None, highlight=False)
    progress, done = trainer.progress, trainer.progress.step
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("epoch 1", total=trainer.num_batches * trainer.epochs, completed=done)

        def show(info: StepInfo | EpochInfo) -> None:
            if isinstance(info, EpochInfo):
                style = "bold" if info.is_best else ""
                bars.console.print(Text(epoch_line(info, prepared), style=style))
            else:
                text = f"epoch {info.epoch}/{trainer.epochs}  loss {info.loss:.4f}"
                bars.update(task, description=text)
            bars.update(task, completed=progress.step)

        yield show
