"""Settings chosen from the data: every rule in one place, each with its reason.

A rule sees sizes, lengths and classes, never what the data is about. The user's own settings always
stand; a rule only fills what was left `auto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grucli.data.text.ngrams import Pattern
from grucli.errors import counted

if TYPE_CHECKING:
    from grucli.config.resolve import Config

VALID_SHARE = 0.1
FEW_SERIES = 2000  # a part held out of fewer says little, and is missed in training
FEW_ROWS = 2000
AUTO = "auto"
WORD_CHARACTERS = 1.5  # of a token on average, but for combining marks: below, they are characters
ALIGNED_SHARE = 0.99  # of the sequences have one length: then a place means the same in all
MOST_NGRAMS = 1 << 25
WIDE_NUMBERS = 1 << 22  # kept of n-grams at most, 16 MB: hash, rarity and a weight an output
BUCKETS = 8192
"""Vectors for n-grams where they pay: for words, with the recurrence alone.

There they lower the cross-validated loss of four training files by 4, 5, 9 and 14 %. Beside a wide
path they change it by less than 1 % either way. Where tokens are characters, the recurrence alone
gains 4 % on names and nothing on Chinese reviews, and loses 5 % on Chinese words and half of it on
pieces of 34 languages; beside a wide path it gains nowhere.
"""
LEAST_FOLDED, MOST_FOLDED = 30, {"text": 8192, "series": FEW_SERIES - 1}  # rows
MOST_SYMBOLS = {"text": 1 << 21, "series": 1 << 18}
"""Characters of all texts, steps of all series: beyond, three more trainings take too long."""
KERNEL_NUMBERS = 1 << 24  # shares of all training series, 64 MB
MOST_THRESHOLDS = 10_000  # as many as MiniRocket has
MOST_KERNEL_ROWS = 4096  # their products with each other are solved for
MOST_KERNEL_STEPS = 1 << 21  # of all series, about a minute
LONG_MEMORY = 30
"""Steps from which on gates start open (chrono) if only the last state of one direction is read.

