"""The files of `grucli train`, checked before anything is read."""

from __future__ import annotations

from pathlib import Path

from grucli.cli import output
from grucli.config.schema import Config
from grucli.errors import AccessError, ConfigError, show_path
from grucli.files.writing import check_place
from grucli.report.out_of_fold import OutOfFold
from grucli.tasks.columns import AnswerOptions
from grucli.training.saver import RunFiles
from grucli.training.session import Session


def checked(
    model: str | None, log: str | None, out_of_fold: str | None, *, resume: bool, force: bool
) -> RunFiles:
    """Refuse what would be lost or cannot be.

    Raises:
        ConfigError: there is no name, or it does not end in .npz.
        AccessError: an output exists, or there is nothing to resume.
    """
    if model is None:
        raise ConfigError("--output: is missing; pass -o MODEL.npz, or --dry-run to write nothing")
    if not model.endswith(".npz") or model.endswith(".last.npz"):
        raise ConfigError(f"--output: '{show_path(model)}' must end in .npz (and not in .last.npz)")
    files = RunFiles(
        model=Path(model),
        log=None if log is None else Path(log),
        out_of_fold=None if out_of_fold is None else Path(out_of_fold),
    )
    others = (files.log, files.out_of_fold)
    paths = [path for path in (files.model, files.last, *others) if path is not None]
    for path in paths:
        check_place(path)
    if resume and not files.last.exists():
        raise AccessError(
            f"{show_path(files.last)}: no such file, nothing to resume; omit --resume"
        )
    for path in paths:
        if path.exists() and not (resume or force):
            raise AccessError(
                f"{show_path(path)}: exists; pass --force to replace it, --resume to go on"
            )
    return files


def check_apart(files: RunFiles, config: Config, config_path: str | None) -> None:
    """Refuse to replace what is read.

    Raises:
        ConfigError: an output is an input, or another output.
    """
    valid = config.data.valid
    inputs = {
        "data": config.data.train,
        "validation file": valid if isinstance(valid, str) else None,
        "config": config_path,
        "file of vectors": config.model.vectors,
    }
    own = {"model": files.model, "file to resume from": files.last}
    for path in own.values():
        output.check_apart("--output", path, inputs)
    for name, asked in (("log", files.log), ("out-of-fold", files.out_of_fold)):
        if asked is not None:
            output.check_apart(f"--{name}", asked, {**inputs, **own})
            own[name] = asked


def write_out_of_fold(files: RunFiles, session: Session) -> bool:
    """Write what the folds answer to the rows that they hold out, if that is asked and known.

    It is a table as CSV, or JSON lines in a file of that suffix.

    Returns:
        whether it was written.

    Raises:
        AccessError: it cannot be written.
    """
    prepared, trainer = session.prepared, session.trainer
    path, scores, folds = files.out_of_fold, trainer.out_of_fold, prepared.folds
    if path is None or scores is None or folds is None:
        return False
    answers = trainer.task.answers(
        scores, AnswerOptions(separator=prepared.remembered.label_separator)
    )
    found = OutOfFold(records=prepared.records, answers=answers, folds=folds)
    text = found.jsonl() if path.suffix == ".jsonl" else found.csv()
    output.write_file(str(path), text.encode("utf-8", "surrogatepass"))
    return True
