"""`grucli train`: learn a model from labelled data."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from grucli.cli.options import Common, Data, ExcelSafe, Reading, spread
from grucli.errors import ConfigError, excerpt, show_path

if TYPE_CHECKING:
    from grucli.cli.train_outputs import Existing
    from grucli.config.schema import Config
    from grucli.training.saver import RunFiles
    from grucli.training.tuning.search import Budget

EPILOG = """Exit codes: 0 done; 1 a --recall or --precision is not reached, the model is kept; 2
usage or config; 3 data; 4 model file; 5 a file is missing, in the way or cannot be written; 6
diverged, the last good model is kept; 130, 143, 129 interrupted, ready for --resume."""

MOST_TRIALS = 10_000
Asked = tuple[str | None, str | None, str | None, str | None, str | None]  # for the files of a run
_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile(rf"{_NUMBER}|(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)


@spread
def train(
    data: Data = None,
    *,
    out: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="MODEL.npz", help="Where the model goes; required."),
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", "-c", metavar="CONFIG.yaml", help="Settings.")
    ] = None,
    valid: Annotated[
        str | None,
        typer.Option("--valid", metavar="FILE|SHARE", help="To validate on: a file or a share."),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            "--test",
            metavar="FILE|SHARE",
            help="To score the model on at the end: a file, or a share held out before all else.",
        ),
    ] = None,
    save_test: Annotated[
        str | None,
        typer.Option(
            "--save-test", metavar="FILE", help="The rows of such a share, in the form of DATA."
        ),
    ] = None,
    folds: Annotated[
        str | None,
        typer.Option(
            "--folds",
            metavar="2-20|off",
            help="Validate each of so many parts once, then learn from all rows.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Same seed, same bytes.")
    ] = None,
    class_weight: Annotated[
        str | None,
        typer.Option(
            "--class-weight", metavar="balanced|NAME=W,…", help="How much rows of a label weigh."
        ),
    ] = None,
    recall: Annotated[
        list[str] | None,
        typer.Option(
            "--recall", metavar="LABEL=0.95", help="Find so much of a label; may be repeated."
        ),
    ] = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision", metavar="LABEL=0.9", help="Be right so often with it; may be repeated."
        ),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option("--weight", metavar="COL", help="The column that says how much a row weighs."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be given repeatedly."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from MODEL.last.npz, exactly.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
    log: Annotated[
        str | None, typer.Option("--log", metavar="FILE.jsonl", help="One JSON object an epoch.")
    ] = None,
    out_of_fold: Annotated[
        str | None,
        typer.Option(
            "--out-of-fold",
            metavar="FILE",
            help="The answer to each row by the model of its fold: CSV, or .jsonl.",
        ),
    ] = None,
    excel_safe: ExcelSafe = False,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write how it went as a page with pictures."),
    ] = None,
    init_from: Annotated[
        str | None,
        typer.Option(
            "--init-from",
            metavar="MODEL",
            help="Start from a model .npz, or weights: .keras, .safetensors, .onnx.",
        ),
    ] = None,
    vectors: Annotated[
        str | None,
        typer.Option("--vectors", metavar="FILE", help="Pretrained token vectors to start from."),
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option("--max-time", metavar="10m|90s|1h30m", help="Stop after this time."),
    ] = None,
    tune: Annotated[
        str | None,
        typer.Option(
            "--tune",
            metavar="TRIALS|TIME",
            help="Search for settings first: 20 trials, or trials for 10m.",
        ),
    ] = None,
    dry: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say what would be done and what it costs; write nothing, omit -o."
        ),
    ] = False,
    reading: Reading,
    common: Common,
) -> None:
    """Learn a model from labelled sequences.

    \b
    grucli train reviews.csv -o m.npz
    grucli train -c configs/names.yaml -o names.npz --set training.epochs=5
    """
    common.set_threads()
    from grucli.cli import rank, ready_command, show_training, train_outputs
    from grucli.config.resolve import resolve
    from grucli.training.session import RunRequest

    if resume:
        _refuse_beside_resume({"--dry-run": dry, "--init-from": init_from})
    _refuse_config_as_data(data, reading)
    own, asked, budget = (out, log, out_of_fold, save_test, html), reading.given(), _budget(tune)
    beside = train_outputs.Existing(resume=resume, force=force or dry, tunes=budget is not None)
    settings = resolve(
        config_path=config,
        environment=os.environ,
        assignments=assignments or (),
        flags={
            "data.train": data,
            "data.valid": valid,
            "data.test": test,
            "data.weight": weight,
            **{f"data.{name}": asked[name] for name in asked if name != "on_bad_row"},
            "model.vectors": vectors,
            **_of_labels(class_weight, recall, precision),
            "training.folds": int(folds) if folds and folds.isdecimal() else folds,
            "seed": seed,
        },
    )
    has_files = not dry or out is not None
    files = _files(settings.config, own, beside, config, excel_safe) if has_files else None
    request = RunRequest(
        config=settings.config,
        files=None if dry else files,
        resume_from=files.last if files is not None and resume else None,
        on_bad_row=asked.get("on_bad_row", "stop"),
        init_from=init_from,
        max_seconds=_seconds("--max-time", max_time),
        ranks=rank.joined,
    )
    common.note_keyboard(settings.config.data.train)
    with ready_command.told(request, common):
        raise typer.Exit(show_training.run(request, settings, common, budget))


def _files(
    config: Config, asked: Asked, existing: Existing, config_path: str | None, excel_safe: bool
) -> RunFiles:
    """Return the files of the run once they can be; ask for the data first, as people think."""
    from grucli.cli import train_outputs
    from grucli.training.session import NO_DATA

    if config.data.train is None:
        raise ConfigError(NO_DATA)
    files = train_outputs.checked(*asked, existing, excel_safe=excel_safe)
    train_outputs.check_apart(files, config, config_path)
    return files


def _refuse_beside_resume(beginnings: Mapping[str, object]) -> None:
    """Refuse flags that begin a run."""
    other = next((flag for flag, given in beginnings.items() if given not in (None, False)), None)
    if other is not None:
        raise ConfigError(f"--resume: goes on with a run, {other} begins one; omit one of them")


def _refuse_config_as_data(data: str | None, reading: Reading) -> None:
    if data is not None and data.lower().endswith((".yaml", ".yml")) and not reading.format:
        raise ConfigError(f"DATA: {show_path(data)} is a config? pass it with -c")


def _budget(given: str | None) -> Budget | None:
    """Read 20, a number of trials, or a time as `_seconds` does."""
    from grucli.training.tuning.search import Budget

    if given is None or not given.strip().isdecimal():
        seconds = _seconds("--tune", given, "a number of trials such as 20, or ")
        return None if seconds is None else Budget(seconds=seconds)
    if not 2 <= int(given) <= MOST_TRIALS:
        raise ConfigError(f"--tune: must be 2 to {MOST_TRIALS:,} trials, got {excerpt(given)}")
    return Budget(trials=int(given))


def _seconds(flag: str, given: str | None, other: str = "") -> float | None:
    """Read 90, 90s, 10m or 1h30m; `other` is what else it may be."""
    if given is None:
        return None
    match = _DURATION.fullmatch(given.strip())
    if not match or not any(match.groups()):
        raise ConfigError(
            f"{flag}: must be {other}a time such as 90s, 10m or 1h30m, got '{excerpt(given)}'"
        )
    plain, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return plain + 3600 * hours + 60 * minutes + seconds


def _of_labels(
    weight: str | None, recall: list[str] | None, precision: list[str] | None
) -> dict[str, object]:
    """Return what is set for single labels, by the keys of the config."""
    return {
        "training.class_weight": _class_weight(weight),
        "training.recall": _shares("--recall", recall),
        "training.precision": _shares("--precision", precision),
    }


def _shares(flag: str, given: list[str] | None) -> dict[str, float] | None:
    """Read LABEL=0.95, each label once; it may hold `=` itself."""
    shares: dict[str, float] = {}
    for part in given or ():
        label, _, number = part.rpartition("=")
        try:
            share = float(number)
        except ValueError:
            share = math.nan
        if not label or not 0 < share < 1:
            raise ConfigError(
                f"{flag}: must be LABEL=SHARE with a share above 0 and below 1, got "
                f"'{excerpt(part)}'; write spam=0.95"
            )
        if label in shares:
            raise ConfigError(f"{flag}: '{excerpt(label)}' is given twice; omit one")
        shares[label] = share
    return shares or None


def _class_weight(given: str | None) -> str | dict[str, float] | None:
    """Read `balanced`, `none` or `spam=3,ham=1`."""
    if given is None or "=" not in given:
        return given
    weights: dict[str, float] = {}
    for part in given.split(","):
        name, _, number = part.rpartition("=")
        try:
            weights[name] = float(number)
        except ValueError:
            raise ConfigError(
                f"--class-weight: '{part}' is not NAME=WEIGHT; write spam=3,ham=1"
            ) from None
    return weights