On parts held out of five training files, whose longest sequences have 60 steps or more, it gains 4
to 48 points of accuracy; of up to 29 steps, nothing. Where all states are read it gains nothing
that exceeds the noise, and loses 7 and 8 points on two.
"""
RECURRENT_STEPS = 60  # of a series of median length: more are slow, and hard to learn over
SERIES_STEPS = 2000  # optimizer steps at least: fewer leave much unlearned
SERIES_EPOCHS = 60  # at least
LARGE_ORDERS = 2  # of magnitude: scaled by the largest, most are then hardly above 0
PLAIN: Mapping[str, Any] = {
    "data.channels": ("values",),
    "model.wide": False,
    "model.subwords": False,
    "model.convolution": False,
    "model.dropout": 0.0,
    "model.token_dropout": 0.0,
    "training.folds": "off",
    "training.averaging": "off",
    "training.augmentation": "off",
    "training.label_smoothing": 0.0,
    "training.weight_decay": 0.0,
    "training.schedule": "constant",
}
"""What the preset of this name makes of settings that are left auto."""
LONGEST_STEPS = 2000  # bounds the memory of one batch whatever the data holds
SHARD_NUMBERS = 8192  # of the states of a step: below, halves take nearly as long as the whole


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules look at.

    Attributes:
        kind: "text" or "series".
        rows: sequences in the training part.
        num_classes: distinct labels.
        lengths: (rows,) steps of each training sequence that are kept.
    """

    kind: str
    rows: int
    num_classes: int
    lengths: npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value and why it was chosen."""

    value: Any
    reason: str


def unless_given(given: Any, default: Choice) -> Choice:
    """Return what was set, or else the default."""
    return default if given is None else Choice(value=given, reason="given")


def channels(orders: float) -> Choice:
    """Ways to see a series, by the orders of magnitude over which the sizes of series lie."""
    if orders > LARGE_ORDERS:
        reason = f"series differ in size by {orders:.0f} orders of magnitude"
        return Choice(value=("values", "log", "shape", "change", "place"), reason=reason)
    reason = "level, form, movement and where"
    return Choice(value=("values", "shape", "change", "place"), reason=reason)


def valid_share(kind: str, rows: int) -> Choice:
    """Share of the rows of the training file that is held out."""
    if kind == "series" and rows < FEW_SERIES:
        return Choice(value=0.0, reason=f"{rows} series: too few to hold any out")
    return Choice(value=VALID_SHARE, reason="to see when to stop")


def maximum_length(lengths: npt.NDArray[np.int64]) -> Choice:
    """Steps kept: the 99th percentile of the training lengths, all of them where that is near."""
    longest = int(lengths.max())
    percentile = int(np.ceil(np.percentile(lengths, 99)))
    if longest <= min(2 * percentile, LONGEST_STEPS):
        return Choice(value=longest, reason="the longest training sequence")
    return Choice(
        value=min(percentile, LONGEST_STEPS), reason="99th percentile of the training lengths"
    )


def choose(facts: Facts, optimizer: str) -> dict[str, Choice]:
    """Return a choice for every setting of model and training that rests on the data alone."""
    choices = _usual(facts, optimizer)
    if facts.kind == "series":
        median = float(np.median(facts.lengths))
        stride = max(1, round(median / RECURRENT_STEPS))
        choices["model.convolution"] = Choice(value=stride, reason=f"median length {median:g}")
        choices |= _of_few_series(facts.rows) if facts.rows < FEW_SERIES else {}
    return choices


def _of_few_series(rows: int) -> dict[str, Choice]:
    """Return how to train on all of them: changed at random, and to the end of a schedule."""
    series = f"{rows:,} series"
    batch_size = int(np.clip(2 ** np.floor(np.log2(rows / 2)), 4, 16))
    batches = -(-rows // batch_size)
    epochs = max(SERIES_EPOCHS, -(-SERIES_STEPS // batches))
    values: dict[str, tuple[Any, str]] = {
        "training.weight_decay": (0.01, series),
        "training.averaging": ("off", "the schedule comes to rest"),
        "training.augmentation": (1.0, series),
        "training.schedule": ("cosine", "to the end, without early stopping"),
        "training.batch_size": (batch_size, series),
        "training.epochs": (epochs, f"{epochs * batches:,} steps"),
        "training.patience": ("off", "the schedule ends training"),
        "training.label_smoothing": (0.1, series),
    }
    return {path: Choice(value=value, reason=why) for path, (value, why) in values.items()}


def _usual(facts: Facts, optimizer: str) -> dict[str, Choice]:
    text, adam = facts.kind == "text", optimizer == "adam"
    batch_size = int(np.clip(2 ** np.floor(np.log2(max(facts.rows, 1) / 10)), 8, 32))
    values: dict[str, tuple[Any, str]] = {
        "model.embedding_size": (64, "text"),
        "model.convolution": (False, "tokens are steps enough"),
        "model.hidden_size": (64, "each direction"),
        "model.bidirectional": (True, "the whole sequence is at hand"),
        "model.pooling": (("last", "mean", "max"), "the end, the bulk and the peaks"),
        "model.dropout": (0.5, f"{facts.rows} rows: few")
        if facts.rows < FEW_ROWS
        else (0.3, f"{facts.rows} rows"),
        "model.token_dropout": (0.1 if text else 0.0, "teaches the unknown token"),
        "training.momentum": (None if adam else 0.9, optimizer),
        "training.learning_rate": (2e-3 if adam else 0.1, f"{optimizer}, small network"),
        "training.weight_decay": (0.0, "dropout regularises"),
        "training.averaging": (0.98, "steadier than the last step alone"),
        "training.clip_norm": (1.0, "recurrent gradients can explode"),
        "training.augmentation": ("off", "text"),
        "training.label_smoothing": (0.0, "early stopping is enough"),
        "training.schedule": ("constant", "early stopping ends training"),
        "training.warmup_steps": (0, "clipping tames the first steps"),
        "training.batch_size": (batch_size, f"{facts.rows} rows: at least 10 steps an epoch"),
        "training.epochs": (100, "at most; patience ends it earlier"),
    }
    return {path: Choice(value=value, reason=why) for path, (value, why) in values.items()}


def plain(config: Config) -> tuple[Config, dict[str, str]]:
    """Leave out whatever is no embedding, recurrence, pooling or head, unless it was set."""
    choices = {path: Choice(value=value, reason="plain") for path, value in PLAIN.items()}
    if config.model.wide == AUTO:
        model = config.model.model_copy(update={"wide": None})
        config = config.model_copy(update={"model": model})
    return complete(config, choices)


def pattern(mean_characters: float, lengths: npt.NDArray[np.int64]) -> Pattern:
    """Return which n-grams the wide path of texts reads.

    Args:
        mean_characters: of a token of the training texts, combining marks not counted.
        lengths: (rows,) tokens of each.
    """
    of_characters = mean_characters < WORD_CHARACTERS
    aligned = np.mean(lengths == np.median(lengths)) >= ALIGNED_SHARE
    return Pattern(
        longest=4 if of_characters else 2,
        subwords=not of_characters,
        placed=bool(aligned and lengths.max() > 1),
    )


def subwords(wide: Any, mean_characters: float) -> Choice:
    """Return the vectors that n-grams share, False for none.

    Args:
        wide: the setting of the wide path.
        mean_characters: of a token of the training texts, combining marks not counted.
    """
    if wide is not False:
        return Choice(value=False, reason="the wide path reads n-grams")
    if mean_characters < WORD_CHARACTERS:
        return Choice(value=False, reason="tokens are characters")
    return Choice(value=BUCKETS, reason="no wide path reads them")


def wide(setting: Any, kind: str, too_many: str | None, judged_rows: int) -> Choice:
    """Return whether there is a wide path: True, False, or "auto" where training shall tell.

    Of series there are often too few to show that it pays. On parts of 30 to 66 rows of three
    training files the gain was within its standard error on 8 of 14, and yet with kernels the loss
    of all other rows was lower on 12; so they count by the factor that held-out rows tell.

    Args:
        setting: True, False or "auto".
        kind: "text" or "series".
        too_many: what there is too much of, None if not.
        judged_rows: held out of training.
    """
    if setting != AUTO:
        return Choice(value=setting, reason="given")
    if too_many is not None:
        return Choice(value=False, reason=too_many)
    if not judged_rows:
        return Choice(value=False, reason="no validation can tell whether it pays")
    if kind == "series":
        return Choice(value=True, reason="by the factor with the lowest validation loss")
    return Choice(value=AUTO, reason="if it lowers the validation loss")


def folds(kind: str, rows: int, symbols: int, possible: bool) -> Choice:
    """Return into how many folds few rows are dealt, "off" for many.

    Args:
        kind: "text" or "series".
        rows: of the training file.
        symbols: characters of all texts, or steps of all series.
        possible: whether nothing that was set speaks against folds.
    """
    if not possible or rows < LEAST_FOLDED:
        return Choice(value="off", reason="one validation part")
    if rows > MOST_FOLDED[kind] or symbols > MOST_SYMBOLS[kind]:
        return Choice(value="off", reason=f"{rows:,} rows: a tenth of them tells enough")
    return Choice(value=3, reason=f"{rows:,} rows: none to spare for validation alone")


def follow(facts: Facts, config: Config) -> dict[str, Choice]:
    """Return a choice for every setting that rests on others, once those are complete."""
    return {
        "model.initialisation": initialisation(facts, config),
        "training.patience": patience(facts, config),
        "training.shards": shards(config),
    }


def initialisation(facts: Facts, config: Config) -> Choice:
    """How recurrent weights start: chrono where there is no way but a long memory."""
    steps = steps_to_keep(facts, config)
    if config.model.cell == "rnn":
        return Choice(value="orthogonal", reason="no gate to open")
    if steps >= LONG_MEMORY:
        return Choice(value="chrono", reason=f"only the state after {steps:,} steps is read")
    return Choice(
        value="orthogonal",
        reason=f"at most {steps} steps to remember" if steps else "states of all steps are read",
    )


def patience(facts: Facts, config: Config) -> Choice:
    """Epochs to wait: a long memory is learned late and then at once."""
    if facts.kind == "text" and steps_to_keep(facts, config) < LONG_MEMORY:
        return Choice(value=5, reason="text")
    return Choice(value=20, reason="long memory" if facts.kind == "text" else facts.kind)


def steps_to_keep(facts: Facts, config: Config) -> int:
    """Return for how many steps the state must keep what decides, at worst.

    0 where some state that is read stands near each step: pooling over all steps, both directions.
    """
    if config.model.bidirectional or config.model.pooling != ("last",):
        return 0
    longest = int(facts.lengths.max())
    return min(longest, config.data.max_length or longest)


def shards(config: Config) -> Choice:
    """Parts of a batch, from a config that is complete but for them.

    It must not depend on the machine: with other shards a sum rounds otherwise.
    """
    numbers = (config.training.batch_size or 0) * (config.model.hidden_size or 0)
    enough = numbers >= SHARD_NUMBERS
    return Choice(
        value=2 if enough else 1,
        reason=f"{numbers:,} numbers a step: {'enough' if enough else 'too few'} to share",
    )


def workers(shards: int, cores: int, threads: str) -> Choice:
    """Processes beside the first one.

    Args:
        shards: parts of a batch.
        cores: that this process may use.
        threads: of the linear algebra, as the environment says it.
    """
    if threads != "1":
        return Choice(value=0, reason=f"{threads or 'all'} threads")
    count = min(shards, cores) - 1
    return Choice(value=count, reason=f"{counted(shards, 'shard')}, {counted(cores, 'core')}")


def complete(config: Config, choices: Mapping[str, Choice]) -> tuple[Config, dict[str, str]]:
    """Fill every setting that is still `auto` from `choices`.

    Returns:
        The config and the reason of each dotted path that was filled.
    """
    reasons: dict[str, str] = {}
    updated = config
    for path, choice in choices.items():
        section, key = path.split(".")
        part = getattr(updated, section)
        if getattr(part, key) is None:
            filled = part.model_copy(update={key: choice.value})
            updated = updated.model_copy(update={section: filled})
            reasons[path] = choice.reason
    return updated, reasons
