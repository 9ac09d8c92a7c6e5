"""What training starts from: random weights, a model of ours, or weights of another system."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grucli.data.labelled import Table
from grucli.errors import ConfigError
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import SavedModel
from grucli.modelfile.exchange.foreign import ForeignModel
from grucli.modelfile.exchange.reading import is_foreign, read_foreign
from grucli.preparation.encoders import Origin
from grucli.training import foreign_weights, initial_weights
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.config.schema import Config


@dataclass(frozen=True, kw_only=True)
class Start:
    """What training starts from.

    Attributes:
        path: of the model, "" for random weights.
        saved: the model; of another system once data have named what it reads and answers.
        foreign: the weights of another system, None else.
        notes: what was taken for what in these, a line each.
    """

    path: str = ""
    saved: SavedModel | None = None
    foreign: ForeignModel | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | None, dtype: str) -> Start:
        """Read the model of a path, None for random weights.

        Raises:
            AccessError, CheckpointError: it cannot be read.
        """
        if path is None:
            return cls()
        if is_foreign(path):
            return cls(path=path, foreign=read_foreign(path))
        return cls(path=path, saved=checkpoint.load(path, dtype))

    @property
    def task(self) -> str | None:
        """The task of weights of another system, None where others tell."""
        return None if self.foreign is None else self.foreign.task

    @property
    def origin(self) -> Origin | None:
        """What is remembered of the model, None where there is none so far."""
        return None if self.saved is None else initial_weights.origin_of(self.saved)

    def named_by(self, table: Table, config: Config) -> Start:
        """Return the same, in which weights of another system have become a model.

        Raises:
            GrucliError: they do not fit the data; as `foreign_weights.named`.
        """
        if self.foreign is None:
            return self
        found = foreign_weights.named(self.foreign, self.path, table, config)
        return replace(self, saved=found.saved, notes=found.notes)


def check_settings(config: Config, init_from: str | None) -> None:
    """Refuse settings of a new run that its start makes meaningless.

    Raises:
        ConfigError: there is one.
    """
    others = init_from is not None and is_foreign(init_from)
    if init_from is not None and config.model.vectors is not None:
        raise ConfigError("model.vectors: --init-from brings token vectors already; omit one")
    for key in foreign_weights.OF_OTHERS:
        if not others and getattr(config.data, key) is not None:
            raise ConfigError(
                f"data.{key}: names what weights of another system hold; delete it, or pass "
                "--init-from with such weights"
            )
    if config.training.epochs == 0:
        _check_unlearned(config, others=others)


def _check_unlearned(config: Config, *, others: bool) -> None:
    """Refuse what a run without an epoch cannot do."""
    if not others:
        raise ConfigError(
            "training.epochs: 0 keeps weights of another system as they are; pass --init-from with "
            "such weights, or at least 1"
        )
    for key, is_set in (
        ("data.valid", bool(config.data.valid)),
        ("model.wide", config.model.wide is True),
    ):
        if is_set:
            raise ConfigError(f"{key}: training.epochs is 0, so nothing is learned; delete it")
