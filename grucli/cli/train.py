"""`grucli train`: learn a model from labelled data."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from grucli.cli.options import Common, Data, Reading, spread
from grucli.errors import ConfigError

EPILOG = """Exit codes: 0 done; 2 usage or config; 3 data; 4 model file; 5 a file is missing, in
the way or cannot be written; 6 diverged, the last good model is kept; 130, 143, 129 interrupted,
ready for --resume."""


@spread
def train(
    data: Data = None,
    *,
    out: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="MODEL.npz", show_default=False, help="Where the model goes."
        ),
    ],
    config: Annotated[
        str | None, typer.Option("--config", "-c", metavar="CONFIG.yaml", help="Settings.")
    ] = None,
    valid: Annotated[
        str | None,
        typer.Option("--valid", metavar="FILE|SHARE", help="To validate on: a file or a share."),
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
    reading: Reading,
    common: Common,
) -> None:
    """Learn a classifier from labelled sequences.

    \b
    grucli train reviews.csv -o m.npz
    grucli train -c configs/names.yaml -o names.npz --set training.epochs=5
    """
    common.set_threads()
    from grucli.cli.training_run import Outputs, run
    from grucli.config import resolve

    outputs = Outputs.checked(out, log=log, resume=resume, force=force)
    settings = resolve(
        config_path=config,
        environment=os.environ,
        assignments=assignments or (),
        flags={
            "data.train": data,
            "data.valid": valid,
            "data.format": reading.format,
            "data.text": reading.text,
            "data.label": reading.label,
            "data.delimiter": reading.delimiter,
            "data.encoding": reading.encoding,
            "data.header": False if reading.no_header else None,
            "training.class_weight": _class_weight(class_weight),
            "seed": seed,
        },
    )
    raise typer.Exit(run(settings, outputs, reading.on_bad_row or "stop", common))


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
