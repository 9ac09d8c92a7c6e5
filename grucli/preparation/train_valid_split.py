"""Which rows are trained on, and which ones judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grucli.data.splits import deal, split
from grucli.data.stored import Records
from grucli.errors import ConfigError, counted, excerpt, percent
from grucli.notices import Notice
from grucli.preparation import data_rules
from grucli.preparation.bonds import Bonds, without_shared_lines
from grucli.preparation.defaults import Choice, unless_given
from grucli.preparation.training_file import TrainingFile
from grucli.random import SPLIT, generator
from grucli.tasks.task import Targets, Task
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The rows of a training, and those that it is judged on.

    Attributes:
        train, valid: records to train on, and to validate on.
        line: says which, for people.
        choices: of `training.folds`, and of `data.valid` where it is a share.
        warnings: what is odd in them.
        folds: (n,) the fold of each record to train on; None to train once.
    """

    train: Records
    valid: Records
    line: str
    choices: dict[str, Choice]
    warnings: tuple[Notice, ...] = ()
    folds: npt.NDArray[np.int64] | None = None

    @property
    def num_judged(self) -> int:
        """Rows that are held out of some training."""
        return len(self.valid if self.folds is None else self.train)


def divide(file: TrainingFile, config: Config) -> Parts:
    """Divide: validation is a file of its own, folds, or a share of the training file's rows.

    Args:
        file: the training file.
        config: what was set.

    Raises:
        ConfigError: folds are asked for beside another validation, or without random weights.
        DataError, AccessError: the validation file cannot be used.
    """
    folding = _folding(config, file)
    if isinstance(config.data.valid, str):
        return _judged_by_file(file, config.data.valid, folding)
    rng = generator(config.seed, SPLIT)
    bonds = Bonds.of(file)
    if folding.value != "off":
        parts = _in_folds(file, bonds, folding, rng)
        if parts is not None:
            return parts
        if folding.reason == "given":
            raise ConfigError(f"training.folds: {bonds.why}; give --valid FILE, or set it to off")
        folding = Choice(value="off", reason=bonds.why)
    default = data_rules.valid_share(file.kind, len(file.records))
    if config.training.epochs == 0:
        default = Choice(value=0.0, reason=data_rules.NOTHING_LEARNED)
    choices = {"training.folds": folding, "data.valid": unless_given(config.data.valid, default)}
    return _judged_by_share(file, bonds, choices, rng, config.data.group)


def _judged_by_file(file: TrainingFile, path: str, folding: Choice) -> Parts:
    """Train on all of the training file; another one is validated on."""
    other = file.read_beside(path)
    says = (f"validation: {other.name}, {len(other.records):,} rows", *other.passed_over)
    return Parts(
        train=file.records,
        valid=other.records,
        line="; ".join(says),
        choices={"training.folds": folding},
        warnings=tuple(file.beside_warnings(other.name, other.records)),
    )


def _in_folds(
    file: TrainingFile, bonds: Bonds, folding: Choice, rng: np.random.Generator
) -> Parts | None:
    """Hold out each fold once; None if too few parts are independent to learn from."""
    folds = deal(bonds.strata, bonds.inputs, bonds.groups, folding.value, rng)
    rows = np.arange(len(folds))
    if bonds.windows is not None:
        rows = rows[~bonds.windows.at_borders(folds)]
    passed, folds = len(folds) - len(rows), folds[rows]
    if not _teach(folds, bonds.targets[rows], file.task):
        return None
    number = int(folds.max()) + 1
    if number < folding.value:
        folding = Choice(value=number, reason="no more parts are independent")
    share = Choice(value=0.0, reason="folds are held out")
    return Parts(
        train=file.records.at(rows),
        valid=file.records[:0],
        line=f"validation: {number} folds, each held out once; then all rows count{bonds.also}"
        + (f"; {counted(passed, 'row')} over a border left out" if passed else ""),
        choices={"training.folds": folding, "data.valid": share},
        folds=folds,
    )


def _judged_by_share(
    file: TrainingFile,
    bonds: Bonds,
    choices: dict[str, Choice],
    rng: np.random.Generator,
    group: str | None,
) -> Parts:
    """Hold out a share of the rows, maybe none; `group` is the column that keeps some together."""
    folding, share = choices["training.folds"], choices["data.valid"]
    later = bonds.later(share.value)
    kept, held = later or split(bonds.strata, bonds.inputs, bonds.groups, share.value, rng)
    if not held.size:
        why = f" ({bonds.why})" if share.value or folding.reason == bonds.why else ""
        rows = len(file.records)
        if rows > 1 and 0 < share.value * rows <= 0.5:
            mend = "--valid takes a larger share or a file"
            why = f" ({percent(share.value)} of {rows} rows is none; {mend})"
        line = f"validation: none{why}, all rows are trained on; the last epoch counts"
        if share.reason == data_rules.NOTHING_LEARNED:
            line = f"validation: none, {share.reason}"
        return Parts(train=file.records, valid=file.records[:0], line=line, choices=choices)
    kept, between = without_shared_lines(file.records, kept, held)
    train, held_out = file.records.at(kept), file.records.at(held)
    whole = "" if group is None else f", each '{excerpt(group)}' whole"
    held_share = f"{percent(share.value)} of each {file.task.stratum_name}{whole}"
    also = bonds.also
    if later is not None:
        held_share, also = f"the last {percent(share.value)} in time", ""
    return Parts(
        train=train,
        valid=held_out,
        line=f"validation: {held.size:,} rows held out ({held_share}){between}{also}",
        choices=choices,
        warnings=tuple(file.unseen_warnings(train, "validation", held_out)),
    )


def _teach(folds: npt.NDArray[np.int64], targets: Targets, task: Task) -> bool:
    """Tell whether there are two folds or more, without each of which enough is left to learn."""
    return folds.max() > 0 and all(
        task.can_learn_from(targets[folds != fold]) for fold in range(folds.max() + 1)
    )


def _folding(config: Config, file: TrainingFile) -> Choice:
    """Return the number of folds or "off"; folds and a validation part exclude each other."""
    given, valid, is_new = config.training.folds, config.data.valid, file.origin is None
    if file.task.writes:
        if given not in (None, "off"):
            raise ConfigError(f"training.folds: the task {file.task.name} has none; delete it")
        return Choice(value="off", reason="what writes is trained once")
    if given is None:
        training = config.training
        is_free = valid is None and training.epochs is None and training.patience is None
        is_plain = is_new and training.schedule in (None, "constant")
        symbols = _symbols(file)
        return data_rules.folds(file.kind, len(file.records), symbols, is_free and is_plain)
    if given != "off" and valid is not None:
        raise ConfigError("training.folds: data.valid says what is validated on; delete one")
    if given != "off" and not is_new:
        raise ConfigError("training.folds: each fold starts anew, --init-from does not; omit one")
    return Choice(value=given, reason="given")


def _symbols(file: TrainingFile) -> int:
    """Return all characters of texts, or steps of series."""
    inputs = file.records.column("text" if file.kind == "text" else "values")
    return sum(len(each) for each in inputs if each is not None)
