"""The files of `grucli train`, checked before anything is read."""

from __future__ import annotations

from pathlib import Path

from grucli.cli import output
from grucli.config.schema import Config
from grucli.errors import AccessError, ConfigError, show_path
from grucli.files.writing import check_place
from grucli.training.saver import RunFiles


def checked(model: str | None, *, log: str | None, resume: bool, force: bool) -> RunFiles:
    """Refuse what would be lost or cannot be.

    Raises:
        ConfigError: there is no name, or it does not end in .npz.
        AccessError: an output exists, or there is nothing to resume.
    """
    if model is None:
        raise ConfigError("--output: is missing; pass -o MODEL.npz, or --dry-run to write nothing")
    if not model.endswith(".npz") or model.endswith(".last.npz"):
        raise ConfigError(f"--output: '{show_path(model)}' must end in .npz (and not in .last.npz)")
    files = RunFiles(model=Path(model), log=None if log is None else Path(log))
    paths = [path for path in (files.model, files.last, files.log) if path is not None]
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
        ConfigError: an output is an input, or the log is a model file.
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
    if files.log is not None:
        output.check_apart("--log", files.log, {**inputs, **own})
