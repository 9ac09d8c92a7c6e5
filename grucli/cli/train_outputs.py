"""The files of `grucli train`, checked before anything is read."""

from __future__ import annotations

import gzip
from itertools import starmap, zip_longest
from pathlib import Path

from grucli.cli import output
from grucli.cli.options import Common
from grucli.cli.show_test import Tested
from grucli.config.schema import Config
from grucli.data.forms.extract import check_extract, check_name, extract, is_same_input
from grucli.data.labelled import Table, read_table
from grucli.data.records import ReadOptions
from grucli.engine.steps import Steps
from grucli.errors import AccessError, ConfigError, GrucliError, show_path
from grucli.files.places import check_place
from grucli.modelfile import checkpoint
from grucli.preparation.prepare import Prepared
from grucli.preparation.windows import joined
from grucli.report.out_of_fold import OutOfFold
from grucli.report.window_names import WindowNames
from grucli.tasks.columns import AnswerOptions
from grucli.training.held_out_scores import HeldOutScores
from grucli.training.saver import RunFiles
from grucli.training.session import Session
from grucli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What files may be there already: those to go on from, or to replace; of a search too."""

    resume: bool
    force: bool
    tunes: bool


def checked(
    model: str | None,
    log: str | None,
    out_of_fold: str | None,
    save_test: str | None,
    html: str | None,
    existing: Existing,
    *,
    excel_safe: bool = False,
) -> RunFiles:
    """Refuse what would be lost or cannot be.

    Raises:
        ConfigError: there is no name, or it does not end in .npz; or no table is to be safe.
        AccessError: an output exists, or there is nothing to resume.
    """
    if model is None:
        raise ConfigError("--output: is missing; pass -o MODEL.npz, or --dry-run to write nothing")
    named = {"--log": log, "--out-of-fold": out_of_fold, "--save-test": save_test, "--html": html}
    for flag, name in {"--output": model, **named}.items():
        if name is not None:
            output.check_named(flag, name)
    if not model.endswith(".npz") or model.endswith(".last.npz"):
        raise ConfigError(f"--output: '{show_path(model)}' must end in .npz (and not in .last.npz)")
    files = RunFiles(
        model=Path(model),
        log=None if log is None else Path(log),
        out_of_fold=None if out_of_fold is None else Path(out_of_fold),
        test=None if save_test is None else Path(save_test),
        html=None if html is None else Path(html),
        excel_safe=excel_safe,
    )
    _check_excel_safe(files)
    tune = files.tune if existing.tunes else None
    others = (files.log, files.out_of_fold, files.test, files.html, tune)
    paths = [path for path in (files.model, files.last, *others) if path is not None]
    begun = files.tune if existing.tunes else files.last
    for path in paths:
        check_place(path)
    if existing.resume and not begun.exists():
        raise AccessError(f"{show_path(begun)}: no such file, nothing to resume; omit --resume")
    for path in paths:
        if path.exists() and not (existing.resume or existing.force):
            raise AccessError(
                f"{show_path(path)}: exists; pass --force to replace it, --resume to go on"
            )
    return files


def _check_excel_safe(files: RunFiles) -> None:
    if not files.excel_safe:
        return
    if files.out_of_fold is None:
        raise ConfigError("--excel-safe: is about the file of --out-of-fold; name one, or omit it")
    if files.tells_folds_as_jsonl:
        suffix = show_path(str(files.out_of_fold.suffix))
        raise ConfigError(f"--excel-safe: is for CSV, and --out-of-fold ends in {suffix}; omit it")


def check_apart(files: RunFiles, config: Config, config_path: str | None) -> None:
    """Refuse to replace what is read.

    Raises:
        ConfigError: an output is an input, or another output.
    """
    valid, test = config.data.valid, config.data.test
    if files.html is not None and config.training.epochs == 0:
        raise ConfigError("--html: training.epochs is 0, so no training can be shown; omit it")
    if files.test is not None:
        check_extract(config.data.train, "--save-test", files.test)
        if not test or isinstance(test, str):
            why = "is a file already" if test else "is not asked for"
            raise ConfigError(f"--save-test: the test part {why}; pass --test with a share as 0.2")
    inputs = {
        "data": config.data.train,
        "validation file": valid if isinstance(valid, str) else None,
        "test file": test if isinstance(test, str) else None,
        "config": config_path,
        "file of vectors": config.model.vectors,
        "vocabulary": config.data.vocabulary,
    }
    own = {"model": files.model, "file to resume from": files.last, "log of a search": files.tune}
    for path in own.values():
        output.check_apart("--output", path, inputs)
    flags = {
        "log": files.log,
        "out-of-fold": files.out_of_fold,
        "save-test": files.test,
        "html": files.html,
    }
    for name, asked in flags.items():
        if asked is not None:
            output.check_apart(f"--{name}", asked, {**inputs, **own})
            own[name] = asked


def check_folds(files: RunFiles, prepared: Prepared) -> None:
    """Refuse to tell what folds answer where there are none.

    Raises:
        ConfigError: there are none.
    """
    if files.out_of_fold is not None and prepared.folds is None:
        why = prepared.reasons.get("training.folds", "as was set")
        raise ConfigError(f"--out-of-fold: there are no folds ({why}); pass --folds 5")


def write_test(files: RunFiles, prepared: Prepared) -> bool:
    """Write the rows that are held out for a test, if that is asked.

    They can be evaluated with the model as the file that they are taken from could.

    Returns:
        whether they were written.

    Raises:
        ConfigError: the name of the file is of another form.
        AccessError: it cannot be written.
    """
    holdout, path = prepared.holdout, files.test
    if path is None or holdout is None or prepared.config.data.train is None:
        return False
    check_name(path, "--save-test", holdout.table)
    data = extract(prepared.config.data.train, holdout.table)
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    faults = list[str]()

    def check(written: Path) -> None:
        faults[:] = _faults_of_test(written, path, prepared, holdout.table)
        if faults:
            raise ConfigError(*faults)

    try:
        output.write_file(str(path), data, check)
    except AccessError:
        if not faults:
            raise
        raise ConfigError(
            f"--save-test: {show_path(path)} is not written, {faults[0]}; omit it"
        ) from None
    return True


def _faults_of_test(written: Path, path: Path, prepared: Prepared, table: Table) -> list[str]:
    """Say why the records of a file are not those of a table to who evaluates it, if they are not.

    Args:
        written: the file.
        path: where it will be.
        prepared: what the model knows of the data.
        table: the records.
    """
    forms, options = prepared.task.target_forms, ReadOptions(targets=prepared.task.target_forms[0])
    try:
        found = read_table(str(written), options, prepared.remembered, forms, called=path)
    except GrucliError as error:
        return [f"it could not be read by itself: {error.problems[0]}"]
    if all(starmap(is_same_input, zip_longest(found.records, table.records))):
        return []
    return ["other rows would be read in it than are held out: these lie apart in DATA"]


def write_out_of_fold(files: RunFiles, session: Session) -> bool:
    """Write what the folds answer to the rows that they hold out, if that is asked and known.

    It is a table as CSV, or JSON lines in a file whose suffix says so.

    Returns:
        whether it was written.

    Raises:
        AccessError: it cannot be written.
    """
    prepared, trainer = session.prepared, session.trainer
    path, scores, folds = files.out_of_fold, trainer.out_of_fold, prepared.folds
    if path is None or scores is None or folds is None:
        return False
    records = prepared.records
    if isinstance(scores, Steps):
        records, scores, folds = joined(records, scores, folds)
    answers = trainer.task.answers(
        scores, AnswerOptions(separator=prepared.remembered.label_separator)
    )
    windows = WindowNames.of(prepared.remembered)
    found = OutOfFold(records=records, answers=answers, folds=folds, windows=windows)
    text = found.jsonl() if files.tells_folds_as_jsonl else found.csv(excel_safe=files.excel_safe)
    output.write_file(str(path), text.encode("utf-8", "surrogatepass"))
    return True


def write_page(
    files: RunFiles,
    session: Session,
    held: HeldOutScores | None,
    tested: Tested | None,
    common: Common,
) -> None:
    """Write a page about the run, if that is asked, and say so.

    Args:
        files: of the run.
        session: which has ended or was interrupted, with an epoch at least.
        held, tested: what was found on rows held out of training, and on those of a test.
        common: whether to speak.

    Raises:
        AccessError: it cannot be written.
    """
    if files.html is None:
        return
    from grucli.report.page.training_page import training_page

    page = training_page(
        session.trainer,
        session.prepared,
        files.model.name,
        saved=checkpoint.load(files.model),
        held=held,
        scored=None if tested is None else tested.scored,
    )
    output.write_file(str(files.html), page.encode())
    common.note(f"wrote {show_path(files.html)}: how the training went")
