"""Generation: a new sequence for each one that is read, written symbol by symbol.

What only training asks is imported when it is asked: predicting need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from grucli.data.records import Record, TargetForm
from grucli.data.text import symbol_choice
from grucli.data.text.byte_pairs import BytePairs
from grucli.data.text.symbols import UNKNOWN, Symbols
from grucli.data.text.vocabulary import SPECIAL, Vocabulary
from grucli.engine.packing import Floats, Integers
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, DataError, expect
from grucli.notices import Notice
from grucli.tasks import WORDS
from grucli.tasks.generate.answering import TextAnswering
from grucli.tasks.generate.learning import SymbolLoss, all_of
from grucli.tasks.no_linear_path import NoLinearPath
from grucli.tasks.target_facts import TargetFacts
from grucli.tasks.task import FigureKind, HeldOut
from grucli.tasks.unfit_settings import refuse_loss
from grucli.values import dataclass

MOST_SYMBOLS = 1 << 16  # that an answer may have, its end included
BEAM = 4
EXACT_MATCH = FigureKind(name="exact_match", title="exact match", high=1.0)
SYMBOLS_RIGHT = FigureKind(name="symbol_accuracy", title="of symbols", high=1.0)


@dataclass(frozen=True, kw_only=True)
class Generate(TextAnswering, NoLinearPath):
    """A text for each sequence.

    Attributes:
        symbols: what texts are written with.
        longest: symbols that an answer may have, its end included, beside those of `growth`.
        growth: how many more it may have for each step of its input.
        beam: sequences that are kept while an answer is written, 1 for the most probable symbols.
    """

    name: ClassVar[str] = "generate"
    noun: ClassVar[str] = "target"
    stratum_name: ClassVar[str] = "part"
    target_forms: ClassVar[tuple[TargetForm, ...]] = ("label",)
    reads_steps: ClassVar[bool] = False
    writes: ClassVar[bool] = True
    objective_type: ClassVar[type[SymbolLoss]] = SymbolLoss
    loss_unit: ClassVar[str] = "nat"
    figures: ClassVar[tuple[FigureKind, ...]] = (EXACT_MATCH, SYMBOLS_RIGHT)

    symbols: Symbols
    longest: int
    growth: float = 0.0
    beam: int = field(default=BEAM, compare=False)

    @classmethod
    def fit(cls, name: str, records: Sequence[Record]) -> Self:
        """Return the task of a file's targets.

        Raises:
            DataError: all are equal, or one is longer than any answer may be.
        """
        texts = _texts(records)
        if len(set(texts)) < 2:
            raise DataError(f"{name}: all targets are the same text; need two")
        return cls._of(Symbols.fit(texts, sources=_sources(records)), name, texts, 0)

    @classmethod
    def _of(cls, symbols: Symbols, name: str, texts: Sequence[str], longest: int) -> Self:
        own = int(symbols.encode(texts).lengths.max())
        if own > MOST_SYMBOLS:
            raise DataError(
                f"{name}: a target has {own - 1:,} symbols, {MOST_SYMBOLS - 1:,} can be written; "
                "shorten it or drop the row"
            )
        return cls(symbols=symbols, longest=max(longest, own))

    def bounded(self, lengths: Integers, targets: Steps) -> Self:
        """Return the task whose answers may grow with their inputs as these targets do.

        The line of least squares, not falling, is raised until none of them lies above it.

        Args:
            lengths: (n,) steps of inputs.
            targets: (n,) of them.
        """
        apart = lengths - lengths.mean()
        spread = float(apart @ apart)
        growth = round(max(0.0, float(apart @ targets.lengths) / spread), 3) if spread else 0.0
        room = int((targets.lengths - np.floor(growth * lengths)).max())
        return replace(self, longest=max(1, room), growth=growth)

    def limits(self, lengths: Integers) -> Integers:
        """Return (n,) how many symbols the answer to an input of so many steps may have."""
        limits: Integers = (self.longest + np.floor(self.growth * lengths)).astype(np.int64)
        return np.minimum(limits, np.int64(MOST_SYMBOLS))

    def grown(self, name: str, records: Sequence[Record]) -> Self:
        """Return the task that can write these texts and those of a file; raises as `fit` does."""
        texts = _texts(records)
        return self._of(self.symbols.grown(texts), name, texts, self.longest)

    def outputs_from(self, other: Self) -> Floats:
        """Return (V, P) of a task with the first symbols of this one."""
        return np.eye(len(self.symbols), len(other.symbols))

    @classmethod
    def from_json(cls, meta: Mapping[str, Any]) -> Self:
        """Return the task of a model file's object.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        longest, growth = meta["longest"], meta.get("growth", 0.0)
        expect(type(longest) is int and 1 <= longest <= MOST_SYMBOLS, "longest")
        expect(type(growth) is float and 0 <= growth <= MOST_SYMBOLS, "growth")
        return cls(symbols=Symbols.from_json(meta[WORDS]), longest=longest, growth=growth)

    def to_json(self) -> dict[str, Any]:
        """Return what a model file keeps of it."""
        bound = {"longest": self.longest, "growth": self.growth}
        return {"task": self.name, **bound, WORDS: self.symbols.to_json()}

    @property
    def labels(self) -> tuple[str, ...]:
        """None: answers are texts."""
        return ()

    @property
    def num_outputs(self) -> int:
        """V."""
        return len(self.symbols)

    def head_json(self) -> dict[str, int]:
        """Return V, by its name in a model file."""
        return {"num_symbols": self.num_outputs}

    def encode(self, records: Sequence[Record]) -> Steps:
        """Return the symbols of each target, with an end behind them."""
        return self.symbols.encode(_texts(records))

    def searching(self, beam: int) -> Self:
        """Return the same with another beam."""
        return replace(self, beam=beam)

    @property
    def pairs(self) -> BytePairs | None:
        """What byte pairs texts are written with; None for other symbols."""
        return self.symbols.pairs

    def reading(self, records: Sequence[Record]) -> str:
        """Return the mode of tokens by which inputs with targets are read, if nobody says so."""
        return symbol_choice.reading(self.symbols.kind, _sources(records), _texts(records))

    def copies_of(self, vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
        """Return (V,) of each token of a vocabulary the symbol that a copy of it is."""
        own = self.symbols.of_tokens(vocabulary.tokens)
        return np.concatenate((np.full(len(SPECIAL), UNKNOWN, np.int32), own))

    def describe(self, records: Sequence[Record]) -> str:
        """Return how many targets there are, and how long."""
        lengths = self.encode(records).lengths - 1
        unit = {"char": "characters", "space": "symbols", "pairs": "byte pairs"}[self.symbols.kind]
        why = f" ({self.symbols.reason})" if self.symbols.reason else ""
        return (
            f"targets: {len(lengths):,} texts of {lengths.min():,} to {lengths.max():,} {unit}, "
            f"median {np.median(lengths):g}, {self.size}{why}"
        )

    def facts(self, records: Sequence[Record]) -> dict[str, Any]:
        """Return how long targets are."""
        lengths = self.encode(records).lengths - 1
        return {
            "target_median": float(np.median(lengths)),
            "target_longest": int(lengths.max()),
        }

    def target_facts(self, records: Sequence[Record]) -> TargetFacts:
        """Return how long targets are, and how many differ."""
        texts = _texts(records)
        return TargetFacts(figures={**self.facts(records), "distinct_targets": len(set(texts))})

    def named_facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts as they are."""
        return dict(facts)

    def strata(self, targets: Steps) -> Integers:
        """Return zeros: any rows are as good a part of a split as others."""
        return np.zeros(len(targets), np.int64)

    def can_learn_from(self, targets: Steps) -> bool:
        """Whether two targets differ."""
        return len({own.tobytes() for own in targets.per_sequence()}) > 1

    def check_known(self, name: str, records: Sequence[Record], owner: str) -> None:
        """Refuse nothing: every text can be written."""

    def target_warnings(
        self, name: str, records: Sequence[Record], settings: Mapping[str, Any]
    ) -> Iterator[Notice]:
        """Yield nothing."""
        yield from ()

    def unseen_warnings(
        self, train: Sequence[Record], name: str, valid: Sequence[Record]
    ) -> Iterator[Notice]:
        """Yield nothing: a text is nearly always one that the training part lacks."""
        yield from ()

    def size_warnings(self, targets: Steps) -> Iterator[Notice]:
        """Yield nothing: even a few texts have many symbols."""
        yield from ()

    def objective(self, settings: Mapping[str, Any]) -> SymbolLoss:
        """Return the loss, as the config's section `training` has it.

        Raises:
            ConfigError: it names the loss of another task.
        """
        refuse_loss(settings)
        return SymbolLoss(label_smoothing=settings["label_smoothing"])

    def known(self, targets: Steps) -> npt.NDArray[np.bool_]:
        """Return (n,) that all can be written."""
        return np.ones(len(targets), bool)

    def row_losses(self, scores: Steps, targets: Steps) -> Floats:
        """Return (n,) the loss of each text [nat], of scores as held-out rows have them."""
        losses: Floats = -np.add.reduceat(scores.values[:, 0], targets.starts)
        return losses

    def held_out(self, scores: Steps, targets: Steps) -> HeldOut:
        """Score rows that were not learned from; the loss is the mean of a symbol.

        Args:
            scores: (T, 2) of each symbol of targets its log-probability, and whether it is the most
                probable one after those before it.
            targets: the symbols.
        """
        right = scores.values[:, 1] > 0
        figures = {
            "exact_match": float(np.mean(all_of(right, targets))),
            "symbol_accuracy": float(np.mean(right)),
        }
        return HeldOut(loss=float(-np.mean(scores.values[:, 0])), figures=figures)

    def blend(self, branches: Sequence[Steps], targets: Steps) -> Floats:
        """Return (1,): no factor makes a better text."""
        return np.ones(1)

    def calibrated(self, scores: Steps, targets: Steps, settings: Mapping[str, Any]) -> Self:
        """Return the same task: nothing is fitted to held-out rows."""
        return self

    def row_factors(self, targets: Steps, settings: Mapping[str, Any]) -> None:
        """Return nothing: rows count by their weights alone.

        Raises:
            ConfigError: targets are to weigh differently.
        """
        if settings["class_weight"] != "none":
            raise ConfigError("training.class_weight: weighs rows by a label; omit it")


def _sources(records: Sequence[Record]) -> list[str]:
    return [record.text or "" for record in records]


def _texts(records: Sequence[Record]) -> list[str]:
    return [record.label or "" for record in records]
